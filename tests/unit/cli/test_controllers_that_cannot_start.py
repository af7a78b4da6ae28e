"""What docs/ci.md promises: a controller that cannot be started is bad input, before anything is simulated."""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path

import pytest

from hanbench.harness.controllers import preflight

STORY = "dormant-three-failures"
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "controller.py"
COMMANDS = {
    "run": ("run", STORY),
    "verify": ("verify", "--only", "ioc.dormant.tmad-v18.battery-dead.consent", "--jobs", "1"),
    "explore": ("explore", "--seeds", "1", "--jobs", "1"),
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and a machine that may be busy."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(preflight, "START_UP", 60.0)
    return tmp_path


@pytest.fixture
def closed_port() -> int:
    """A port of this machine at which nothing listens."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
    return port


def program(folder: Path, text: str, mode: int = 0o755) -> None:
    path = folder / "controller"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_each_command_says_so_in_one_line_and_leaves_nothing(hanbench, here, command):
    program(here, "no program")
    outcome = hanbench(*command, "--controller", "process:./controller")
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (3, "", 1)
    assert "--controller: cannot start ./controller: Exec format error" in outcome.err
    assert [path.name for path in here.iterdir()] == ["controller"]


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("", 0o644, "./controller is not executable (chmod +x)"),
        ("#!/nowhere/python3\n", 0o755, "cannot start ./controller: No such file or directory (it was found: the int"),
        ("#!/bin/sh\necho no database >&2; exit 7\n", 0o755, "it ended with exit status 7: no database"),
        ("#!/bin/sh\nkill -9 $$\n", 0o755, "it ended with signal 9"),
    ],
    ids=["not-executable", "no-interpreter", "status", "signal"],
)
def test_a_program_that_does_not_start_is_told_with_the_reason(hanbench, here, text, mode, said):
    program(here, text, mode)
    outcome = hanbench("run", STORY, "--controller", "process:./controller")
    assert (outcome.status, outcome.err.count("\n")) == (3, 1)
    assert said in outcome.err


def test_an_interpreter_without_its_script_is_told_with_its_last_line(hanbench):
    outcome = hanbench("run", STORY, "--controller", f"process:{sys.executable} nosuch.py")
    assert (outcome.status, outcome.err.count("\n")) == (3, 1)
    assert "nosuch.py': [Errno 2] No such file or directory" in outcome.err


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_endpoint_that_refuses_the_connection_is_told(hanbench, closed_port, scheme):
    outcome = hanbench("run", STORY, "--controller", f"{scheme}://127.0.0.1:{closed_port}/?key=s3cret")
    assert (outcome.status, outcome.err.count("\n")) == (3, 1)
    assert f"cannot reach {scheme}://127.0.0.1:{closed_port}/?***: [Errno 111] Connection refused" in outcome.err


def test_a_program_that_ends_at_its_first_turn_breaks_the_rule_in_turn(hanbench, here, monkeypatch):
    monkeypatch.setattr(preflight, "START_UP", 0.0)
    program(here, "#!/bin/sh\nread turn && exit 7\n")
    outcome = hanbench("run", STORY, "--controller", "process:./controller")
    assert outcome.status == 1
    assert "VIOLATION in-turn" in outcome.out
    assert "exit status 7" in outcome.out


def test_the_example_copied_to_controller_is_the_controller_of_the_workflows(hanbench, here, monkeypatch):
    monkeypatch.setattr(preflight, "START_UP", 0.0)
    shutil.copy(EXAMPLE, here / "controller")
    assert hanbench("run", STORY, "--controller", "process:./controller").status == 0
