"""A finished run in the place of a live bench: a journal, the verbs that read, and an error for the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from hanbench.harness.control import errors
from hanbench.harness.control.answers import BenchState, EventPage, FrameAnswer, LayerText, NodeList
from hanbench.harness.control.errors import ControlError, unknown_name
from hanbench.harness.control.events import EVENTS, AnyBenchEvent, DecisionMade
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.overview import BenchCard, card
from hanbench.harness.control.recorded_journal import RecordedJournal
from hanbench.harness.control.recording import Recording, end_of
from hanbench.harness.control.requests import (
    EventsRequest,
    FrameRequest,
    NodeRequest,
    NodesRequest,
    Request,
    StateRequest,
)
from hanbench.harness.control.table import verb_of

A = TypeVar("A")


class RecordedBench:
    """One finished run, with what `BenchThread` offers. `state` and `nodes` tell its beginning; events lead on."""

    alive = True
    failure: BaseException | None = None

    def __init__(self, run: Recording) -> None:
        self.run = run
        self.name = run.name
        self.journal = RecordedJournal(run.events, run.frames)
        self._at_end = end_of(run)
        self._on_end: list[Callable[[], object]] = []
        self._over = False

    @property
    def state(self) -> BenchState:
        """The bench as it was when the run began."""
        return self.run.state

    @property
    def card(self) -> BenchCard:
        """The bench as it was when the run ended."""
        state, nodes = self._at_end
        told = next((each.event.text for each in reversed(self.run.events) if isinstance(each.event, DecisionMade)), "")
        return card(state, nodes.values(), told, alive=True, failed=False)

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """It needs no start."""

    def stop_soon(self) -> None:
        """End the replay."""
        if not self._over:
            self._over = True
            for call in self._on_end:
                call()

    stop = stop_soon

    def when_ended(self, call: Callable[[], object]) -> None:
        """Call `call` when the replay ends, or now if it has ended."""
        if self._over:
            call()
        else:
            self._on_end.append(call)

    # --- requests -----------------------------------------------------------------------------------------------------

    async def perform(self, request: Request[A]) -> A:
        """Answer a request that reads. Raises ControlError: others need a bench that is up."""
        answer: Any
        asked: object = request
        match asked:
            case StateRequest():
                answer = self.run.state
            case NodesRequest(home=home):
                answer = NodeList(tuple(each for each in self.run.nodes if home in (None, each.home)))
            case NodeRequest(node=name):
                answer = self._node(name)
            case EventsRequest():
                answer = self._events(asked)
            case FrameRequest(number=number):
                answer = self._frame(number)
            case _:
                raise ControlError(errors.REPLAYED, f"{verb_of(request).name}: the run has ended")
        return cast("A", answer)

    def _node(self, name: str) -> NodeState:
        nodes = {node.name: node for node in self.run.nodes}
        if name not in nodes:
            raise unknown_name(errors.UNKNOWN_NODE, "node", name, nodes)
        return nodes[name]

    def _events(self, request: EventsRequest) -> EventPage:
        for kind in request.kinds:
            if kind not in EVENTS:
                raise unknown_name(errors.INVALID_REQUEST, "kind of event", kind, EVENTS)
        found, last = self.journal.page(request.after, request.kinds, request.limit)
        return EventPage(cast("tuple[AnyBenchEvent, ...]", found), last)

    def _frame(self, number: int) -> FrameAnswer:
        place = self.run.frames.place(number)
        if place is None:
            raise ControlError(errors.UNKNOWN_FRAME, f"frame {number} is not in the capture of this run")
        layers = tuple(LayerText(each.name, tuple(each.fields)) for each in self.run.frames.dissected(place).layers)
        return FrameAnswer(self.run.frames.event(place, self.journal.number_of_frame(place)), layers)
