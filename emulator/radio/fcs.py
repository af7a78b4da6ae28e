"""The frame check sequence (IEEE 802.15.4-2011, 5.2.1.9): CRC-16, polynomial 0x1021, least significant bit first.

`binascii.crc_hqx` computes the same polynomial, most significant bit first, in C; reversing the bits of every octet
before and after converts between the two.
"""

from __future__ import annotations

from binascii import crc_hqx

_REVERSED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))


def fcs(mpdu: bytes) -> bytes:
    """Return the two FCS octets that follow `mpdu` on the air."""
    return crc_hqx(mpdu.translate(_REVERSED), 0).to_bytes(2, "big").translate(_REVERSED)


def crc16_x25(octets: bytes) -> bytes:
    """Return the two octets of CRC-16/X-25 (ITU-T V.42) that follow `octets`: the same polynomial, complemented."""
    return (crc_hqx(octets.translate(_REVERSED), 0xFFFF) ^ 0xFFFF).to_bytes(2, "big").translate(_REVERSED)


def fcs_ok(psdu: bytes) -> bool:
    """Whether the last two octets of `psdu` are the FCS of the others (the CRC over all octets is then 0)."""
    return crc_hqx(psdu.translate(_REVERSED), 0) == 0
