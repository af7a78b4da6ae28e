"""Keys and ciphers against published vectors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.radio.fcs import crc16_x25
from hanbench.emulator.zigbee.security import (
    WELL_KNOWN_LINK_KEY,
    FrameCipher,
    InstallCode,
    KeyId,
    cipher,
    hashed_link_key,
    hmac_mmo,
    key_load_key,
    key_transport_key,
    mmo_hash,
    redacted,
)

KEY = bytes(range(0x40, 0x50))
NONCE = bytes(range(0x10, 0x1D))


# --- CCM* -----------------------------------------------------------------------------------------------------------


def test_sealing_gives_the_octets_of_nist_sp_800_38c_example_1() -> None:
    """The published example whose integrity code has 32 bits, as Zigbee's; its nonce has 7 octets."""
    sealed = cipher(KEY).seal(bytes(range(0x10, 0x17)), bytes.fromhex("20212223"), bytes(range(8)))
    assert sealed == bytes.fromhex("7162015b4dac255d")


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 40, 82])
def test_sealing_agrees_with_rfc_3610_written_out(length: int, reference_ccm: Callable[..., bytes]) -> None:
    plain, authenticated = bytes(range(length)), bytes(range(100, 122))
    sealed = cipher(KEY).seal(NONCE, plain, authenticated)
    assert sealed == reference_ccm(KEY, NONCE, authenticated, plain)
    assert cipher(KEY).open(NONCE, sealed, authenticated) == plain


def test_every_flipped_bit_is_found() -> None:
    plain, authenticated = b"meter", b"header"
    sealed = cipher(KEY).seal(NONCE, plain, authenticated)
    for which, octets in enumerate((NONCE, sealed, authenticated)):
        for bit in range(8 * len(octets)):
            flipped = bytearray(octets)
            flipped[bit // 8] ^= 1 << bit % 8
            parts = [NONCE, sealed, authenticated]
            parts[which] = bytes(flipped)
            with pytest.raises(RemoteProtocolError) as caught:
                cipher(KEY).open(*parts)
            assert caught.value.reason is DropReason.BAD_MIC


@pytest.mark.parametrize("length", range(5))
def test_fewer_octets_than_an_integrity_code_are_a_bad_one(length: int) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        cipher(KEY).open(NONCE, bytes(length), b"")
    assert caught.value.reason is DropReason.BAD_MIC


def test_a_cipher_is_made_once_for_a_key() -> None:
    assert cipher(KEY) is cipher(bytes(KEY))
    assert cipher(KEY) is not cipher(bytes(16))


@pytest.mark.parametrize("length", [0, 15, 24, 32])
def test_a_key_of_another_length_is_our_error(length: int) -> None:
    with pytest.raises(LocalProtocolError):
        FrameCipher(bytes(length))


# --- hash and derived keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        # Zigbee specification, C.5.1 and C.5.2; the second is also SE 1.4a, table 5-11.
        ("c0", "ae3a102a28d43ee0d4a09e22788b206c"),
        ("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "a7977e88bc0b61e8210827109a228f2d"),
    ],
)
def test_the_hash_of_the_specification_s_examples(data: str, digest: str) -> None:
    assert mmo_hash(bytes.fromhex(data)).hex() == digest


def test_the_keyed_hash_of_the_specification_s_example() -> None:
    """Zigbee specification, C.6.1."""
    assert hmac_mmo(KEY, b"\xc0").hex() == "4512807bf94cb3400f0e2c25fb76e999"


def test_messages_that_differ_in_their_zeros_only_differ_in_their_hash() -> None:
    assert len({mmo_hash(bytes(length)) for length in range(40)}) == 40


def test_the_hash_takes_no_more_than_its_length_field_can_say() -> None:
    assert len(mmo_hash(bytes(8191))) == 16
    with pytest.raises(ValueError, match="8192"):
        mmo_hash(bytes(8192))


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_the_keyed_hash_takes_zigbee_keys_only(length: int) -> None:
    with pytest.raises(ValueError, match=f"not {length}"):
        hmac_mmo(bytes(length), b"")


def test_the_key_transport_key_of_the_well_known_link_key() -> None:
    """The value that every sniffer's key list holds for ZigBeeAlliance09."""
    assert bytes.fromhex("5a6967426565416c6c69616e63653039") == WELL_KNOWN_LINK_KEY
    assert key_transport_key(WELL_KNOWN_LINK_KEY).hex() == "4bab0f173e1434a2d572e1c1ef478782"


def test_the_derived_keys_are_keyed_hashes_of_one_octet() -> None:
    """R22, 4.5.3: 0x00 for network keys, 0x02 for link keys."""
    outer, inner = (bytes(octet ^ pad for octet in KEY) for pad in (0x5C, 0x36))
    assert key_transport_key(KEY) == mmo_hash(outer + mmo_hash(inner + b"\x00"))
    assert key_load_key(KEY) == mmo_hash(outer + mmo_hash(inner + b"\x02"))


def test_a_backed_up_link_key_is_hashed() -> None:
    """SE 1.4a, table 5-11."""
    link_key = bytes.fromhex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf")
    assert hashed_link_key(link_key).hex() == "a7977e88bc0b61e8210827109a228f2d"


def test_the_identifiers_of_keys() -> None:
    """R22, table 4-30."""
    assert [(key.name, key.value) for key in KeyId] == [
        ("DATA", 0),
        ("NETWORK", 1),
        ("KEY_TRANSPORT", 2),
        ("KEY_LOAD", 3),
    ]


def test_a_redacted_key_tells_keys_apart_and_hides_them() -> None:
    shown = redacted(KEY)
    assert shown != redacted(bytes(16))
    assert not any(KEY[at : at + 2].hex() in shown for at in range(15))


# --- install codes --------------------------------------------------------------------------------------------------

INSTALL_CODES = [
    # SE 1.4a, 5.4.8.1, as panweave's tests quote it.
    ("83FED3407A93", "2B70", "CD4FA064773F46941EC986C09963D1A8"),
    # Our own results for the two lengths of which no example was found: CRC and hash as in the others.
    ("83FED3407A939738", "C552", "A833A77434F3BFBD7A7AB97942149287"),
    ("83FED3407A939723A5C639FF", "4C12", "58C1828CF7F1C3FE29E7B1024AD84BFA"),
    # Base Device Behaviour specification, 10.1.2.
    ("83FED3407A939723A5C639B26916D505", "C3B5", "66B6900981E1EE3CA4206B6B861C02BB"),
]
each_code = pytest.mark.parametrize(("code", "crc", "link_key"), INSTALL_CODES, ids=["48", "64", "96", "128"])


def test_the_crc_of_the_catalogue() -> None:
    """CRC-16/X-25: check value of the digits 1 to 9."""
    assert crc16_x25(b"123456789") == (0x906E).to_bytes(2, "little")


@each_code
def test_an_install_code_makes_its_link_key(code: str, crc: str, link_key: str) -> None:
    assert InstallCode.from_text(code + crc).link_key.hex().upper() == link_key


@each_code
def test_the_crc_is_made_where_it_is_missing(code: str, crc: str, link_key: str) -> None:
    made = InstallCode.with_crc(bytes.fromhex(code))
    assert made.octets.hex().upper() == code + crc
    assert made == InstallCode(bytes.fromhex(code + crc))


@pytest.mark.parametrize("printed", ["83FE D340 7A93 2B70", "83:fe:d3:40:7a:93:2b:70", "83-FE-D3-40-7A-93-2B-70\n"])
def test_install_codes_are_read_as_they_are_printed(printed: str) -> None:
    assert InstallCode.from_text(printed) == InstallCode.from_text("83FED3407A932B70")


@each_code
def test_every_wrong_digit_is_found(code: str, crc: str, link_key: str) -> None:
    digits = code + crc
    for at, digit in enumerate(digits):
        wrong = digits[:at] + f"{int(digit, 16) ^ 1:X}" + digits[at + 1 :]
        with pytest.raises(ValueError, match="CRC"):
            InstallCode.from_text(wrong)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "pairs of hexadecimal digits"),
        ("83FED3407A932B7", "pairs of hexadecimal digits"),
        ("83FED3407A932B7G", "pairs of hexadecimal digits"),
        ("83FED3407A93", "found 6 octets and no CRC; expected the CRC"),
        ("83FED3407A939738A52B70", "not 11 octets"),
        ("00" * 19, "not 19 octets"),
    ],
)
def test_bad_install_codes_are_refused_with_a_reason(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        InstallCode.from_text(text)
