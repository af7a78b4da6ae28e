"""Loading of TOML into typed structs; errors are one line with file, key, expectation and finding."""

from __future__ import annotations

import re
import tomllib
from codecs import BOM_UTF8
from collections.abc import Mapping
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

import msgspec

from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import BUILTIN_TYPES, Explanation, explain
from hanbench.profiles.reading import read_octets

T = TypeVar("T")

_ONE_AT_A_TIME = RLock()
"""msgspec 0.22 ends the process with a segmentation fault if two threads convert to the same new type at a time."""

LARGEST = 1_000_000
"""Maximum octets of a file; the shipped ones have a few thousand. Prevents endless reading of a device or pipe."""
_UNCLOSED = re.compile(r"^(?:Illegal character '\\n'|Unterminated string|Expected ['\"]{3,5}) \((.*)", re.DOTALL)
"""How tomllib reports a quote that is opened and not closed."""


def load(path: Path, type: type[T]) -> T:
    """Return the contents of the TOML file `path` as `type`. Raises ProfileError."""
    return _converted(path, read_table(path), type)


def load_text(text: str, name: str, type: type[T]) -> T:
    """Return a TOML text as `type`. `name`: of the text, for errors. Raises ProfileError."""
    return _converted(name, _decoded(name, text.encode()), type)


def _converted(path: str | Path, table: Mapping[str, Any], type: type[T]) -> T:
    try:
        return convert(table, type)
    except Misfit as misfit:
        raise ProfileError(path, misfit.explanation.problem, misfit.explanation.key) from None


def read_table(path: Path) -> dict[str, Any]:
    """Return the contents of the TOML file `path`. Raises ProfileError if it cannot be read or is not TOML."""
    return _decoded(path, read_octets(path, LARGEST))


def _decoded(path: str | Path, octets: bytes) -> dict[str, Any]:
    try:
        table = tomllib.loads(octets.removeprefix(BOM_UTF8).decode())
    except UnicodeDecodeError as error:
        raise ProfileError(path, f"expected UTF-8 text; octet {error.start} is invalid") from None
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(path, f"expected TOML: {_in_words(error)}") from None
    except ValueError:  # of int(): more than 4,300 digits
        raise ProfileError(path, "expected TOML: a number has too many digits") from None
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
        with _ONE_AT_A_TIME:
            return msgspec.convert(table, type, builtin_types=BUILTIN_TYPES, str_keys=True)
    except msgspec.ValidationError as error:
        raise Misfit(explain(str(error), table, type)) from None
