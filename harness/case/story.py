"""The interface of a HAN story: the radio side of a case, told as far as the session has come.

A story depends on the HAN and on the actions that reach it, with their times, and on nothing else: statements of
suppliers, statuses and rules do not reach the radios. So a story that was simulated once can be remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterRole


class Story(Protocol):
    """The HAN of a case. It records the ground truth of its devices in the trace as it changes.

    An exception of a story is a fault of hanbench, not of the controller: it ends the session. A check that the bench
    prevents is `inconclusive` with the cause `bench`.
    """

    def prepare_check(self, attempt: int) -> None:
        """Begin the events that are planned before this check, which the controller has just requested.

        Called once for each attempt, when it is requested; the check itself begins later, at its time.
        """

    def begin_check(self, attempt: int) -> None:
        """Begin a HAN-connectivity check. `proceed` returns it when it has ended."""

    def begin_commissioning(self, devices: Sequence[MeterRole]) -> None:
        """Begin to commission `devices`, all or none, after the events that are planned before this commissioning."""

    def proceed(self, until: int) -> HanCheck | Commissioning | None:
        """Go on up to and with `until`, microseconds of the clock, or to the end of what was begun, which is returned.

        All that happens on the HAN in the last microsecond has happened then. The trace's time is where the story is.
        """
