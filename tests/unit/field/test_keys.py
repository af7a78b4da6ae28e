"""Keys for a capture: Wireshark's table in all its forms, the command line, install codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanbench.harness.capture import CaptureError
from hanbench.harness.field.keys import FieldKeys, KeyInputError, gather

KEY = bytes(range(16))
HEX = KEY.hex()


def keys_of(found: FieldKeys) -> list[bytes]:
    return [key.octets for key in found.ring]


@pytest.mark.parametrize(
    ("row", "key"),
    [
        (f'"{HEX}","Normal","a"', KEY),
        (f'"{HEX}","Reverse","a"', KEY[::-1]),
        (f'"{":".join(HEX[at : at + 2] for at in range(0, 32, 2))}","Normal",""', KEY),
        ('"ZigBeeAlliance09","Normal","text"', b"ZigBeeAlliance09"),
    ],
)
def test_a_wireshark_profile_is_read_in_all_its_forms(row: str, key: bytes, tmp_path: Path) -> None:
    """The forms that Wireshark's key table takes (wiki.wireshark.org/Zigbee): separators, byte order, characters."""
    (tmp_path / "zigbee_pc_keys").write_text(f"# written by Wireshark\n{row}\n")
    assert keys_of(gather(tmp_path / "a.pcap", files=[tmp_path])) == [key]


def test_the_key_file_beside_the_capture_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.keys").write_text(f'"{HEX}","Normal","a"\n')
    found = gather(tmp_path / "a.pcapng")
    assert (keys_of(found), found.sources) == ([KEY], ["a.keys"])


def test_an_install_code_gives_the_link_key() -> None:
    """SE 1.4a, 5.4.8.1.1.1 (example): code 83FED3407A93 with CRC 2B70."""
    found = gather(Path("a.pcap"), install_codes=["70:b3:d5:1f:f0:00:00:03=83FE D340 7A93 2B70"])
    assert found.install_codes == {0x70B3D51FF0000003: bytes.fromhex("CD4FA064773F46941EC986C09963D1A8")}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"keys": ["abc"]}, "expected a key of 32 hexadecimal digits, not 3 characters"),
        ({"install_codes": ["83FED3407A932B70"]}, "expected EUI64=CODE"),
        ({"install_codes": ["12=83FED3407A932B70"]}, "expected an EUI-64"),
        ({"install_codes": ["70b3d51ff0000003=83FED3407A932B71"]}, "a digit is wrong"),
    ],
)
def test_a_wrong_key_is_one_line_that_does_not_repeat_it(given: dict[str, list[str]], problem: str) -> None:
    with pytest.raises(KeyInputError, match=problem) as caught:
        gather(Path("a.pcap"), **given)  # type: ignore[arg-type]
    assert "83FED3407A932B71" not in str(caught.value)


def test_a_wrong_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "k.keys").write_text(f'"{HEX}","Normal","a"\n"12","Normal","b"\n')
    with pytest.raises(CaptureError, match=r"k\.keys: line 2: expected"):
        gather(tmp_path / "a.pcap", files=[tmp_path / "k.keys"])


@given(st.binary(max_size=200))
def test_any_key_file_is_keys_or_an_error(tmp_path_factory: pytest.TempPathFactory, octets: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.keys"
    path.write_bytes(octets)
    try:
        found = gather(Path("a.pcap"), files=[path])
    except CaptureError:
        return
    assert all(len(key) == 16 for key in keys_of(found))
