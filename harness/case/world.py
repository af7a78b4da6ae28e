"""The interface of the HAN on which a session carries out a controller's actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterRole


class World(Protocol):
    """The HAN of a case. It records the ground truth of its devices in the trace as it changes.

    An exception of the world is a fault of hanbench, not of the controller: it ends the session. A check that the bench
    prevents is `inconclusive` with the cause `bench`.
    """

    def prepare_check(self, attempt: int) -> None:
        """Begin the events that are planned before this check, which the controller has just requested.

        Called once for each attempt, when it is requested; the check itself begins later, at its time.
        """

    async def run_check(self, attempt: int) -> HanCheck:
        """Run one HAN-connectivity check now, to its verdict."""

    async def commission(self, devices: Sequence[MeterRole]) -> Commissioning:
        """Commission `devices`, all or none, after the events that are planned before this commissioning."""
