"""Help of the commands, whose lines break between words only."""

from __future__ import annotations

from collections.abc import Iterable

import click

_HYPHEN = "\0"
"""Stands for a hyphen while click wraps: click breaks a line after a hyphen, in an option or a name too."""


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _whole(args), prefix)

    def write_text(self, text: str) -> None:
        super().write_text(_whole(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(_whole(term), _whole(text)) for term, text in rows], col_max, col_spacing)

    def write(self, string: str) -> None:
        super().write(string.replace(_HYPHEN, "-"))


class HelpContext(click.Context):
    """A context whose help breaks no option or name."""

    formatter_class = _Formatter


def with_whole_words(command: click.Command) -> click.Command:
    """Return `command`, and the commands in it, with help that breaks lines between words only."""
    command.context_class = HelpContext
    if isinstance(command, click.Group):
        for each in command.commands.values():
            with_whole_words(each)
    return command


def _whole(text: str) -> str:
    return text.replace("-", _HYPHEN)
