"""What commands print: data on stdout as JSON or as a table, talk on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
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


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table: drawn by rich on a terminal, aligned plain text anywhere else."""
    if sys.stdout.isatty():
        _drawn(headers, rows, title)
        return
    if title:
        click.echo(title)
    widths = [max(len(row[column]) for row in (headers, *rows)) for column in range(len(headers))]
    for row in (headers, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _drawn(headers: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left", title_style="bold")
    for header in headers:
        drawn.add_column(header, overflow="fold")
    for row in rows:
        # Text, not markup: a square bracket in a cell is a square bracket.
        drawn.add_row(*(Text(cell) for cell in row))
    Console().print(drawn)
