"""Captures: what is written is read back, the same frames give the same file, and a broken file is one clear error."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanbench.harness.capture import CapturedFrame, CaptureError, PcapngWriter, read, tap
from hanbench.harness.capture.pcapng import UNIX_EPOCH

ACK = bytes.fromhex("0200560000")
frames = st.tuples(
    st.integers(0, 2**51),
    st.binary(min_size=3, max_size=127),
    st.floats(-120, 20, width=32),
    st.integers(0, 255),
    st.integers(11, 26),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40),
)


def written(*content: tuple[int, bytes, float, int, int, str], epoch: datetime = UNIX_EPOCH) -> bytes:
    stream = io.BytesIO()
    writer = PcapngWriter(stream, epoch=epoch)
    for time, psdu, rssi, lqi, channel, comment in content:
        writer.write(time, psdu, tap.encode(rssi, lqi, channel), comment)
    assert writer.frames == len(content)
    return stream.getvalue()


def read_back(octets: bytes, folder: Path) -> list[CapturedFrame]:
    path = folder / "x.pcapng"
    path.write_bytes(octets)
    return list(read(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("captures")


@given(content=st.lists(frames, max_size=5))
def test_what_is_written_is_read_back(folder: Path, content: list[tuple[int, bytes, float, int, int, str]]) -> None:
    assert read_back(written(*content), folder) == [CapturedFrame(*frame) for frame in content]


def test_the_epoch_is_added_to_the_time_of_the_clock(folder: Path) -> None:
    epoch = datetime(2022, 3, 15, 1, 0, tzinfo=timezone(timedelta(hours=1)))
    (frame,) = read_back(written((7, ACK, -50.0, 200, 11, ""), epoch=epoch), folder)
    assert frame.time == int(datetime(2022, 3, 15, tzinfo=UTC).timestamp()) * 1_000_000 + 7


def test_no_octet_depends_on_the_machine_or_its_clock() -> None:
    content = [(n, bytes((2, 0, n)) + b"\0\0", -60.5, 9, 20, "" if n % 2 else "note") for n in range(50)]
    assert written(*content) == written(*content)
    assert b"Linux" not in written(*content)


def test_a_packet_block_is_what_the_specification_says() -> None:
    """Assembled by hand from the pcapng draft (4.3) and the TAP description: an acknowledgement at -50 dBm."""
    header = bytes.fromhex("00002400 0000 0100 01000000 0100 0400") + struct.pack("<f", -50.0)
    header += bytes.fromhex("0300 0300 0b000000 0a00 0100 c8000000")
    packet = header + ACK
    block = struct.pack("<IIIIIII", 6, 76, 0, 1, 2, len(packet), len(packet)) + packet + bytes(3)
    block += struct.pack("<I", 76)
    assert written((2**32 + 2, ACK, -50.0, 200, 11, "")).endswith(block)


def test_a_capture_cut_anywhere_gives_its_whole_frames_and_then_an_error(folder: Path) -> None:
    whole = written(*[(n, ACK, -50.0, 200, 11, "first" * n) for n in range(3)])
    boundaries = {len(written(*[(n, ACK, -50.0, 200, 11, "first" * n) for n in range(k)])): k for k in range(4)}
    section = struct.unpack_from("<I", whole, 4)[0]
    for cut in range(len(whole)):
        path = folder / "cut.pcapng"
        path.write_bytes(whole[:cut])
        if cut in boundaries:
            assert len(list(read(path))) == boundaries[cut]
        elif cut != section:
            with pytest.raises(CaptureError, match=r"cut\.pcapng: octet \d+: "):
                list(read(path))


@given(st.binary(max_size=200), st.integers(0, 400), st.booleans())
def test_junk_in_a_capture_is_an_error_or_frames(folder: Path, junk: bytes, at: int, replace: bool) -> None:
    whole = written(*[(n, ACK, -50.0, 200, 11, "note") for n in range(3)])
    spoilt = whole[:at] + junk + whole[at + len(junk) * replace :]
    try:
        content = read_back(spoilt, folder)
    except CaptureError:
        return
    assert all(isinstance(frame, CapturedFrame) for frame in content)


def test_a_capture_of_another_link_type_is_refused(folder: Path) -> None:
    ethernet = written().replace(struct.pack("<HHI", 283, 0, 0), struct.pack("<HHI", 1, 0, 0))
    with pytest.raises(CaptureError, match="link type 1 instead of 283"):
        read_back(ethernet, folder)


def test_a_frame_without_fcs_is_refused(folder: Path) -> None:
    whole = written((0, ACK, -50.0, 200, 11, ""))
    without = whole.replace(bytes.fromhex("0000 0100 01000000"), bytes.fromhex("0000 0100 00000000"))
    assert without != whole
    with pytest.raises(CaptureError, match="without 16-bit FCS"):
        read_back(without, folder)


def test_what_is_no_capture_at_all_is_refused(folder: Path) -> None:
    for octets in (b"", b"Frame,Time\n1,0.5\n", bytes(64)):
        with pytest.raises(CaptureError):
            read_back(octets, folder)


def test_big_endian_sections_are_read(folder: Path) -> None:
    heard = tap.encode(-70.0, 100, 15)
    packet = heard + ACK
    section = struct.pack(">IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    interface = struct.pack(">IIHHIHHB3xI", 1, 28, 283, 0, 0, 9, 1, 3, 28)
    total = 32 + len(packet) + -len(packet) % 4
    block = struct.pack(">7I", 6, total, 0, 0, 5, len(packet), len(packet)) + packet
    block += bytes(-len(packet) % 4) + struct.pack(">I", total)
    assert read_back(section + interface + block, folder) == [CapturedFrame(5_000, ACK, -70.0, 100, 15, "")]
