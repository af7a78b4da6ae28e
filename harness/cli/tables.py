"""Tables for terminals and files, which never break a name.

On a terminal, a table whose columns fit is drawn as such. On a narrower one its last column wraps between words; if
there is no room for that either, each row becomes a paragraph: its first cells, and below them the others with
headers.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Sequence

from hanbench.harness.cli.output import print_line, print_verbatim, styled, width_of, wrapped
from hanbench.harness.foreign_text import cleaned

_GAP = 2
"""Columns between cells."""
_LEAST = 24
"""Minimum columns of a cell whose text wraps."""

Cells = Sequence[str]


def table(headers: Cells, rows: Sequence[Cells], title: str = "", *, keys: int = 1) -> None:
    """Print a table. The first `keys` cells of a row identify it."""
    width = width_of(sys.stdout)
    headers, rows = [cleaned(cell) for cell in headers], [[cleaned(cell) for cell in row] for row in rows]
    if title:
        print_line(styled(title, bold=True))
    for line in lines(headers, rows, width, keys=keys):
        print_verbatim(line)


def lines(headers: Cells, rows: Sequence[Cells], width: int | None, *, keys: int = 1) -> Iterator[str]:
    """Yield the lines of a table for a terminal of `width` columns; None: unlimited."""
    widths = [max((len(row[column]) for row in (headers, *rows)), default=0) for column in range(len(headers))]
    fixed = sum(widths[:-1]) + _GAP * (len(widths) - 1)
    least = max((len(word) for row in (headers, *rows) for word in row[-1].split()), default=0)
    if width is not None and width - fixed < max(least, min(_LEAST, widths[-1])):
        yield from _stacked(headers, rows, width, keys)
        return
    room = widths[-1] if width is None else min(widths[-1], width - fixed)
    yield from (styled(line, bold=True) for line in _lines_of_row(headers, widths, room))
    if width is not None:
        yield "\N{BOX DRAWINGS LIGHT HORIZONTAL}" * (fixed + room)
    for row in rows:
        yield from _lines_of_row(row, widths, room)


def _lines_of_row(row: Cells, widths: Sequence[int], room: int) -> Iterator[str]:
    """Yield the lines of one row; its last cell has `room` columns, and wraps."""
    head = "".join(cell.ljust(each + _GAP) for cell, each in zip(row[:-1], widths[:-1], strict=True))
    whole = row[-1] if len(row[-1]) <= room else None
    for line in [whole] if whole is not None else _words(row[-1], room):
        yield (head + line).rstrip()
        head = " " * len(head)


def _stacked(headers: Cells, rows: Sequence[Cells], width: int, keys: int) -> Iterator[str]:
    for row in rows:
        yield from (styled(line, bold=True) for line in wrapped("  ".join(filter(None, row[:keys])), width))
        pending = ""
        for header, cell in zip(headers[keys:], row[keys:], strict=True):
            if not cell or cell == "-":
                continue
            part = f"{header}: {cell}"
            joined = f"{pending}   {part}" if pending else part
            if len(joined) + _GAP <= width:
                pending = joined
                continue
            if pending:
                yield f"  {pending}"
            *first, pending = _words(part, width - _GAP)
            yield from (f"  {line}" for line in first)
        if pending:
            yield f"  {pending}"


def _words(text: str, width: int) -> list[str]:
    """Wrap `text` into lines of at most `width` columns, between words only."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
