"""Wireshark's side of `hanbench extcap`: tshark finds the interfaces, captures through them and loads the profile."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from hanbench.emulator.zigbee.security.keys import WELL_KNOWN_LINK_KEY
from hanbench.harness.capture import keyfile

HANBENCH = (sys.executable, "-m", "hanbench")
ROOT = Path(__file__).parents[2]
RULES = tomllib.loads((ROOT / "harness/wireshark/profile_data/rules.toml").read_text(encoding="utf-8"))["rules"]
NEW_BENCH = """
id = "mine"
title = "A bench {of} my own"
begins = "new"
speed = 20
[nodes.hub]
[nodes.esme]
ieee = "70b3d51ff0000002"
[nodes.gsme]
"""


class Home:
    """A user's home with hanbench's interfaces in it, and the programs that are run there."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "config"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("WIRESHARK_", "XDG_"))
        } | {"HOME": str(folder), "XDG_CONFIG_HOME": str(self.config), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        benches = self.config / "hanbench" / "benches"
        benches.mkdir(parents=True)
        (benches / "mine.toml").write_text(NEW_BENCH, encoding="utf-8")
        self.profile = self.config / "wireshark" / "profiles" / "hanbench"
        self.keys = self.profile / keyfile.TABLE
        self.installed = self.hanbench("extcap", "install")
        assert self.installed.returncode == 0, self.installed.stderr
        said = dict(line.split(":", 1) for line in self.installed.stdout.splitlines()[:2])
        self.launcher = Path(said["launcher"].strip())

    def hanbench(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(*HANBENCH, *arguments)

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, capture_output=True, text=True, env=self.environment, timeout=100, check=False, cwd="/"
        )

    def tshark(self, *arguments: str | Path) -> list[str]:
        """Lines of tshark's stdout with our profile; it may complain of nothing."""
        ended = self.run("tshark", "-C", "hanbench", *arguments)
        talk = ("Running as user", "Capturing on", "packets captured", "[Main MESSAGE]")
        complaints = [line for line in ended.stderr.splitlines() if not any(each in line for each in talk)]
        assert ended.returncode == 0, ended.stderr
        assert [line for line in complaints if line not in ("", "tshark: ")] == []
        return ended.stdout.splitlines()

    def colours(self, capture: Path) -> dict[int, str]:
        """By frame number: the colour rule that tshark used."""
        rows = self.tshark(
            "-r", capture, "--color", "-T", "fields", "-e", "frame.number", "-e", "frame.coloring_rule.name"
        )
        return {int(number): rule for number, rule in (row.split("\t") for row in rows)}

    def select(self, capture: Path, display_filter: str) -> set[int]:
        """Numbers of the frames that pass a display filter."""
        return {
            int(row) for row in self.tshark("-r", capture, "-Y", display_filter, "-T", "fields", "-e", "frame.number")
        }

    def capture(self, path: Path, *options: str) -> Path:
        """A capture on disk, its keys beside it."""
        made = self.hanbench("capture", *options, "--to", str(path), "--keys", str(keyfile.beside(path)))
        assert made.returncode == 0, made.stderr
        return path

    def processes(self) -> list[bytes]:
        """Launched captures that are still there."""
        mark = str(self.profile).encode()
        found = []
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = process.read_bytes()
            except OSError:
                continue
            if mark in line and b"--capture" in line:
                found.append(line)
        return found

    def none_left(self) -> bool:
        """Whether every launched capture ends soon."""
        deadline = time.monotonic() + 60
        while self.processes():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True


@pytest.fixture(scope="module")
def home(tshark, tmp_path_factory):
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture
def own_home(tshark, tmp_path):
    """One that a test may change."""
    return Home(tmp_path)


@pytest.fixture(scope="module")
def joining(home, tmp_path_factory):
    """A HAN that forms, captured to disk."""
    bench = str(home.config / "hanbench" / "benches" / "mine.toml")
    return home.capture(tmp_path_factory.mktemp("joining") / "joining.pcapng", bench, "--for", "60")


@pytest.fixture(scope="module")
def dumpcap(tshark):
    """tshark captures by this program; Debian lets only a group run it if it was set up so."""
    program = shutil.which("dumpcap")
    if program is None or not os.access(program, os.X_OK):
        pytest.skip("dumpcap is not there, or this user may not run it")


def test_tshark_lists_the_benches(home, dumpcap):
    lines = home.tshark("-D")
    for name in ("virtual", "ptys", "sockets", "coordinator", "mine"):
        assert [line for line in lines if f". hanbench-{name} (hanbench: {name}, " in line], name


@pytest.mark.timeout(110)
def test_tshark_captures_an_installed_han_live_and_opens_all_of_it(home, dumpcap):
    fields = ("-T", "fields", "-e", "frame.protocols", "-e", "zbee_sec.encrypted_payload", "-e", "zbee_zcl.cmd.id")
    rows = [
        row.split("\t")
        for row in home.tshark(
            "-i", "hanbench-virtual", "-o", "extcap.hanbench_virtual.speed:20", "-a", "packets:40", *fields
        )
    ]
    assert len(rows) == 40
    assert [row for row in rows if "zbee_nwk" in row[0]]
    assert [row for row in rows if row[2]]
    assert not [row for row in rows if row[1]]
    assert home.none_left()


@pytest.mark.timeout(110)
def test_tshark_captures_joining_live_and_decrypts_what_comes_after_it(home, dumpcap):
    fields = ("-e", "frame.protocols", "-e", "zbee_sec.encrypted_payload", "-e", "wpan.cmd", "-e", "zbee.sec.key_id")
    rows = [row.split("\t") for row in home.tshark("-i", "hanbench-mine", "-a", "packets:200", "-T", "fields", *fields)]
    assert [row for row in rows if row[2] == "0x01"], "an Association Request"
    assert [row for row in rows if "zbee_zcl_se.ke" in row[0]], "key establishment"
    assert [row for row in rows if "0x00" in row[3].split(",")], "a frame under a link key"
    assert not [row for row in rows if row[1]]
    assert home.none_left()


@pytest.mark.timeout(110)
def test_keys_of_another_seed_are_in_the_profile_after_a_capture(own_home, dumpcap):
    before = keyfile.read(own_home.keys)
    own_home.tshark(
        "-i", "hanbench-virtual", "-o", "extcap.hanbench_virtual.seed:of my own", "-a", "packets:4", "-w", os.devnull
    )
    fresh = {key.octets for key in keyfile.read(own_home.keys)} - {key.octets for key in before}
    made = own_home.capture(own_home.config / "x.pcapng", "virtual", "--seed", "of my own", "--for", "0.1")
    of_seed = {key.octets for key in keyfile.read(keyfile.beside(made))}
    assert fresh
    assert fresh == of_seed - {key.octets for key in before}


def test_columns_are_those_of_the_profile(home, joining):
    structure = "".join(home.tshark("-r", joining, "-c", "1", "-T", "psml")).partition("</structure>")[0]
    names = [part.partition("</section>")[0] for part in structure.split("<section>")[1:]]
    assert names == ["No.", "Time", "Source", "Destination", "Protocol", "Cluster", "Info", "Comment"]


def test_every_filter_compiles(home, joining):
    filters = [line.split("@")[2] for line in _lines(home.profile / "colorfilters")]
    filters += [line.split('","')[2] for line in _lines(home.profile / "dfilter_buttons")]
    assert len(filters) > len(RULES)
    for each in filters:
        home.select(joining, each)


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(
    ("landmark", "rule"),
    [
        ("zbee_aps.cmd.id == 0x05", "Keys"),
        ("zbee_zcl_se.ke.cert.subject || zbee_zcl_se.ke.macu", "Keys"),
        ("wpan.cmd == 0x01", "Joining, rejoining, leaving"),
        ("zbee_aps.zdp_cluster == 0x0013", "Joining, rejoining, leaving"),
        ("wpan.cmd == 0x04", "Poll of a sleeping device"),
        ("wpan.frame_type == 2", "MAC acknowledgement"),
        ("zbee_aps.type == 2", "APS acknowledgement"),
        ("wpan.frame_type == 0", "Upkeep: beacons, routes, link status"),
        ("zbee_nwk.cmd.id == 0x08", "Upkeep: beacons, routes, link status"),
        # The gas meter alone pushes readings, to its mirror.
        ("zbee_aps.cluster == 0x0702 && zbee_zcl.cmd.id == 0x0a", "Gas meter"),
    ],
)
def test_frames_have_the_colour_of_what_they_are(home, joining, landmark, rule):
    colours = home.colours(joining)
    frames = home.select(joining, landmark)
    assert frames
    assert {colours[frame] for frame in frames} == {rule}


def test_traffic_of_the_electricity_meter_is_no_gas_meters(home, joining):
    meters = home.select(
        joining, "zbee.sec.src64 == 70:b3:d5:1f:f0:00:00:02 && zbee_zcl && !(zbee_aps.cluster == 0x0800)"
    )
    colours = home.colours(joining)
    assert meters
    assert {colours[frame] for frame in meters} == {"Application"}


def test_a_comment_comes_before_everything_else(home, joining, tmp_path, frames_of):
    from tests.interop import han

    psdus = [frame.psdu for frame in frames_of(joining)]
    noted = han.save(
        (han.Sample("fault" if number == 0 else "", psdu) for number, psdu in enumerate(psdus)), tmp_path / "n.pcapng"
    )
    colours = home.colours(noted)
    assert [frame for frame, rule in colours.items() if rule.startswith("Comment")] == [1]


@pytest.mark.timeout(110)
def test_keys_of_a_capture_on_disk_are_added(own_home, tmp_path):
    capture = own_home.capture(
        tmp_path / "other.pcapng", "virtual", "--seed", "elsewhere", "--speed", "20", "--for", "10"
    )
    closed = own_home.select(capture, "zbee_sec.encrypted_payload")
    assert closed
    colours = own_home.colours(capture)
    assert {colours[frame] for frame in closed} == {"No key opens it"}
    with own_home.keys.open("a", encoding="utf-8") as table:
        table.write('"11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00","Reverse","somebody\'s"\n')
    added = own_home.hanbench("extcap", "keys", str(capture))
    assert added.returncode == 0, added.stderr
    assert own_home.select(capture, "zbee_sec.encrypted_payload") == set()
    assert '"Reverse","somebody\'s"' in own_home.keys.read_text(encoding="utf-8")
    before = own_home.keys.read_bytes()
    assert own_home.hanbench("extcap", "keys", str(keyfile.beside(capture))).returncode == 0
    assert own_home.keys.read_bytes() == before


def test_the_well_known_key_is_there_and_nobody_else_may_read_the_keys(home):
    assert WELL_KNOWN_LINK_KEY in {key.octets for key in keyfile.read(home.keys)}
    assert home.keys.stat().st_mode & 0o077 == 0


def test_remove_leaves_nothing_of_ours_and_all_that_is_not(own_home):
    assert own_home.hanbench("extcap", "install").returncode == 0
    (own_home.profile / "decode_as_entries").write_text("# mine\n", encoding="utf-8")
    ended = own_home.hanbench("extcap", "remove")
    assert ended.returncode == 0, ended.stderr
    assert not own_home.launcher.exists()
    assert [path.name for path in own_home.profile.iterdir()] == ["decode_as_entries"]
    lines = own_home.run("tshark", "-D").stdout.splitlines()
    assert not [line for line in lines if "hanbench-" in line]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, "reader"])
def test_a_capture_that_is_stopped_has_not_failed(home, tmp_path, ending):
    pipe = tmp_path / "fifo"
    os.mkfifo(pipe)
    # No frame ends on this bench within minutes: an end that is noticed only in writing would not be noticed.
    command = [
        home.launcher,
        "--extcap-interface",
        "hanbench-virtual",
        "--capture",
        "--fifo",
        pipe,
        "--speed",
        "0.00001",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=home.environment) as process:
        try:
            with pipe.open("rb") as reader:
                assert reader.read(4) == bytes.fromhex("0a0d0d0a")
                if ending != "reader":
                    process.send_signal(ending)
                    assert process.wait(20) == 0
            assert process.wait(20) == 0
        finally:
            process.kill()
        assert process.stdout.read() + process.stderr.read() == b""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--extcap-interface: expected one of"),
        (("--extcap-interface", "hanbench-nowhere", "--extcap-dlts"), "found 'hanbench-nowhere'"),
        (("--extcap-interface", "hanbench-virtual"), "expected --extcap-dlts"),
        (("--extcap-interface", "hanbench-virtual", "--capture"), "--fifo"),
        (("--extcap-interface", "hanbench-virtual", "--capture", "--fifo", "/nowhere/fifo"), "/nowhere/fifo"),
        (("--extcap-interface", "hanbench-virtual", "--capture", "--fifo", "f", "--speed", "0"), "--speed"),
        (("--extcap-interface", "hanbench-virtual", "--capture", "--fifo", "f", "--begins", "old"), "--begins"),
        (
            ("--extcap-interface", "hanbench-coordinator", "--capture", "--fifo", "f", "--begins", "installed"),
            "expected 'new'",
        ),
        (
            ("--extcap-interface", "hanbench-virtual", "--capture", "--fifo", "f", "--extcap-capture-filter", "x"),
            "expected no capture filter",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(home, arguments, told):
    ended = home.run(home.launcher, *arguments)
    assert ended.returncode == 3
    assert ended.stdout == ""
    assert told in ended.stderr
    assert ended.stderr.count("\n") == 1
