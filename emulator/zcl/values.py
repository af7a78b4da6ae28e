"""Attribute records of reports, read requests and read responses at full speed (ZCL r8, 2.5.1, 2.5.11).

`foundation` has the same commands field by field. A HAN sends little but these, so that here one loop without objects
encodes and decodes them; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from struct import error as StructError
from typing import Any

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.octets import Reader
from hanbench.emulator.zcl.types import TYPES, type_of

_ID = Struct("<H")
_REPORT = Struct("<HB")
_READ = Struct("<HBB")
_FIXED = {each.id: (each.size, each.decode_attribute_octets) for each in TYPES if each.size is not None}
_CUT_SHORT = "attribute record cut short"


def decode_report(octets: bytes, offset: int = 0) -> dict[int, Any]:
    """Attribute id to value, from the records of Report Attributes that start at `offset`.

    Raises RemoteProtocolError. An attribute that comes twice has its last value.
    """
    values: dict[int, Any] = {}
    end = len(octets)
    fixed = _FIXED
    head = _REPORT.unpack_from
    try:
        while offset < end:
            attribute, type_id = head(octets, offset)
            offset += 3
            if type_id in fixed:
                size, load = fixed[type_id]
                stop = offset + size
                if stop > end:
                    raise RemoteProtocolError(DropReason.MALFORMED_ZCL, _CUT_SHORT)
                values[attribute] = load(octets[offset:stop])
                offset = stop
            else:
                values[attribute], offset = _variable(type_id, octets, offset)
    except StructError:
        raise RemoteProtocolError(DropReason.MALFORMED_ZCL, _CUT_SHORT) from None
    if not values:
        raise RemoteProtocolError(DropReason.MALFORMED_ZCL, "no attribute record")
    return values


def decode_read_response(octets: bytes) -> tuple[dict[int, Any], dict[int, int]]:
    """Attribute id to value, and attribute id to status of those that failed, from Read Attributes Response.

    Raises RemoteProtocolError.
    """
    values: dict[int, Any] = {}
    failures: dict[int, int] = {}
    offset, end = 0, len(octets)
    try:
        while offset < end:
            if octets[offset + 2]:
                failures[_ID.unpack_from(octets, offset)[0]] = octets[offset + 2]
                offset += 3
                continue
            attribute, _, type_id = _READ.unpack_from(octets, offset)
            values[attribute], offset = _variable(type_id, octets, offset + 4)
    except (StructError, IndexError):
        raise RemoteProtocolError(DropReason.MALFORMED_ZCL, _CUT_SHORT) from None
    return values, failures


def _variable(type_id: int, octets: bytes, offset: int) -> tuple[Any, int]:
    """The value at `offset` and where it ends."""
    if type_id in _FIXED:
        size, load = _FIXED[type_id]
        stop = offset + size
        if stop > len(octets):
            raise RemoteProtocolError(DropReason.MALFORMED_ZCL, _CUT_SHORT)
        return load(octets[offset:stop]), stop
    reader = Reader(octets, DropReason.MALFORMED_ZCL, offset)
    return type_of(type_id).decode_attribute(reader), reader.at


def decode_read_request(octets: bytes) -> tuple[int, ...]:
    """The attributes that a Read Attributes asks for. Raises RemoteProtocolError."""
    if len(octets) % 2:
        raise RemoteProtocolError(DropReason.MALFORMED_ZCL, _CUT_SHORT)
    return tuple([each[0] for each in _ID.iter_unpack(octets)])


def encode_read_request(ids: Iterable[int]) -> bytes:
    """Payload of Read Attributes."""
    return b"".join(map(_ID.pack, ids))


def report_head(attribute: int, type_id: int) -> bytes:
    """Octets before a value in a report."""
    return _REPORT.pack(attribute, type_id)


def read_head(attribute: int, type_id: int) -> bytes:
    """Octets before a value in a read response."""
    return _READ.pack(attribute, 0, type_id)


def failure(attribute: int, status: int) -> bytes:
    """Record of an attribute that cannot be read, in a read response."""
    return _REPORT.pack(attribute, status)
