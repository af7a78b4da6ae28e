"""Text that came from outside hanbench: a controller, a file, a frame. It is made fit for a terminal, XML and HTML.

Control characters move a terminal's cursor and make XML ill-formed; bidirectional overrides show a line in another
order than it has; a lone surrogate cannot be written at all. Each becomes an escape that can be read, such as `\\x1b`.
This module imports nothing heavy, because `hanbench --help` loads it too.
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from typing import Any, TypeVar

Value = TypeVar("Value")

_SPACES = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
"""What separates words or lines, and becomes one space: foreign text stays on one line."""
_JOINERS = frozenset("\xad\u200c\u200d")
"""Format characters that words and emoji need."""
_NUMBERS = frozenset((int, float))
"""What has no text, and comes in long tuples: the numbers of frames."""
_ESCAPED = frozenset(("Cc", "Cf", "Cs"))
"""The Unicode categories of controls, of format characters, and of surrogates."""


def cleaned(text: str) -> str:
    """Return `text` on one line, with an escape in the place of each character that is a command and no text."""
    if text.isprintable():
        return text
    return "".join(map(_cleaned, text))


def cleaned_lines(text: str) -> str:
    """Return `text` cleaned as `cleaned` does, but with its line ends: the text of a file."""
    return "\n".join(map(cleaned, text.split("\n")))


def _cleaned(character: str) -> str:
    if character in _SPACES:
        return " "
    code = ord(character)
    noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    if not noncharacter and (character in _JOINERS or unicodedata.category(character) not in _ESCAPED):
        return character
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def cleaned_throughout(value: Value) -> Value:
    """Return `value` with every text in it cleaned: a Struct, tuple, list or dict, and what they hold."""
    if _is_plain(value):
        return value
    cleaned_value: Value = _throughout(value)
    return cleaned_value


def _is_plain(value: object) -> bool:
    """Return whether all texts in `value` are printable ASCII, as nearly all are: JSON has them as they are."""
    from msgspec import json

    try:
        encoded = json.encode(value)
    except (TypeError, ValueError):  # no JSON, or a lone surrogate
        return False
    return encoded.isascii() and b"\\" not in encoded and b"\x7f" not in encoded


def _throughout(value: Any) -> Any:
    if isinstance(value, str):
        return value if isinstance(value, Enum) else cleaned(value)
    if isinstance(value, tuple | list):
        if {*map(type, value)} <= _NUMBERS:
            return value
        found = [_throughout(each) for each in value]
        return found if isinstance(value, list) else tuple(found)
    if isinstance(value, dict):
        return {_throughout(key): _throughout(each) for key, each in value.items()}
    if hasattr(type(value), "__struct_fields__"):
        return _struct(value)
    return value


def _struct(value: Any) -> Any:
    """Return a Struct of clean fields; `value` itself if they were clean."""
    changed = {}
    for name in value.__struct_fields__:
        old = getattr(value, name)
        new = _throughout(old)
        if new != old:
            changed[name] = new
    if not changed:
        return value
    from msgspec import structs

    return structs.replace(value, **changed)
