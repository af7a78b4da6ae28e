"""Loading of TOML into typed structs; errors are one line with file, key, expectation and finding."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import BUILTIN_TYPES, Explanation, explain

T = TypeVar("T")

LARGEST = 1_000_000
"""Maximum octets of a file; the shipped ones have a few thousand. Prevents endless reading of a device or pipe."""
_UNCLOSED = re.compile(r"^(?:Illegal character '\\n'|Unterminated string|Expected ['\"]{3,5}) \((.*)", re.DOTALL)
"""How tomllib reports a quote that is opened and not closed."""


def load(path: Path, type: type[T]) -> T:
    """Return the contents of the TOML file `path` as `type`. Raises ProfileError."""
    table = read_table(path)
    try:
        return convert(table, type)
    except Misfit as misfit:
        raise ProfileError(path, misfit.explanation.problem, misfit.explanation.key) from None


def read_table(path: Path) -> dict[str, Any]:
    """Return the contents of the TOML file `path`. Raises ProfileError if it cannot be read or is not TOML."""
    try:
        with path.open("rb") as file:
            octets = file.read(LARGEST + 1)
    except IsADirectoryError:
        raise ProfileError(path, "is a folder; expected a file") from None
    except OSError as error:
        raise ProfileError(path, f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a file name with a null octet
        raise ProfileError(path, f"cannot be read: {error}") from None
    if len(octets) > LARGEST:
        raise ProfileError(path, f"expected at most {LARGEST} octets")
    try:
        table = tomllib.loads(octets.decode())
    except UnicodeDecodeError as error:
        raise ProfileError(path, f"expected UTF-8 text; octet {error.start} is invalid") from None
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(path, f"expected TOML: {_in_words(error)}") from None
    except RecursionError:
        raise ProfileError(path, "expected TOML: nested too deeply") from None
    if not table:
        raise ProfileError(path, "the file is empty; expected TOML")
    return table


def _in_words(error: tomllib.TOMLDecodeError) -> str:
    """Return what is wrong and where; a quote that its line does not close is named, not the line break after it."""
    return _UNCLOSED.sub(r"a text in quotes is not closed (\1", str(error))


class Misfit(Exception):  # noqa: N818 - `load` turns it into an error, with the file's name
    """A table does not fit its type."""

    def __init__(self, explanation: Explanation) -> None:
        super().__init__(explanation)
        self.explanation = explanation


def convert(table: Mapping[str, Any], type: type[T]) -> T:
    """Return `table` as `type`, strictly: no unknown key, no text for a number. Raises Misfit."""
    try:
        return msgspec.convert(table, type, builtin_types=BUILTIN_TYPES, str_keys=True)
    except msgspec.ValidationError as error:
        raise Misfit(explain(str(error), table, type)) from None
