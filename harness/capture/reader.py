"""Reading of captures: pcapng of LINKTYPE_IEEE802_15_4_TAP, from hanbench or saved by Wireshark.

Every length is checked against its block and against the file. Blocks without frames are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from hanbench.harness.capture import tap
from hanbench.harness.capture.errors import CaptureError
from hanbench.harness.capture.pcapng import (
    BYTE_ORDER_MAGIC,
    COMMENT,
    END_OF_OPTIONS,
    ENHANCED_PACKET,
    INTERFACE_DESCRIPTION,
    MICROSECONDS,
    SECTION_HEADER,
    TIME_RESOLUTION,
)

_LONGEST_BLOCK = 1 << 20
"""Maximum octets of a block; no frame of 127 octets needs more, whatever its comments."""
_OTHER_PACKETS = {2: "obsolete packet", 3: "simple packet"}
"""Other blocks with frames, which no program uses for TAP: errors, as skipping them would shift the numbers."""


class CapturedFrame(NamedTuple):
    """One frame of a capture."""

    time: int
    """Microseconds since 1970."""
    psdu: bytes
    """Octets with FCS."""
    rssi: float | None
    """dBm at the sniffer."""
    lqi: int | None
    channel: int | None
    comment: str
    """The comment; empty if there is none."""


def read(path: str | PathLike[str]) -> Iterator[CapturedFrame]:
    """Yield the frames of a capture, in the file's order: the first is Wireshark's number 1.

    Raises CaptureError at the first invalid place, after the frames before it; OSError if the file cannot be read.
    """
    data = Path(path).read_bytes()
    if not data:
        raise CaptureError(path, "octet 0", "the file is empty")
    at = 0
    section: _Section | None = None
    while at < len(data):
        try:
            if data[at : at + 4] == SECTION_HEADER.to_bytes(4, "little"):
                section = _Section(data[at + 8 : at + 12])
            if section is None:
                raise ValueError("not a pcapng file: it does not begin with a section header")
            kind, body, length = section.block(data, at)
            frame = section.take(kind, body)
        except ValueError as error:
            raise CaptureError(path, f"octet {at}", str(error)) from None
        if frame is not None:
            yield frame
        at += length


class _Section:
    """One section: its byte order and its interfaces."""

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
        self._option = Struct(f"{order}HH")
        self._ticks: list[int] = []
        """Ticks a second, by interface."""

    def block(self, data: bytes, at: int) -> tuple[int, bytes, int]:
        """Return kind, body and length of the block at `at`."""
        if at + 12 > len(data):
            raise ValueError("block cut short")
        kind, length = self._block.unpack_from(data, at)
        if length < 12 or length % 4 or length > _LONGEST_BLOCK:
            raise ValueError(f"block of {length} octets")
        if at + length > len(data):
            raise ValueError(f"block of {length} octets, {len(data) - at} left in the file")
        if self._u32.unpack_from(data, at + length - 4)[0] != length:
            raise ValueError("the block's two lengths differ")
        return kind, data[at + 8 : at + length - 4], length

    def take(self, kind: int, body: bytes) -> CapturedFrame | None:
        """Process one block; return its frame, or None."""
        if kind == ENHANCED_PACKET:
            return self._frame(body)
        if kind == SECTION_HEADER:
            self._check_version(body)
        elif kind == INTERFACE_DESCRIPTION:
            self._add_interface(body)
        elif kind in _OTHER_PACKETS:
            raise ValueError(f"{_OTHER_PACKETS[kind]} block, expected enhanced packet blocks only")
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
        linktype = self._interface.unpack_from(body)[0]
        if linktype != tap.LINKTYPE:
            raise ValueError(f"link type {linktype} instead of {tap.LINKTYPE} (IEEE 802.15.4 TAP)")
        resolution = self._options(body, self._interface.size).get(TIME_RESOLUTION, bytes((MICROSECONDS,)))
        if len(resolution) != 1:
            raise ValueError(f"time resolution of {len(resolution)} octets")
        exponent = resolution[0]
        self._ticks.append(1 << (exponent & 0x7F) if exponent & 0x80 else 10**exponent)

    def _frame(self, body: bytes) -> CapturedFrame:
        if len(body) < self._packet.size:
            raise ValueError("packet block cut short")
        interface, high, low, captured, original = self._packet.unpack_from(body)
        if interface >= len(self._ticks):
            raise ValueError(f"packet of interface {interface}, which is not described")
        end = self._packet.size + captured
        if end > len(body):
            raise ValueError(f"packet of {captured} octets, {len(body) - self._packet.size} left in its block")
        if captured != original:
            raise ValueError(f"packet cut to {captured} of {original} octets")
        sniffed, psdu = tap.decode(body[self._packet.size : end])
        comment = self._options(body, end + -end % 4).get(COMMENT, b"")
        time = (high << 32 | low) * 1_000_000 // self._ticks[interface]
        return CapturedFrame(time, psdu, *sniffed, comment.decode())

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
