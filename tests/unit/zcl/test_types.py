"""Data types against the patterns that ZCL r8, 2.6.2 gives."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.octets import Reader
from hanbench.emulator.zcl import types as t


def decode(kind: t.DataType, octets: str) -> object:
    reader = Reader(bytes.fromhex(octets), DropReason.MALFORMED_ZCL)
    value = kind.decode_attribute(reader)
    reader.end()
    return value


@pytest.mark.parametrize(
    ("kind", "value", "octets"),
    [
        (t.DATA24, 0x030201, "010203"),
        (t.BOOLEAN, True, "01"),
        (t.BITMAP64, 0x0807060504030201, "0102030405060708"),
        (t.UINT48, 0x060504030201, "010203040506"),
        (t.INT24, -2, "feffff"),
        (t.ENUM16, 0x0102, "0201"),
        (t.SEMI_FLOAT, 1.0, "003c"),
        (t.SINGLE_FLOAT, -2.0, "000000c0"),
        (t.DOUBLE_FLOAT, 1.0, "000000000000f03f"),
        (t.OCTET_STRING, b"\x01\x02", "020102"),
        (t.CHARACTER_STRING, "gas", "03676173"),
        (t.CHARACTER_STRING, "", "00"),
        (t.LONG_OCTET_STRING, b"\x07", "010007"),
        (t.LONG_CHARACTER_STRING, "é", "0200c3a9"),
        (t.ARRAY, t.Collection(0x21, [1, 2]), "21020001000200"),
        (t.STRUCTURE, [t.TypedValue(0x20, 7), t.TypedValue(0x41, b"a")], "0200200741" + "0161"),
        (t.SET, t.Collection(0x20, []), "200000"),
        (t.BAG, t.Collection(0x48, [t.Collection(0x20, [9])]), "4801" + "00" + "20010009"),
        (t.TIME_OF_DAY, t.TimeOfDay(23, 59, 58, 99), "173b3a63"),
        (t.DATE, t.Date(122, 3, 15, 2), "7a030f02"),
        (t.UTC_TIME, 0x2A000000, "0000002a"),
        (t.CLUSTER_ID, 0x0702, "0207"),
        (t.ATTRIBUTE_ID, 0x0308, "0803"),
        (t.BACNET_OID, 5, "05000000"),
        (t.EUI64, 0x0011223344556677, "7766554433221100"),
        (t.KEY128, bytes(range(16)), bytes(range(16)).hex()),
        (t.NO_DATA, None, ""),
    ],
    ids=lambda value: value.name if isinstance(value, t.DataType) else None,
)
def test_a_value_lies_on_the_air_as_the_specification_says(kind: t.DataType, value: object, octets: str) -> None:
    assert kind.encode_attribute(value).hex() == octets
    assert decode(kind, octets) == value


@pytest.mark.parametrize(
    ("kind", "octets"),
    [
        (t.BOOLEAN, "ff"),
        (t.UINT8, "ff"),
        (t.UINT24, "ffffff"),
        (t.UINT64, "ff" * 8),
        (t.INT8, "80"),
        (t.INT24, "000080"),
        (t.INT64, "00" * 7 + "80"),
        (t.ENUM8, "ff"),
        (t.ENUM16, "ffff"),
        (t.OCTET_STRING, "ff"),
        (t.CHARACTER_STRING, "ff"),
        (t.LONG_OCTET_STRING, "ffff"),
        (t.LONG_CHARACTER_STRING, "ffff"),
        (t.ARRAY, "20ffff"),
        (t.STRUCTURE, "ffff"),
        (t.TIME_OF_DAY, "ffffffff"),
        (t.DATE, "ffffffff"),
        (t.UTC_TIME, "ffffffff"),
        (t.EUI64, "ff" * 8),
        (t.SINGLE_FLOAT, "0000c07f"),
    ],
)
def test_the_invalid_pattern_is_none(kind: t.DataType, octets: str) -> None:
    assert decode(kind, octets) is None
    assert decode(kind, kind.encode_attribute(None).hex()) is None


@pytest.mark.parametrize("kind", [t.DATA8, t.BITMAP8, t.BITMAP32], ids=repr)
def test_bits_have_no_invalid_pattern(kind: t.DataType) -> None:
    every_bit = (1 << 8 * (kind.size or 0)) - 1
    assert decode(kind, "ff" * (kind.size or 0)) == every_bit
    with pytest.raises(LocalProtocolError):
        kind.encode_attribute(None)


def test_a_command_field_keeps_the_number_that_is_invalid_in_an_attribute() -> None:
    assert t.UINT16.decode(Reader(b"\xff\xff", DropReason.MALFORMED_ZCL)) == 0xFFFF


def test_text_that_is_not_utf8_survives_as_octets() -> None:
    assert decode(t.CHARACTER_STRING, "02a3e9") == b"\xa3\xe9"
    assert t.CHARACTER_STRING.encode_attribute(b"\xa3\xe9").hex() == "02a3e9"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (t.UINT8, 256),
        (t.UINT8, -1),
        (t.INT24, 1 << 23),
        (t.UINT16, "1"),
        (t.BOOLEAN, 2),
        (t.SEMI_FLOAT, 1e9),
        (t.OCTET_STRING, b"x" * 255),
        (t.OCTET_STRING, "text"),
        (t.KEY128, b"short"),
        (t.TIME_OF_DAY, (1, 2, 3)),
        (t.DATE, (1, 2, 3, 256)),
        (t.ARRAY, t.Collection(0x20, [256])),
        (t.ARRAY, 5),
        (t.STRUCTURE, [t.TypedValue(0x7E, 1)]),
        (t.NO_DATA, 0),
    ],
)
def test_a_value_that_does_not_fit_is_our_mistake(kind: t.DataType, value: object) -> None:
    with pytest.raises(LocalProtocolError):
        kind.encode_attribute(value)


@pytest.mark.parametrize(
    ("kind", "octets"),
    [
        (t.UINT24, "0102"),
        (t.BOOLEAN, "02"),
        (t.OCTET_STRING, "0301"),
        (t.LONG_OCTET_STRING, "01"),
        (t.ARRAY, "7e010000"),
        (t.ARRAY, "00feff"),
        (t.STRUCTURE, "01007e"),
        (t.KEY128, "00"),
    ],
)
def test_octets_that_are_no_value_are_the_peers_mistake(kind: t.DataType, octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        decode(kind, octets)
    assert caught.value.reason is DropReason.MALFORMED_ZCL


def test_collections_nest_no_deeper_than_fifteen() -> None:
    def nested(depth: int) -> str:
        return "480100" * (depth - 1) + "20010005"

    assert decode(t.ARRAY, nested(15)) is not None
    with pytest.raises(RemoteProtocolError):
        decode(t.ARRAY, nested(16))


def test_every_type_of_the_library_is_in_the_table() -> None:
    ids = [*range(0x08, 0x11), *range(0x18, 0x32), *range(0x38, 0x3B), *range(0x41, 0x45)]
    ids += [0x00, 0x48, 0x4C, 0x50, 0x51, 0xE0, 0xE1, 0xE2, 0xE8, 0xE9, 0xEA, 0xF0, 0xF1, 0xFF]
    assert sorted(t.BY_ID) == sorted(ids)
    assert len(t.TYPES) == len(t.BY_ID)


@pytest.mark.parametrize("kind", [each for each in t.TYPES if each.size], ids=repr)
def test_the_quick_way_reads_what_the_careful_one_does(kind: t.DataType) -> None:
    octets = (b"\x01" + b"\x00" * 16)[: kind.size]
    assert kind.decode_attribute_octets(octets) == decode(kind, octets.hex())
