"""The tutorial, typed as it is printed: its files are written, its commands run in one shell, and what they print is
held against the page, where `...` stands for anything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "tutorial" / "README.md"
MARK = "\x1e"


class Step(NamedTuple):
    """A file to write, or a command and what it prints."""

    file: str
    command: str
    text: str


def steps(page: str) -> Iterator[Step]:
    for kind, name, body in re.findall(r"^```(toml|console)(?: (\S+))?\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        if kind == "toml":
            yield Step(name, "", body)
            continue
        for command, printed in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
            yield Step("", command, printed)


def fits(printed: str, wanted: str) -> bool:
    """Whether what was printed is what the page says."""
    pattern = re.escape(wanted.rstrip("\n"))
    # A line of dots alone stands for any lines, or none; dots in a line for a part of it.
    pattern = re.sub(r"(^|\\\n)\\\.\\\.\\\.(?=\\\n|$)", r"\1.*?", pattern)
    pattern = pattern.replace(r"\.\.\.", ".*?").replace("\\\n", "\n")
    pattern = pattern.replace(".*?\n", "(?:.*?\n)?").replace("\n.*?", "(?:\n.*?)?")
    return re.fullmatch(pattern, printed.rstrip("\n"), re.DOTALL) is not None


def node() -> str | None:
    return shutil.which("node")


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_tutorial_goes_as_it_is_printed(tmp_path: Path) -> None:
    if node() is None:
        reason = "no Node.js is installed"
        pytest.fail(reason) if os.environ.get("HANBENCH_REQUIRE_JUDGES") == "1" else pytest.skip(reason)
    for name in ("docs", "profiles"):
        (tmp_path / name).symlink_to(ROOT / name)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, module in (("hanbench", "hanbench"), ("pytest", "pytest")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    told = list(steps(PAGE.read_text(encoding="utf-8")))
    assert len([step for step in told if step.command]) > 12
    script = ["set -m"]
    for step in told:
        if step.file:
            (tmp_path / step.file).write_text(step.text, encoding="utf-8")
        else:
            script += [step.command, f"printf '{MARK}'"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "HANBENCH_"))}
    environment["PATH"] = f"{programs}:{environment['PATH']}"
    environment["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=230,
    )
    printed = done.stdout.split(MARK)
    commands = [step for step in told if step.command]
    assert len(printed) == len(commands) + 1, done.stdout
    for step, came in zip(commands, printed, strict=False):
        assert fits(came, step.text), f"$ {step.command}\nprinted\n{came}\nand the page says\n{step.text}"


@pytest.mark.parametrize(
    ("printed", "wanted", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\nc\n", "a\n...\nc\n", True),
        ("a\nc\n", "a\n...\nc\n", True),
        ("x\na\n", "...\na\n", True),
        ("a\n", "...\na\n", True),
        ("a\nx\ny\n", "a\n...\n", True),
        ("a 12 b\n", "a ... b\n", True),
        ("a\nb\n", "a\n", False),
        ("a\nb\n", "a\n...\nc\n", False),
        ("", "a\n", False),
    ],
)
def test_dots_stand_for_anything_and_nothing_else_does(printed: str, wanted: str, same: bool) -> None:
    assert fits(printed, wanted) is same
