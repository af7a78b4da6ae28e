"""The journal as one home writes it: each event has the name of the home."""

from __future__ import annotations

from typing import Any

from hanbench.harness.control.events import BenchEvent
from hanbench.harness.control.journal import Journal


class HomeJournal:
    """Adds the events of one home to the journal of its bench."""

    def __init__(self, journal: Journal, home: str) -> None:
        """`home`: its name; empty: the bench has this home alone."""
        self._journal = journal
        self._home = home

    def add(self, kind: type[BenchEvent], **fields: Any) -> BenchEvent:
        """Add an event of this kind, with the present time, and return it."""
        return self._journal.add(kind, home=self._home, **fields)
