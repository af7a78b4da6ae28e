"""Sequences of the fuzzer: made shorter, read from files, and free of lawful farewells."""

from __future__ import annotations

import pytest

from hanbench.emulator.randomness import split
from hanbench.harness.conform.fuzz.farewells import OF_A_HUB, is_farewell
from hanbench.harness.conform.fuzz.frame import FuzzFrame, FuzzSequence, Knowledge, Layer, read_sequence, write_sequence
from hanbench.harness.conform.fuzz.mutation import Mutator
from hanbench.harness.conform.fuzz.shrink import shrunk
from hanbench.profiles.errors import ProfileError


@pytest.mark.parametrize("needed", [(0,), (63,), (17,), (3, 40), (0, 63), (7, 8), (1, 20, 50)])
def test_what_is_not_needed_is_left_out(needed):
    def kills(frames):
        return set(needed) <= set(frames)

    assert shrunk(range(64), kills, 200) == needed


def test_the_order_of_frames_stays():
    def kills(frames):
        return 9 in frames and 4 in frames and frames.index(9) < frames.index(4)

    assert shrunk([1, 9, 2, 4, 3], kills, 100) == (9, 4)


@pytest.mark.parametrize("runs", [0, 1, 5])
def test_runs_are_bounded_and_the_result_kills(runs):
    tried = []

    def kills(frames):
        tried.append(frames)
        return 50 in frames

    assert 50 in shrunk(range(64), kills, runs)
    assert len(tried) <= runs


def keyed(octets, **fields):
    return FuzzFrame(Layer.NWK, Knowledge.NETWORK_KEY, octets, **fields)


@pytest.mark.parametrize(
    "frame",
    [
        keyed("0440", command=True),  # Leave with its options: R22, 3.4.4
        keyed("0a" + "00" * 11, command=True),  # Network Update: 3.4.10
        keyed("0101" + "05" + "01" + "00" * 33),  # APS command: Transport-Key: 4.4.10.1
        keyed("0101" + "07" + "11" * 8),  # Remove-Device: 4.4.10.3
        keyed("0000" + "3400" + "0000" + "0007" + "01" + "11" * 8 + "00"),  # Mgmt_Leave_req of transaction 1: 2.4.3.3.5
    ],
)
def test_a_farewell_under_a_key_is_known(frame):
    assert is_farewell(frame)


@pytest.mark.parametrize(
    "frame",
    [
        keyed("0600" + "8e", command=True),  # Rejoin Request of a router: R22, 3.4.6
        keyed("0101" + "06" + "11" * 8 + "0000" + "02"),  # Update-Device: the device has left: 4.4.10.2
        keyed("0000" + "1300" + "0000" + "0007" + "01" + "0000" + "11" * 8 + "8e"),  # Device_annce: 2.4.3.1.11
    ],
)
def test_a_router_parts_from_a_hub_by_other_messages_than_a_device_from_its_parent(frame):
    assert is_farewell(frame, OF_A_HUB)
    assert not is_farewell(frame)


@pytest.mark.parametrize(
    "frame",
    [
        keyed("04", command=True),  # a Leave that ends after its identifier
        keyed("08" + "00" * 8, command=True),  # Link Status
        keyed("0101" + "07" + "11" * 7),  # Remove-Device without the end of the address
        keyed(""),
        FuzzFrame(Layer.NWK, Knowledge.OUTSIDE, "0440"),
    ],
)
def test_what_no_device_may_leave_at_is_no_farewell(frame):
    assert not is_farewell(frame)


def test_a_sequence_is_read_as_it_was_written(tmp_path):
    frames = (keyed("0a", command=True), FuzzFrame(Layer.ZCL, Knowledge.LINK_KEY, "00", "6001"))
    written = FuzzSequence(dut="gsme", seed="1/fuzz/0", frames=frames)
    write_sequence(tmp_path / "s.json", written)
    assert read_sequence(tmp_path / "s.json") == written


GOOD = '{"schema":"hanbench/fuzz-sequence","version":1,"dut":"gsme","seed":"1","frames":[%s]}'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "expected a sequence that `hanbench conform --fuzz` wrote"),
        ("\xff", "expected a sequence"),
        (GOOD.replace('"gsme"', '"gas"') % "", "dut"),
        (GOOD.replace(":1,", ":2,") % "", "version"),
        (
            GOOD % '{"layer":"mac","knowledge":"outside","octets":"4"}',
            r"frames\[0\].octets: expected hexadecimal digits",
        ),
        (GOOD % '{"layer":"phy","knowledge":"outside","octets":"44"}', "layer"),
    ],
)
def test_a_wrong_file_is_one_clear_line(tmp_path, text, says):
    path = tmp_path / "wrong.json"
    path.write_text(text, "latin-1")
    with pytest.raises(ProfileError, match=says) as error:
        read_sequence(path)
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)


def test_a_missing_file_is_one_clear_line(tmp_path):
    with pytest.raises(ProfileError, match="No such file"):
        read_sequence(tmp_path / "none.json")


def test_octets_are_broken_the_same_way_for_the_same_source():
    def broken(seed):
        mutator = Mutator(split(seed, "test"), (bytes(range(40)), b"\x01\x02"))
        return [mutator.next() for _ in range(50)]

    assert broken("1") == broken("1") != broken("2")
