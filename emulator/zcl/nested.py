"""Data types whose values contain values of other types: array, structure, set, bag (ZCL r8, 2.6.2.14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.octets import Reader
from hanbench.emulator.zcl.codecs import DataType

MAX_DEPTH = 15
"""Collections may lie in collections this deep (ZCL r8, 2.6.2.14)."""


class Collection(NamedTuple):
    """Value of an array, a set or a bag."""

    type_id: int
    """Data type of every element."""
    elements: list[Any]


class TypedValue(NamedTuple):
    """A value with its data type: an element of a structure, and a value in general commands."""

    type_id: int
    value: Any


Lookup = Callable[[int], DataType]
"""The type of an id; raises RemoteProtocolError for an unknown id."""


class _Nested(DataType):
    """A type that contains values of other types, which it finds by `lookup`."""

    __slots__ = ("lookup",)

    def __init__(self, id: int, name: str, lookup: Lookup) -> None:
        super().__init__(id, name, None)
        self.lookup = lookup

    def encode_attribute(self, value: Any) -> bytes:
        try:
            return self.encode_at(value, 1)
        except (AttributeError, TypeError, ValueError, OverflowError, RemoteProtocolError) as error:
            raise self.unfit(value) from error

    def decode_attribute(self, reader: Reader) -> Any:
        return self.decode_at(reader, 1)

    def encode_at(self, value: Any, depth: int) -> bytes:
        raise NotImplementedError

    def decode_at(self, reader: Reader, depth: int) -> Any:
        raise NotImplementedError

    def _encode_inner(self, type_id: int, value: Any, depth: int) -> bytes:
        inner = self.lookup(type_id)
        if isinstance(inner, _Nested):
            if depth >= MAX_DEPTH:
                raise self.unfit(value)
            return inner.encode_at(value, depth + 1)
        return inner.encode_attribute(value)

    def _decode_inner(self, type_id: int, reader: Reader, depth: int) -> Any:
        inner = self.lookup(type_id)
        if isinstance(inner, _Nested):
            if depth >= MAX_DEPTH:
                raise RemoteProtocolError(DropReason.MALFORMED_ZCL, f"collections nested deeper than {MAX_DEPTH}")
            return inner.decode_at(reader, depth + 1)
        return inner.decode_attribute(reader)


class Sequence(_Nested):
    """Array, set, bag: element type, count, elements; the count of all ones is invalid (its element type is kept)."""

    __slots__ = ()

    def encode_at(self, value: Any, depth: int) -> bytes:
        if value is None:
            return b"\xff\xff\xff"
        type_id, elements = value
        if len(elements) >= 0xFFFF:
            raise self.unfit(value)
        head = bytes((type_id,)) + len(elements).to_bytes(2, "little")
        return head + b"".join([self._encode_inner(type_id, element, depth) for element in elements])

    def decode_at(self, reader: Reader, depth: int) -> Collection | None:
        type_id = reader.u8()
        count = reader.u16()
        if count == 0xFFFF:
            return None
        if self.lookup(type_id).size == 0 and count:
            raise RemoteProtocolError(DropReason.MALFORMED_ZCL, "elements without octets")
        return Collection(type_id, [self._decode_inner(type_id, reader, depth) for _ in range(count)])


class Structure(_Nested):
    """Count, then type and value of each element; the count of all ones is invalid."""

    __slots__ = ()

    def encode_at(self, value: Any, depth: int) -> bytes:
        if value is None:
            return b"\xff\xff"
        if len(value) >= 0xFFFF:
            raise self.unfit(value)
        parts = [bytes((type_id,)) + self._encode_inner(type_id, element, depth) for type_id, element in value]
        return len(value).to_bytes(2, "little") + b"".join(parts)

    def decode_at(self, reader: Reader, depth: int) -> list[TypedValue] | None:
        count = reader.u16()
        if count == 0xFFFF:
            return None
        elements = []
        for _ in range(count):
            type_id = reader.u8()
            elements.append(TypedValue(type_id, self._decode_inner(type_id, reader, depth)))
        return elements
