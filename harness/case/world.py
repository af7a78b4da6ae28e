"""What a session needs of the HAN on which it carries out a controller's actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterRole


class World(Protocol):
    """The emulated (or real) HAN. It records the ground truth of its devices in the trace as it changes.

    An exception out of it is a fault of hanbench, not of the controller: it ends the session. What a check cannot find
    out because of the bench is `inconclusive` with the cause `bench`.
    """

    def prepare_check(self, attempt: int) -> None:
        """The controller asked for this attempt: bring about what is planned to happen before it.

        Called once for each attempt, as soon as it is asked for; the check itself begins when its time has come.
        """

    async def run_check(self, attempt: int) -> HanCheck:
        """Run one HAN-connectivity check to its verdict. It begins now."""

    async def commission(self, devices: Sequence[MeterRole]) -> Commissioning:
        """Commission `devices`, all or none, after what is planned to happen before this commissioning."""
