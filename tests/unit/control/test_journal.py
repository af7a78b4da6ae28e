"""The journal: bounded, and what a slow follower loses."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from hanbench.harness.case.calendar import Calendar
from hanbench.harness.case.vocabulary import Close, Outcome
from hanbench.harness.control.events import (
    BenchEnded,
    BenchEvent,
    DecisionMade,
    FrameSeen,
    FramesLost,
    LogLine,
)
from hanbench.harness.control.journal import DECISIONS_QUEUED, KEPT_DECISIONS, Journal, TooSlowError

START = datetime(2022, 4, 4, tzinfo=UTC)


def journal(kept_frames: int = 50) -> Journal:
    return Journal(Calendar.starting(START), lambda: 5_000_000, kept_frames)


def frame(journal: Journal) -> None:
    seq = journal.last + 1
    journal.add_frame(
        lambda: FrameSeen(
            seq=seq, clock=5.0, date=START, number=seq, channel=15, sender=None, receiver=None, name="beacon", line=""
        )
    )


def decision(journal: Journal) -> None:
    journal.add(DecisionMade, case="a", action=Close(Outcome.RETRY), text="closes")


def numbers(events: list[BenchEvent]) -> list[int]:
    return [event.seq for event in events]


def test_events_are_numbered_without_gaps_and_read_in_pages() -> None:
    of = journal()
    for index in range(10):
        of.add(LogLine, text=str(index))
        frame(of)
    page, last = of.page(4, (), 5)
    assert numbers(list(page)) == [5, 6, 7, 8, 9]
    assert last == 20
    latest, _ = of.page(None, ("log",), 2)
    assert [event.text for event in latest if isinstance(event, LogLine)] == ["8", "9"]


def test_a_journal_is_bounded_and_tells_what_it_no_longer_keeps() -> None:
    of = journal(kept_frames=50)
    decision(of)
    for _ in range(200):
        frame(of)
    (lost, first, *rest), _ = of.page(0, (), 1000)
    assert isinstance(lost, FramesLost)
    assert (lost.frames, lost.others) == (150, 0)
    assert isinstance(first, DecisionMade)
    assert numbers(rest) == list(range(152, 202))


def test_a_slow_follower_loses_frames_first_and_never_a_decision() -> None:
    async def followed() -> list[BenchEvent]:
        of = journal()
        with of.follow(None, queued=100) as events:
            for index in range(1000):
                frame(of)
                if index % 10 == 0:
                    decision(of)
                if index % 20 == 0:
                    of.add(LogLine, text="")
            got = await events.batch(2000)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(events.batch(), 0.05)
            return got

    lost, *events = asyncio.run(followed())
    assert isinstance(lost, FramesLost)
    assert (lost.frames, lost.others) == (900, 0)
    assert sum(isinstance(event, DecisionMade) for event in events) == 100
    assert sum(isinstance(event, LogLine) for event in events) == 50
    assert sum(isinstance(event, FrameSeen) for event in events) == 100
    assert numbers(events) == sorted(numbers(events))


def test_a_follower_that_fetches_nothing_is_cut_off_and_can_go_on() -> None:
    async def followed() -> int:
        of = journal()
        with of.follow(None) as events:
            decision(of)
            assert numbers(await events.batch()) == [1]
            for _ in range(DECISIONS_QUEUED + 1):
                decision(of)
            with pytest.raises(TooSlowError) as caught:
                await events.batch()
        return caught.value.after

    assert asyncio.run(followed()) == 1


def test_a_follower_resumes_after_a_number() -> None:
    async def followed() -> list[int]:
        of = journal()
        for _ in range(6):
            frame(of)
            decision(of)
        with of.follow(7) as events:
            decision(of)
            return numbers(await events.batch())

    assert asyncio.run(followed()) == [8, 9, 10, 11, 12, 13]


def test_events_follow_in_order_on_what_is_no_longer_kept() -> None:
    async def followed() -> list[BenchEvent]:
        of = journal(kept_frames=50)
        for index in range(200):
            frame(of)
            if index % 40 == 0:
                of.add(LogLine, text="")
                decision(of)
        with of.follow(0) as events:
            return await events.batch()

    lost, *events = asyncio.run(followed())
    assert isinstance(lost, FramesLost)
    assert numbers(events) == sorted(numbers(events))
    assert (sum(isinstance(each, LogLine) for each in events), lost.frames) == (5, 150)


def test_every_follower_gets_the_end_whatever_kinds_it_asked_for() -> None:
    async def followed() -> list[BenchEvent]:
        of = journal()
        with of.follow(None, ("decision",)) as events:
            frame(of)
            of.add(LogLine, text="")
            of.add(BenchEnded, reason="stopped")
            return await events.batch()

    assert [type(event) for event in asyncio.run(followed())] == [BenchEnded]


def test_a_hook_has_a_decision_before_the_bench_goes_on() -> None:
    of, stored = journal(), list[BenchEvent]()
    of.hooks.append(stored.append)
    for number in range(1, KEPT_DECISIONS + 2):
        decision(of)
        assert [event.number for event in stored if isinstance(event, DecisionMade)][-1] == number


def test_an_event_that_a_store_refuses_has_not_happened() -> None:
    of = journal()

    def full(event: BenchEvent) -> None:
        raise OSError("no room")

    of.stores.append(full)
    with pytest.raises(OSError, match="no room"):
        decision(of)
    assert (of.last, of.decisions, of.last_decision, of.page(0, (), 10)[0]) == (0, 0, None, ())
    of.stores.clear()
    decision(of)
    assert (of.last, of.decisions) == (1, 1)
