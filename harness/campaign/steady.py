"""Two plays of one case: a controller's answers follow from the case alone, so they are the same."""

from __future__ import annotations

from itertools import zip_longest

import msgspec

from hanbench.harness.case.calendar import shown_date
from hanbench.harness.case.trace import ActionAccepted, AnyRecord, ControllerFaulted, EventDelivered, Header
from hanbench.harness.oracle import Violation
from hanbench.harness.scenario.run import DrivenScenario
from hanbench.harness.stories.memory import StoryError

STEADY = "steady"
"""The property that an answer which differs violates."""
RULE = "hanbench's: the rules know no chance (assumed)"


def unsteady(first: DrivenScenario, again: DrivenScenario) -> Violation | None:
    """Return the violation of a controller that answered differently when a case was played again; None: it did not.

    Raises StoryError if the case itself went another way before any answer did.
    """
    event = "the beginning"
    for one, other in zip_longest(_of_the_case(first), _of_the_case(again)):
        if one == other:
            event = _event(one) if isinstance(one, EventDelivered) else event
            continue
        answers = (ActionAccepted, ControllerFaulted)
        if not isinstance(one, answers) and not isinstance(other, answers):
            raise StoryError(f"{first.scenario.id}: played again, {_shown(other)} came in the place of {_shown(one)}")
        text = f"to {event} it answered {_answer(one)}; when the case was played again, {_answer(other)}"
        return Violation(STEADY, RULE, text)
    return None


def _of_the_case(result: DrivenScenario) -> tuple[AnyRecord, ...]:
    return tuple(record for record in result.records if not isinstance(record, Header))


def _event(record: EventDelivered) -> str:
    return f"{record.event.__struct_config__.tag} of {shown_date(record.time)}"


def _answer(record: AnyRecord | None) -> str:
    match record:
        case ActionAccepted(action=action):
            return msgspec.json.encode(action).decode()
        case ControllerFaulted(kind=kind, text=text):
            return f"{kind}: {text}"
        case _:
            return "nothing more"


def _shown(record: AnyRecord | None) -> str:
    return "nothing" if record is None else msgspec.json.encode(record).decode()
