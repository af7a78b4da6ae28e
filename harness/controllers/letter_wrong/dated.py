"""A controller that knows the time of the present turn, for those that are wrong about times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hanbench.harness.case.vocabulary import AnyAction, AnyEvent
from hanbench.harness.controllers.reference import Reference


class Dated(Reference):
    """Knows the time of the present turn."""

    now: datetime

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Note the time of the turn."""
        self.now = now
        return super().handle(event, now)
