"""The messages between hanbench and a migration controller at a broker: a turn, its answer, and the end of a case.

Topics, below the prefix of the broker's URL: `RUN/controller/event` to the controller, `RUN/controller/action` from it.
RUN is the name of a bench, or of a run of `hanbench run` or `verify`. MQTT may deliver a message twice: a controller
that gets a turn again answers it again, with the same actions.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct

from hanbench.harness.case.calendar import Moment
from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.case.vocabulary import AnyEvent
from hanbench.harness.controllers.answers import LONGEST_ANSWER, not_json
from hanbench.harness.foreign_json import NOT_JSON, decode

VERSION = 1
EXPECTED = 'expected {"case": ..., "turn": ..., "actions": [...]}'


class ControllerTurn(Struct, frozen=True):
    """One event of one case, to the controller."""

    case: str
    turn: int
    """Number of the turn in its case, from 1; the answer repeats it."""
    now: Moment
    event: AnyEvent
    v: Literal[1] = 1


class CaseEnded(Struct, frozen=True, tag_field="event", tag="case-ended"):
    """No event of the vocabulary: what a controller of many cases is told at the end of each."""


class ControllerCaseEnded(Struct, frozen=True):
    """A case has ended: the controller may forget it. It is not answered."""

    case: str
    event: CaseEnded = CaseEnded()
    v: Literal[1] = 1


class ControllerAnswer(NamedTuple):
    """The actions of one turn, from the controller; the session validates each."""

    case: str
    turn: int
    actions: list[Any]


class ControllerTopics(NamedTuple):
    """The topics of one run."""

    event: str
    action: str


def topics(prefix: str, run: str) -> ControllerTopics:
    """Return the topics of a run."""
    return ControllerTopics(f"{prefix}/{run}/controller/event", f"{prefix}/{run}/controller/action")


def encode_turn(case: str, turn: int, now: datetime, event: AnyEvent) -> bytes:
    """Return the message of a turn."""
    return msgspec.json.encode(ControllerTurn(case, turn, now, event))


def encode_end(case: str) -> bytes:
    """Return the message that a case has ended."""
    return msgspec.json.encode(ControllerCaseEnded(case))


def decode_answer(payload: bytes) -> ControllerAnswer:
    """Decode an answer. Raises ControllerFault: flood, not-json."""
    if len(payload) > LONGEST_ANSWER:
        raise ControllerFault("flood", f"more than {LONGEST_ANSWER} octets in one answer")
    try:
        answer = decode(payload)
    except NOT_JSON as error:
        raise not_json(error, payload) from None
    match answer:
        case {"case": str(case), "turn": int(turn), "actions": list(actions)}:
            return ControllerAnswer(case, turn, actions)
    raise ControllerFault("not-json", f"{EXPECTED}, got {payload[:80]!r}")
