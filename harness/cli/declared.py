"""The classes of the declared commands: help that breaks no name, and a suggestion for a name that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

_HYPHEN, _BLANK = "\N{NON-BREAKING HYPHEN}", "\N{NO-BREAK SPACE}"
_QUOTED = re.compile(r"`[^`]*`")


class _Formatter(click.HelpFormatter):
    """Wraps between words only: names with hyphens and text in backticks stay whole."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _whole(args), prefix)

    def write_text(self, text: str) -> None:
        super().write_text(_whole(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(_whole(term), _whole(text)) for term, text in rows], col_max, col_spacing)

    def write(self, string: str) -> None:
        super().write(string.replace(_HYPHEN, "-").replace(_BLANK, " "))


def _whole(text: str) -> str:
    """Return `text` with characters at which no line breaks."""
    return _QUOTED.sub(lambda quoted: re.sub(r"\s+", _BLANK, quoted[0]), text).replace("-", _HYPHEN)


class _Context(click.Context):
    formatter_class = _Formatter


class Command(click.Command):
    """A command. Its errors name it, so that they can point to its help."""

    context_class = _Context

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise


class Group(click.Group, Command):
    """A group of commands, which answers an unknown name with the nearest one."""

    context_class = _Context
    command_class = Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-") and not ctx.resilient_parsing:
            from hanbench.profiles.explain import suggestion

            ctx.fail(f"No such command '{name}'{suggestion(name, self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)
