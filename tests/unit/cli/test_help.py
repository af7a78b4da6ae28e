"""`hanbench --help`: quick, because a command is imported when it is called and not before."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hanbench import __version__
from hanbench.harness.cli.main import COMMANDS

YARDSTICK = "import asyncio, click, msgspec"
"""The program whose processor time is the unit of these budgets: machines differ, and are busy."""
BUDGETS = {
    "--help": 1.0,
    **{f"{command} --help": 2.0 for command in COMMANDS},
    "ctl --help": 3.0,  # its list of verbs is made from the typed table
    "rules": 2.0,
    "faults": 2.0,
    "scenarios": 3.0,
}
"""In units of the yardstick. On a machine where that takes 0.08 s, these are 0.08, 0.16 and 0.24 s."""

HEAVY = ("asyncio", "cryptography", "hanbench.emulator", "msgspec", "rich", "scapy")


def processor_time(cache: Path, *arguments: str) -> float:
    """Return the processor time of a Python program, seconds: the least of four runs, with bytecode in `cache`."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    taken = []
    for _ in range(4):
        before = os.times()
        subprocess.run(
            [sys.executable, *arguments],
            check=True,
            capture_output=True,
            env={**kept, "PYTHONPYCACHEPREFIX": str(cache)},
        )
        after = os.times()
        taken.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return min(taken)


@pytest.mark.timeout(400)  # many processes, on a machine that may be busy
def test_help_and_lists_take_no_longer_than_their_budget(tmp_path):
    over = dict(BUDGETS)
    for _ in range(3):  # what was over its budget while the machine was busy is measured again, with a new unit
        unit = processor_time(tmp_path, "-c", YARDSTICK)
        taken = {words: processor_time(tmp_path, "-m", "hanbench", *words.split()) / unit for words in over}
        over = {words: ratio for words, ratio in taken.items() if ratio > BUDGETS[words]}
    assert over == {}


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


@pytest.fixture
def help_of(hanbench, monkeypatch):
    """`help_of(*command)`: the lines of its help on a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    return lambda *command: hanbench(*command, "--help").out.splitlines()


@pytest.mark.parametrize("command", [(), ("extcap",), ("rules",), ("profiles",), ("faults",), ("scenarios",)])
def test_a_list_of_commands_has_a_whole_sentence_in_a_line_for_each(help_of, command):
    lines = help_of(*command)
    listed = lines[lines.index("Commands:") + 1 :]
    assert listed
    for line in listed:
        assert re.fullmatch(r"  [a-z-]+ +[A-Z].*[^.]\.", line), line


@pytest.mark.parametrize("command", COMMANDS)
def test_help_breaks_no_name_and_fits(help_of, command):
    lines = help_of(command)
    assert max(map(len, lines)) < 80
    assert not [line for line in lines if line.endswith("-") and not line.endswith(" -")]
    assert not [line for line in lines if line.count("`") % 2]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_described(help_of, command):
    lines = help_of(command)
    options = "\n".join(lines[lines.index("Options:") + 1 :]).split("\n  -")
    assert [option for option in options if re.fullmatch(r"\S+( [A-Z]+| \[.*?\])?( +\[default: \S+\])?", option)] == []


def test_the_command_to_copy_stands_in_one_line(help_of):
    assert "  hanbench capture virtual --keys v.keys | wireshark -ki -" in help_of("capture")


def test_the_version_is_said_once(hanbench):
    assert hanbench("--version") == (0, f"hanbench, version {__version__}\n", "")
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["version"]["path"] == "src/hanbench/__init__.py"
