"""Ctrl-C during a run: after the case at hand, and what is done already comes back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence

import pytest

from hanbench.harness.campaign.interruption import breakable, deferred, end_if_asked
from hanbench.harness.campaign.workers import map_groups


def test_the_first_ctrl_c_waits_and_the_second_does_not():
    with deferred():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            end_if_asked()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    end_if_asked()


def test_what_was_asked_is_forgotten_after_the_run():
    before = signal.getsignal(signal.SIGINT)
    with deferred():
        os.kill(os.getpid(), signal.SIGINT)
    end_if_asked()
    assert signal.getsignal(signal.SIGINT) is before


def test_an_ignored_ctrl_c_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with deferred():
            os.kill(os.getpid(), signal.SIGINT)
            end_if_asked()
    finally:
        signal.signal(signal.SIGINT, before)


def slow_first(items: Sequence[int]) -> Iterator[int]:
    """The first group has no result for long; when the last has its own, the parent is interrupted."""
    for item in items:
        if item == 0:
            time.sleep(30)
        yield item * 10
        if item == 5:
            os.kill(os.getppid(), signal.SIGINT)


def test_results_that_came_out_of_order_are_handed_over_when_interrupted():
    found = list[object]()
    with deferred(), pytest.raises(KeyboardInterrupt):
        found.extend(map_groups(slow_first, [[0, 1], [2, 3], [4, 5]], 2))
    assert found[:3] == [(2, 20), (3, 30), (4, 40)]
    assert set(found[3:]) <= {(5, 50)}


def held_back(items: Sequence[int]) -> Iterator[int]:
    """Return no result before all are there, as `verify` does with a few cases; the third of each group hangs."""
    found = list[int]()
    try:
        for item in items:
            with breakable():
                if item % 3 == 2:
                    os.kill(os.getppid(), signal.SIGINT)
                    time.sleep(60)
                found.append(item * 10)
    except KeyboardInterrupt:
        yield from found
        raise
    yield from found


def test_workers_hand_over_what_they_hold_back_and_break_off_what_hangs():
    found = list[object]()
    began = time.monotonic()
    with deferred(), pytest.raises(KeyboardInterrupt):
        found.extend(map_groups(held_back, [[0, 1, 2], [3, 4, 5]], 2))
    assert found[:2] in ([(0, 0), (1, 10)], [(3, 30), (4, 40)])
    assert {(0, 0), (1, 10), (3, 30), (4, 40)} >= set(found)
    assert time.monotonic() - began < 50


def fails_and_holds_back(items: Sequence[int]) -> Iterator[int]:
    """The first group ends the whole work once the second one, which never ends, holds a result back."""
    if items[0] == 0:
        time.sleep(0.5)
        raise LookupError
    try:
        with breakable():
            time.sleep(60)
    except KeyboardInterrupt:
        yield items[0]
        raise


def test_an_error_that_ends_the_work_loses_nothing_of_the_others():
    found = list[object]()
    with pytest.raises(LookupError):
        found.extend(map_groups(fails_and_holds_back, [[0], [7]], 2, fatal=(LookupError,)))
    assert found == [(7, 7)]


def test_a_run_that_was_ended_begins_nothing_more():
    with deferred():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt), breakable():
            raise AssertionError("begun")
