"""Whose frames an acknowledgement with the frame-pending bit answers, read from the octets of a MAC header.

Source: IEEE 802.15.4-2015, 7.2 and table 7-2 (addressing fields), 9.4 (auxiliary security header). RCP firmware since
Thread 1.2 also counts data frames, and every command of frame version 2, whose command identifier may be enciphered
(`radioSendAck` of OpenThread's simulation platform, January 2025; domain/rcp-firmware.md 1 and 2).
"""

from __future__ import annotations

from typing import NamedTuple

DATA, COMMAND = 1, 3
DATA_REQUEST = 4
VERSION_2015 = 2
_SHORT, _EXTENDED = 2, 3
_WIDTH = {0: 0, _SHORT: 2, _EXTENDED: 8}
_KEY_WIDTH = (0, 1, 5, 9)
"""Octets of the key identifier, by key identifier mode."""


class Source(NamedTuple):
    """The source address of a frame."""

    address: int
    extended: bool
    end: int
    """Offset of the octet after the addressing fields."""


def source_of(psdu: bytes) -> Source | None:
    """Return the source of a frame; None if it names none or is too short for its own header."""
    control = int.from_bytes(psdu[:2], "little")
    dst_mode, src_mode = control >> 10 & 3, control >> 14
    if dst_mode not in _WIDTH or src_mode not in (_SHORT, _EXTENDED):
        return None
    version = control >> 12 & 3
    at = 2 if version == VERSION_2015 and control & 0x100 else 3
    dst_pan, src_pan = _pans(version, dst_mode, src_mode, compressed=bool(control & 0x40))
    at += 2 * dst_pan + _WIDTH[dst_mode] + 2 * src_pan
    end = at + _WIDTH[src_mode]
    if end > len(psdu) - 2:
        return None
    return Source(int.from_bytes(psdu[at:end], "little"), src_mode == _EXTENDED, end)


def _pans(version: int, dst_mode: int, src_mode: int, *, compressed: bool) -> tuple[bool, bool]:
    """Return whether a frame with a source has a destination PAN ID and a source PAN ID."""
    if version < VERSION_2015:
        return dst_mode != 0, not (compressed and dst_mode)
    if dst_mode == src_mode == _EXTENDED:
        return not compressed, False
    return dst_mode != 0, not compressed


def wants_pending_data(psdu: bytes, source: Source) -> bool:
    """Whether a MAC command asks for pending data: a Data Request, or a command that hides what it is."""
    control = int.from_bytes(psdu[:2], "little")
    if control >> 12 & 3 == VERSION_2015:
        return True
    at = source.end
    if control & 8:
        if at >= len(psdu):
            return False
        at += 5 + _KEY_WIDTH[psdu[at] >> 3 & 3]
    return at < len(psdu) - 2 and psdu[at] == DATA_REQUEST
