"""The property of two plays of a case: a controller that learns the same does the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest

import msgspec

from hanbench.harness.case.trace import ActionAccepted, AnyRecord, ControllerFaulted, EventDelivered
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent
from hanbench.harness.oracle.case import Case
from hanbench.harness.oracle.violation import Finding, Property, interface

_Turn = tuple[datetime, AnyEvent, tuple[AnyAction | str, ...]]
"""A time, the event that was given then, and what the controller answered; a fault of it by its kind."""


def steady(case: Case) -> Iterator[Finding]:
    """Given the same events, the controller took the same actions in another play of the case."""
    if case.again is None:
        return
    if (found := difference(case.records, case.again)) is not None:
        yield Finding(found)


def difference(first: Sequence[AnyRecord], second: Sequence[AnyRecord]) -> str | None:
    """Return the first turn of two plays in which the controller answered differently, in words; None: there is none.

    Raises ValueError if the controller was told different things before it answered differently: then the plays are
    not of the same case, which is no fault of the controller.
    """
    for one, other in zip_longest(_turns(first), _turns(second)):
        if one is None or other is None or one[:2] != other[:2]:
            raise ValueError(f"the plays differ before the controller does: {one} and {other}")
        if one[2] != other[2]:
            time, event, _ = one
            name = event.__struct_config__.tag
            return f"answered {name} at {time} with {_words(one[2])}, and in another play with {_words(other[2])}"
    return None


def _turns(records: Sequence[AnyRecord]) -> list[_Turn]:
    turns: list[_Turn] = []
    for record in records:
        match record:
            case EventDelivered(time=time, event=event):
                turns.append((time, event, ()))
            case ActionAccepted(action=action) if turns:
                turns[-1] = (*turns[-1][:2], (*turns[-1][2], action))
            case ControllerFaulted(kind=kind) if turns:
                turns[-1] = (*turns[-1][:2], (*turns[-1][2], kind))
    return turns


def _words(actions: tuple[AnyAction | str, ...]) -> str:
    said = (each if isinstance(each, str) else msgspec.json.encode(each).decode() for each in actions)
    return ", ".join(said) or "nothing"


PROPERTIES = (Property("steady", "Told the same, a controller does the same", interface(), steady),)
