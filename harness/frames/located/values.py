"""Fields that the emulator's tables lay out (ZCL and ZDP), one by one, as far as they can be decoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.layout import (
    U16,
    Bits,
    Choice,
    Counted,
    Layout,
    Octets,
    RecordType,
    Repeated,
    Rest,
    Sized,
    Trailing,
    Uint,
)
from hanbench.emulator.zcl import types
from hanbench.emulator.zcl.codecs import DataType
from hanbench.emulator.zcl.records import Failures, Typed
from hanbench.emulator.zigbee.security.keys import redacted
from hanbench.harness.frames import words
from hanbench.harness.frames.located.cursor import Cursor, number

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_SECRET = ("key", "password", "pan_key")


class Names(NamedTuple):
    """How numbers are said that have a name."""

    attribute: Callable[[int], str] = words.short
    status: Callable[[int], str] = number
    address: bool = False
    """Whether fields of addresses are Zigbee's, as in the device profile."""


def read(cursor: Cursor, layout: Layout, names: Names) -> dict[str, Any]:
    """Read the fields of a layout; return their values. Raises NotDecodedError."""
    values: dict[str, Any] = {}
    for name, member in layout.members:
        try:
            kind = member.kind_for(values) if isinstance(member, Choice) else member
        except RemoteProtocolError as error:
            raise cursor.failure(_spaced(name), error.detail) from None
        if isinstance(kind, Trailing):
            kind = kind.item if cursor.remaining else None
        values[name] = None if kind is None else _value(cursor, name, kind, names)
    return values


def _value(cursor: Cursor, name: str, kind: Any, names: Names) -> Any:
    """Read one value of a field type, in parts where it has parts."""
    said = _spaced(name)
    if isinstance(kind, Failures):
        if cursor.remaining == 1:
            return cursor.uint("status", 1, names.status)
        kind = kind.records
    if isinstance(kind, RecordType):
        with cursor.group(said):
            return kind.cls(**read(cursor, kind.layout, names))
    if isinstance(kind, Typed):
        return _typed(cursor, said)
    if type(kind) in (Repeated, Counted, Sized):
        with cursor.group(said):
            return _several(cursor, name, kind, names)
    return cursor.decode(said, kind, lambda value: _text(name, value, kind, names), _described(kind))


def _several(cursor: Cursor, name: str, kind: Any, names: Names) -> Any:
    one = _singular(name)
    if isinstance(kind, Repeated):
        values = []
        while cursor.remaining:
            values.append(_value(cursor, one, kind.item, names))
        return tuple(values)
    if isinstance(kind, Counted):
        count = _value(cursor, "count", kind.count, names)
        return tuple([_value(cursor, one, kind.item, names) for _ in range(count)])
    length = _value(cursor, "length", kind.size, names)
    if not length:
        return None
    with cursor.within(length):
        return _value(cursor, name, kind.item, names)


def _typed(cursor: Cursor, said: str) -> types.TypedValue:
    type_id = cursor.uint("data type", 1, _type_name)
    found = types.BY_ID.get(type_id)
    if found is None:
        raise cursor.failure("a data type of the ZCL", f"0x{type_id:02x}", cursor.at - 1)
    value = cursor.decode(said, _AsAttribute(found), lambda value: attribute_text(found, value), _described(found))
    return types.TypedValue(type_id, value)


class _AsAttribute:
    """Reads a value as that of an attribute, in which a type's invalid pattern is None."""

    def __init__(self, kind: DataType) -> None:
        self.kind = kind

    def encode(self, value: Any) -> bytes:
        return self.kind.encode_attribute(value)

    def decode(self, reader: Any) -> Any:
        return self.kind.decode_attribute(reader)


def attribute_text(kind: DataType, value: Any) -> str:
    """Return the value of an attribute as text."""
    if value is None and kind.size != 0:
        return "invalid (no value)"
    return _text("", value, kind, Names())


def _text(name: str, value: Any, kind: Any, names: Names) -> str:
    if isinstance(value, bytes) and (kind is types.KEY128 or name in _SECRET):
        return redacted(value)
    if isinstance(value, bool | Enum) or not isinstance(value, int):
        return words.shown(value)
    if name in ("attribute", "start") and kind is U16:
        return names.attribute(value)
    if name == "status":
        return names.status(value)
    if name == "type_id":
        return _type_name(value)
    if kind is types.UTC_TIME:
        return f"{value} ({_EPOCH + timedelta(seconds=value):%Y-%m-%d %H:%M:%S} UTC)"
    if kind is types.EUI64 or (names.address and getattr(kind, "octets", 0) == 8):
        return words.ieee(value)
    if names.address and getattr(kind, "octets", 0) == 2:
        return words.short(value)
    return number(value)


def _type_name(type_id: int) -> str:
    found = types.BY_ID.get(type_id)
    return f"0x{type_id:02x}" if found is None else f"0x{type_id:02x} {found.name}"


_KINDS: Mapping[type, Callable[[Any], str]] = {
    Uint: lambda kind: _octets(kind.octets),
    Octets: lambda kind: _octets(kind.count),
    Bits: lambda kind: _octets(1),
    Rest: lambda kind: "octets",
}


def _described(kind: Any) -> str:
    """Return what a field type needs, in words."""
    if isinstance(kind, DataType):
        return f"a {kind.name}" + ("" if kind.size is None else f" of {_octets(kind.size)}")
    said = _KINDS.get(type(kind))
    return "" if said is None else said(kind)


def _octets(count: int) -> str:
    return "1 octet" if count == 1 else f"{count} octets"


def _spaced(name: str) -> str:
    return "data type" if name == "type_id" else name.replace("_", " ")


def _singular(name: str) -> str:
    """Turn `entries` into `entry`, `records` into `record`."""
    return name.removesuffix("ies") + "y" if name.endswith("ies") else name.removesuffix("s")
