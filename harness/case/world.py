"""What a session needs of the HAN on which it carries out a controller's actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from hanbench.harness.case.vocabulary import MeterRole, Subject, Verdict


class CheckRecord(NamedTuple):
    """What one HAN-connectivity check found."""

    verdict: Verdict
    code: str | None = None
    """GT01 on a failure."""
    cause: Subject | None = None
    detail: str = ""
    frames: tuple[int, ...] = ()
    """Numbers, in the capture, of the frames on which the verdict rests."""


class CommissioningRecord(NamedTuple):
    """How one commissioning ended: for all of its devices, or for none."""

    succeeded: bool
    detail: str = ""
    frames: tuple[int, ...] = ()


class World(Protocol):
    """The emulated (or real) HAN. It records the ground truth of its devices in the trace as it changes.

    An exception out of it is a fault of hanbench, not of the controller: it ends the session. What a check cannot find
    out because of the bench is `inconclusive` with the cause `bench`.
    """

    def prepare_check(self, attempt: int) -> None:
        """The controller asked for this attempt: bring about what is planned to happen before it.

        Called once for each attempt, as soon as it is asked for; the check itself begins when its time has come.
        """

    async def run_check(self) -> CheckRecord:
        """Run one HAN-connectivity check to its verdict."""

    async def commission(self, devices: Sequence[MeterRole]) -> CommissioningRecord:
        """Commission `devices`, all or none, after what is planned to happen before this commissioning."""
