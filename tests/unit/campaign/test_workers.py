"""Workers: results in order, and what dies, hangs on or fails costs one item at most."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from hanbench.harness.campaign.workers import Lost, map_groups

GROUPS = [[1, 2, 3], [4], [5, 6, 7, 8], [9, 10]]
ITEMS = [item for group in GROUPS for item in group]


def squares(items: Sequence[int]) -> Iterator[int]:
    return (item * item for item in items)


def killed_at(victim: int, folder: Path, times: int, items: Sequence[int]) -> Iterator[int]:
    """Square, but die at `victim` as often as `times`, as a worker does that the kernel's OOM killer meets."""
    for item in items:
        if item == victim and len(list(folder.iterdir())) < times:
            (folder / str(len(list(folder.iterdir())))).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield item * item


def failing(items: Sequence[int]) -> Iterator[int]:
    for item in items:
        if item in (2, 9):
            raise KeyError(item)
        yield item * item


@pytest.mark.parametrize("jobs", [1, 2, 3, 8])
def test_results_come_in_the_order_of_the_items(jobs: int) -> None:
    assert list(map_groups(squares, GROUPS, jobs)) == [(item, item * item) for item in ITEMS]


@pytest.mark.parametrize("victim", [1, 6, 10])
def test_what_a_killed_worker_had_not_returned_is_done_again(victim: int, tmp_path: Path) -> None:
    found = list(map_groups(partial(killed_at, victim, tmp_path, 1), GROUPS, 2))
    assert found == [(item, item * item) for item in ITEMS]
    assert len(list(tmp_path.iterdir())) == 1


def test_an_item_that_kills_its_worker_twice_is_lost_and_the_rest_goes_on(tmp_path: Path) -> None:
    found = dict(map_groups(partial(killed_at, 6, tmp_path, 99), GROUPS, 2))
    assert found.pop(6) == Lost("its worker process was killed by SIGKILL, twice")
    assert found == {item: item * item for item in ITEMS if item != 6}


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_costs_the_item_that_it_happened_at(jobs: int) -> None:
    found = dict(map_groups(failing, GROUPS, jobs))
    assert (found.pop(2), found.pop(9)) == (Lost("KeyError: 2"), Lost("KeyError: 9"))
    assert found == {item: item * item for item in ITEMS if item not in (2, 9)}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_fatal_error_ends_the_whole_work(jobs: int) -> None:
    with pytest.raises(KeyError, match="2"):
        list(map_groups(failing, GROUPS, jobs, fatal=(KeyError,)))
    assert multiprocessing.active_children() == []


def test_whoever_stops_listening_leaves_no_worker_behind() -> None:
    results = map_groups(squares, GROUPS, 2)
    assert next(results) == (1, 1)
    assert multiprocessing.active_children()
    results.close()
    assert multiprocessing.active_children() == []
