"""Reading of captures: pcapng of LINKTYPE_IEEE802_15_4_TAP, from hanbench or saved by Wireshark.

Every length is checked against its block and against the file. Blocks without frames are skipped. `foreign` reads
captures of other programs, which have other forms and may be damaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from hanbench.harness.capture import tap
from hanbench.harness.capture.block_reader import OBSOLETE_PACKET, SIMPLE_PACKET, Section
from hanbench.harness.capture.errors import CaptureError
from hanbench.harness.capture.packets import Packet
from hanbench.harness.capture.pcapng import SECTION_HEADER

_OTHER_PACKETS = {OBSOLETE_PACKET: "obsolete packet", SIMPLE_PACKET: "simple packet"}
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
    section: Section | None = None
    while at < len(data):
        try:
            if data[at : at + 4] == SECTION_HEADER.to_bytes(4, "little"):
                section = Section(data[at + 8 : at + 12])
            if section is None:
                raise ValueError("not a pcapng file: it does not begin with a section header")
            kind, body, length = section.block(data, at)
            frame = _frame(section, kind, body)
        except ValueError as error:
            raise CaptureError(path, f"octet {at}", str(error)) from None
        if frame is not None:
            yield frame
        at += length


def _frame(section: Section, kind: int, body: bytes) -> CapturedFrame | None:
    if kind in _OTHER_PACKETS:
        raise ValueError(f"{_OTHER_PACKETS[kind]} block, expected enhanced packet blocks only")
    item = section.take(kind, body)
    if section.interfaces and section.interfaces[-1].link_type != tap.LINKTYPE:
        linktype = section.interfaces[-1].link_type
        raise ValueError(f"link type {linktype} instead of {tap.LINKTYPE} (IEEE 802.15.4 TAP)")
    if not isinstance(item, Packet):
        return None
    sniffed, psdu = tap.decode(item.octets)
    assert item.time is not None
    return CapturedFrame(item.time, psdu, *sniffed, item.comment)
