"""Traces that contradict themselves: what one record says another one denies, so that there is no case to judge.

What a controller does against the rules is no contradiction, and neither is a record that is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import Installation, MeterRole
from hanbench.harness.case.trace import (
    ActionAccepted,
    AnyRecord,
    CheckRecorded,
    CheckStarted,
    Closed,
    CommissioningRecorded,
    End,
    EventDelivered,
    Excluded,
    Header,
)
from hanbench.harness.case.vocabulary import (
    CheckEnded,
    Close,
    CommissioningEnded,
    ExcludeDevice,
    ExclusionRecord,
    InstallationLoaded,
    Outcome,
)


class Contradiction(NamedTuple):
    """The record at which a trace contradicts itself."""

    position: int
    """From 0."""
    text: str
    """What the record says, and what was expected."""


def contradiction(records: Iterable[AnyRecord]) -> Contradiction | None:
    """Return the first contradiction of a trace; None: there is none."""
    reader = _Reader()
    for position, record in enumerate(records):
        if text := reader.denied(record):
            return Contradiction(position, text)
    return None


class _Reader:
    """What the records so far say."""

    def __init__(self) -> None:
        self._home: Installation | None = None
        self._begun = 0
        """The attempt of the last check that began."""
        self._check: HanCheck | None = None
        """The last check that ended."""
        self._told = 0
        """The attempt of the last check whose result the controller was told."""
        self._commissioning: Commissioning | None = None
        self._excluding: dict[MeterRole, ExclusionRecord | None] = {}
        self._closing: Outcome | None = None
        self._closed = False
        self._ended = False

    def denied(self, record: AnyRecord) -> str:
        """Take in a record; return what is wrong if it contradicts those before it, else an empty text."""
        if self._ended:
            return "a record after the end; expected `end` to be the last"
        match record:
            case Header(installation=home):
                self._home = home
            case EventDelivered(event=InstallationLoaded(installation=home)) if home != self._home:
                return "the installation that was loaded is not that of the header"
            case CheckStarted(attempt=attempt):
                return self._begins(attempt)
            case CheckRecorded(check=check):
                return self._ends(check)
            case EventDelivered(event=CheckEnded() as event):
                return self._is_told(event)
            case CommissioningRecorded(commissioning=ended):
                self._commissioning = ended
            case EventDelivered(event=CommissioningEnded() as event):
                return self._is_told_of_devices(event)
            case ActionAccepted(action=ExcludeDevice(device=device, record=exclusion)):
                self._excluding[device] = exclusion
            case Excluded(device=device, exclusion=exclusion):
                if device in self._excluding and self._excluding[device] != exclusion:
                    return f"the {device.value.upper()} is excluded with another record than the controller gave"
            case ActionAccepted(action=Close(outcome=outcome)):
                self._closing = outcome
            case Closed(outcome=outcome):
                return self._closes(outcome)
            case End():
                self._ended = True
        return ""

    def _begins(self, attempt: int) -> str:
        if attempt <= max(self._begun, 0 if self._check is None else self._check.attempt):
            return f"attempt {attempt} begins a second time, or after a later one; expected each attempt once, in order"
        self._begun = attempt
        return ""

    def _ends(self, check: HanCheck) -> str:
        last, self._check = self._check, check
        if check.finished < check.started:
            return f"attempt {check.attempt} finished before it started"
        if last is not None and check.attempt <= last.attempt:
            return f"attempt {check.attempt} after attempt {last.attempt}; expected each attempt once, in order"
        if last is not None and check.started < last.finished:
            return f"attempt {check.attempt} started before attempt {last.attempt} finished; expected one at a time"
        return ""

    def _is_told(self, event: CheckEnded) -> str:
        if event.attempt <= self._told:
            return f"the result of attempt {event.attempt} is given a second time, or after a later one"
        self._told = event.attempt
        recorded = self._check
        if recorded is not None and recorded.attempt == event.attempt:
            for name in ("verdict", "code", "cause", "started", "finished"):
                said, expected = getattr(event, name), getattr(recorded, name)
                if said != expected:
                    found = f"{name} {said}; expected {expected}, as in `check-finished`"
                    return f"the result of attempt {event.attempt} is given with {found}"
        return ""

    def _is_told_of_devices(self, event: CommissioningEnded) -> str:
        recorded = self._commissioning
        if recorded is None or (set(event.devices), event.succeeded) == (set(recorded.devices), recorded.succeeded):
            return ""
        return "the commissioning's result is given otherwise than it is in `commissioned`"

    def _closes(self, outcome: Outcome) -> str:
        if self._closed:
            return "closed a second time; expected one outcome"
        self._closed = True
        if self._closing is not None and self._closing is not outcome:
            return f"closed with {outcome.value}; expected {self._closing.value}, with which the controller closed it"
        return ""
