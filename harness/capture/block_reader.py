"""The blocks of a pcapng file (draft-ietf-opsawg-pcapng): every length is checked against its block and the file."""

from __future__ import annotations

from struct import Struct

from hanbench.harness.capture.packets import Item, Packet, Secrets, SnappedError
from hanbench.harness.capture.pcapng import (
    BYTE_ORDER_MAGIC,
    COMMENT,
    DECRYPTION_SECRETS,
    END_OF_OPTIONS,
    ENHANCED_PACKET,
    INTERFACE_DESCRIPTION,
    MICROSECONDS,
    SECTION_HEADER,
    TIME_RESOLUTION,
)

SIMPLE_PACKET, OBSOLETE_PACKET = 3, 2
"""Other blocks with a frame: one has no time, the other only old programs write."""
LONGEST_BLOCK = 1 << 20
"""Maximum octets of a block; no frame of 127 octets needs more, whatever its comments."""
MOST_INTERFACES = 1024
LONGEST_EXPONENT = 19
"""Time resolutions down to 10^-19 s or 2^-64 s have a number of 64 bits for a second."""
TIME_OFFSET = 14
"""Option of an interface: seconds to add to each time."""


class Interface:
    """One interface of a section."""

    __slots__ = ("link_type", "offset", "ticks")

    def __init__(self, link_type: int, ticks: int, offset: int) -> None:
        self.link_type = link_type
        self.ticks = ticks
        """Ticks a second."""
        self.offset = offset
        """Seconds."""


class Section:
    """One section: its byte order and its interfaces. All methods raise ValueError for what is not pcapng."""

    def __init__(self, magic: bytes) -> None:
        if magic == BYTE_ORDER_MAGIC.to_bytes(4, "little"):
            order = "<"
        elif magic == BYTE_ORDER_MAGIC.to_bytes(4, "big"):
            order = ">"
        else:
            raise ValueError(f"byte-order magic {magic.hex() or 'missing'}")
        self._block = Struct(f"{order}II")
        self._u32 = Struct(f"{order}I")
        self._version = Struct(f"{order}4xHH")
        self._interface = Struct(f"{order}HHI")
        self._packet = Struct(f"{order}5I")
        self._obsolete = Struct(f"{order}HHIIII")
        self._secrets = Struct(f"{order}II")
        self._offset = Struct(f"{order}q")
        self._option = Struct(f"{order}HH")
        self.interfaces: list[Interface] = []

    def block(self, data: bytes, at: int) -> tuple[int, bytes, int]:
        """Return kind, body and length of the block at `at`."""
        if at + 12 > len(data):
            raise ValueError("block cut short")
        kind, length = self._block.unpack_from(data, at)
        if length < 12 or length % 4 or length > LONGEST_BLOCK:
            raise ValueError(f"block of {length} octets")
        if at + length > len(data):
            raise ValueError(f"block of {length} octets, {len(data) - at} left in the file")
        if self._u32.unpack_from(data, at + length - 4)[0] != length:
            raise ValueError("the block's two lengths differ")
        return kind, data[at + 8 : at + length - 4], length

    def take(self, kind: int, body: bytes) -> Item | None:
        """Process one block; return what is in it for a reader. Blocks of unknown kinds have nothing."""
        if kind == ENHANCED_PACKET:
            return self._enhanced(body)
        if kind == SECTION_HEADER:
            self._check_version(body)
        elif kind == INTERFACE_DESCRIPTION:
            self._add_interface(body)
        elif kind == DECRYPTION_SECRETS:
            return self._keys(body)
        elif kind == SIMPLE_PACKET:
            return self._simple(body)
        elif kind == OBSOLETE_PACKET:
            return self._old(body)
        return None

    def _check_version(self, body: bytes) -> None:
        if len(body) < 16:
            raise ValueError("section header cut short")
        major, minor = self._version.unpack_from(body)
        if major != 1:
            raise ValueError(f"pcapng version {major}.{minor}")

    def _add_interface(self, body: bytes) -> None:
        if len(body) < self._interface.size:
            raise ValueError("interface description cut short")
        if len(self.interfaces) >= MOST_INTERFACES:
            raise ValueError(f"more than {MOST_INTERFACES} interfaces")
        options = self._options(body, self._interface.size)
        resolution = options.get(TIME_RESOLUTION, bytes((MICROSECONDS,)))
        if len(resolution) != 1:
            raise ValueError(f"time resolution of {len(resolution)} octets")
        exponent, binary = resolution[0] & 0x7F, resolution[0] & 0x80
        if exponent > (64 if binary else LONGEST_EXPONENT):
            raise ValueError(f"time resolution {resolution[0]:#04x}")
        offset = options.get(TIME_OFFSET, bytes(8))
        if len(offset) != 8:
            raise ValueError(f"time offset of {len(offset)} octets")
        ticks = 1 << exponent if binary else 10**exponent
        self.interfaces.append(Interface(self._interface.unpack_from(body)[0], ticks, self._offset.unpack(offset)[0]))

    def _enhanced(self, body: bytes) -> Packet:
        if len(body) < self._packet.size:
            raise ValueError("packet block cut short")
        interface, high, low, captured, original = self._packet.unpack_from(body)
        return self._frame(body, self._packet.size, interface, high << 32 | low, captured, original)

    def _old(self, body: bytes) -> Packet:
        if len(body) < self._obsolete.size:
            raise ValueError("packet block cut short")
        interface, _, high, low, captured, original = self._obsolete.unpack_from(body)
        return self._frame(body, self._obsolete.size, interface, high << 32 | low, captured, original)

    def _simple(self, body: bytes) -> Packet:
        if len(body) < self._u32.size:
            raise ValueError("packet block cut short")
        original = self._u32.unpack_from(body)[0]
        return self._frame(body, self._u32.size, 0, None, min(original, len(body) - self._u32.size), original)

    def _frame(self, body: bytes, at: int, interface: int, ticks: int | None, captured: int, original: int) -> Packet:
        if interface >= len(self.interfaces):
            raise ValueError(f"packet of interface {interface}, which is not described")
        end = at + captured
        if end > len(body):
            raise ValueError(f"packet of {captured} octets, {len(body) - at} left in its block")
        if captured < original:
            raise SnappedError(f"packet cut to {captured} of {original} octets")
        of = self.interfaces[interface]
        time = None if ticks is None else ticks * 1_000_000 // of.ticks + of.offset * 1_000_000
        tail = end + -end % 4
        comment = "" if tail >= len(body) else self._options(body, tail).get(COMMENT, b"").decode(errors="replace")
        return Packet(time, of.link_type, body[at:end], comment)

    def _keys(self, body: bytes) -> Secrets:
        if len(body) < self._secrets.size:
            raise ValueError("secrets cut short")
        kind, length = self._secrets.unpack_from(body)
        if self._secrets.size + length > len(body):
            raise ValueError(f"secrets of {length} octets, {len(body) - self._secrets.size} left in their block")
        return Secrets(kind, body[self._secrets.size : self._secrets.size + length])

    def _options(self, body: bytes, at: int) -> dict[int, bytes]:
        options: dict[int, bytes] = {}
        while at < len(body):
            if at + self._option.size > len(body):
                raise ValueError("option cut short")
            code, length = self._option.unpack_from(body, at)
            at += self._option.size
            if code == END_OF_OPTIONS:
                break
            if at + length > len(body):
                raise ValueError(f"option {code} of {length} octets, {len(body) - at} left in its block")
            options.setdefault(code, body[at : at + length])
            at += length + -length % 4
        return options
