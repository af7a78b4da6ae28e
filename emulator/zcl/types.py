"""The data types of the Zigbee Cluster Library (ZCL r8, table 2-10), as one table.

Values in Python: numbers are int or float, strings bytes or str, times and dates named tuples, collections
`Collection` and lists of `TypedValue`; None is the invalid value of every type that has one.
UTCTime counts seconds from 2000-01-01T00:00:00Z.
"""

from __future__ import annotations

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zcl.codecs import (
    Boolean,
    CharacterString,
    DataType,
    Date,
    Float,
    Integer,
    KeyType,
    NoData,
    OctetString,
    Parts,
    TimeOfDay,
)
from hanbench.emulator.zcl.nested import Collection, Sequence, Structure, TypedValue

__all__ = ["BY_ID", "TYPES", "Collection", "DataType", "Date", "TimeOfDay", "TypedValue", "type_of"]


def type_of(type_id: int) -> DataType:
    """The data type with this identifier; raises RemoteProtocolError if there is none."""
    found = BY_ID.get(type_id)
    if found is None:
        raise RemoteProtocolError(DropReason.MALFORMED_ZCL, f"data type 0x{type_id:02x}")
    return found


def _plain(id: int, name: str, size: int) -> Integer:
    """A type without an invalid pattern."""
    return Integer(id, name, size)


def _unsigned(id: int, name: str, size: int) -> Integer:
    return Integer(id, name, size, invalid=(1 << 8 * size) - 1, analog=True)


def _signed(id: int, name: str, size: int) -> Integer:
    return Integer(id, name, size, signed=True, invalid=-(1 << 8 * size - 1), analog=True)


def _code(id: int, name: str, size: int, *, analog: bool = False) -> Integer:
    """A number that identifies something; all ones is invalid."""
    return Integer(id, name, size, invalid=(1 << 8 * size) - 1, analog=analog)


NO_DATA = NoData(0x00, "nodata", 0)
DATA8 = _plain(0x08, "data8", 1)
DATA16 = _plain(0x09, "data16", 2)
DATA24 = _plain(0x0A, "data24", 3)
DATA32 = _plain(0x0B, "data32", 4)
DATA40 = _plain(0x0C, "data40", 5)
DATA48 = _plain(0x0D, "data48", 6)
DATA56 = _plain(0x0E, "data56", 7)
DATA64 = _plain(0x0F, "data64", 8)
BOOLEAN = Boolean(0x10, "bool", 1)
BITMAP8 = _plain(0x18, "bitmap8", 1)
BITMAP16 = _plain(0x19, "bitmap16", 2)
BITMAP24 = _plain(0x1A, "bitmap24", 3)
BITMAP32 = _plain(0x1B, "bitmap32", 4)
BITMAP40 = _plain(0x1C, "bitmap40", 5)
BITMAP48 = _plain(0x1D, "bitmap48", 6)
BITMAP56 = _plain(0x1E, "bitmap56", 7)
BITMAP64 = _plain(0x1F, "bitmap64", 8)
UINT8 = _unsigned(0x20, "uint8", 1)
UINT16 = _unsigned(0x21, "uint16", 2)
UINT24 = _unsigned(0x22, "uint24", 3)
UINT32 = _unsigned(0x23, "uint32", 4)
UINT40 = _unsigned(0x24, "uint40", 5)
UINT48 = _unsigned(0x25, "uint48", 6)
UINT56 = _unsigned(0x26, "uint56", 7)
UINT64 = _unsigned(0x27, "uint64", 8)
INT8 = _signed(0x28, "int8", 1)
INT16 = _signed(0x29, "int16", 2)
INT24 = _signed(0x2A, "int24", 3)
INT32 = _signed(0x2B, "int32", 4)
INT40 = _signed(0x2C, "int40", 5)
INT48 = _signed(0x2D, "int48", 6)
INT56 = _signed(0x2E, "int56", 7)
INT64 = _signed(0x2F, "int64", 8)
ENUM8 = _code(0x30, "enum8", 1)
ENUM16 = _code(0x31, "enum16", 2)
SEMI_FLOAT = Float(0x38, "semi", "e")
SINGLE_FLOAT = Float(0x39, "single", "f")
DOUBLE_FLOAT = Float(0x3A, "double", "d")
OCTET_STRING = OctetString(0x41, "octstr", 1)
CHARACTER_STRING = CharacterString(0x42, "string", 1)
LONG_OCTET_STRING = OctetString(0x43, "octstr16", 2)
LONG_CHARACTER_STRING = CharacterString(0x44, "string16", 2)
ARRAY = Sequence(0x48, "array", type_of)
STRUCTURE = Structure(0x4C, "struct", type_of)
SET = Sequence(0x50, "set", type_of)
BAG = Sequence(0x51, "bag", type_of)
TIME_OF_DAY = Parts(0xE0, "time of day", TimeOfDay)
DATE = Parts(0xE1, "date", Date)
UTC_TIME = _code(0xE2, "UTCTime", 4, analog=True)
CLUSTER_ID = _code(0xE8, "cluster id", 2)
ATTRIBUTE_ID = _code(0xE9, "attribute id", 2)
BACNET_OID = _code(0xEA, "BACnet oid", 4)
EUI64 = _code(0xF0, "EUI64", 8)
KEY128 = KeyType(0xF1, "key128", 16)
UNKNOWN = NoData(0xFF, "unknown", 0)

TYPES: tuple[DataType, ...] = (
    NO_DATA,
    *(DATA8, DATA16, DATA24, DATA32, DATA40, DATA48, DATA56, DATA64),
    BOOLEAN,
    *(BITMAP8, BITMAP16, BITMAP24, BITMAP32, BITMAP40, BITMAP48, BITMAP56, BITMAP64),
    *(UINT8, UINT16, UINT24, UINT32, UINT40, UINT48, UINT56, UINT64),
    *(INT8, INT16, INT24, INT32, INT40, INT48, INT56, INT64),
    *(ENUM8, ENUM16),
    *(SEMI_FLOAT, SINGLE_FLOAT, DOUBLE_FLOAT),
    *(OCTET_STRING, CHARACTER_STRING, LONG_OCTET_STRING, LONG_CHARACTER_STRING),
    *(ARRAY, STRUCTURE, SET, BAG),
    *(TIME_OF_DAY, DATE, UTC_TIME),
    *(CLUSTER_ID, ATTRIBUTE_ID, BACNET_OID),
    *(EUI64, KEY128),
    UNKNOWN,
)
BY_ID: dict[int, DataType] = {each.id: each for each in TYPES}
