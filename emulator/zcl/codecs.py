"""Codecs of the ZCL data types (ZCL r8, 2.6.2): one class a form, one instance a type.

There are two readings of the same octets. As an attribute's value, the type's invalid pattern is None
(`encode_attribute`, `decode_attribute`). As a field of a command, a number has no invalid pattern (`encode`, `decode`,
the `FieldType` of `layout.py`): commands give such patterns meanings of their own, as RequestMirrorResponse does
0xFFFF.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from struct import error as StructError
from typing import Any, NamedTuple

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.octets import Reader


class TimeOfDay(NamedTuple):
    """Each part is 0xFF where it is not used."""

    hours: int
    minutes: int
    seconds: int
    hundredths: int


class Date(NamedTuple):
    """Each part is 0xFF where it is not used."""

    years_since_1900: int
    month: int
    day_of_month: int
    day_of_week: int
    """1 is Monday."""


class DataType:
    """A ZCL data type."""

    __slots__ = ("analog", "id", "name", "size")

    def __init__(self, id: int, name: str, size: int | None, *, analog: bool = False) -> None:
        self.id = id
        self.name = name
        self.size = size
        """Octets; None where it varies."""
        self.analog = analog
        """Analog types are reported after a change of a stated size, discrete ones after any change."""

    def __repr__(self) -> str:
        return self.name

    def encode_attribute(self, value: Any) -> bytes:
        """Octets of an attribute's value; None is the invalid pattern. Raises LocalProtocolError."""
        raise NotImplementedError

    def decode_attribute(self, reader: Reader) -> Any:
        """An attribute's value, None for the invalid pattern. Raises RemoteProtocolError."""
        return self.decode_attribute_octets(reader.take(self.size or 0))

    def decode_attribute_octets(self, octets: bytes) -> Any:
        """`decode_attribute` for exactly the octets of a type of fixed size: the quick way."""
        raise NotImplementedError

    def encode(self, value: Any) -> bytes:
        """Octets of a command field."""
        return self.encode_attribute(value)

    def decode(self, reader: Reader) -> Any:
        """A command field."""
        return self.decode_attribute(reader)

    def unfit(self, value: Any) -> LocalProtocolError:
        return LocalProtocolError(f"{value!r} is no {self.name}")


class NoData(DataType):
    """No octets at all."""

    __slots__ = ()

    def encode_attribute(self, value: Any) -> bytes:
        if value is not None:
            raise self.unfit(value)
        return b""

    def decode_attribute_octets(self, octets: bytes) -> None:
        return None


class Integer(DataType):
    """A whole number, signed or not; `invalid` is the value that means none."""

    __slots__ = ("invalid", "signed")

    def __init__(
        self, id: int, name: str, size: int, *, signed: bool = False, invalid: int | None = None, analog: bool = False
    ) -> None:
        super().__init__(id, name, size, analog=analog)
        self.signed = signed
        self.invalid = invalid

    def encode_attribute(self, value: Any) -> bytes:
        if value is None:
            value = self.invalid
        try:
            return value.to_bytes(self.size, "little", signed=self.signed)  # type: ignore[no-any-return]
        except (OverflowError, AttributeError) as error:
            raise self.unfit(value) from error

    def decode_attribute_octets(self, octets: bytes) -> int | None:
        value = int.from_bytes(octets, "little", signed=self.signed)
        return None if value == self.invalid else value

    def encode(self, value: Any) -> bytes:
        if value is None:
            raise self.unfit(value)
        return self.encode_attribute(value)

    def decode(self, reader: Reader) -> int:
        return int.from_bytes(reader.take(self.size or 0), "little", signed=self.signed)


class Boolean(DataType):
    """0 or 1; 0xFF is invalid and everything else is forbidden."""

    __slots__ = ()

    def encode_attribute(self, value: Any) -> bytes:
        if value is None:
            return b"\xff"
        if value not in (0, 1):
            raise self.unfit(value)
        return b"\x01" if value else b"\x00"

    def decode_attribute_octets(self, octets: bytes) -> bool | None:
        if octets == b"\xff":
            return None
        if octets > b"\x01":
            raise RemoteProtocolError(DropReason.MALFORMED_ZCL, f"boolean 0x{octets.hex()}")
        return octets == b"\x01"


class Float(DataType):
    """IEEE 754; not-a-number is invalid."""

    __slots__ = ("form",)

    def __init__(self, id: int, name: str, form: str) -> None:
        self.form = Struct("<" + form)
        super().__init__(id, name, self.form.size, analog=True)

    def encode_attribute(self, value: Any) -> bytes:
        try:
            return self.form.pack(float("nan") if value is None else value)
        except (OverflowError, StructError) as error:
            raise self.unfit(value) from error

    def decode_attribute_octets(self, octets: bytes) -> float | None:
        value: float = self.form.unpack(octets)[0]
        return value if value == value else None


class OctetString(DataType):
    """A length, then octets; the length of all ones is invalid."""

    __slots__ = ("prefix",)

    def __init__(self, id: int, name: str, prefix: int) -> None:
        super().__init__(id, name, None)
        self.prefix = prefix

    @property
    def none(self) -> int:
        """The length that means invalid."""
        return (1 << 8 * self.prefix) - 1

    def encode_attribute(self, value: Any) -> bytes:
        if value is None:
            return b"\xff" * self.prefix
        if not isinstance(value, bytes) or len(value) >= self.none:
            raise self.unfit(value)
        return len(value).to_bytes(self.prefix, "little") + value

    def decode_attribute(self, reader: Reader) -> Any:
        length = int.from_bytes(reader.take(self.prefix), "little")
        return None if length == self.none else reader.take(length)


class CharacterString(OctetString):
    """Text in UTF-8. Octets that are not UTF-8 stay octets, so that they are encoded again as they came."""

    __slots__ = ()

    def encode_attribute(self, value: Any) -> bytes:
        return super().encode_attribute(value.encode() if isinstance(value, str) else value)

    def decode_attribute(self, reader: Reader) -> str | bytes | None:
        octets: bytes | None = super().decode_attribute(reader)
        if octets is None:
            return None
        try:
            return octets.decode()
        except UnicodeDecodeError:
            return octets


class Parts(DataType):
    """Four octets, each a part of a date or a time; all of them 0xFF is invalid."""

    __slots__ = ("make",)

    def __init__(self, id: int, name: str, make: Callable[..., TimeOfDay | Date]) -> None:
        super().__init__(id, name, 4, analog=True)
        self.make = make

    def encode_attribute(self, value: Any) -> bytes:
        if isinstance(value, int):
            raise self.unfit(value)  # and not that many zeros
        try:
            octets = b"\xff\xff\xff\xff" if value is None else bytes(value)
        except (TypeError, ValueError) as error:
            raise self.unfit(value) from error
        if len(octets) != 4:
            raise self.unfit(value)
        return octets

    def decode_attribute_octets(self, octets: bytes) -> TimeOfDay | Date | None:
        return None if octets == b"\xff\xff\xff\xff" else self.make(*octets)


class KeyType(DataType):
    """128 bits, in the order of transmission."""

    __slots__ = ()

    def encode_attribute(self, value: Any) -> bytes:
        if not isinstance(value, bytes) or len(value) != self.size:
            raise self.unfit(value)
        return value

    def decode_attribute_octets(self, octets: bytes) -> bytes:
        return octets
