"""Bench files: what they can say, and what a wrong one is told, in one line with file, key and expectation."""

from __future__ import annotations

import pytest

from hanbench.profiles.benches import StartingState, find_bench, ids, path_of, read_bench
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import suggestion
from hanbench.profiles.radio_url import RadioKind, parse_radio

HEAD = 'id = "b"\ntitle = "A bench"\n'
BOTH = ["hub", "gsme"]
ALL = "[nodes.hub]\n[nodes.esme]\n[nodes.gsme]\n"


@pytest.fixture
def bench(tmp_path):
    def write(text: str, head: str = HEAD):
        path = tmp_path / "b.toml"
        path.write_text(head + text, encoding="utf-8")
        return read_bench(path)

    return write


@pytest.mark.parametrize("name", ids())
def test_every_bench_that_comes_with_hanbench_is_read_under_its_id(name):
    assert find_bench(name).id == name == path_of(name).stem


@pytest.mark.parametrize(
    ("text", "kind", "where"),
    [
        ("air:", RadioKind.AIR, ""),
        ("pty:", RadioKind.PTY, ""),
        ("pty:/tmp/x", RadioKind.PTY, "/tmp/x"),
        ("tcp:", RadioKind.TCP, ""),
        ("tcp:8123", RadioKind.TCP, "8123"),
        ("serial:/dev/ttyACM0", RadioKind.SERIAL, "/dev/ttyACM0"),
        ("socket://host:1", RadioKind.SOCKET, "//host:1"),
        ("physical", RadioKind.PHYSICAL, ""),
    ],
)
def test_a_radio_is_told_by_what_stands_before_the_colon(text, kind, where):
    url = parse_radio(text)
    assert (url.kind, url.where, str(url)) == (kind, where, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "air",
        "airr:",
        "air:x",
        "tcp:x",
        "tcp:65536",
        "serial:ttyACM0",
        "serial:",
        "socket:host:1",
        "socket://host",
        "socket://:1",
        "physical:",
        "rfc2217://x:1",
    ],
)
def test_what_is_no_radio_is_refused_with_what_was_expected(text):
    with pytest.raises(ValueError, match="expected"):
        parse_radio(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[nodes]\n", "nodes: expected at least one device, or a dongle"),
        (ALL + "[nodes.esme2]\n", "nodes.esme2: no such key; expected one of .*; did you mean esme?"),
        (
            ALL.replace("[nodes.esme]", '[nodes.esme]\nradio = "usb:1"'),
            "nodes.esme: found 'usb:1'; expected one of air:",
        ),
        (ALL.replace("[nodes.esme]", '[nodes.esme]\nradio = "physical"'), "nodes.esme.ieee: expected"),
        (ALL.replace("[nodes.esme]", '[nodes.esme]\nradio = "serial:/dev/x"'), "they cannot hear each other"),
        (ALL.replace("[nodes.esme]", '[nodes.esme]\nieee = "12"'), "nodes.esme.ieee"),
        (ALL.replace("[nodes.esme]", '[nodes.esme]\ninstall_code = "12"'), "nodes.esme.install_code"),
        (ALL + "wake_interval_s = 0\n", "nodes.gsme.wake_interval_s: expected a number >= 1"),
        (
            ALL + '[[links]]\nbetween = ["hub", "gsme"]\nattenuation_db = 3\n' * 2,
            "links.1..between: found hub and gsme a second time, after links.0.",
        ),
        (
            ALL + "".join(f"[[links]]\nbetween = {each}\nattenuation_db = 0\n" for each in (BOTH, BOTH[::-1])),
            "links.1..between: found gsme and hub a second time, after links.0.",
        ),
        (
            ALL + '[[links]]\nbetween = ["hub", "ihd"]\nattenuation_db = 3\n',
            "links.0..between: found 'ihd'; expected one",
        ),
        (ALL + "[dongles.hub]\n", "dongles.hub: expected another name than that of a node"),
        (ALL + '[dongles.x]\nradio = "air:"\n', "found 'air:'; expected pty: or tcp:"),
        ('[nodes.hub]\nradio = "serial:/dev/x"\n[dongles.y]\n', "links and dongles need this bench's own Air"),
        (
            ALL.replace("[nodes.hub]", f'[nodes.hub]\nieee = "{"0" * 16}"'),
            "nodes.hub.ieee: found 0{16}; expected the EUI",
        ),
        (ALL.replace("[nodes.esme]", f'[nodes.esme]\nieee = "{"Ff" * 8}"'), "nodes.esme.ieee: found (Ff){8}; expected"),
        ("[nodes.hub]\n[nodes.esme]\n", ""),
    ],
)
def test_what_is_wrong_is_said_in_one_line(bench, text, said):
    if not said:
        assert bench(text).starts is StartingState.NEW
        return
    with pytest.raises(ProfileError, match=said) as error:
        bench(text)
    assert "b.toml" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("radio", ["serial:/dev/ttyACM0", "socket://10.0.0.1:7", "pty:/tmp/x", "tcp:7001"])
def test_no_two_devices_have_one_port(bench, radio):
    with pytest.raises(ProfileError) as error:
        bench(f'[nodes.hub]\nradio = "{radio}"\n[nodes.esme]\nradio = "{radio}"\n')
    said = "nodes.esme.radio: expected another radio: the hub and the esme name the same port"
    assert str(error.value).endswith(said)


def test_no_device_has_the_port_of_a_dongle_or_of_another_home(bench):
    with pytest.raises(
        ProfileError, match=r"dongles\.x\.radio: expected another radio: the hub and the dongles\.x name"
    ):
        bench('[nodes.hub]\nradio = "tcp:7001"\n[dongles.x]\nradio = "tcp:07001"\n')
    homes = "".join(f'[homes.{name}.nodes.hub]\nradio = "tcp:7001"\n' for name in "ab")
    with pytest.raises(ProfileError, match=r"homes\.b\.nodes\.hub\.radio: expected another radio"):
        bench(homes)


def test_a_link_to_a_device_is_the_same_port(bench, tmp_path):
    (tmp_path / "by-id").symlink_to("/dev/ttyACM0")
    with pytest.raises(ProfileError, match="the hub and the esme name the same port"):
        bench(f'[nodes.hub]\nradio = "serial:/dev/ttyACM0"\n[nodes.esme]\nradio = "serial:{tmp_path}/by-id"\n')


def test_ports_that_the_system_chooses_differ(bench):
    for radio in ("pty:", "tcp:", "tcp:0"):
        assert bench(f'[nodes.hub]\nradio = "{radio}"\n[nodes.esme]\nradio = "{radio}"\n').complete is False


@pytest.mark.parametrize("speed", ["0", "-1", "2", '"virtual"'])
def test_somebody_outside_keeps_real_time(bench, speed):
    with pytest.raises(ProfileError, match="speed: found"):
        bench("[nodes.hub]\nradio = 'serial:/dev/ttyACM0'\n", f"{HEAD}speed = {speed}\n")


def test_a_han_can_be_found_installed_only_if_all_of_it_is_ours(bench):
    assert bench(ALL).starts is StartingState.INSTALLED
    with pytest.raises(ProfileError, match="expected 'new'"):
        bench("[nodes.hub]\n", HEAD + 'begins = "installed"\n')


def test_a_bench_that_is_nowhere_is_told_with_the_ones_there_are():
    with pytest.raises(ProfileError, match=r"did you mean ptys\?"):
        find_bench("ptyss")
    with pytest.raises(ProfileError, match=r"nowhere\.toml: cannot be read: No such file"):
        find_bench("nowhere.toml")


def test_a_virtual_dongle_is_strict_unless_the_file_names_another_firmware(bench):
    made = bench('[nodes.hub]\nradio = "pty:"\nfirmware = "efr32"\n[dongles.a]\n[dongles.b]\nfirmware = "lenient"\n')
    assert made.present["hub"].firmware == "efr32"
    assert [dongle.firmware for dongle in made.dongles.values()] == ["strict", "lenient"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[nodes.hub]\nradio = "pty:"\nfirmware = "strikt"\n', r"firmware: found 'strikt'.*did you mean strict\?"),
        ('[dongles.a]\nfirmware = "openthread-2025-1"\n', r"did you mean openthread-2025-01\?"),
        ('[nodes.hub]\nfirmware = "strict"\n', "only a virtual dongle has a model"),
        ('[nodes.hub]\nradio = "serial:/dev/x"\nfirmware = "strict"\n', "only a virtual dongle has a model"),
        ('[nodes.hub]\nradio = "pty:"\nfirmwar = "strict"\n', r"did you mean firmware\?"),
    ],
)
def test_a_firmware_that_cannot_be_is_told_in_one_line(bench, text, said):
    with pytest.raises(ProfileError, match=said) as error:
        bench(text)
    assert "\n" not in str(error.value)


HOMES = "[homes.left]\n[homes.right]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HOMES + "chanel = 20\n", "homes.right.chanel: no such key; expected one of .*; did you mean channel?"),
        (HOMES + "at_m = ['x', 0]\n", r"homes.right.at_m\[0\]: expected a number, found 'x'"),
        (
            HOMES + "[homes.right.nodes.hub]\nbaud = 1\n",
            "homes.right.nodes.hub.baud: expected a whole number >= 9600, found 1",
        ),
        (
            "".join(f"[homes.n{each}]\n" for each in range(101)),
            "homes: expected a table of length <= 100, found one of length 101",
        ),
        (HOMES.replace("[homes.left]", 'state = "x"\n[homes.left]'), "state: expected no state: a bench of several"),
    ],
)
def test_what_is_wrong_in_a_home_is_said_with_its_name(bench, text, said):
    with pytest.raises(ProfileError, match=said):
        bench(text)


def test_a_home_that_is_not_a_number_away_is_named(bench):
    with pytest.raises(ProfileError) as error:
        bench(HOMES + "at_m = [nan, 0]\n")
    assert "homes.right.at_m[0]: " in str(error.value)
    assert "None" not in str(error.value)


def test_no_word_is_suggested_where_several_are_equally_near():
    assert suggestion("no9", ["no1", "no2", "no3"], alone=True) == ""
    assert suggestion("lef", ["left", "right"], alone=True) == "; did you mean left?"
