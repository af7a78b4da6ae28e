"""Firmware images: the part of the Zigbee OTA file format that devices check (ZCL r8, 11.4).

A header names manufacturer, image type and length; elements follow. The last one is the Image Integrity Code, the
AES-MMO hash of everything before it. It proves that the image is whole, not its origin: signatures are not emulated.
"""

from __future__ import annotations

from struct import Struct
from struct import error as StructError
from typing import NamedTuple

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zigbee.security.mmo import LONGEST, mmo_hash

MAGIC = 0x0BEEF11E
HEADER_VERSION = 0x0100
STACK_PRO = 0x0002
UPGRADE_IMAGE, INTEGRITY_CODE = 0x0000, 0x0003
"""Tags of elements."""
_HEADER = Struct("<IHHHHHIH32sI")
_ELEMENT = Struct("<HI")
_HASH = 16


class Image(NamedTuple):
    """An image."""

    manufacturer: int
    image_type: int
    version: int
    octets: bytes

    @property
    def key(self) -> tuple[int, int]:
        """Manufacturer code and image type: the devices that it is for."""
        return self.manufacturer, self.image_type


def make_image(manufacturer: int, image_type: int, version: int, program: bytes) -> Image:
    """Make an image of a program. Raises LocalProtocolError for one that is too long for the hash (8 kB)."""
    size = _HEADER.size + 2 * _ELEMENT.size + len(program) + _HASH
    if size >= LONGEST:
        raise LocalProtocolError(f"an image of {size} octets is longer than the hash takes, {LONGEST - 1}")
    header = _HEADER.pack(
        MAGIC, HEADER_VERSION, _HEADER.size, 0, manufacturer, image_type, version, STACK_PRO, b"hanbench", size
    )
    body = header + _ELEMENT.pack(UPGRADE_IMAGE, len(program)) + program
    return Image(manufacturer, image_type, version, body + _ELEMENT.pack(INTEGRITY_CODE, _HASH) + mmo_hash(body))


def check_image(octets: bytes) -> Image:
    """Check an image that was received. Raises RemoteProtocolError for one that is not whole."""
    try:
        magic, _, length, _, manufacturer, image_type, version, _, _, size = _HEADER.unpack_from(octets)
        tag, hashed = _ELEMENT.unpack_from(octets, len(octets) - _HASH - _ELEMENT.size)
    except StructError as error:
        raise RemoteProtocolError(DropReason.MALFORMED_ZCL, f"an image of {len(octets)} octets") from error
    if magic != MAGIC or length < _HEADER.size or size != len(octets):
        raise RemoteProtocolError(DropReason.MALFORMED_ZCL, "no image file, or not all of it")
    body = octets[: len(octets) - _HASH - _ELEMENT.size]
    if (tag, hashed) != (INTEGRITY_CODE, _HASH) or len(body) >= LONGEST or mmo_hash(body) != octets[-_HASH:]:
        raise RemoteProtocolError(DropReason.MALFORMED_ZCL, "the image is not what was hashed")
    return Image(manufacturer, image_type, version, octets)
