"""The progress of a story in real time: what happens on its clock, and a sign of life while nothing does."""

from __future__ import annotations

from hanbench.emulator.clock import SECOND, PacedClock, VirtualClock
from hanbench.harness.case.plan import State
from hanbench.harness.case.trace import (
    AnyRecord,
    CheckRecorded,
    CheckStarted,
    Closed,
    CommissioningRecorded,
    GroundTruth,
    SupplierSaid,
)
from hanbench.harness.cli.output import log

SIGN_OF_LIFE = 30
"""Seconds between two lines while nothing happens."""


class StoryProgress:
    """Prints a line for each thing that happens, with the real time since the story's start and the time it takes."""

    def __init__(self, clock: VirtualClock, takes: float) -> None:
        """`takes`: the rehearsed duration, real seconds."""
        self._clock = clock
        self._speed = clock.speed if isinstance(clock, PacedClock) else 1.0
        self._began = clock.now
        self._takes = takes
        self._last = 0.0
        self._doing = "the HAN settles"
        self._next_sign()

    def record(self, record: AnyRecord) -> None:
        """Print a record of the trace, if it is an event that a watcher waits for."""
        match record:
            case CheckStarted():
                self._doing = f"check {record.attempt} is under way"
                self._print(f"check {record.attempt} begins")
            case CheckRecorded():
                self._doing = "waiting"
                self._print(f"check {record.check.attempt}: {record.check.verdict.value}: {record.check.detail}")
            case GroundTruth(state=State.HEALTHY):
                self._print(f"{record.subject.value} is well")
            case GroundTruth():
                self._print(f"{record.subject.value} is {record.state.value}: {record.cause}")
            case SupplierSaid():
                self._print(f"{record.supplier}: {record.says.value}")
            case CommissioningRecorded():
                devices = ", ".join(each.value for each in record.commissioning.devices)
                self._print(f"commissioned {devices}: {'done' if record.commissioning.succeeded else 'failed'}")
            case Closed():
                self._print(f"the case is closed: {record.outcome.value}")

    def _print(self, text: str) -> None:
        self._last = self._elapsed
        log(f"  {minutes(self._elapsed)} of about {minutes(self._takes)}  {text}")

    def _next_sign(self) -> None:
        self._clock.call_later(max(1, int(SIGN_OF_LIFE * SECOND * self._speed)), self._sign)

    def _sign(self) -> None:
        if self._elapsed - self._last >= SIGN_OF_LIFE - 1:
            self._print(f"... {self._doing}")
        self._next_sign()

    @property
    def _elapsed(self) -> float:
        return (self._clock.now - self._began) / SECOND / self._speed


def minutes(seconds: float) -> str:
    """Return a duration as minutes and seconds, rounded up, with hours where there are any."""
    whole = -int(-seconds // 1)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
