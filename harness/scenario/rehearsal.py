"""The rehearsal of a scenario before it is played in real time: the same story on an emulated Air, in virtual time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.han.credentials import Credentials
from hanbench.harness.scenario.run import drive_scenario
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.staging import story_clock
from hanbench.profiles.rulesets import RuleSet


class Rehearsal(NamedTuple):
    """How long a story takes with the reference controller, if the radios lose no time; seconds."""

    settling: float
    """Up to the loading of the installation."""
    whole: float
    """Up to the end of the case."""


def rehearse(
    scenario: Scenario,
    rulesets: Mapping[str, RuleSet],
    bench: BenchFile | None,
    *,
    seed: str,
    speed: float | str | None = None,
    slow_background: bool = False,
    credentials: Credentials | None = None,
) -> Rehearsal:
    """Play a scenario on the devices of `bench`, with the reference controller, as long before its loading as there.

    `bench`: None for radios on an Air of their own. `speed`: that of the run, in place of the bench's.

    Raises ProfileError if the bench does not suit the scenario.
    """
    began = story_clock(scenario, bench, speed).now
    clock = VirtualClock(began)
    driven = drive_scenario(
        scenario,
        rulesets,
        Reference,
        seed=seed,
        clock=clock,
        bench=None if bench is None else bench.on_air,
        slow_background=slow_background,
        credentials=credentials,
    )
    return Rehearsal((driven.loaded - began) / SECOND, (driven.ended - began) / SECOND)
