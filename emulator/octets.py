"""Reading octets without running off their end: a cursor that ends in values or in `RemoteProtocolError`.

Writing is the other side of blame: a value that does not fit is our own mistake, and never spoils the bits beside it.
"""

from __future__ import annotations

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError


def le(value: int, octets: int) -> bytes:
    """`value` in so many octets, little-endian; LocalProtocolError if it does not fit."""
    try:
        return value.to_bytes(octets, "little")
    except OverflowError:
        raise LocalProtocolError(f"{value} does not fit in {octets} octets") from None


def bits(value: int, width: int) -> int:
    """`value`, if it fits in so many bits; LocalProtocolError otherwise."""
    if not 0 <= value < 1 << width:
        raise LocalProtocolError(f"{value} does not fit in {width} bits")
    return value


class Reader:
    """A cursor over received octets; every failure carries the `reason` of the layer that reads."""

    __slots__ = ("_data", "at", "reason")

    def __init__(self, data: bytes, reason: DropReason, at: int = 0) -> None:
        self._data = data
        self.reason = reason
        self.at = at
        """Offset of the next octet."""

    @property
    def remaining(self) -> int:
        return len(self._data) - self.at

    def fail(self, detail: str) -> RemoteProtocolError:
        """The error to raise for what was read but makes no sense."""
        return RemoteProtocolError(self.reason, detail)

    def take(self, count: int) -> bytes:
        """The next `count` octets."""
        end = self.at + count
        if count < 0 or end > len(self._data):
            raise RemoteProtocolError(self.reason, f"{count} octets wanted, {self.remaining} left")
        taken = self._data[self.at : end]
        self.at = end
        return taken

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.remaining)

    def end(self) -> None:
        """Nothing may be left."""
        if self.remaining:
            raise RemoteProtocolError(self.reason, f"{self.remaining} octets too many")

    def uint(self, octets: int) -> int:
        return int.from_bytes(self.take(octets), "little")

    def sint(self, octets: int) -> int:
        return int.from_bytes(self.take(octets), "little", signed=True)

    def u8(self) -> int:
        return self.take(1)[0]

    def u16(self) -> int:
        return self.uint(2)

    def u24(self) -> int:
        return self.uint(3)

    def u32(self) -> int:
        return self.uint(4)

    def u40(self) -> int:
        return self.uint(5)

    def u48(self) -> int:
        return self.uint(6)

    def u56(self) -> int:
        return self.uint(7)

    def u64(self) -> int:
        return self.uint(8)
