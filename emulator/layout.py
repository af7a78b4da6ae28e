"""Declarative layouts of octets: a message is a table of fields, and its codec is derived from the table once.

A `FieldType` says how one value lies on the air. `Layout` puts named kinds in a row. Zigbee Device Profile messages and
ZCL commands are written with these; the layers below have formats of their own and do without.
Everything is little-endian. Building a value that does not fit raises LocalProtocolError; reading octets that are
not a value raises RemoteProtocolError with the reason that the reader was made with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol, get_type_hints

from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.octets import Reader


class FieldType(Protocol):
    """How one value is written and read."""

    def encode(self, value: Any) -> bytes:
        """Octets of `value`; raises LocalProtocolError where the kind has no such value."""

    def decode(self, reader: Reader) -> Any:
        """The value at the reader's place; raises RemoteProtocolError."""


class Uint:
    """An unsigned number of `octets` octets."""

    __slots__ = ("octets",)

    def __init__(self, octets: int) -> None:
        self.octets = octets

    def encode(self, value: Any) -> bytes:
        try:
            return int(value).to_bytes(self.octets, "little")
        except (OverflowError, TypeError, ValueError) as error:
            raise LocalProtocolError(f"{value!r} is no unsigned number of {self.octets} octets") from error

    def decode(self, reader: Reader) -> int:
        return reader.uint(self.octets)


U8, U16, U24, U32, U64 = Uint(1), Uint(2), Uint(3), Uint(4), Uint(8)


class Octets:
    """A fixed number of octets, as they are."""

    __slots__ = ("count",)

    def __init__(self, count: int) -> None:
        self.count = count

    def encode(self, value: Any) -> bytes:
        if not isinstance(value, bytes) or len(value) != self.count:
            raise LocalProtocolError(f"{value!r} is not {self.count} octets")
        return value

    def decode(self, reader: Reader) -> bytes:
        return reader.take(self.count)


class Bits:
    """One octet cut into numbers of these widths, lowest bits first; a named tuple. Bits left over are 0."""

    __slots__ = ("cls", "widths")

    def __init__(self, cls: Callable[..., Any], *widths: int) -> None:
        self.cls = cls
        self.widths = widths

    def encode(self, value: Any) -> bytes:
        if len(_several(value)) != len(self.widths):
            raise LocalProtocolError(f"{value!r} is not {len(self.widths)} numbers")
        octet = shift = 0
        for part, width in zip(value, self.widths, strict=True):
            if not 0 <= part < 1 << width:
                raise LocalProtocolError(f"{part} does not fit in {width} bits")
            octet |= part << shift
            shift += width
        return bytes((octet,))

    def decode(self, reader: Reader) -> Any:
        octet = reader.u8()
        parts = []
        for width in self.widths:
            parts.append(octet & (1 << width) - 1)
            octet >>= width
        return self.cls(*parts)


class Rest:
    """Whatever is left of the payload, as octets."""

    __slots__ = ()

    def encode(self, value: Any) -> bytes:
        if not isinstance(value, bytes):
            raise LocalProtocolError(f"{value!r} is not octets")
        return value

    def decode(self, reader: Reader) -> bytes:
        return reader.rest()


def _several(value: Any) -> Sequence[Any]:
    if not isinstance(value, (tuple, list)):
        raise LocalProtocolError(f"{value!r} is not a tuple of values")
    return value


class Repeated:
    """Values of one kind up to the end of the payload; a tuple."""

    __slots__ = ("item",)

    def __init__(self, item: FieldType) -> None:
        self.item = item

    def encode(self, value: Any) -> bytes:
        return b"".join(map(self.item.encode, _several(value)))

    def decode(self, reader: Reader) -> tuple[Any, ...]:
        values = []
        while reader.remaining:
            values.append(self.item.decode(reader))
        return tuple(values)


class Counted:
    """A count, then as many values of one kind; a tuple."""

    __slots__ = ("count", "item")

    def __init__(self, item: FieldType, count: FieldType = U8) -> None:
        self.item = item
        self.count = count

    def encode(self, value: Any) -> bytes:
        values = _several(value)
        return self.count.encode(len(values)) + b"".join(map(self.item.encode, values))

    def decode(self, reader: Reader) -> tuple[Any, ...]:
        return tuple([self.item.decode(reader) for _ in range(self.count.decode(reader))])


class Sized:
    """A length in octets, then a value that fills exactly that many; length 0 is None."""

    __slots__ = ("item", "size")

    def __init__(self, item: FieldType, size: FieldType = U8) -> None:
        self.item = item
        self.size = size

    def encode(self, value: Any) -> bytes:
        octets = b"" if value is None else self.item.encode(value)
        return self.size.encode(len(octets)) + octets

    def decode(self, reader: Reader) -> Any:
        octets = reader.take(self.size.decode(reader))
        if not octets:
            return None
        inner = Reader(octets, reader.reason)
        value = self.item.decode(inner)
        inner.end()
        return value


class Trailing:
    """A field that may be left out together with all that follows it; then it is None."""

    __slots__ = ("item",)

    def __init__(self, item: FieldType) -> None:
        self.item = item


class Choice:
    """A field whose kind the fields before it decide; None where they leave it out."""

    __slots__ = ("kind_for",)

    def __init__(self, kind_for: Callable[[Mapping[str, Any]], FieldType | Trailing | None]) -> None:
        self.kind_for = kind_for


def when(present: Callable[[Mapping[str, Any]], bool], item: FieldType) -> Choice:
    """A field that is there only if `present`, given the fields before it, says so; otherwise it is None."""
    return Choice(lambda values: item if present(values) else None)


class Field(NamedTuple):
    """One named field of a layout."""

    name: str
    kind: FieldType | Choice | Trailing


class Layout:
    """Named fields in a row: the codec of a message, from and to a mapping of their values."""

    __slots__ = ("members",)

    def __init__(self, members: Sequence[Field]) -> None:
        self.members = tuple(members)

    def encode(self, values: Mapping[str, Any]) -> bytes:
        """Octets of a message. Raises LocalProtocolError for an unknown, missing or unfit value."""
        if unknown := values.keys() - {member.name for member in self.members}:
            raise LocalProtocolError(f"no such field: {', '.join(sorted(unknown))}")
        parts: list[bytes] = []
        left_out = ""
        for name, member in self.members:
            kind = member.kind_for(values) if isinstance(member, Choice) else member
            if isinstance(kind, Trailing):
                if values.get(name) is None:
                    left_out = left_out or name
                    continue
                kind = kind.item
            if kind is None:
                continue
            if left_out:
                raise LocalProtocolError(f"{name} is given, but {left_out} before it is left out")
            if name not in values:
                raise LocalProtocolError(f"{name} is missing")
            try:
                parts.append(kind.encode(values[name]))
            except LocalProtocolError as error:
                raise LocalProtocolError(f"{name}: {error}") from error
        return b"".join(parts)

    def decode(self, reader: Reader) -> dict[str, Any]:
        """Values of a message. Octets after the last field are left to the caller."""
        values: dict[str, Any] = {}
        for name, member in self.members:
            kind = member.kind_for(values) if isinstance(member, Choice) else member
            if isinstance(kind, Trailing):
                kind = kind.item if reader.remaining else None
            values[name] = None if kind is None else kind.decode(reader)
        return values


class RecordType:
    """A field type whose values are instances of `cls`, which takes the fields as keyword arguments."""

    def __init__(self, cls: type[Any], layout: Layout | None = None) -> None:
        self.cls = cls
        if layout is not None:
            self.layout = layout

    @cached_property
    def layout(self) -> Layout:
        """The layout of the class: derived when it is first needed, because a HAN uses few of the messages."""
        return layout_of(self.cls)

    def encode(self, value: Any) -> bytes:
        if not isinstance(value, self.cls):
            raise LocalProtocolError(f"{value!r} is no {self.cls.__name__}")
        return self.layout.encode({member.name: getattr(value, member.name) for member in self.layout.members})

    def decode(self, reader: Reader) -> Any:
        return self.cls(**self.layout.decode(reader))


def layout_of(cls: type[Any]) -> Layout:
    """The layout of a class whose fields are annotated with their kinds: `short: Annotated[int, U16]`."""
    members = []
    for name, hint in get_type_hints(cls, include_extras=True).items():
        if metadata := getattr(hint, "__metadata__", None):
            members.append(Field(name, metadata[0]))
    return Layout(members)
