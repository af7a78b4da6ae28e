"""Captures of other programs: pcap and pcapng of any byte order, link types, TI's format, and damage.

The octets of headers are from draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng.
"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanbench.emulator.radio.fcs import fcs
from hanbench.harness.capture import CaptureError
from hanbench.harness.capture.foreign import ForeignCapture, read_foreign
from hanbench.harness.capture.packets import Secrets
from hanbench.harness.capture.secrets import LINK_KEY, NETWORK_KEY, key_of, link_key, network_key
from hanbench.harness.field.sniffer import sniffed

POLL = bytes.fromhex("6388071a620000c7be04")
"""A MAC data request, without FCS."""
MAGICS = {
    "little, micro": ("<", bytes.fromhex("d4c3b2a1"), 1),
    "big, micro": (">", bytes.fromhex("a1b2c3d4"), 1),
    "little, nano": ("<", bytes.fromhex("4d3cb2a1"), 1000),
    "big, nano": (">", bytes.fromhex("a1b23c4d"), 1000),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("captures")


def pcap(*packets: bytes, link: int = 195, form: str = "little, micro", cut: int = 0) -> bytes:
    order, magic, units = MAGICS[form]
    data = magic + struct.pack(f"{order}HHiIII", 2, 4, 0, 0, 65535, link)
    for number, packet in enumerate(packets):
        length = len(packet)
        data += struct.pack(f"{order}IIII", 1_600_000_000, (number + 5) * units, length, length + cut) + packet
    return data


def read_back(octets: bytes, folder: Path) -> ForeignCapture:
    path = folder / "foreign.cap"
    path.write_bytes(octets)
    return read_foreign(path)


@pytest.mark.parametrize("form", MAGICS)
def test_pcap_is_read_in_every_byte_order_and_unit(form: str, folder: Path) -> None:
    found = read_back(pcap(POLL + fcs(POLL), form=form), folder)
    assert [(frame.number, frame.time, frame.frame.mpdu) for frame in found.frames] == [
        (1, 1_600_000_000_000_005, POLL)
    ]


@pytest.mark.parametrize(("link", "packet"), [(195, POLL + fcs(POLL)), (230, POLL)])
def test_frames_with_and_without_fcs_are_the_same_frames(link: int, packet: bytes, folder: Path) -> None:
    heard = sniffed(read_back(pcap(packet, link=link), folder).frames)
    assert [frame.psdu for frame in heard.frames] == [POLL + fcs(POLL)]
    assert heard.damaged == 0


def test_the_bits_about_the_fcs_above_the_link_type_are_ignored(folder: Path) -> None:
    """The four highest bits say how long the FCS is (draft-ietf-opsawg-pcap, section 4)."""
    assert len(read_back(pcap(POLL + fcs(POLL), link=195 | 0x24000000), folder).frames) == 1


def test_rssi_and_lqi_in_the_place_of_the_fcs_are_found(folder: Path) -> None:
    """TI CC24xx: signed RSSI + 73, then the CRC-OK bit and the correlation (Wireshark's preference wpan.fcs_format)."""
    packets = [POLL + bytes((0xE7, 0x80 | 0x6A))] * 9 + [POLL + bytes((0xE7, 0x20))]
    heard = sniffed(read_back(pcap(*packets), folder).frames)
    assert heard.ti_format
    assert [frame.rssi for frame in heard.frames] == [-25 - 73] * 9
    assert heard.damaged == 1


def test_damaged_frames_are_no_reason_to_suspect_ti(folder: Path) -> None:
    packets = [POLL + fcs(POLL)] * 6 + [POLL + b"\x12\x80"] * 4
    heard = sniffed(read_back(pcap(*packets), folder).frames)
    assert (heard.ti_format, heard.damaged, len(heard.frames)) == (False, 4, 6)


def test_tap_without_fcs_names_the_channel(folder: Path) -> None:
    """FCS type 0, channel 20 on page 0 (github.com/jkcko/ieee802.15.4-tap, revision 1.0)."""
    header = bytes.fromhex("0000 1400 0000 0100 00000000 0300 0300 14000000".replace(" ", ""))
    heard = sniffed(read_back(pcap(header + POLL, link=283), folder).frames)
    assert [(frame.channel, frame.psdu[:-2]) for frame in heard.frames] == [(20, POLL)]


def test_a_file_cut_anywhere_gives_the_frames_before_the_cut(folder: Path) -> None:
    whole = pcap(*[POLL + fcs(POLL)] * 3)
    record = 16 + len(POLL) + 2
    for cut in range(24 + record, len(whole)):
        found = read_back(whole[:cut], folder)
        assert len(found.frames) == (cut - 24) // record
        assert bool(found.damage) == bool((cut - 24) % record)


def test_packets_that_the_sniffer_cut_keep_their_numbers(folder: Path) -> None:
    octets = pcap(POLL, link=230, cut=3) + pcap(POLL, link=230)[24:]
    found = read_back(octets, folder)
    assert [frame.number for frame in found.frames] == [2]
    assert found.unread == {"cut short by the sniffer": 1}


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (b"", "the file is empty"),
        (b"Frame,Time\n", "neither pcap nor pcapng"),
        (pcap(POLL, link=1), "link type 1; expected IEEE 802.15.4: link type 195, 230, 283"),
        (pcap(), "the capture has no frame"),
        (pcap()[:9], "pcap header of 9 octets"),
    ],
)
def test_what_is_no_capture_of_802_15_4_is_one_line(octets: bytes, problem: str, folder: Path) -> None:
    with pytest.raises(CaptureError, match=problem):
        read_back(octets, folder)


@given(st.binary(max_size=300), st.integers(0, 200), st.booleans(), st.sampled_from(list(MAGICS)))
def test_junk_in_pcap_is_an_error_or_frames(folder: Path, junk: bytes, at: int, replace: bool, form: str) -> None:
    whole = pcap(*[POLL + fcs(POLL)] * 3, form=form)
    try:
        found = read_back(whole[:at] + junk + whole[at + len(junk) * replace :], folder)
    except CaptureError:
        return
    assert sniffed(found.frames).damaged >= 0


def block(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


SECTION = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
PLAIN = block(1, struct.pack("<HHI", 230, 0, 0))


@given(st.lists(st.tuples(st.integers(0, 12), st.binary(max_size=120)), max_size=6), st.binary(max_size=12))
def test_any_blocks_are_an_error_or_frames(folder: Path, blocks: list[tuple[int, bytes]], tail: bytes) -> None:
    octets = SECTION + PLAIN + b"".join(block(kind, body) for kind, body in blocks) + tail
    try:
        found = read_back(octets, folder)
    except CaptureError:
        return
    assert all(isinstance(frame.time, int) for frame in found.frames)


def test_simple_and_old_packet_blocks_are_read(folder: Path) -> None:
    """Sections 4.4 and A of the draft: a simple packet has no time, the obsolete one a drop count."""
    old = struct.pack("<HHIIII", 0, 0, 0, 7, len(POLL), len(POLL)) + POLL
    simple = struct.pack("<I", len(POLL)) + POLL
    found = read_back(SECTION + PLAIN + block(2, old) + block(3, simple), folder)
    assert [(frame.number, frame.time, frame.frame.mpdu) for frame in found.frames] == [(1, 7, POLL), (2, 7, POLL)]


def test_secrets_have_the_octets_of_the_draft(folder: Path) -> None:
    """Section 4.7: the key, the PAN ID, and for an APS key both short addresses, lower one first; little-endian."""
    key = bytes(range(16))
    assert network_key(key, 0x1A62) == (0x5A4E574B, key + b"\x62\x1a")
    assert link_key(key, 0x1A62, (0xBEC7, 0)) == (0x5A415053, key + b"\x62\x1a\x00\x00\xc7\xbe")
    secrets = struct.pack("<II", NETWORK_KEY, 18) + key + b"\x62\x1a"
    packet = block(6, struct.pack("<5I", 0, 0, 1, len(POLL), len(POLL)) + POLL)
    found = read_back(SECTION + PLAIN + block(10, secrets) + packet, folder)
    assert [key_of(each) for each in found.secrets] == [key]


@given(st.sampled_from([NETWORK_KEY, LINK_KEY, 0x544C534B]), st.binary(max_size=40))
def test_any_secrets_are_a_key_or_an_error(kind: int, octets: bytes) -> None:
    try:
        key = key_of(Secrets(kind, octets))
    except ValueError:
        assert len(octets) < 16
        return
    assert (key is None) == (kind == 0x544C534B)
