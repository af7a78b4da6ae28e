"""What a sniffer missed. NWK frame counters go up by one with each frame (ZigBee specification 05-3474-20, 4.3.1.1)."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.harness.field.losses import acknowledgements_missed, counters_missed
from tests.unit.field.test_taken import HUB, METER, sent

MS = 1_000
FRAMES = [sent(15_000_000 * n, HUB, METER, aps.DATA, n % 256, 1000 + n) for n in range(3000)]


@pytest.mark.parametrize("share", [0.01, 0.05, 0.3, 0.7, 1.0])
def test_the_share_of_frames_that_are_missed_shows_in_the_counters(share: float) -> None:
    chance = random.Random(share)
    heard = [frame for frame in FRAMES if chance.random() < share]
    assert counters_missed(heard) == pytest.approx(1 - share, abs=0.05)


def test_a_hub_that_restarts_and_goes_on_from_a_higher_counter_is_not_missed() -> None:
    restarted = [replace(frame, nwk_counter=(frame.nwk_counter or 0) + 1024) for frame in FRAMES[100:]]
    assert counters_missed([*FRAMES[:100], *restarted]) == 0


def test_frames_that_overtake_each_other_are_not_missed() -> None:
    late = [*FRAMES[:50], *FRAMES[53:60], *FRAMES[50:53], *FRAMES[60:]]
    assert counters_missed(late) == 0
    assert counters_missed([frame for frame in FRAMES for _ in range(2)]) == 0


def test_a_hub_whose_counter_went_back_is_not_missed() -> None:
    back = [replace(frame, nwk_counter=(frame.nwk_counter or 0) - 1000) for frame in FRAMES[100:]]
    assert counters_missed([*FRAMES[:100], *back]) == 0


def test_frames_without_counters_say_nothing() -> None:
    assert counters_missed([]) == counters_missed(FRAMES[:1]) == 0
    assert counters_missed([replace(frame, nwk_counter=None) for frame in FRAMES]) == 0


def test_a_frame_that_its_sender_repeats_had_no_acknowledgement() -> None:
    """IEEE 802.15.4-2006, 7.5.6.5: a frame without acknowledgement is sent again with the same sequence number."""
    frames = []
    for n in range(40):
        first = replace(sent(10_000_000 * n, HUB, METER, aps.DATA, n, n), sequence=n, acked=False)
        frames += [first, replace(first, time=first.time + 5 * MS, acked=True)]
    assert acknowledgements_missed(frames, ()) == 0
    assert acknowledgements_missed(frames[::2] + frames[-1:], ()) == pytest.approx(39 / 40, abs=0.03)
