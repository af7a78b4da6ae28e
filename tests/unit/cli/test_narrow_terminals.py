"""Lines for people on terminals of 80 and 60 columns: no id, path or option is cut, and a pipe gets a fact a line."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from hanbench.harness.cli.main import COMMANDS
from hanbench.harness.cli.output import print_command, print_line, unbroken, wrapped

LONG = "moc-secure.mixed-gsme-dormant.third-failure-14-march.battery-dead.consent"
STORY = "active-becomes-dormant-while-a-request-is-awaited"
COLOR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LAYOUT = re.compile(r"[\s\u2500\\]+")


def on_a_terminal(columns: int, *arguments: str, cwd: Path, **environment: str) -> str:
    """Return what `hanbench` prints with stdout and stderr on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    given = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "hanbench", *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, env=given | {"TERM": "xterm"} | environment,
    )  # fmt: skip
    os.close(theirs)
    said = bytearray()
    try:
        while octets := os.read(ours, 65536):
            said += octets
    except OSError:  # the end of a terminal on Linux
        pass
    os.close(ours)
    process.wait(timeout=60)
    return said.decode().replace("\r\n", "\n")


def test_the_command_of_a_failure_can_be_pasted_from_a_narrow_terminal(tmp_path):
    """A backslash at the end of a line joins it with the next (POSIX shell, 2.2.1), so that the shell sees one."""
    case, seed = "ioc.dormant.tmad-v19.battery-dead.consent", "a seed of several words"
    chosen = ("verify", "--case", case, "--controller", "wrong:two-failures-suffice", "--seed", seed, "--jobs", "1")
    said = COLOR.sub("", on_a_terminal(60, *chosen, cwd=tmp_path)).splitlines()
    begin = next(number for number, line in enumerate(said) if line.startswith("    again: "))
    end = next(number for number in range(begin, len(said)) if not said[number].endswith("\\"))
    assert end > begin
    pasted = "\n".join(said[begin : end + 1]).removeprefix("    again: ")
    seen = subprocess.run(
        ["sh", "-c", f'hanbench() {{ printf "%s\\n" "$@"; }}; {pasted}'], capture_output=True, text=True, check=True
    )
    (report,) = json.loads((tmp_path / "hanbench-report" / "report.json").read_text())["scenarios"]
    assert ["hanbench", *seen.stdout.splitlines()] == shlex.split(report["replay"])


def in_a_pipe(*arguments: str, cwd: Path) -> str:
    command = [sys.executable, "-m", "hanbench", *arguments]
    done = subprocess.run(
        command, text=True, cwd=cwd, timeout=120, env=os.environ | {"COLUMNS": "60"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.stdout


def cut(said: str, columns: int) -> list[str]:
    """Return the lines that the terminal cuts: too wide, and more than one word."""
    plain = COLOR.sub("", said).splitlines()
    return [line for line in plain if len(line) > columns and len(line.removesuffix(" \\").split()) > 1]


COMMANDS_WITH_LINES = [
    ("run", LONG, "--out", "results/of-a-folder-with-a-long-name"),
    ("run", LONG, "--controller", "wrong:two-failures-suffice"),
    ("run", "no-such-scenario-" * 6),
    ("check", "virtual", "--out", "results/of-a-folder-with-a-long-name"),
    ("verify", "--only", "ioc.dormant.tmad-v19.battery-dead.*", "--controller", "wrong:two-failures-suffice"),
    ("explore", "--seeds", "3", "--controller", "wrong:two-failures-suffice"),
    ("doctor",),
    ("rules",), ("rules", "show", "tmad-v19"),
    ("profiles",), ("profiles", "show", "moc-secure"),
    ("faults",), ("faults", "show", "battery-dead"), ("faults", "show", "none"),
    ("scenarios",), ("scenarios", "show", STORY),
    ("--help",), *((name, "--help") for name in COMMANDS),
    ("extcap", "install", "--help"), ("scenarios", "show", "--help"),
]  # fmt: skip


RUNS_SCENARIOS = {"run", "check", "verify", "explore"}


@pytest.mark.parametrize("columns", [80, 60])
@pytest.mark.parametrize("arguments", COMMANDS_WITH_LINES, ids=" ".join)
def test_a_terminal_cuts_no_word(arguments: tuple[str, ...], columns: int, tmp_path: Path) -> None:
    narrow = on_a_terminal(columns, *arguments, cwd=tmp_path)
    assert cut(narrow, columns) == []
    if arguments[0] not in RUNS_SCENARIOS:  # these are slow, and show progress
        assert words(on_a_terminal(1000, *arguments, cwd=tmp_path)) <= words(narrow)


def words(said: str) -> set[str]:
    """Return the ids, names, paths and options: the words with a sign in them, without the punctuation around them."""
    plain = (word.strip(".,:;()") for word in LAYOUT.split(COLOR.sub("", said)))
    return {word for word in plain if len(word) > 2 and re.search(r"[-_./]", word)}


def test_a_pipe_gets_a_fact_a_line_whatever_columns_says(tmp_path: Path) -> None:
    said = in_a_pipe("run", LONG, cwd=tmp_path).splitlines()
    assert len(said[0]) > 80
    assert said[0].endswith("virtual time")
    assert any(line.startswith("  decided: ") and line.endswith(")") for line in said)


def test_columns_takes_the_place_of_the_terminals_width(tmp_path: Path) -> None:
    said = on_a_terminal(200, "faults", "show", "battery-dead", cwd=tmp_path, COLUMNS="50")
    assert max(map(len, said.splitlines())) <= 50


def test_no_color_leaves_the_lines_and_takes_the_colours(tmp_path: Path) -> None:
    colored = on_a_terminal(80, "run", LONG, cwd=tmp_path)
    plain = on_a_terminal(80, "run", LONG, cwd=tmp_path, NO_COLOR="1")
    assert "\x1b[" in colored
    assert "\x1b[" not in plain
    assert COLOR.sub("", colored) == plain


def test_json_is_not_wrapped(tmp_path: Path) -> None:
    assert on_a_terminal(60, "faults", "show", "battery-dead", "--json", cwd=tmp_path) == in_a_pipe(
        "faults", "show", "battery-dead", "--json", cwd=tmp_path
    )


def test_further_lines_hang_below_the_first() -> None:
    assert wrapped("  one two three four", 13) == ["  one two", "      three", "      four"]
    assert wrapped("  one two", None) == ["  one two"]


def test_a_word_wider_than_the_terminal_has_a_line_of_its_own() -> None:
    assert wrapped(f"run {LONG} now", 40) == ["run", f"    {LONG}", "    now"]


def test_a_path_with_spaces_stays_whole() -> None:
    assert wrapped(f"report: {unbroken('my own folder/report.html')}", 28) == [
        "report:",
        "    my own folder/report.html",
    ]


def test_a_time_stays_whole() -> None:
    line = "  check 1, 2022-04-07 06:00:00.000 (+900.000 s): pass; not before 2022-04-07 06:00:00.000."
    assert wrapped(line, 47) == [
        "  check 1,",
        "      2022-04-07 06:00:00.000 (+900.000 s):",
        "      pass; not before 2022-04-07 06:00:00.000.",
    ]


def test_colours_take_no_columns() -> None:
    assert wrapped("\x1b[31mfail\x1b[0m: no", 8) == ["\x1b[31mfail\x1b[0m: no"]


def test_a_wrapped_command_can_be_pasted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    command = "echo 'a folder of mine/and a file' \"$HOME\" && echo --second-option of-the-command"
    print_command("", command)
    said = capsys.readouterr().out
    assert said.count("\n") > 2
    both = [subprocess.run(text, shell=True, capture_output=True, check=True).stdout for text in (command, said)]
    assert both[0] == both[1]


def test_a_line_without_text_is_an_empty_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_line()
    assert capsys.readouterr().out == "\n"


def test_every_line_goes_through_one_module() -> None:
    folder = Path(print_line.__code__.co_filename).parent
    others = {path.name for path in folder.rglob("*.py") if "click.echo" in path.read_text(encoding="utf-8")}
    assert others == {"output.py", "errors.py"}
