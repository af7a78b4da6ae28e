"""`hanbench check`, `up` and `doctor`, as their users call them."""

from __future__ import annotations

import json

import pytest

from hanbench.harness.capture import keyfile, read

INSTALLED = "[nodes.hub]\n[nodes.esme]\n[nodes.gsme]\n"


@pytest.fixture
def bench(tmp_path):
    def write(text: str) -> str:
        path = tmp_path / "bench.toml"
        path.write_text('id = "mine"\ntitle = "My bench"\n' + text, encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize("name", ["virtual", "ptys", "sockets"])
def test_a_gas_meter_that_is_well_passes(hanbench, tmp_path, name):
    result = hanbench("check", name, "--json", "--out", str(tmp_path))
    assert result.status == 0
    said = json.loads(result.out)
    assert (said["verdict"], said["code"], said["cause"]) == ("pass", None, None)
    frames = list(read(tmp_path / said["capture"]))
    assert 0 < max(said["frames"]) <= len(frames)
    assert keyfile.read(keyfile.beside(tmp_path / said["capture"]))
    assert json.loads((tmp_path / "check.json").read_text()) == said


def test_one_that_is_dead_fails_with_its_code(hanbench, bench):
    result = hanbench("check", bench('faults = ["battery-dead"]\n' + INSTALLED))
    assert result.status == 1
    assert result.out.startswith("fail GT01: the GSME did not answer")


def test_a_broken_bench_is_inconclusive(hanbench, bench):
    result = hanbench("check", bench('faults = ["bench-fault"]\n' + INSTALLED))
    assert result.status == 2
    assert result.out.startswith("inconclusive: the bench itself has failed")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("channel = 26\n", "channel: found 26; expected one that the hub uses: 11, 14, 15, 19, 20, 24, 25"),
        ("channel = 10\n", "channel: expected a whole number >= 11"),
        ("pan_id = 0xFFFF\n", "pan_id: expected a whole number <= 65534"),
    ],
)
def test_a_channel_or_pan_id_out_of_bounds_is_refused(hanbench, bench, head, said):
    result = hanbench("check", bench(head + INSTALLED))
    assert result.status == 3
    assert said in result.err


@pytest.mark.parametrize("begins", ["new", "installed"])
def test_a_han_is_on_the_channel_and_the_pan_id_of_the_file(hanbench, bench, tmp_path, begins):
    text = f'begins = "{begins}"\nchannel = 24\npan_id = 0x2345\n' + INSTALLED
    assert hanbench("check", bench(text), "--out", str(tmp_path)).status == 0
    frames = [each for each in read(tmp_path / "mine.pcapng") if each.psdu[0] & 7 == 1]
    assert {each.channel for each in frames} == {24}
    # Data frames between short addresses carry the PAN ID in octets 3 and 4 (IEEE 802.15.4-2011, 5.2.2.2).
    assert {int.from_bytes(each.psdu[3:5], "little") for each in frames} == {0x2345}


def test_a_check_runs_on_a_han_that_forms_first(hanbench, bench):
    result = hanbench("check", bench('begins = "new"\n' + INSTALLED), "--json")
    assert (result.status, json.loads(result.out)["verdict"]) == (0, "pass")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[nodes.esme]\n", "nodes.hub: a check needs an emulated hub"),
        ("[nodes.hub]\n[nodes.esme]\n", "nodes.gsme: a check needs a gas meter"),
        ('faults = ["batery-dead"]\n' + INSTALLED, "faults[0]: there is no 'batery-dead'; did you mean battery-dead?"),
        (
            "[nodes.hub]\n[nodes.esme]\nwake_interval_s = 3\n[nodes.gsme]\n",
            "nodes.esme.wake_interval_s: only a gsme sleeps",
        ),
        (
            '[nodes.hub]\nprofile = "ioc-esme"\n[nodes.esme]\n[nodes.gsme]\n',
            "nodes.hub.profile: expected a device of kind hub",
        ),
        ('[nodes.hub]\n[nodes.esme]\ninstall_code = "83FED3407A93972300A5"\n[nodes.gsme]\n', "CRC of the install code"),
        (
            '[nodes.hub]\nradio = "serial:/dev/no-such"\n[nodes.gsme]\nradio = "serial:/dev/nor-such"\n',
            "bench.toml: nodes.hub.radio: /dev/no-such: no such device",
        ),
        (
            '[nodes.hub]\nradio = "serial:/dev/null"\n[nodes.gsme]\nradio = "serial:/dev/nor-such"\n',
            "bench.toml: nodes.hub.radio: /dev/null: ",
        ),
    ],
)
def test_a_bench_that_will_not_do_is_one_clear_line(hanbench, bench, text, said):
    result = hanbench("check", bench(text))
    assert result.status == 3
    assert said in result.err.splitlines()[-1]
    assert "Traceback" not in result.err


def test_a_scenario_says_that_it_needs_all_devices(hanbench, bench):
    path = bench('[nodes.hub]\n[nodes.esme]\n[nodes.gsme]\nradio = "physical"\nieee = "0011223344556677"\n')
    result = hanbench("run", "dormant-three-failures", "--bench", path)
    assert result.status == 3
    assert "nodes.gsme: a scenario breaks devices" in result.err


def test_up_prints_where_its_ports_are_and_keeps_a_capture(hanbench, bench, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    path = bench(INSTALLED + '[dongles.sniffer]\n[dongles.other]\nradio = "tcp:"\n')
    result = hanbench("up", path, "--for", "0.3", "--json", "--out", str(tmp_path / "out"))
    assert result.status == 0
    said = json.loads(result.out)
    ports = {port["name"]: port for port in said["ports"]}
    assert set(ports) == {"hub", "esme", "gsme", "sniffer", "other"}
    assert ports["sniffer"]["port"] == str(tmp_path / "hanbench" / "mine" / "sniffer")
    assert ports["sniffer"]["device"].startswith("/dev/pts/")
    assert ports["other"]["port"].startswith("socket://127.0.0.1:")
    assert (tmp_path / "out" / "mine.pcapng").stat().st_size > 0
    assert not list((tmp_path / "hanbench").glob("*"))


def test_up_does_not_take_what_is_not_its_own(hanbench, bench, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    mine = tmp_path / "mine"
    mine.write_text("precious")
    result = hanbench(
        "up", bench(f'[nodes]\n[dongles.x]\nradio = "pty:{mine}"\n'), "--for", "0.1", "--out", str(tmp_path / "o")
    )
    assert result.status == 3
    assert "exists and is not a symbolic link" in result.err
    assert mine.read_text() == "precious"


def test_doctor_says_why_a_port_cannot_be_asked(hanbench):
    result = hanbench("doctor", "/dev/no-such-dongle")
    assert result.status == 3
    assert "no such device" in result.err


TWO_HOMES = "[homes.a]\n[homes.b]\n"


def test_all_homes_of_a_bench_are_checked_at_once(hanbench, bench, tmp_path):
    text = '[homes.a]\nfaults = ["battery-dead"]\n[homes.b]\n'
    result = hanbench("check", bench(text), "--json", "--out", str(tmp_path / "out"))
    assert result.status == 1
    said = json.loads(result.out)
    assert {name: home["verdict"] for name, home in said["homes"].items()} == {"a": "fail", "b": "pass"}
    labels = [key.label for key in keyfile.read(tmp_path / "out" / "mine.keys")]
    assert {label.partition(":")[0] for label in labels} == {"a", "b"}


def test_one_home_is_checked_while_the_others_are_there(hanbench, bench):
    result = hanbench("check", bench('[homes.a]\nfaults = ["battery-dead"]\n[homes.b]\n'), "--home", "b")
    assert (result.status, result.out.splitlines()[0].partition(":")[0]) == (0, "b")
    assert "a: " not in result.out


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("[homes.a]\n[nodes.hub]\n", (), "nodes: expected nodes or homes, not both"),
        (TWO_HOMES, ("--home", "c"), "homes: found 'c'; expected one of a, b"),
        (INSTALLED, ("--home", "a"), "expected no --home: the bench has one home"),
        ('[homes.a.nodes.hub]\nradio = "socket://127.0.0.1:1"\n', (), "homes.a.nodes.hub: expected a radio on this"),
        ("[homes.a.nodes.esme]\n", (), "homes.a.nodes.hub: a check needs an emulated hub"),
        ("channel = 20\n[homes.a]\n", (), "channel: expected in each home that has it, as homes.NAME.channel"),
        (
            '[homes.a]\nfaults = ["batery-dead"]\n',
            (),
            "homes.a.faults[0]: there is no 'batery-dead'; did you mean",
        ),
        (
            TWO_HOMES + '[[links]]\nbetween = ["a.hub", "c.hub"]\nattenuation_db = 3\n',
            (),
            "links[0].between: found 'c.hub'; expected HOME.ROLE, such as a.esme",
        ),
        ("".join(f"[homes.h{number}]\n" for number in range(101)), (), "homes: expected a table of length <= 100"),
        (
            '[nodes.hub]\nieee = "0011223344556677"\n[nodes.esme]\n[nodes.gsme]\nieee = "0011223344556677"\n',
            (),
            "nodes.gsme.ieee: found 0011223344556677, that of the hub; expected another",
        ),
    ],
)
def test_homes_that_cannot_be_are_refused_in_one_line(hanbench, bench, text, options, said):
    result = hanbench("check", bench(text), *options)
    assert result.status == 3
    assert said in result.err
    assert len(result.err.strip().splitlines()) == 1


def test_a_scenario_needs_a_bench_of_one_home(hanbench, bench):
    result = hanbench("run", "dormant-three-failures", "--bench", bench(TWO_HOMES))
    assert result.status == 3
    assert "homes: expected a bench of one home" in result.err
