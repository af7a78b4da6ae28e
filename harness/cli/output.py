"""Output of the commands: results on stdout as JSON or as a table, log lines on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TextIO, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., object])


def json_option(command: Function) -> Function:
    """Give a command the option `--json`, passed as `as_json: bool`."""
    return click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")(command)


def print_json(data: object) -> None:
    """Print any object that msgspec can encode, indented, with its keys in their order."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(data), indent=2))


def log(text: str) -> None:
    """Print a line to stderr, which gets everything that is not a result."""
    click.echo(text, err=True)


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
    return styled(word, color=color, bold=True)


_COLORS = {"pass": "green", "fail": "red", "violation": "red", "survives:": "red", "not": "red"}
