"""The state of a bench, as its clients see it. Call it in the bench's thread."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

from hanbench import __version__
from hanbench.emulator.clock import SECOND
from hanbench.harness.case.installation import Rulebook
from hanbench.harness.control.answers import BenchState, ClockState, HomeState, PlayedScenario
from hanbench.profiles.rulesets import shipped

if TYPE_CHECKING:
    from hanbench.harness.control.live_bench import LiveBench
    from hanbench.harness.control.live_home import LiveHome


NAMED = 3
"""Homes whose troubles the detail of a bench tells; `homes` has all."""


def clock_state(bench: LiveBench) -> ClockState:
    """Return the state of the clock."""
    now = bench.clock.now
    return ClockState(now / SECOND, bench.street.calendar.date(now), bench.clock.speed, bench.clock.paused)


def bench_state(bench: LiveBench) -> BenchState:
    """Return the state of the bench."""
    clock = clock_state(bench)
    homes = tuple(map(home_state, bench.homes.values()))
    return BenchState(
        bench=bench.name,
        title=bench.file.profile.title,
        seed=bench.street.seed,
        clock=clock,
        up=bench.up,
        detail=_detail(bench, homes),
        rules=in_force(Rulebook.in_force(shipped()), clock.date.date()),
        nodes=tuple(name for home in homes for name in home.nodes),
        faults=tuple(dict.fromkeys(name for home in homes for name in home.faults)),
        scenario=max((each.scenario for each in homes if each.scenario), key=_began, default=None),
        homes=homes,
        captures=bench.captures.running,
        frames=bench.street.medium.frames,
        checks=sum(home.checks for home in homes),
        last_check=bench.last_check,
        decisions=bench.journal.decisions,
        last_event=bench.journal.last,
        folder=str(bench.folder),
        process=os.getpid(),
        version=__version__,
    )


def home_state(home: LiveHome) -> HomeState:
    """Return the state of a home."""
    return HomeState(
        name=home.name,
        up=home.up,
        detail=home.han.health.failure or home.detail,
        seed=str(home.han.seed),
        nodes=home.nodes.names,
        faults=tuple(each.name for each in home.faults.active),
        scenario=None if home.played is None else home.played.state(),
        checks=home.checks,
        last_check=home.last_check,
    )


def _detail(bench: LiveBench, homes: tuple[HomeState, ...]) -> str:
    said = [f"{each.name}: {each.detail}" if each.name else each.detail for each in homes if each.detail]
    more = [f"and {len(said) - NAMED} more homes"] if len(said) > NAMED else []
    return bench.end or "; ".join(said[:NAMED] + more)


def _began(scenario: PlayedScenario) -> float:
    return scenario.began


def in_force(rulebook: Rulebook, day: date) -> str:
    """Return the id of the rule set that is in force on a day; empty: none is."""
    for entry in rulebook.rule_sets:
        if (entry.first_day or date.min) <= day <= (entry.last_day or date.max):
            return entry.id
    return ""
