"""What the commands say if they cannot write where they are asked to: one line, and the status of bad input."""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
import sys

import pytest

from hanbench.harness.files import locked_folder

STORY = "dormant-three-failures"
COMMANDS = {
    "run": ("run", STORY),
    "check": ("check", "virtual"),
    "up": ("up", "virtual", "--for", "1"),
    "explore": ("explore", "--seeds", "1", "--jobs", "1"),
    "verify": ("verify", "--only", "ioc.dormant.tmad-v19.battery-dead.*", "--jobs", "1"),
}
SMALL = 8
"""Length of the longest file that fits, blocks of 512 octets: shorter than a capture."""


@pytest.fixture
def refused(hanbench):
    """`refused(*arguments)`: what the command says on stderr when it ends with bad input and writes no result."""

    def call(*arguments):
        outcome = hanbench(*arguments)
        assert (outcome.status, outcome.out, outcome.err.count("\n")) == (3, "", 1)
        return outcome.err

    return call


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_cannot_be_made_is_bad_input(refused, tmp_path, command):
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "sub"
    said = refused(*COMMANDS[command], "--out", str(out))
    assert said == f"hanbench: {out}: expected a writable folder: Not a directory\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_second_run_in_a_folder_is_told_of_the_first(refused, tmp_path, command):
    with locked_folder(tmp_path):
        said = refused(*COMMANDS[command], "--out", str(tmp_path))
    who = f"another run of hanbench (process {os.getpid()})"
    assert said == f"hanbench: {tmp_path}: {who} writes here; end it, or use another folder\n"


def test_exploring_without_a_failure_leaves_no_folder(hanbench, tmp_path):
    assert hanbench(*COMMANDS["explore"], "--out", str(tmp_path / "out")).status == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--keys", "--to"])
def test_a_live_capture_names_the_file_that_cannot_be_written(hanbench, tmp_path, option):
    files = {"--keys": tmp_path / "keys", "--to": tmp_path / "capture"} | {option: tmp_path / "none" / "file"}
    given = [str(each) for pair in files.items() for each in pair]
    outcome = hanbench("capture", "virtual", "--for", "1", *given)
    assert outcome.status == 3
    assert "file: " in outcome.err.splitlines()[-1]
    assert ".new" not in outcome.err


@pytest.mark.parametrize("command", ["run", "check", "verify"])
def test_a_full_disk_names_the_capture(tmp_path, command):
    capture = {"run": STORY, "check": "virtual", "verify": "ioc.dormant.tmad-v19.battery-dead.consent"}[command]
    path = tmp_path / f"{capture}.pcapng"
    more = ("--capture", "*") if command == "verify" else ()
    done = shell("", *COMMANDS[command], *more, "--out", str(tmp_path), limit=SMALL)
    assert done.returncode == 3
    said = done.stderr.splitlines()[-1]
    if command == "verify":
        assert re.fullmatch(r"hanbench: .*\.pcapng: cannot be written: File too large", said)
    else:
        assert said == f"hanbench: {path}: cannot be written: File too large"
    assert not list(tmp_path.glob("*.pcapng*")) + list(tmp_path.glob(".*"))


def test_a_full_disk_in_a_worker_process_ends_the_run(tmp_path):
    arguments = (*COMMANDS["verify"][:-1], "2", "--capture", "*", "--out", str(tmp_path))
    done = shell("", *arguments, limit=SMALL)
    assert (done.returncode, "pcapng: cannot be written: File too large" in done.stderr) == (3, True)


def test_a_live_capture_replaces_no_device(hanbench, tmp_path):
    """Of a named pipe here: nobody reads it, and it must stay one. Devices: test_what_is_replaced.py."""
    os.mkfifo(tmp_path / "keys")
    outcome = hanbench(
        "capture", "virtual", "--for", "1", "--to", str(tmp_path / "a"), "--keys", str(tmp_path / "keys")
    )
    said = f"hanbench: {tmp_path / 'keys'}: cannot be written: it is a named pipe; expected a file, or a new name"
    assert (outcome.status, outcome.err.splitlines()[-1]) == (3, said)
    assert (tmp_path / "keys").is_fifo()


def test_a_full_device_of_a_live_capture_is_named(hanbench, tmp_path):
    """A copy of /dev/full (full(4): 1, 7)."""
    full = tmp_path / "full"
    try:
        os.mknod(full, stat.S_IFCHR | 0o666, os.makedev(1, 7))
        full.open("wb").close()
    except PermissionError:
        pytest.skip("device nodes can be made and used by root alone, and not on every file system")
    outcome = hanbench("capture", "virtual", "--for", "1", "--speed", "100", "--to", str(full))
    said = f"hanbench: {full}: --to: cannot be written: No space left on device"
    assert (outcome.status, outcome.err.splitlines()[-1]) == (3, said)


@pytest.mark.parametrize("linked", [False, True])
def test_two_outputs_in_one_file_are_refused(hanbench, tmp_path, linked):
    keys = same = tmp_path / "same"
    if linked:
        (keys := tmp_path / "keys").symlink_to("same")
    outcome = hanbench("capture", "virtual", "--for", "1", "--to", str(same), "--keys", str(keys))
    said = f"hanbench: {keys}: --keys: expected another file than that of --to"
    assert (outcome.status, outcome.err.splitlines()) == (3, [said])
    assert not same.exists()


def test_keys_do_not_go_where_stdout_goes(tmp_path):
    done = shell(f">{tmp_path / 'out'}", "capture", "virtual", "--for", "1", "--keys", str(tmp_path / "out"))
    said = f"hanbench: {tmp_path / 'out'}: --keys: expected another file than that of stdout"
    assert (done.returncode, done.stderr.splitlines()[-1]) == (3, said)


def test_an_output_is_not_written_over_an_input(hanbench, tmp_path):
    (tmp_path / "bench.toml").write_text('id = "b"\ntitle = "t"\n[nodes.hub]\n[nodes.esme]\n[nodes.gsme]\n')
    before = (tmp_path / "bench.toml").read_text()
    bench = str(tmp_path / "bench.toml")
    for option, other in (("--to", "--keys"), ("--keys", "--to")):
        outcome = hanbench("capture", bench, "--for", "1", option, bench, other, str(tmp_path / "other"))
        said = f"hanbench: {bench}: {option}: expected another file than that of BENCH"
        assert (outcome.status, outcome.err.splitlines()) == (3, [said])
    assert (tmp_path / "bench.toml").read_text() == before


@pytest.mark.parametrize("command", ["run", "check", "faults show", "report merge --out o", "judge"])
@pytest.mark.parametrize("name", ["n" * 300, "d/" * 3000, "loop"], ids=["long", "deep", "loop"])
def test_a_path_that_no_file_can_have_is_one_line(hanbench, tmp_path, monkeypatch, command, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    outcome = hanbench(*command.split(), name)
    assert (outcome.status, len(outcome.err.splitlines())) == (3, 1)


@pytest.mark.parametrize(
    "command", [("run", STORY), ("check", "virtual"), ("up", "virtual", "--for", "1")], ids=" ".join
)
@pytest.mark.parametrize("name", ["n" * 300, "d/" * 3000], ids=["long", "deep"])
def test_a_folder_that_cannot_be_made_is_one_line(hanbench, tmp_path, monkeypatch, command, name):
    monkeypatch.chdir(tmp_path)
    outcome = hanbench(*command, "--out", name)
    assert (outcome.status, outcome.err.count("File name too long"), list(tmp_path.iterdir())) == (3, 1, [])


def shell(redirection, *arguments, limit="unlimited"):
    """Run hanbench with its streams redirected as a shell does it. `limit`: of files, blocks of 512 octets (POSIX)."""
    program = shlex.join((sys.executable, "-B", "-m", "hanbench", *arguments))
    command = f"ulimit -f {limit}; exec {program} {redirection}"
    return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("arguments", [("--help",), ("rules",), ("check", "virtual", "--json")], ids=" ".join)
def test_a_full_disk_below_stdout_is_bad_input(arguments):
    done = shell(">/dev/full", *arguments)
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == "hanbench: standard output cannot be written: No space left on device"


def test_a_full_disk_below_stderr_ends_nothing():
    done = shell("2>/dev/full", "check", "virtual")
    assert done.returncode == 0
    assert "pass" in done.stdout


def test_a_stream_that_was_closed_takes_no_harm(tmp_path):
    """The first file that a program opens would get its number (open(2): the lowest that is free)."""
    done = shell(">&- 2>&-", "check", "virtual", "--out", str(tmp_path))
    assert done.returncode == 0
    assert (tmp_path / "check.json").read_text().startswith("{")
    assert b"hanbench check" not in (tmp_path / "virtual.pcapng").read_bytes()


@pytest.mark.parametrize("blocks", [1, 9])
def test_a_capture_that_does_not_fit_is_not_left_in_part(tmp_path, blocks):
    done = shell("", "check", "virtual", "--out", str(tmp_path), limit=blocks)
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == f"hanbench: {tmp_path}/virtual.pcapng: cannot be written: File too large"
    assert list(tmp_path.iterdir()) == []
