"""Scapy fields for every field type in the clusters' tables; they use the codec of those tables."""

from __future__ import annotations

from typing import Any

from scapy.fields import Field
from scapy.packet import Packet
from scapy.volatile import RandBin, RandNum, RandString

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.layout import Choice, Counted, FieldType, Repeated, Rest, Trailing, Uint
from hanbench.emulator.octets import Reader
from hanbench.emulator.zcl.codecs import Boolean, CharacterString, Integer, OctetString

_ZEROS = bytes(256)
_LONGEST = 24
"""Maximum octets of a random string."""


class KindField(Field[Any, Any]):
    """A field with the encoding of an `hanbench.emulator.layout` type. None as value omits an optional field."""

    __slots__ = ("kind",)

    def __init__(self, name: str, kind: FieldType | Choice | Trailing) -> None:
        self.kind = kind
        Field.__init__(self, name, None if isinstance(kind, Choice | Trailing) else default(kind))

    def _now(self, packet: Packet) -> tuple[FieldType | None, bool]:
        """Return the type of this field, given the fields before it, and whether it is optional."""
        kind: Any = self.kind
        if isinstance(kind, Choice):
            values = {each.name: packet.getfieldval(each.name) for each in packet.fields_desc if each.name != self.name}
            kind = kind.kind_for(values)
        if isinstance(kind, Trailing):
            return kind.item, True
        return kind, False

    def addfield(self, pkt: Packet, s: bytes, val: Any) -> bytes:
        """Append the field's octets to `s`. Raises LocalProtocolError for a value that does not fit."""
        kind, optional = self._now(pkt)
        if kind is None or (val is None and optional):
            return s
        return s + kind.encode(default(kind) if val is None else val)

    def getfield(self, pkt: Packet, s: bytes) -> tuple[bytes, Any]:
        """Decode the field from `s`. Raises RemoteProtocolError, upon which scapy makes a Raw layer."""
        kind, optional = self._now(pkt)
        if kind is None or (optional and not s):
            return s, None
        reader = Reader(s, DropReason.MALFORMED_ZCL)
        value = kind.decode(reader)
        return s[reader.at :], value

    def randval(self) -> Any:
        """Return a random value of this type for `fuzz`; None: use the default."""
        kind = self.kind.item if isinstance(self.kind, Trailing) else self.kind
        match kind:
            case Boolean():
                return RandNum(0, 1)
            case Integer():
                bits = 8 * (kind.size or 1)
                return RandNum(-(1 << bits - 1), (1 << bits - 1) - 1) if kind.signed else RandNum(0, (1 << bits) - 1)
            case Uint():
                return RandNum(0, (1 << 8 * kind.octets) - 1)
            case OctetString() | Rest():
                return RandBin(RandNum(0, _LONGEST))
            case CharacterString():
                return RandString(RandNum(0, _LONGEST))
        return None

    def i2repr(self, pkt: Packet | None, x: Any) -> str:
        return x.hex() if isinstance(x, bytes) else repr(x)

    def i2h(self, pkt: Packet | None, x: Any) -> Any:
        return x

    def any2i(self, pkt: Packet | None, x: Any) -> Any:
        return x


def default(kind: FieldType) -> Any:
    """Return a plain value of a type: empty, or zeros."""
    if isinstance(kind, Repeated | Counted):
        return ()
    if isinstance(kind, Rest):
        return b""
    try:
        value = kind.decode(Reader(_ZEROS, DropReason.MALFORMED_ZCL))
        kind.encode(value)
    except (RemoteProtocolError, LocalProtocolError):
        return None
    return value
