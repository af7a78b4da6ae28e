"""The TAP header that captures put before a frame (LINKTYPE_IEEE802_15_4_TAP): a pasted dump may begin with it."""

from __future__ import annotations

from hanbench.harness.frames.located.cursor import Cursor

_HEAD, _TLV = 4, 4
_NAMES = ("FCS type", "signal strength", "bit error rate", "channel", "SUN PHY", "start of frame", "end of frame")
_MORE = ("absolute slot number", "slot start", "timeslot length", "LQI", "channel plan", "PHY header")
_TYPES = (*_NAMES, *_MORE)


def length(octets: bytes) -> int:
    """Return the octets of a TAP header at the beginning; 0: there is none that is whole."""
    said = int.from_bytes(octets[2:_HEAD], "little")
    if octets[:2] != b"\0\0" or not _HEAD + _TLV <= said <= len(octets):
        return 0
    at = _HEAD
    while at + _TLV <= said:
        if int.from_bytes(octets[at : at + 2], "little") >= len(_TYPES):
            return 0
        at += _TLV + -(-int.from_bytes(octets[at + 2 : at + _TLV], "little") // 4) * 4
    return said if at == said else 0


def read(cursor: Cursor) -> None:
    """Read a header that is whole."""
    cursor.uint("version", 1)
    cursor.uint("reserved", 1)
    cursor.uint("header length", 2)
    while cursor.remaining:
        name = _TYPES[int.from_bytes(cursor.octets[cursor.at : cursor.at + 2], "little")]
        with cursor.group(name):
            cursor.uint("type", 2)
            size = cursor.uint("length", 2)
            cursor.take("value", size)
            if size % 4:
                cursor.take("padding", -size % 4)
