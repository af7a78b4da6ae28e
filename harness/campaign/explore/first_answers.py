"""The answers that a controller gave, by the turns before them: it is never asked twice for one answer.

A story that is shrunk is played many times. As long as a play has the turns of an earlier one, its answers are those
of then, and the controller is not there. At the first turn that is new, the controller is given the turns before it,
and what it says to those does not count: the first answers stand.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from inspect import isawaitable
from typing import Any, NamedTuple

from hanbench.harness.case.controller import AnyController, ControllerFault
from hanbench.harness.case.vocabulary import AnyEvent, Turn, encode_turn
from hanbench.harness.controllers.lookup import Factory
from hanbench.profiles.rulesets import RuleSet


class Answer(NamedTuple):
    """What a controller said at one turn: actions, whatever they are, or its fault."""

    actions: tuple[Any, ...] = ()
    fault: tuple[str, str] | None = None
    """Its kind and text; see `ControllerFault`."""

    def given(self) -> Sequence[Any]:
        """Return the actions. Raises ControllerFault."""
        if self.fault is not None:
            raise ControllerFault(*self.fault)
        return self.actions


Answered = tuple[tuple[AnyEvent, datetime, Answer], ...]
"""The turns of one play, each with its answer."""


@dataclass(slots=True)
class _Turn:
    answer: Answer
    following: dict[bytes, _Turn] = field(default_factory=dict)


class FirstAnswers:
    """The first answers of one controller in one case, in all plays of it so far."""

    def __init__(self, make: Factory) -> None:
        self.make = make
        self.first: dict[bytes, _Turn] = {}
        self.steady = True
        """Whether it said the same, whenever it was given a turn again."""
        self.last: AskedOnce | None = None

    def __call__(self, rulesets: Mapping[str, RuleSet]) -> AnyController:
        """Return the controller for one play: a `Factory`."""
        self.last = AskedOnce(self, rulesets)
        return self.last

    @property
    def answered(self) -> Answered:
        """The turns of the last play, fit to be sent to another process."""
        turns = () if self.last is None else self.last.turns
        return tuple((event, now, _portable(answer)) for event, now, answer in turns)

    def learn(self, turns: Answered) -> None:
        """Take over the answers of a play in another process."""
        known = self.first
        for event, now, answer in turns:
            known = known.setdefault(_key(event, now), _Turn(answer)).following


class AskedOnce:
    """The controller of one play: asked only where there is no answer yet."""

    close: Callable[[], None] | None = None
    """Releases what the controller holds; None: it is not there, or holds nothing."""

    def __init__(self, log: FirstAnswers, rulesets: Mapping[str, RuleSet]) -> None:
        self.turns: list[tuple[AnyEvent, datetime, Answer]] = []
        self._log = log
        self._rulesets = rulesets
        self._known = log.first
        self._controller: AnyController | None = None

    def handle(self, event: AnyEvent, now: datetime) -> Any:
        """Return the first answer to a turn, or the controller's; see `Controller` and `RemoteController`."""
        known = self._known.get(_key(event, now))
        if known is not None:
            return self._noted(event, now, known.answer)
        if self._controller is None and self.turns:
            return self._asked_late(event, now)
        try:
            answer = self._present().handle(event, now)
            if isawaitable(answer):
                return self._awaited(event, now, answer)
            said = Answer(tuple(answer))
        except Exception as error:  # noqa: BLE001 - a fault of the system under test, which the session records
            said = _fault(error)
        return self._noted(event, now, said)

    async def _awaited(self, event: AnyEvent, now: datetime, answer: Any) -> Sequence[Any]:
        return self._noted(event, now, await _said(answer))

    async def _asked_late(self, event: AnyEvent, now: datetime) -> Sequence[Any]:
        """Give the controller the turns that it was not there for, and then this one."""
        controller = self._present()
        for before, then, first in self.turns:
            again = await _said_to(controller, before, then)
            self._log.steady = self._log.steady and _portable(again) == _portable(first)
        return self._noted(event, now, await _said_to(controller, event, now))

    def _present(self) -> AnyController:
        if self._controller is None:
            self._controller = self._log.make(self._rulesets)
            self.close = getattr(self._controller, "close", None)
        return self._controller

    def _noted(self, event: AnyEvent, now: datetime, answer: Answer) -> Sequence[Any]:
        turn = self._known.setdefault(_key(event, now), _Turn(answer))
        self._known = turn.following
        self.turns.append((event, now, answer))
        return answer.given()


async def _said_to(controller: AnyController, event: AnyEvent, now: datetime) -> Answer:
    try:
        answer = controller.handle(event, now)
    except Exception as error:  # noqa: BLE001 - as above
        return _fault(error)
    return await _said(answer)


async def _said(answer: Any) -> Answer:
    try:
        return Answer(tuple(await answer if isawaitable(answer) else answer))
    except Exception as error:  # noqa: BLE001 - as above
        return _fault(error)


def _fault(error: Exception) -> Answer:
    if isinstance(error, ControllerFault):
        return Answer(fault=(error.kind, str(error)))
    return Answer(fault=("crashed", f"{type(error).__name__}: {error}"))


def _key(event: AnyEvent, now: datetime) -> bytes:
    return encode_turn(Turn(now, event))


def _portable(answer: Answer) -> Answer:
    """Return the answer with what no process can send to another replaced by its text."""
    return Answer(tuple(map(_sendable, answer.actions)), answer.fault)


def _sendable(action: Any) -> Any:
    try:
        pickle.loads(pickle.dumps(action))  # noqa: S301 - our own octets
    except Exception:  # noqa: BLE001 - a controller may return any object
        return repr(action)
    return action
