"""JSON from outside: the errors that say that octets are none, or not what was expected, and keys that are there twice.

msgspec raises three kinds: its own; UnicodeDecodeError for a text that is not UTF-8; RecursionError for arrays in
arrays, some hundred deep. Who decodes JSON that others wrote expects them all.

RFC 8259 (section 4) leaves open which of two equal keys of an object counts, and readers differ: msgspec takes the
last. Two readers of one file would then see two verdicts, so `decode` and `each_key_once` refuse such an object.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar, overload

import msgspec

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""For `except`. ValidationError, for JSON of another form than was expected, is a DecodeError."""

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_LONGEST_SHOWN = 60
"""Characters of a key in an error."""


Kind = TypeVar("Kind")


@overload
def decode(octets: bytes) -> Any: ...


@overload
def decode(octets: bytes, type: type[Kind]) -> Kind: ...


def decode(octets: bytes, type: Any = Any) -> Any:
    """Decode JSON that others wrote. Raises those of `NOT_JSON`; a key that an object has twice is one of them."""
    found = msgspec.json.decode(octets, type=type)
    each_key_once(octets)
    return found


def each_key_once(text: bytes | str) -> None:
    """Raise msgspec.ValidationError if an object in valid JSON has a key twice."""
    octets = text.encode() if isinstance(text, str) else text
    # Written again, the objects have lost what they had twice. Without a backslash every string is written as it was.
    if b"\\" not in octets and _ends_before_colons(octets) == _ends_before_colons(_encode(_decode(octets))):
        return
    try:
        _EXACT.decode(octets.decode())
    except ValueError as error:
        raise msgspec.ValidationError(str(error)) from None


def _ends_before_colons(octets: bytes) -> int:
    """Return the number of keys, with that of texts that begin with a colon."""
    return octets.translate(None, b" \t\r\n").count(b'":')


def _pairs(pairs: list[tuple[str, Any]]) -> None:
    seen = set[str]()
    for key, _ in pairs:
        if key in seen:
            raise ValueError(f"Object has the key `{key[:_LONGEST_SHOWN]}` twice")
        seen.add(key)


def _ignored(text: str) -> None:
    """Stand for a number, which may be longer than Python converts."""


_EXACT = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_ignored, parse_float=_ignored, parse_constant=_ignored, strict=False
)
