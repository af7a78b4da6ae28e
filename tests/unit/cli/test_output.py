"""What the commands say if they cannot write where they are asked to: one line, and the status of bad input."""

from __future__ import annotations

import os

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
def test_a_full_disk_names_the_capture(hanbench, tmp_path, command):
    capture = {"run": STORY, "check": "virtual", "verify": "ioc.dormant.tmad-v19.battery-dead.consent"}[command]
    path = tmp_path / f"{capture}.pcapng"
    path.symlink_to("/dev/full")
    more = ("--capture", "*") if command == "verify" else ()
    outcome = hanbench(*COMMANDS[command], *more, "--out", str(tmp_path))
    assert outcome.status == 3
    assert outcome.err.splitlines()[-1] == f"hanbench: {path}: cannot be written: No space left on device"


def test_a_full_disk_in_a_worker_process_ends_the_run(hanbench, tmp_path):
    path = tmp_path / "ioc.dormant.tmad-v19.battery-dead.consent.pcapng"
    path.symlink_to("/dev/full")
    arguments = (*COMMANDS["verify"][:-1], "2", "--capture", "*", "--out", str(tmp_path))
    outcome = hanbench(*arguments)
    assert (outcome.status, "No space left on device" in outcome.err) == (3, True)
