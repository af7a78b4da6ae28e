"""Writing of captures: pcapng with one interface of LINKTYPE_IEEE802_15_4_TAP.

The file contains nothing about the machine or its clock, so the same frames always give the same octets
(pcapng as in draft-ietf-opsawg-pcapng; section header 4.1, interface description 4.2, enhanced packet 4.3).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from struct import Struct
from typing import Protocol

from hanbench.harness.capture import tap

SECTION_HEADER, INTERFACE_DESCRIPTION, ENHANCED_PACKET, DECRYPTION_SECRETS = 0x0A0D0D0A, 1, 6, 10
"""Block types."""
BYTE_ORDER_MAGIC = 0x1A2B3C4D
END_OF_OPTIONS, COMMENT, USER_APPLICATION, INTERFACE_NAME, TIME_RESOLUTION = 0, 1, 4, 2, 9
"""Option codes; those from 2 on depend on the block type."""
MICROSECONDS = 6
"""Time resolution as a power of ten."""
UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DEFAULT_EPOCH = datetime(2022, 1, 1, tzinfo=UTC)
"""Default date at microsecond 0 of the clock."""

_BLOCK = Struct("<II")
_OPTION = Struct("<HH")


class Stream(Protocol):
    """Where a capture is written."""

    def write(self, octets: bytes, /) -> object: ...

    def flush(self) -> object: ...


class PcapngWriter:
    """Writes frames to a stream, which should be buffered: one write for the head, and one for each frame."""

    def __init__(self, stream: Stream, *, epoch: datetime = DEFAULT_EPOCH, name: str = "air") -> None:
        """Begin a capture. `epoch` is the date at microsecond 0 of the clock; `name` is the interface's."""
        self.frames = 0
        """Number of frames written, which is the number of the last one in Wireshark."""
        self._write = stream.write
        self._epoch = (epoch - UNIX_EPOCH) // timedelta(microseconds=1)
        self._write(_section_header() + _interface(name))

    def write(self, time: int, psdu: bytes, heard: bytes, comment: str = "") -> None:
        """Write a frame. `time`: microseconds of the clock; `psdu`: with FCS; `heard`: from `tap.encode`."""
        self.frames += 1
        time += self._epoch
        if comment:
            self._write(_with_comment(time, heard + psdu, comment))
            return
        pack, total, captured = _layout(len(psdu))
        high, low = time >> 32, time & 0xFFFFFFFF
        self._write(pack(ENHANCED_PACKET, total, 0, high, low, captured, captured, heard, psdu, total))


@lru_cache(maxsize=256)
def _layout(psdu_length: int) -> tuple[Callable[..., bytes], int, int]:
    """Return the function that packs an enhanced packet block without options, the block's and the packet's length."""
    captured = tap.LENGTH + psdu_length
    layout = Struct(f"<7I{tap.LENGTH}s{psdu_length}s{-captured % 4}xI")
    return layout.pack, layout.size, captured


def _with_comment(time: int, packet: bytes, comment: str) -> bytes:
    length = len(packet)
    fixed = Struct("<5I").pack(0, time >> 32, time & 0xFFFFFFFF, length, length)
    return block(ENHANCED_PACKET, fixed + packet + bytes(-length % 4) + _options((COMMENT, comment.encode())))


def _section_header() -> bytes:
    body = Struct("<IHHq").pack(BYTE_ORDER_MAGIC, 1, 0, -1)
    return block(SECTION_HEADER, body + _options((USER_APPLICATION, application().encode())))


def _interface(name: str) -> bytes:
    body = Struct("<HHI").pack(tap.LINKTYPE, 0, 0)
    options = _options((INTERFACE_NAME, name.encode()), (TIME_RESOLUTION, bytes((MICROSECONDS,))))
    return block(INTERFACE_DESCRIPTION, body + options)


def block(kind: int, body: bytes) -> bytes:
    """Return a block: its kind, its length, `body` and its length again. `body` fills four-octet words."""
    total = len(body) + 12
    return _BLOCK.pack(kind, total) + body + total.to_bytes(4, "little")


def _options(*options: tuple[int, bytes]) -> bytes:
    parts = [_OPTION.pack(code, len(value)) + value + bytes(-len(value) % 4) for code, value in options]
    return b"".join((*parts, _OPTION.pack(END_OF_OPTIONS, 0)))


@lru_cache(maxsize=1)
def application() -> str:
    """Return the name and version of this program, for captures."""
    try:
        return f"hanbench {version('hanbench')}"
    except PackageNotFoundError:
        return "hanbench"
