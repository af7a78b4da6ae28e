"""The cursor over received octets, and the writers beside it."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.octets import Reader, bits, le

OCTETS = bytes.fromhex("0102030405060708")


def reader(octets: bytes = OCTETS) -> Reader:
    return Reader(octets, DropReason.MALFORMED_ZDP)


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("u8", 0x01),
        ("u16", 0x0201),
        ("u24", 0x030201),
        ("u32", 0x04030201),
        ("u40", 0x0504030201),
        ("u48", 0x060504030201),
        ("u56", 0x07060504030201),
        ("u64", 0x0807060504030201),
    ],
)
def test_numbers_are_little_endian(method: str, value: int) -> None:
    cursor = reader()
    assert getattr(cursor, method)() == value
    assert cursor.remaining == 8 - int(method[1:]) // 8


@pytest.mark.parametrize(
    ("octets", "value"),
    [("ff", -1), ("7f", 127), ("80", -128), ("feff", -2), ("000080", -0x800000), ("ffffff7f", 0x7FFFFFFF)],
)
def test_signed_numbers_are_two_s_complement(octets: str, value: int) -> None:
    raw = bytes.fromhex(octets)
    assert reader(raw).sint(len(raw)) == value


@pytest.mark.parametrize("width", range(1, 9))
def test_a_truncated_number_is_the_peers_error_under_the_layers_name(width: int) -> None:
    cursor = reader(OCTETS[: width - 1])
    with pytest.raises(RemoteProtocolError) as caught:
        cursor.uint(width)
    assert caught.value.reason is DropReason.MALFORMED_ZDP
    assert cursor.remaining == width - 1, "a failed read moves nothing"


def test_taking_goes_on_where_the_last_one_ended() -> None:
    cursor = reader()
    assert (cursor.take(3), cursor.take(0), cursor.rest(), cursor.rest()) == (OCTETS[:3], b"", OCTETS[3:], b"")
    cursor.end()


def test_a_length_below_zero_is_not_a_way_back() -> None:
    cursor = reader()
    cursor.take(4)
    with pytest.raises(RemoteProtocolError):
        cursor.take(-2)


def test_octets_left_over_are_an_error() -> None:
    cursor = reader()
    cursor.take(7)
    with pytest.raises(RemoteProtocolError, match="1 octets too many"):
        cursor.end()


def test_reading_may_start_in_the_middle() -> None:
    assert Reader(OCTETS, DropReason.MALFORMED_APS, 6).u16() == 0x0807


@pytest.mark.parametrize(
    ("value", "octets", "written"), [(0, 1, "00"), (0x1234, 2, "3412"), (255, 1, "ff"), (1, 8, "01" + 7 * "00")]
)
def test_written_numbers_are_little_endian(value: int, octets: int, written: str) -> None:
    assert le(value, octets) == bytes.fromhex(written)


@pytest.mark.parametrize(("value", "octets"), [(256, 1), (-1, 1), (1 << 64, 8)])
def test_a_number_that_does_not_fit_in_its_octets_is_our_error(value: int, octets: int) -> None:
    with pytest.raises(LocalProtocolError):
        le(value, octets)


def test_bits_hold_what_fits_and_nothing_else() -> None:
    assert [bits(value, 3) for value in range(8)] == list(range(8))
    for value in (-1, 8):
        with pytest.raises(LocalProtocolError):
            bits(value, 3)
