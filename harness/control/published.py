"""What a broker gets of a bench beside its events: its state, its nodes, its decisions, and the answers to requests.

Each payload in JSON has the name of its schema, which is that of its message in the AsyncAPI document.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, structs

from hanbench.harness.case.calendar import Moment
from hanbench.harness.case.vocabulary import AnyAction, Outcome
from hanbench.harness.control.answers import BenchState, SharedBenchState
from hanbench.harness.control.errors import Problem
from hanbench.harness.control.events import DecisionMade, Seconds

VERSION = 1
"""Raised when a reader of the version before could misread a payload."""
ONLINE, OFFLINE = b"online", b"offline"
"""Payloads of availability; Home Assistant's `payload_available` and `payload_not_available`."""


def schema_name(message: str) -> str:
    """Return the value of `schema` in the payload of a message of the AsyncAPI document."""
    return f"hanbench:{message}:{VERSION}"


class OutboxState(Struct, frozen=True):
    """The decisions that are kept for consumers."""

    id: str
    """Id of the outbox; `seq` counts within it."""
    first: int
    """`seq` of the oldest decision that is kept; one above `last`: none is."""
    last: int
    acked: int
    """Highest contiguous `seq` that a consumer has acknowledged."""
    dropped: int
    """Decisions that were dropped because nobody acknowledged them and the outbox was full."""


class BrokerCounters(Struct, frozen=True):
    """What was not published or not done, since the bench came up."""

    frames: int = 0
    """Frames that the broker was too slow for."""
    events: int = 0
    """Events that the bench no longer had when the broker came back."""
    messages: int = 0
    """Messages that came in faster than they were read."""
    refused: dict[str, int] = {}
    """Requests and receipts that were refused, by reason."""


class PublishedState(SharedBenchState, frozen=True, kw_only=True):
    """The state of a bench, with what its broker's side has to tell."""

    commands: bool
    """Whether requests are carried out."""
    outbox: OutboxState
    counters: BrokerCounters

    @classmethod
    def of(cls, state: BenchState, commands: bool, outbox: OutboxState, counters: BrokerCounters) -> PublishedState:
        """Return a state as it is published."""
        shared = {name: getattr(state, name) for name in SharedBenchState.__struct_fields__}
        return cls(commands=commands, outbox=outbox, counters=counters, **shared)


class PublishedDecision(Struct, frozen=True, kw_only=True):
    """A decision. It is published at least once, and in order of `seq`."""

    outbox: str
    """Id of the outbox. `seq` begins at 1 in a new one, as when its file was deleted."""
    seq: Annotated[int, Meta(ge=1, description="Its number in the outbox, which goes on when the bench comes up again")]
    at: Moment
    """The bench's date."""
    clock: Seconds
    case: str
    number: int
    """Its number since the bench came up."""
    action: AnyAction
    text: str
    rule: str = ""
    outcome: Outcome | None = None
    controller: str = ""
    on: Moment | None = None
    """The date of the case, if it has its own."""
    frames: tuple[int, ...] = ()
    """Numbers, in the capture, of the frames that the latest check rests on."""

    @classmethod
    def of(cls, made: DecisionMade, outbox: str, seq: int, frames: tuple[int, ...]) -> PublishedDecision:
        """Return an event as it is published."""
        fields = structs.asdict(made)
        same = {name: fields[name] for name in cls.__struct_fields__ if name in fields and name != "seq"}
        return cls(outbox=outbox, seq=seq, at=made.date, frames=frames, **same)


class Receipt(Struct, frozen=True, forbid_unknown_fields=True):
    """What a consumer has received of the decisions."""

    seq: Annotated[int, Meta(ge=0, description="Highest `seq` up to which it has all; 0: none")]
    outbox: str = ""
    """Id of the outbox that it means; empty: whichever."""


class Answered(Struct, frozen=True, omit_defaults=True):
    """The answer to a request, as zigbee2mqtt shapes it."""

    status: str
    """`ok`, or `error`."""
    data: Any
    """The answer of the verb; after an error, empty."""
    error: str | None = None
    """What is wrong, in one line."""
    problem: Problem | None = None
    """The same with its code."""
    transaction: str | None = None
    """That of the request."""


def encode(message: str, value: Struct) -> bytes:
    """Return a payload: all fields of a value, defaults too, behind the name of the schema of its message."""
    config = type(value).__struct_config__
    kind = {} if config.tag_field is None else {config.tag_field: config.tag}
    return msgspec.json.encode({"schema": schema_name(message), **kind, **structs.asdict(value)})


def encode_answer(verb: str, answered: Answered) -> bytes:
    """Return the payload of an answer, without what it does not have."""
    return msgspec.json.encode({"schema": schema_name(response_message(verb)), **msgspec.to_builtins(answered)})


STATE, NODE, DECISION = "state", "node-state", "decision-event"
"""Messages whose payloads are made here, by their names in the AsyncAPI document."""


def event_message(kind: str) -> str:
    """Return the name of the message of a kind of events."""
    return f"{kind}-event"


def response_message(verb: str) -> str:
    """Return the name of the message with a verb's answer."""
    return f"{verb}-response"
