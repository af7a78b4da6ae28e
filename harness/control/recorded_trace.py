"""Reads a case that `hanbench run` or `verify` left: trace, capture and keys. Other content ends in one line."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hanbench import __version__
from hanbench.emulator.clock import SECOND
from hanbench.harness.case.calendar import Calendar
from hanbench.harness.case.trace import AnyRecord, Closed, GroundTruth, Header
from hanbench.harness.case.trace_file import read_trace
from hanbench.harness.control.answers import BenchState, ClockState, HomeState
from hanbench.harness.control.bench_state import in_force
from hanbench.harness.control.events import BenchEvent, LogLine, NodeChanged, ScenarioProgress
from hanbench.harness.control.heard_nodes import HeardNodes
from hanbench.harness.control.recorded_frames import Addresses, RecordedFrames, read_frames
from hanbench.harness.control.recorded_journal import RecordedEvent
from hanbench.harness.control.recording import Recording, made
from hanbench.harness.control.trace_events import TraceTeller
from hanbench.harness.han.addresses import device_address
from hanbench.harness.oracle import judgement
from hanbench.harness.stories.live import FORMATION
from hanbench.profiles.cohorts import household
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import RuleSet, shipped

KNOWN = "Of a case, the capture and the trace tell all that is known: no readings, keys or batteries of its devices."
ROLES_OF_A_HOME = ("hub", "esme", "gsme", "ihd")


class _Dated:
    """Takes events as a journal does; the time is that of the record."""

    def __init__(self, calendar: Calendar, frames: RecordedFrames) -> None:
        self.events: list[RecordedEvent] = []
        self.now = calendar.epoch
        self._calendar = calendar
        self._times = [frames.clock(place) for place in range(len(frames.frames))]
        self._numbers = [frame.number for frame in frames.frames]
        self._decisions = 0

    def add(self, kind: type[BenchEvent], **fields: Any) -> BenchEvent:
        """Add an event with the present time."""
        if kind.__struct_config__.tag == "decision":
            self._decisions += 1
            fields["number"] = self._decisions
        now = self.clock
        event = kind(seq=1, clock=now / SECOND, date=self.now, **fields)
        self.events.append(RecordedEvent(event, self._frame_before(now)))
        return event

    @property
    def clock(self) -> int:
        """The present time of the bench's clock, microseconds."""
        return self._calendar.clock(self.now)

    def _frame_before(self, now: int) -> int:
        place = bisect_right(self._times, now)
        return self._numbers[place - 1] if place else 0


def read_case(trace: Path, capture: Path, name: str) -> Recording:
    """Read a case. `capture`: its file, if it was kept. Raises ProfileError."""
    header, records = read_trace(trace)
    rulesets = _rulesets(trace, header)
    addresses = _addresses(header)
    names = Addresses({address: role for role, address in addresses.items()})
    calendar = Calendar(header.time - FORMATION if header.seed else header.time)
    kept = capture.exists()
    frames = read_frames((capture,) if kept else (), names, calendar)
    watch = HeardNodes(addresses, frames)
    nodes = watch.begin()
    journal = _Dated(calendar, frames)
    _tell(journal, records, header, rulesets, watch)
    missing = "" if kept else f"there is no capture {capture.name}"
    return made(
        name=name,
        path=trace,
        kind="case",
        state=_state(header, calendar, name, trace),
        nodes=nodes,
        events=journal.events,
        frames=frames,
        troubles=(missing,),
    )


def _rulesets(path: Path, header: Header) -> Mapping[str, RuleSet]:
    """Return the rule sets. Raises ProfileError if the trace names another."""
    rulesets = shipped()
    for entry in header.installation.rulebook.rule_sets:
        if entry.id not in rulesets:
            problem = f"no rule set {entry.id[:80]!r}; expected one of {', '.join(rulesets)}"
            raise ProfileError(path, problem, "line 1")
    return rulesets


def _addresses(header: Header) -> dict[str, int]:
    """Return the EUI-64s of the devices of the cohort's home, which follow from the seed."""
    home = household(header.installation.cohort)
    return {role: device_address(header.seed, role, getattr(home, role).oui).ieee for role in ROLES_OF_A_HOME}


def _tell(
    journal: _Dated,
    records: Sequence[AnyRecord],
    header: Header,
    rulesets: Mapping[str, RuleSet],
    watch: HeardNodes,
) -> None:
    """Put the records into the journal, and what the oracle says of them."""
    journal.add(ScenarioProgress, scenario=header.scenario, phase="begun", detail=f"controller {header.controller}")
    teller = TraceTeller(journal, header.installation, rulesets, header.controller)
    for record in records:
        journal.now = record.time
        teller.tell(record)
        for state, changed in watch.changes(record, journal.clock):
            journal.add(NodeChanged, node=state.name, changed=changed, state=state)
    closed = next((each.outcome.value for each in records if isinstance(each, Closed)), "nothing")
    journal.add(ScenarioProgress, scenario=header.scenario, phase="ended", detail=f"decided {closed}")
    truth_known = bool(header.seed) or any(isinstance(each, GroundTruth) for each in records)
    judged = judgement(records, rulesets, truth_known=truth_known)
    for violation in judged.violations:
        journal.add(LogLine, text=f"VIOLATION of {violation.property}: {violation.text} [{violation.rule}]")
    if not judged.violations:
        journal.add(LogLine, text="The oracle: no rule was violated.")


def _state(header: Header, calendar: Calendar, name: str, path: Path) -> BenchState:
    """Return the bench before the case began, as far as it is known."""
    home = HomeState(
        name="",
        up=True,
        detail=KNOWN,
        seed=header.seed,
        nodes=ROLES_OF_A_HOME,
        faults=(),
        scenario=None,
        checks=0,
        last_check=None,
    )
    return BenchState(
        bench=name,
        title=header.scenario or "a case",
        seed=header.seed,
        clock=ClockState(0.0, calendar.epoch, 1.0, paused=False),
        up=True,
        detail=KNOWN,
        rules=in_force(header.installation.rulebook, header.time.date()),
        nodes=ROLES_OF_A_HOME,
        faults=(),
        scenario=None,
        homes=(home,),
        captures=(),
        frames=0,
        checks=0,
        last_check=None,
        decisions=0,
        last_event=0,
        folder=str(path.parent),
        process=os.getpid(),
        version=__version__,
    )
