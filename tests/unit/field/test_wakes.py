"""How often a meter wakes: by its rhythm where it has one, else as assumed. Each test tells its times."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.harness.field.observation import Seen
from hanbench.harness.field.wakes import Wakes, WakesFrom, wakes_of
from hanbench.profiles.diagnosis import diagnosis_file
from tests.unit.field.test_taken import HUB, METER, sent

SECOND = 1_000_000
HALF_AN_HOUR = 1800


def report(at: float) -> list[Seen]:
    """Return a report and the poll for its acknowledgement."""
    first = sent(round(at * SECOND), METER, HUB, aps.DATA, 1, 1)
    return [first, poll(at + 0.02)]


def poll(at: float) -> Seen:
    return replace(sent(round(at * SECOND), METER, HUB, aps.DATA, 1, 1), name="data-request", aps=None)


def found(frames: list[Seen], told: int | None = None) -> Wakes:
    return wakes_of(sorted(frames, key=lambda frame: frame.time), diagnosis_file().rules, told)


@pytest.mark.parametrize("interval", [10, 15, 20, 60, 120, 300, 900, 1800, 3600])
@pytest.mark.parametrize("missed", [0.0, 0.2])
def test_a_rhythm_is_measured(interval: int, missed: float) -> None:
    """Meters keep no strict time: 2 % to either side; a sniffer misses a fifth of the wakes."""
    chance = random.Random(interval)
    times = [n * interval + chance.uniform(-0.02, 0.02) * interval for n in range(90)]
    wakes = found([frame for at in times if chance.random() >= missed for frame in report(at)])
    assert wakes.known is WakesFrom.MEASURED
    assert wakes.interval / SECOND == pytest.approx(interval, rel=0.1)
    assert len(wakes.begins) == pytest.approx(90 * (1 - missed), abs=12)


def test_polls_alone_make_no_rhythm() -> None:
    """A meter may poll every 7.5 s all the time, and report every half hour."""
    polls = [poll(n * 7.5) for n in range(1000)]
    wakes = found([*polls, *report(100), *report(1900), *report(3700)])
    assert (wakes.interval, wakes.known) == (HALF_AN_HOUR * SECOND, WakesFrom.ASSUMED)


def test_the_talk_after_a_joining_makes_no_rhythm() -> None:
    frames = [frame for at in (0, 1, 3, 3.5, 8, 15, 17, 40, 41, 60, 130, 200) for frame in report(at)]
    assert found(frames).interval == HALF_AN_HOUR * SECOND


def test_two_wakes_of_a_meter_that_wakes_rarely_are_measured() -> None:
    wakes = found([*report(0), *report(3600)])
    assert (wakes.interval, wakes.known) == (3600 * SECOND, WakesFrom.MEASURED)


def test_who_knows_the_interval_is_believed() -> None:
    wakes = found([frame for n in range(4) for frame in report(10 * n)], told=10 * SECOND)
    assert (wakes.interval, wakes.known, len(wakes.begins)) == (10 * SECOND, WakesFrom.TOLD, 4)
