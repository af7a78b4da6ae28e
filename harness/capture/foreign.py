"""Reading of captures that anybody made: pcap and pcapng, whole or damaged, as frames of IEEE 802.15.4.

A damaged file gives the frames before the damage. What the file says about a frame's length is checked; what a frame
says about itself is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from hanbench.harness.capture.block_reader import Section
from hanbench.harness.capture.errors import CaptureError
from hanbench.harness.capture.link_types import LINK_TYPES, LinkFrame
from hanbench.harness.capture.packets import Item, Packet, Secrets, SnappedError
from hanbench.harness.capture.pcap_reader import HEADER, PcapFile, is_pcap
from hanbench.harness.capture.pcapng import SECTION_HEADER

LARGEST = 1 << 30
"""Maximum octets of a file."""
MOST_FRAMES = 3_000_000
"""Maximum number of packets to read; a HAN sends so many in some weeks."""


class ForeignFrame(NamedTuple):
    """One frame of a capture, without its FCS."""

    number: int
    """Its number in Wireshark, from 1."""
    time: int
    """Microseconds since 1970."""
    frame: LinkFrame


@dataclass
class ForeignCapture:
    """What a capture file holds."""

    path: str
    frames: list[ForeignFrame] = field(default_factory=list)
    secrets: list[Secrets] = field(default_factory=list)
    damage: str = ""
    """Why reading ended before the end of the file; empty: it did not."""
    packets: int = 0
    """Packets in the file, other link types and damaged ones included."""
    unread: Counter[str] = field(default_factory=Counter)
    """Packets that are no frame of 802.15.4, by reason."""
    link_types: Counter[int] = field(default_factory=Counter)


def read_foreign(path: str | PathLike[str]) -> ForeignCapture:
    """Read a capture. Raises CaptureError if it is none, has no frame of 802.15.4, or is larger than `LARGEST`."""
    data = _octets(Path(path))
    found = ForeignCapture(str(path))
    time = 0
    try:
        for item in _items(data):
            if isinstance(item, Secrets):
                found.secrets.append(item)
                continue
            if found.packets >= MOST_FRAMES:
                found.damage = f"more than {MOST_FRAMES} packets: the others were not read"
                break
            found.packets += 1
            if isinstance(item, SnappedError):
                found.unread["cut short by the sniffer"] += 1
                continue
            time = time if item.time is None else item.time
            _add(found, item, time)
    except _DamageError as damage:
        if not found.packets and damage.at == 0:
            raise CaptureError(path, "octet 0", str(damage)) from None
        found.damage = f"octet {damage.at}: {damage}"
    if not found.frames:
        raise CaptureError(path, "frames", _why_empty(found))
    return found


def _octets(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except IsADirectoryError:
        raise CaptureError(path, "file", "is a folder; expected a capture") from None
    except (OSError, ValueError) as error:
        raise CaptureError(path, "file", f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > LARGEST:
        raise CaptureError(path, "file", f"expected at most {LARGEST} octets")
    if not data:
        raise CaptureError(path, "octet 0", "the file is empty")
    return data


def _why_empty(found: ForeignCapture) -> str:
    expected = f"expected IEEE 802.15.4: link type {', '.join(map(str, LINK_TYPES))}"
    others = [str(each) for each in found.link_types if each not in LINK_TYPES]
    if others:
        return f"link type {', '.join(others)}; {expected}"
    reasons = ", ".join(f"{count} {reason}" for reason, count in found.unread.items())
    return f"the capture has no frame{f' ({reasons})' if reasons else ''}; {expected}" + (
        f"; {found.damage}" if found.damage else ""
    )


def _add(found: ForeignCapture, packet: Packet, time: int) -> None:
    found.link_types[packet.link_type] += 1
    decode = LINK_TYPES.get(packet.link_type)
    if decode is None:
        found.unread[f"of link type {packet.link_type}"] += 1
        return
    try:
        frame = decode(packet.octets)
    except ValueError as error:
        found.unread[str(error)] += 1
        return
    found.frames.append(ForeignFrame(found.packets, time, frame))


class _DamageError(Exception):
    """The file is no capture from here on."""

    def __init__(self, at: int, problem: str) -> None:
        super().__init__(problem)
        self.at = at


def _items(data: bytes) -> Iterator[Item | SnappedError]:
    """Yield what is in a file. Raises _DamageError."""
    yield from _of_pcap(data) if is_pcap(data) else _of_pcapng(data)


def _of_pcap(data: bytes) -> Iterator[Item | SnappedError]:
    at = 0
    try:
        file = PcapFile(data)
        at = HEADER
        while at < len(data):
            item, length = file.packet(data, at)
            yield item
            at += length
    except ValueError as error:
        raise _DamageError(at, str(error)) from None


def _of_pcapng(data: bytes) -> Iterator[Item | SnappedError]:
    at, section = 0, None
    begins = SECTION_HEADER.to_bytes(4, "little")
    while at < len(data):
        try:
            if data[at : at + 4] == begins:
                section = Section(data[at + 8 : at + 12])
            if section is None:
                raise ValueError("neither pcap nor pcapng")
            kind, body, length = section.block(data, at)
            item: Item | SnappedError | None
            try:
                item = section.take(kind, body)
            except SnappedError as snapped:
                item = snapped
        except ValueError as error:
            raise _DamageError(at, str(error)) from None
        if item is not None:
            yield item
        at += length
