"""Frame rules on the Air: what each does to a frame on its way, what it counts, and which rule wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from hanbench.emulator.clock import MILLISECOND, SECOND, VirtualClock
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import (
    Air,
    AirRadio,
    FrameAction,
    FrameRule,
    Occurrences,
    RadioConfig,
    Reception,
    Transmission,
    TxResult,
    TxStatus,
)
from hanbench.emulator.radio.fcs import fcs_ok
from hanbench.emulator.randomness import split

PAN = 0x1A62
HUB, METER = 0x0000, 0x1234


class Pair:
    """Two radios in one room; the meter sends to the hub."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.air = Air(self.clock, split(1, "air"))
        self.heard: list[Reception] = []
        self.seen: list[tuple[int, bytes]] = []
        self.results: list[TxResult] = []
        self.hub, self.meter = (
            AirRadio(self.air, self.clock, split(1, name), name, (x, 0.0)) for name, x in (("hub", 0.0), ("meter", 3.0))
        )
        for radio, short in ((self.hub, HUB), (self.meter, METER)):
            radio.configure(RadioConfig(channel=15, pan_id=PAN, short_address=short))
            radio.listen(True)
        self.hub.receiver = self.heard.append
        self.air.observers.append(lambda transmission: self.seen.append((transmission.end, transmission.psdu)))

    def rule(self, action: FrameAction, **more: int | float | Callable[[], float] | None) -> FrameRule:
        """A rule about the meter's data frames, last in the list."""
        delay = more.pop("delay", 0)
        assert isinstance(delay, int)
        rule = FrameRule(_is_data, action, Occurrences(**more), delay)  # type: ignore[arg-type]
        self.air.frame_rules.append(rule)
        return rule

    def send(self, number: int = 1) -> TxStatus:
        """One frame from the meter, once, and what became of it."""
        psdu = mac.data(number, PAN, HUB, METER, b"report", ack=True)
        self.meter.transmit(psdu, self.results.append, retries=0)
        self.clock.run_for(SECOND)
        return self.results[-1].status


def _is_data(transmission: Transmission) -> bool:
    return transmission.psdu[0] & 7 == mac.DATA


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_a_dropped_frame_is_on_the_air_and_heard_by_no_radio(pair: Pair) -> None:
    rule = pair.rule(FrameAction.DROP)
    assert pair.send() is TxStatus.NO_ACK
    assert (len(pair.seen), pair.heard) == (1, [])
    assert (rule.occurrences.met, rule.occurrences.acted) == (1, 1)


def test_a_frame_with_a_corrupt_fcs_is_counted_as_garbled(pair: Pair) -> None:
    pair.rule(FrameAction.CORRUPT_FCS)
    assert pair.send() is TxStatus.NO_ACK
    assert not fcs_ok(pair.seen[0][1])
    assert pair.heard == []


def test_a_frame_with_a_corrupt_payload_arrives_changed_under_a_right_fcs(pair: Pair) -> None:
    pair.rule(FrameAction.CORRUPT_PAYLOAD)
    assert pair.send() is TxStatus.ACKED
    assert fcs_ok(pair.heard[0].psdu)
    assert b"report" not in pair.heard[0].psdu


def test_a_delayed_frame_is_heard_once_and_late(pair: Pair) -> None:
    pair.rule(FrameAction.DELAY, delay=20 * MILLISECOND)
    assert pair.send() is TxStatus.NO_ACK
    assert len(pair.heard) == 1
    sent, copied = (end for end, psdu in pair.seen if psdu[0] & 7 == mac.DATA)
    assert copied - sent > 20 * MILLISECOND


def test_a_duplicated_frame_is_acknowledged_and_heard_twice(pair: Pair) -> None:
    pair.rule(FrameAction.DUPLICATE, delay=20 * MILLISECOND)
    assert pair.send() is TxStatus.ACKED
    assert [each.psdu for each in pair.heard] == [pair.heard[0].psdu] * 2


def test_a_rule_that_delivers_only_counts(pair: Pair) -> None:
    rule = pair.rule(FrameAction.DELIVER)
    assert pair.send() is TxStatus.ACKED
    assert (rule.occurrences.met, rule.occurrences.acted) == (1, 1)


def test_dropping_wins_and_every_rule_that_matches_counts(pair: Pair) -> None:
    rules = [pair.rule(action, delay=MILLISECOND) for action in FrameAction]
    assert pair.send() is TxStatus.NO_ACK
    assert pair.heard == []
    assert [rule.occurrences.met for rule in rules] == [1] * len(rules)
    assert fcs_ok(pair.seen[0][1])


def test_a_frame_is_corrupted_before_it_is_copied(pair: Pair) -> None:
    pair.rule(FrameAction.DUPLICATE, delay=20 * MILLISECOND)
    pair.rule(FrameAction.CORRUPT_PAYLOAD)
    pair.send()
    assert len(pair.heard) == 2
    assert pair.heard[0].psdu == pair.heard[1].psdu
    assert b"report" not in pair.heard[1].psdu


def test_a_rule_acts_on_so_many_from_the_nth_on(pair: Pair) -> None:
    rule = pair.rule(FrameAction.DROP, first=2, count=2)
    assert [pair.send(number) for number in range(1, 6)] == [
        TxStatus.ACKED, TxStatus.NO_ACK, TxStatus.NO_ACK, TxStatus.ACKED, TxStatus.ACKED,
    ]  # fmt: skip
    assert (rule.occurrences.met, rule.occurrences.acted) == (5, 2)
    assert rule.occurrences.over


def test_a_chance_is_drawn_once_for_each_frame_that_it_may_act_on(pair: Pair) -> None:
    draws: Iterator[float] = iter((0.4, 0.6, 0.4))
    rule = pair.rule(FrameAction.DROP, first=2, chance=0.5, random=lambda: next(draws))
    assert [pair.send(number) for number in range(1, 5)] == [
        TxStatus.ACKED, TxStatus.NO_ACK, TxStatus.ACKED, TxStatus.NO_ACK,
    ]  # fmt: skip
    assert next(draws, None) is None
    assert (rule.occurrences.met, rule.occurrences.acted) == (4, 2)


def test_octets_too_short_for_a_frame_stay_as_they_are(pair: Pair) -> None:
    pair.air.frame_rules.append(FrameRule(lambda transmission: True, FrameAction.CORRUPT_FCS))
    pair.meter.transmit(b"\x02\x00\x05", pair.results.append, retries=0)
    pair.clock.run_for(SECOND)
    assert pair.seen[0][1] == b"\x02\x00\x05"
