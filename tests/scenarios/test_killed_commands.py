"""Every command is killed at random moments, or one of the processes that it started: nothing hangs and nothing stays.

60 kills here, several at a time; 1,000 with HANBENCH_NIGHTLY=1. Two hosts and their dongles are killed in
test_killed_processes.py, ports and dongles in one process in test_pulled_plugs.py, brokers in test_killed_brokers.py.
"""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hanbench.harness.cli import main
from tests.support.killed_rows import COMMANDS, SHORT
from tests.support.killed_shelf import Shelf, shelf_in
from tests.support.kills import SIGNALS, Kill, shown, strike

NIGHTLY = os.environ.get("HANBENCH_NIGHTLY") == "1"
KILLS, BATCH = (1_000, 100) if NIGHTLY else (60, 20)
AT_A_TIME = 6


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """What commands read."""
    with shelf_in(tmp_path_factory.mktemp("kills")) as filled:
        yield filled


def struck(number: int, shelf: Shelf) -> tuple[bool, str | None]:
    """Do a kill; return whether the command ran until then, and what is wrong; None: nothing."""
    kill = Kill.drawn(number)
    folder = Path(tempfile.mkdtemp(prefix=f"k{number}-", dir=shelf.folder))  # another one when a batch runs once more
    try:
        shelf.lay(kill.name, folder)
        return strike(kill, folder, shelf), None
    except Exception as error:  # noqa: BLE001 - all kills of a batch are told
        return True, f"{shown(kill)}: {type(error).__name__}: {error}"


@pytest.mark.slow
@pytest.mark.timeout(7200 if NIGHTLY else 900)
@pytest.mark.parametrize("first", range(0, KILLS, BATCH))
def test_a_killed_command_leaves_nothing_behind(first, shelf):
    numbers = range(first, min(first + BATCH, KILLS))
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        found = list(pool.map(lambda number: struck(number, shelf), numbers))
    wrong = [each for _, each in found if each is not None]
    assert not wrong, "\n\n".join(wrong)
    ran = sum(ran for ran, _ in found)
    print(f"{ran} of {len(numbers)} commands ran when their signal came")
    assert ran > len(numbers) / 2


def test_every_command_and_every_signal_is_among_the_kills():
    """With those of CI, each row is killed twice; with those of a night, each by each signal."""
    assert {Kill.drawn(number).name for number in range(60)} == set(COMMANDS)
    assert {Kill.drawn(number).how for number in range(60)} == set(SIGNALS)
    pairs = {(kill.name, kill.how) for kill in map(Kill.drawn, range(1_000))}
    assert len(pairs) == len(COMMANDS) * len(SIGNALS)


def test_every_command_of_hanbench_has_a_row():
    rows = {command.words[0] for command in COMMANDS.values()}
    assert not SHORT & rows
    assert set(main.COMMANDS) == (rows - {"extcap-program"}) | SHORT
