"""Plays one case of a campaign again, with the files that a reader of its verdict needs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hanbench.harness.campaigns.one_case import play_device, play_migration
from hanbench.harness.campaigns.plan import DeviceCase, MigrationCase, Plan
from hanbench.harness.campaigns.rows import Row
from hanbench.harness.capture.keyfile import SUFFIX
from hanbench.harness.case.trace import encode
from hanbench.harness.controllers.lookup import controller_factory, named
from hanbench.harness.files import write_whole
from hanbench.harness.scenario.run import DrivenScenario, drive_staged
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.staging import seed_for, staged
from hanbench.profiles.rulesets import shipped


class Replayed(NamedTuple):
    """A case that was played again."""

    row: Row
    decision: str
    """What it came to, in words."""
    problems: tuple[str, ...]
    """A line for each violation and each expectation that was not met."""
    files: tuple[str, ...]
    """Names of the files in the folder."""


def replayed(plan: Plan, number: int, folder: Path) -> Replayed:
    """Play a case again, on a HAN of its own, and write its capture with keys and its trace. Raises OutputError."""
    case = plan.case(number)
    stem = folder / f"case-{number}"
    return _device(case, number, folder) if isinstance(case, DeviceCase) else _migration(plan, case, number, stem)


def _migration(plan: Plan, case: MigrationCase, number: int, stem: Path) -> Replayed:
    make, capture, trace = (
        controller_factory(case.name.by),
        stem.with_name(f"{stem.name}.pcapng"),
        stem.with_name(f"{stem.name}.trace.jsonl"),
    )
    captured = False

    def drive(scenario: Scenario) -> DrivenScenario:
        nonlocal captured
        to = None if captured or scenario is not case.scenario else capture
        captured = captured or to is not None
        staging = staged(scenario, seed_for(scenario, case.name.seed))
        return drive_staged(staging, shipped(), make, controller_name=named(case.name.by), capture=to)

    played = play_migration(plan.spec, number, case, drive)
    write_whole(trace, encode(played.result.records))
    return Replayed(
        played.row,
        played.result.decision,
        played.result.problems,
        (capture.name, capture.with_suffix(SUFFIX).name, trace.name),
    )


def _device(case: DeviceCase, number: int, folder: Path) -> Replayed:
    row, result = play_device(number, case, folder)
    problems = (result.reason,) if result.failure else ()
    return Replayed(row, result.verdict.value, problems, _files(folder, result.capture))


def _files(folder: Path, capture: str | None) -> tuple[str, ...]:
    """Return the names of a capture and its key file, as far as they are there."""
    if capture is None:
        return ()
    names = (capture, str(Path(capture).with_suffix(SUFFIX)))
    return tuple(name for name in names if (folder / name).exists())
