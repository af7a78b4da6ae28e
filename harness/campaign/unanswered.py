"""Plays that a controller left without an answer: what is told of them at once, and when a run ends because of them.

A controller that answers none of the first turns that it gets is *dead*: there is nothing to judge. One that answers
some and then lets a time-out pass costs `ANSWER_TIMEOUT` a play; after `MOST` such cases in a row the run stops.
Answers that are no JSON, too long, or missing because the program ended cost no time: they are judged, and the run
goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


def told(case: str, fault: str) -> str:
    """Return the line that names a case without an answer, as soon as that is known."""
    return f"  {case}: {fault}"


class Watch:
    """Tells of the first time-out of a play when it happens; called with each record of the trace."""

    def __init__(self, case: str, tell: Callable[[str], object]) -> None:
        self._case = case
        self._tell = tell
        self._has_told = False

    def __call__(self, record: AnyRecord) -> None:
        if isinstance(record, ControllerFaulted) and not self._has_told and (fault := waited_for((record,))):
            self._has_told = True
            self._tell(told(self._case, fault))


class Silence:
    """The cases in a row, of one process, that ended in a time-out."""

    def __init__(self) -> None:
        self._row = 0

    def after(self, *, in_time: bool) -> None:
        """Take in the play of a case, in which each answer came in time, or not. Raises SilentControllerError."""
        self._row = 0 if in_time else self._row + 1
        if self._row >= MOST:
            raise SilentControllerError(f"the controller gave no answer in {self._row} cases in a row")


def samples(number: int) -> list[int]:
    """Return the places of the cases, of so many, on which it is tried whether a controller is dead.

    They lie far apart, so that a controller that fails at one kind of case is not called dead. Of one case there is no
    telling: it is judged.
    """
    return sorted({0, number // 2, number - 1})[:SAMPLES] if number else []
