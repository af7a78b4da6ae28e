"""`hanbench --help`: quick, because a command is imported when it is called and not before."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from time import perf_counter

import pytest

from hanbench import __version__
from hanbench.harness.cli.main import COMMANDS

BUDGET = 0.2
"""Seconds of wall time (design.md, section 5)."""

HEAVY = ("asyncio", "cryptography", "hanbench.emulator", "msgspec", "rich", "scapy")


def test_help_takes_no_longer_than_its_budget():
    """The quickest of ten: the machine may have other things to do, hanbench may not."""
    taken = []
    for _ in range(10):
        start = perf_counter()
        subprocess.run([sys.executable, "-m", "hanbench", "--help"], check=True, capture_output=True)
        taken.append(perf_counter() - start)
        if taken[-1] <= BUDGET:
            break
    assert min(taken) <= BUDGET


def test_help_imports_nothing_heavy():
    script = f"""
import sys
from hanbench.harness.cli.main import main
try:
    main(["--help"])
except SystemExit as ended:
    assert ended.code == 0
print(sorted(set(sys.modules) & set({HEAVY})), file=sys.stderr)
"""
    result = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert result.stderr == "[]\n"


def test_help_lists_every_command_of_the_table(hanbench):
    outcome = hanbench("--help")
    listed = [line.split()[0] for line in outcome.out.partition("Commands:\n")[2].splitlines() if line[2] != " "]
    assert (outcome.status, listed) == (0, list(COMMANDS))


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", ["rules", "profiles"])
def test_a_command_has_help(hanbench, command, option):
    outcome = hanbench(command, option)
    assert outcome.status == 0
    assert f"Usage: hanbench {command}" in outcome.out


def test_the_version_is_said_once(hanbench):
    assert hanbench("--version") == (0, f"hanbench, version {__version__}\n", "")
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["version"]["path"] == "src/hanbench/__init__.py"
