"""The state of a bench, as its clients see it. Call it in the bench's thread."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

from hanbench import __version__
from hanbench.emulator.clock import SECOND
from hanbench.harness.case.installation import Rulebook
from hanbench.harness.control.answers import BenchState, ClockState
from hanbench.profiles.rulesets import shipped

if TYPE_CHECKING:
    from hanbench.harness.control.live_bench import LiveBench


def clock_state(bench: LiveBench) -> ClockState:
    """Return the state of the clock."""
    now = bench.clock.now
    return ClockState(now / SECOND, bench.han.calendar.date(now), bench.clock.speed, bench.clock.paused)


def bench_state(bench: LiveBench) -> BenchState:
    """Return the state of the bench."""
    clock = clock_state(bench)
    return BenchState(
        bench=bench.name,
        title=bench.file.profile.title,
        seed=str(bench.han.seed),
        clock=clock,
        up=bench.up,
        detail=bench.han.health.failure or bench.detail,
        rules=_rules_on(clock.date.date()),
        nodes=bench.nodes.roles,
        faults=tuple(each.name for each in bench.faults.active),
        scenario=None if bench.played is None else bench.played.state(),
        captures=bench.captures.running,
        frames=bench.han.medium.frames,
        checks=bench.checks,
        last_check=bench.last_check,
        decisions=bench.journal.decisions,
        last_event=bench.journal.last,
        folder=str(bench.folder),
        process=os.getpid(),
        version=__version__,
    )


def _rules_on(day: date) -> str:
    """Return the id of the rule set that is in force on a day; empty: none is."""
    for entry in Rulebook.in_force(shipped()).rule_sets:
        if (entry.first_day or date.min) <= day <= (entry.last_day or date.max):
            return entry.id
    return ""
