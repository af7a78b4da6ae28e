"""MAC security by the radio: the host hands over keys and a frame counter, and frames with room for both.

Capability TRANSMIT_SEC. What firmware fills in, and when: `SubMac::ProcessTransmitSecurity` of OpenThread, January
2025.
Nonce and ranges: IEEE 802.15.4-2006, 7.6.3.2 and 7.6.3.4.
"""

from __future__ import annotations

from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from hanbench.emulator.dongle.spinel_error import SpinelError
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.octets import Reader, le
from hanbench.emulator.radio.frame_pending import COMMAND, VERSION_2015, source_of
from hanbench.emulator.radio.spinel.frames import TransmitRequest
from hanbench.emulator.radio.spinel.ids import SpinelStatus

MODE_1 = 8
"""Key identifier mode 1 in its place in the security control field: the only one that the radio has keys for."""
KEY = 16
FCS = 2
HT2, PAYLOAD_IES = 0x7F, 0x7E
"""Identifiers of the information elements that end the header's."""


class Secured(NamedTuple):
    """A frame as it goes on the air, without a correct FCS, and what the radio tells the host of it."""

    psdu: bytes
    key_id: int | None = None
    """None: the radio's answer says nothing of key and counter."""
    counter: int = 0


class TransmitSecurity:
    """The MAC keys and the frame counter that a host has given to one radio."""

    def __init__(self) -> None:
        self._key_id = 0
        self._key = bytes(KEY)
        self._counter = 0

    def set_keys(self, reader: Reader) -> None:
        """Take previous, current and next key. Raises SpinelError, RemoteProtocolError."""
        mode, key_id = reader.u8(), reader.u8()
        if mode != MODE_1:
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
        keys = []
        for _ in range(3):
            key = reader.take(reader.u16())
            if len(key) != KEY:
                raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
            keys.append(key)
        self._key_id, self._key = key_id, keys[1]

    def set_counter(self, reader: Reader) -> None:
        """Take the frame counter of the next frame; with the flag behind it, only if it is larger."""
        counter = reader.u32()
        only_raise = bool(reader.u8()) if reader.remaining else False
        self._counter = max(counter, self._counter) if only_raise else counter

    def apply(self, request: TransmitRequest, extended_address: int) -> Secured:
        """Secure the frame of a request, if it asks for that. Raises SpinelError if it ends within its header."""
        psdu = request.psdu
        if not psdu[0] & 8:
            return Secured(psdu)
        try:
            aux = _auxiliary_header(psdu)
        except RemoteProtocolError:
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT) from None
        if request.security_processed or psdu[aux] & 0x18 != MODE_1:
            return Secured(psdu, *_named(psdu, aux)) if request.header_updated else Secured(psdu)
        frame = bytearray(psdu)
        if not request.header_updated:
            frame[aux + 1 : aux + 5] = le(self._counter, 4)
            frame[aux + 5] = self._key_id
            self._counter = (self._counter + 1) & 0xFFFF_FFFF
        _encipher(frame, aux, self._key, extended_address)
        return Secured(bytes(frame), *_named(frame, aux))


def _named(psdu: bytes | bytearray, aux: int) -> tuple[int | None, int]:
    """Return key identifier and frame counter of an auxiliary header."""
    if psdu[aux] & 0x18 != MODE_1:
        return None, 0
    return psdu[aux + 5], int.from_bytes(psdu[aux + 1 : aux + 5], "little")


def _auxiliary_header(psdu: bytes) -> int:
    """Return the offset of the auxiliary security header. Raises RemoteProtocolError."""
    source = source_of(psdu)
    reader = Reader(psdu[:-FCS], DropReason.MALFORMED_SPINEL)
    reader.take(3 if source is None else source.end)
    if source is None:
        raise reader.fail("a secured frame without a source")
    reader.take(6)
    return source.end


def _encipher(frame: bytearray, aux: int, key: bytes, extended_address: int) -> None:
    """Encipher and authenticate `frame` in place. Raises SpinelError."""
    level = frame[aux] & 7
    mic = (0, 4, 8, 16)[level & 3]
    start, end = _open_part(frame, aux + 6), len(frame) - FCS - mic
    if not mic or start > end:
        raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
    nonce = extended_address.to_bytes(8, "big") + bytes(frame[aux + 4 : aux : -1]) + bytes((level,))
    # OpenThread enciphers at levels 1 to 3 too, where IEEE 802.15.4 only authenticates.
    sealed = AESCCM(key, tag_length=mic).encrypt(nonce, bytes(frame[start:end]), bytes(frame[:start]))
    frame[start : len(frame) - FCS] = sealed


def _open_part(frame: bytearray, at: int) -> int:
    """Return the offset of the first enciphered octet: after header IEs, and after an open command identifier."""
    if frame[1] >> 4 & 3 != VERSION_2015:
        return at + (frame[0] & 7 == COMMAND)
    if frame[1] & 2:
        while at + 2 <= len(frame) - FCS:
            element = int.from_bytes(frame[at : at + 2], "little")
            at += 2 + (element & 0x7F)
            if element >> 7 & 0xFF in (HT2, PAYLOAD_IES):
                break
    return at
