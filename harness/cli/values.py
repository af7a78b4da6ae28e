"""Types of option values: numbers within bounds, choices, folders, files and days; each error says what was expected.

Click's own types take digits of other scripts, underscores between digits, `nan` and `inf`, and an empty path.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import click

MOST_JOBS = 64
LONGEST_S = 315_360_000.0
"""Ten years: bound of all options that are seconds without a bound of their own."""
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[?[0-9A-Fa-f:.]{2,45}\]?")
_NUMBER = re.compile(r"[+-]?([0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?")


def quoted(value: object) -> str:
    """Return a value of the command line for an error, cut short if it is long."""
    from hanbench.profiles.explain import shown

    return shown(str(value))


def number(text: str) -> float | None:
    """Return the finite number that a text is, in ASCII digits; None: it is none."""
    found = float(text) if _NUMBER.fullmatch(text) else math.nan
    return found if math.isfinite(found) else None


class AnyWholeNumber(click.ParamType[int]):
    """A whole number in ASCII digits, whose bounds are checked elsewhere."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if not _WHOLE.fullmatch(str(value)):
            self.fail(f"expected a whole number, got {quoted(value)}", param, ctx)
        return int(value)


class AnyNumber(click.ParamType[float]):
    """A finite number, whose bounds are checked elsewhere."""

    name = "float"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = number(str(value))
        if found is None:
            self.fail(f"expected a number, got {quoted(value)}", param, ctx)
        return found


class WholeNumber(click.IntRange):
    """A whole number within bounds, in ASCII digits."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__(least, most)
        self._bounds = (least, most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        found = int(text) if _WHOLE.fullmatch(text) else None
        least, most = self._bounds
        if found is None or not least <= found <= most:
            self.fail(f"expected a whole number from {least} to {most}, got {quoted(value)}", param, ctx)
        return found


class Number(click.FloatRange):
    """A finite number within bounds."""

    def __init__(self, least: float, most: float) -> None:
        super().__init__(least, most)
        self._bounds = (least, most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = number(str(value))
        least, most = self._bounds
        if found is None or not least <= found <= most:
            self.fail(f"expected a number from {least:g} to {most:.15g}, got {quoted(value)}", param, ctx)
        return found


class Choice(click.Choice[str]):
    """One of a few words; a near miss is answered with the nearest."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.choices:
            from hanbench.profiles.explain import suggestion

            near = suggestion(str(value), self.choices)
            self.fail(f"expected one of {', '.join(self.choices)}, got {quoted(value)}{near}", param, ctx)
        return str(value)


class PathValue(click.Path):
    """The path of a file or of a folder, which is not empty."""

    def __init__(self, kind: str, *, exists: bool = False) -> None:
        """`kind`: `file`, `folder`, or `file or folder`."""
        super().__init__(exists=exists, file_okay="file" in kind, dir_okay="folder" in kind, path_type=Path)
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if not str(value) or "\0" in str(value):
            self.fail(f"expected a {self._kind}, got {quoted(value)}", param, ctx)
        path: Path = super().convert(value, param, ctx)  # type: ignore[assignment]  # `path_type` says so
        return path


class Day(click.DateTime):
    """A day, as 2026-11-26."""

    def __init__(self) -> None:
        super().__init__(("%Y-%m-%d",))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            if not _DAY.fullmatch(str(value)):
                raise ValueError
            return datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"expected a day such as 2026-11-26, got {quoted(value)}", param, ctx)


class Text(click.ParamType[str]):
    """A text that is not empty, no longer than `longest`, and without control characters."""

    def __init__(self, name: str, longest: int = 200) -> None:
        self.name = name
        self._longest = longest

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from hanbench.harness.foreign_text import cleaned

        text = str(value)
        if not text or len(text) > self._longest or cleaned(text) != text:
            expected = f"expected a text of 1 to {self._longest} characters, without control characters"
            self.fail(f"{expected}, got {quoted(value)}", param, ctx)
        return text


class HostName(click.ParamType[str]):
    """A host name or an address, without a port."""

    name = "NAME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not _HOST.fullmatch(str(value)):
            self.fail(f"expected the name or the address of a host, without a port, got {quoted(value)}", param, ctx)
        return str(value)


HOST = HostName()
JOBS = WholeNumber(1, MOST_JOBS)
SECONDS = Number(0, LONGEST_S)
FILE = PathValue("file")
PATH = PathValue("file or folder")
FOLDER = PathValue("folder")
DAY = Day()
