"""HDLC-lite, the framing of Spinel on a serial line: flags, escapes and a CRC.

Sources: draft-rquattle-spinel-unified, appendix A.1.2; CRC-16/X.25 of ITU-T X.25, 2.2.7.4. XON and XOFF are escaped
too, so that software flow control does not interfere.
"""

from __future__ import annotations

from collections import deque

from hanbench.emulator.radio.fcs import crc16_x25

FLAG, ESCAPE = 0x7E, 0x7D
XON, XOFF, VENDOR = 0x11, 0x13, 0xF8
LONGEST = 2_048
"""Maximum octets between two flags; firmware has buffers of 1,300. A longer chunk counts as noise."""

_FLAG, _ESCAPE = bytes((FLAG,)), bytes((ESCAPE,))
_FLIP = 0x20
_ESCAPES = [(bytes((octet,)), bytes((ESCAPE, octet ^ _FLIP))) for octet in (ESCAPE, FLAG, XON, XOFF, VENDOR)]
"""The escape octet comes first, because the replacements of the others contain it."""


def encode(payload: bytes) -> bytes:
    """Encode a payload with a flag at either end; the first flag ends any noise before it on the line."""
    body = payload + crc16_x25(payload)
    for plain, escaped in _ESCAPES:
        if plain in body:
            body = body.replace(plain, escaped)
    return _FLAG + body + _FLAG


class Decoder:
    """Decodes a stream of octets into payloads; counts and skips chunks that are not a frame."""

    def __init__(self) -> None:
        self.garbled = 0
        """Chunks between flags that were not a frame: wrong CRC, broken escape, too short or too long."""
        self._partial = b""
        self._overlong = False

    def feed(self, octets: bytes) -> list[bytes]:
        """Return the payloads that `octets` complete, in order."""
        if _FLAG not in octets:
            self._keep(octets)
            return []
        chunks = deque((self._partial + octets).split(_FLAG))
        self._partial = b""
        if self._overlong:
            self._overlong = False
            chunks.popleft()
        self._keep(chunks.pop())
        payloads = []
        for chunk in chunks:
            payload = self._open(chunk) if chunk else None
            if payload is not None:
                payloads.append(payload)
        return payloads

    def reset(self) -> None:
        """Drop an incomplete frame."""
        self._partial = b""
        self._overlong = False

    def _keep(self, octets: bytes) -> None:
        self._partial += octets
        if len(self._partial) > LONGEST:
            self._partial = b""
            self.garbled += not self._overlong
            self._overlong = True

    def _open(self, chunk: bytes) -> bytes | None:
        if len(chunk) > LONGEST:
            self.garbled += 1
            return None
        if _ESCAPE in chunk:
            first, *others = chunk.split(_ESCAPE)
            if not all(others):
                self.garbled += 1
                return None
            chunk = first + b"".join(bytes((other[0] ^ _FLIP,)) + other[1:] for other in others)
        payload = chunk[:-2]
        if not payload or crc16_x25(payload) != chunk[-2:]:
            self.garbled += 1
            return None
        return payload
