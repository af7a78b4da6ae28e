"""What convicts a suspect: a property that judges controllers, in a case that the reference passes, after an answer of
its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

from hanbench.harness.case.controller import ControllerFactory
from hanbench.harness.case.trace import ActionAccepted, AnyRecord, ControllerFaulted, EventDelivered
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent
from hanbench.harness.oracle import PROPERTIES, Judged, Violation
from hanbench.harness.scenario.run import ScenarioResult
from hanbench.profiles.rulesets import shipped

_JUDGE_THE_BENCH = frozenset(each.id for each in PROPERTIES if each.judges is Judged.BENCH)


class BenchAccusedError(Exception):
    """hanbench itself is at fault in a case: its check, its reference, or a HAN that is not the same again."""


class Turn(NamedTuple):
    """An event that a controller was sent, and its answer."""

    now: datetime
    event: AnyEvent
    actions: tuple[AnyAction, ...] = ()
    faults: tuple[str, ...] = ()
    """Kinds of the invalid things that the controller did in this turn."""


def blamed(violations: Iterable[Violation]) -> tuple[str, ...]:
    """Return the violated properties that judge the controller, each once."""
    found = dict.fromkeys(violation.property for violation in violations)
    return tuple(property for property in found if property not in _JUDGE_THE_BENCH)


def against_the_bench(violations: Iterable[Violation]) -> tuple[str, ...]:
    """Return the violated properties that judge hanbench itself, each once."""
    found = dict.fromkeys(violation.property for violation in violations)
    return tuple(property for property in found if property in _JUDGE_THE_BENCH)


def convicted(result: ScenarioResult, reference: ScenarioResult) -> tuple[str, ...]:
    """Return the properties that convict a suspect in a case; none if its wrongness did not show.

    Raises BenchAccusedError if the reference does not pass the case, or if hanbench's own check is wrong in it.
    """
    for each in (reference, result):
        if found := against_the_bench(each.violations):
            raise BenchAccusedError(f"{each.scenario.id}: hanbench's own check violates {', '.join(found)}")
    if not passes(reference):
        raise BenchAccusedError(f"{reference.scenario.id}: {reference!r}")
    return blamed(result.violations) if answers_differ(result.records, reference.records) else ()


def passes(reference: ScenarioResult) -> bool:
    """Return whether the reference passes a case."""
    return not reference.violations and not reference.failed_expectations


def turns(records: Sequence[AnyRecord]) -> list[Turn]:
    """Return the turns of a trace, in order."""
    found: list[Turn] = []
    for record in records:
        match record:
            case EventDelivered(time=time, event=event):
                found.append(Turn(time, event))
            case ActionAccepted(action=action) if found:
                found[-1] = found[-1]._replace(actions=(*found[-1].actions, action))
            case ControllerFaulted(kind=kind) if found:
                found[-1] = found[-1]._replace(faults=(*found[-1].faults, kind))
    return found


def answers_differ(one: Sequence[AnyRecord], other: Sequence[AnyRecord]) -> bool:
    """Return whether two controllers answered the same case differently.

    Raises BenchAccusedError if they were told different things before their answers differed.
    """
    for first, second in zip_longest(turns(one), turns(other)):
        if first is None or second is None or first[:2] != second[:2]:
            raise BenchAccusedError(f"after the same answers, the HAN was not the same: {first} and {second}")
        if first[2:] != second[2:]:
            return True
    return False


def answers_alike(make: ControllerFactory, told: Sequence[Turn]) -> bool:
    """Return whether a controller gives each of these answers, without playing the case: the HAN would do the same."""
    controller = make(shipped())
    for turn in told:
        try:
            actions = tuple(controller.handle(turn.event, turn.now))
        except Exception:  # noqa: BLE001 - a suspect may do anything
            return False
        if actions != turn.actions:
            return False
    return True
