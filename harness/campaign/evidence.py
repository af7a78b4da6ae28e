"""What is kept of a case beside the reports: the capture with its keys, and the trace that `hanbench judge` reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from hanbench.harness.capture import keyfile
from hanbench.harness.case.trace import encode
from hanbench.harness.files import write_whole
from hanbench.harness.report.model import ScenarioReport
from hanbench.harness.scenario.production import retell
from hanbench.harness.scenario.run import ScenarioResult
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.staging import staged
from hanbench.harness.stories.memory import Step


class Evidence(NamedTuple):
    """What the files of a case are made from, without another play: the story is told again, nobody is asked again."""

    seed: str
    path: tuple[Step, ...]
    """The actions that reached the HAN."""
    until: int
    """The time of the HAN at the end, microseconds."""
    trace: bytes
    """The content of the trace file."""


def evidence_of(result: ScenarioResult) -> Evidence:
    """Return the evidence of a scenario."""
    return Evidence(result.seed, result.path, result.ended, encode(result.records))


def keep(scenario: Scenario, report: ScenarioReport, evidence: Evidence, stem: Path) -> ScenarioReport:
    """Write capture, keys and trace, `stem` with a suffix; return the report that names them. Raises OutputError."""
    capture, trace = (stem.with_name(f"{stem.name}{suffix}") for suffix in (".pcapng", ".trace.jsonl"))
    retell(staged(scenario, evidence.seed), evidence.path, evidence.until, capture)
    write_whole(trace, evidence.trace)
    return structs.replace(report, capture=capture.name, keys=keyfile.beside(capture).name, trace=trace.name)


class Keeper:
    """Keeps the evidence of the first failures of a run, so that a controller that always fails fills no disk."""

    def __init__(self, most: int, excused: Callable[[ScenarioReport], bool]) -> None:
        """`most`: of how many failures. `excused`: whether a failure is known and tolerated; of those none is kept."""
        self.without = 0
        """How many failures have no evidence because there were too many."""
        self._left = most
        self._excused = excused

    def keep(self, scenario: Scenario, report: ScenarioReport, evidence: Evidence, stem: Path) -> ScenarioReport:
        """Keep the evidence of a failure, if there is room. Raises OutputError."""
        if self._excused(report):
            return report
        if not self._left:
            self.without += 1
            return report
        self._left -= 1
        return keep(scenario, report, evidence, stem)
