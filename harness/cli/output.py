"""What commands print: data on stdout as JSON or as a table, talk on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., object])


def json_option(command: Function) -> Function:
    """Give a command the option `--json`, as its argument `as_json: bool`."""
    return click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")(command)


def print_json(data: object) -> None:
    """Print anything that msgspec can encode, indented, with the keys in their own order."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(data), indent=2))


def log(text: str) -> None:
    """Talk: what is not the command's result goes to stderr."""
    click.echo(text, err=True)


def styled(text: str, *, color: str | None = None, bold: bool = False) -> str:
    """Return `text` in a colour where stdout is a terminal, and NO_COLOR (no-color.org) is not set."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return click.style(text, fg=color, bold=bold)


def verdict(word: str) -> str:
    """Return a verdict or a result in its colour: good ones green, bad ones red, others yellow."""
    color = _COLORS.get(word.split()[0].lower(), "yellow") if word else None
    return styled(word, color=color, bold=True)


_COLORS = {"pass": "green", "fail": "red", "violation": "red", "survives:": "red", "not": "red"}
