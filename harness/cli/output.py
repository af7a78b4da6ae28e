"""Output of the commands: results on stdout as JSON, as lines or as a table; log lines on stderr.

Every command prints through this module. On a terminal, a line that is too long wraps between words, below its first
word and four columns further in, so that the terminal cuts no id, path or option. COLUMNS in the environment takes the
place of the terminal's width. In a pipe or a file each fact stays on one line, for `grep`, whatever COLUMNS says: some
programs export it. Control characters in what a line quotes become escapes that can be read (`foreign_text`); only the
colours that this module itself gave reach the terminal.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from typing import IO, TextIO, TypeVar

import click

from hanbench.harness.foreign_text import cleaned

Function = TypeVar("Function", bound=Callable[..., object])

_HANG = 4
"""Columns by which the further lines of a wrapped line are indented more than its first."""
_USUAL_WIDTH = 80
"""Columns of a terminal that does not know its size."""
_GLUE = "\0"
"""Stands for a space at which no line breaks. No path, argument or text file has this character."""
_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}(?: \(\+[\d.]+ s\))?"
_WORD = re.compile(f" *(?:{_TIME}[^ ]*|[^ ]+)")
"""What a line does not break: a word, or a time as `calendar.shown` prints it; with the spaces in front."""
_ARGUMENT = re.compile(r"""(?:'[^']*'|"[^"]*"|[^\s'"])+""")
"""A word of a shell command, with the spaces in its quotes."""
_STYLE = re.compile("(\x1b\\[[0-9;]*m|\0)")
"""A colour as `styled` gives it, or a space that `unbroken` glued."""
_CONTINUED = " \\"
"""Tells the shell that a command continues in the next line."""


def json_option(command: Function) -> Function:
    """Give a command the option `--json`, passed as `as_json: bool`."""
    return click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")(command)


def print_json(data: object) -> None:
    """Print any object that msgspec can encode, indented, with its keys in their order."""
    import msgspec

    print_verbatim(msgspec.json.format(msgspec.json.encode(data), indent=2).decode())


def print_verbatim(text: str) -> None:
    """Print what programs read, or a file, to stdout as it is."""
    click.echo(text)


def print_line(text: str = "") -> None:
    """Print a line of a result to stdout, wrapped if a terminal is too narrow for it."""
    for line in wrapped(_fit(text), width_of(sys.stdout)):
        click.echo(line)


def print_command(lead: str, command: str) -> None:
    """Print a shell command behind the words `lead`. If it wraps, its lines end as the shell needs them to."""
    width = width_of(sys.stdout)
    arguments = _ARGUMENT.sub(lambda argument: unbroken(argument[0]), cleaned(command))
    *others, last = wrapped(lead + arguments, None if width is None else width - len(_CONTINUED))
    for line in others:
        click.echo(line + _CONTINUED)
    click.echo(last)


def log(text: str) -> None:
    """Print a line to stderr, which gets everything that is not a result; nothing if it cannot be written."""
    try:
        for line in wrapped(_fit(text), width_of(sys.stderr)):
            click.echo(line, err=True)
    except BrokenPipeError:
        raise
    except OSError:  # a full disk: nobody can be told
        abandon(sys.stderr)


def abandon(stream: IO[str]) -> None:
    """Drop what could not be written to stdout or stderr, which the interpreter would write again at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def open_closed_streams() -> None:
    """Open /dev/null as stdin, stdout or stderr if the command was started with it closed, as `>&-` does.

    Otherwise the first file that is opened takes its number, and gets what is printed.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def _fit(text: str) -> str:
    """Return a line without control characters, other than those of this module."""
    return "".join(part if index % 2 else cleaned(part) for index, part in enumerate(_STYLE.split(text)))


def unbroken(text: object) -> str:
    """Return `text`, for a line to print, as one word at whose spaces the line does not wrap, as in a path."""
    return str(text).replace(" ", _GLUE)


def width_of(stream: IO[str]) -> int | None:
    """Return the number of columns for lines on `stream`: of its terminal, or COLUMNS there; None: no terminal."""
    if not stream.isatty():
        return None
    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given) > 0:
        return int(given)
    try:
        # A terminal that does not know its size says 0.
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH
    except OSError:
        return _USUAL_WIDTH


def wrapped(text: str, width: int | None) -> list[str]:
    """Wrap a line at spaces into lines of at most `width` columns; a longer word gets a line of its own, whole."""
    if width is None or len(click.unstyle(text)) <= width:
        return [text.replace(_GLUE, " ")]
    indent = len(text) - len(text.lstrip(" "))
    lines, line, begun = [], "", False
    for word in _WORD.findall(text):
        if begun and len(click.unstyle(line + word)) > width:
            lines.append(line)
            line = " " * (indent + _HANG) + word.lstrip(" ")
        else:
            line += word
        begun = True
    return [each.replace(_GLUE, " ") for each in (*lines, line)]


def log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning in one line, without the place in the code; for `warnings.showwarning`."""
    log(f"hanbench: {' '.join(str(message).split())}")


def styled(text: str, *, color: str | None = None, bold: bool = False) -> str:
    """Return `text` in a colour, if stdout is a terminal and NO_COLOR (no-color.org) is not set."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return click.style(text, fg=color, bold=bold)


def verdict(word: str) -> str:
    """Return a verdict or a result in colour: green for good, red for bad, yellow for others."""
    color = _COLORS.get(word.split()[0].lower(), "yellow") if word else None
    return styled(unbroken(word), color=color, bold=True)


_COLORS = {"pass": "green", "fail": "red", "violation": "red", "survives:": "red", "unnoticed:": "red", "not": "red"}
