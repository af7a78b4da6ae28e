"""Plays that a controller left without an answer: what is told of them at once, and when a run ends because of them.

A controller that answers none of the first turns that it gets is *dead*: there is nothing to judge. One that answers
some and then lets a time-out pass costs `ANSWER_TIMEOUT` a play; after `MOST` such cases in a row the run stops.
Answers that are no JSON, too long, or missing because the program ended cost no time: they are judged, and the run
goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from hanbench.harness.case.trace import AnyRecord, ControllerFaulted, EventDelivered

MOST = 5
"""After how many cases in a row that ended in a time-out a run stops."""
SAMPLES = 3
"""On how many cases a controller must have answered no first turn, to be called dead."""
_NO_ANSWER = frozenset({"crashed", "silent", "unreachable", "not-json", "unasked", "flood"})
"""Kinds of faults after which there was no answer at all."""
_WAITED_FOR = frozenset({"silent", "unreachable"})
"""Those for which time passes."""


class DeadControllerError(Exception):
    """The controller answered none of the first turns that it got; the text says how it failed."""


class SilentControllerError(Exception):
    """The controller let the time-out pass in `MOST` cases in a row; the text says so."""


def fault_at_once(records: Sequence[AnyRecord]) -> str | None:
    """Return how a controller failed to answer the first turn of a play; None: it answered."""
    turns = [record for record in records if isinstance(record, EventDelivered | ControllerFaulted)]
    match turns[:2]:
        case [_, ControllerFaulted(kind=kind, text=text)] if kind in _NO_ANSWER:
            return f"{kind}: {text}"
    return None


def waited_for(records: Sequence[AnyRecord]) -> str | None:
    """Return how a play ended in an answer that was waited for in vain; None: it did not."""
    for record in records:
        if isinstance(record, ControllerFaulted) and record.kind in _WAITED_FOR:
            return f"{record.kind}: {record.text}"
    return None


class Silence:
    """The cases in a row, of one process, that ended in a time-out."""

    def __init__(self) -> None:
        self._row = 0

    def after(self, case: str, records: Sequence[AnyRecord]) -> str | None:
        """Take in the play of a case; return the line to tell at once, or None."""
        fault = waited_for(records)
        self._row = 0 if fault is None else self._row + 1
        return None if fault is None else f"  {case}: {fault}"

    @property
    def is_too_long(self) -> bool:
        """Whether the run stops."""
        return self._row >= MOST

    @property
    def error(self) -> SilentControllerError:
        """The error that stops it."""
        return SilentControllerError(f"the controller gave no answer in {self._row} cases in a row")


def samples(number: int) -> list[int]:
    """Return the places of the cases, of so many, on which it is tried whether a controller is dead.

    They lie far apart, so that a controller that fails at one kind of case is not called dead. Of one case there is no
    telling: it is judged.
    """
    return sorted({0, number // 2, number - 1})[:SAMPLES] if number else []
