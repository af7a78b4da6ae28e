"""The events of a running bench: what its journal holds, and what a follower receives, in order of `seq`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from hanbench.harness.case.calendar import Moment
from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.plan import StatementKind
from hanbench.harness.case.vocabulary import AnyAction, Outcome
from hanbench.harness.control.node import NodeState

Seconds = Annotated[float, Meta(description="Time of the bench's clock, seconds; a capture begins at second 0")]


class BenchEvent(Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """Something that happened on a bench."""

    seq: Annotated[int, Meta(ge=1, description="Number of the event, from 1 since the bench came up, without gaps")]
    clock: Seconds
    date: Moment
    home: str = ""
    """Name of the home that it is about; empty: the bench's only home has no name, or it is about the whole bench."""


class FrameSeen(BenchEvent, frozen=True, tag="frame"):
    """A frame ended on the air. A follower that is too slow loses these first."""

    number: Annotated[int, Meta(ge=1, description="Its number in the capture and in Wireshark")]
    channel: int
    sender: str | None
    """The node that sent it over this hop, such as `gsme`, or `HOME.gsme`; None: unknown."""
    receiver: str | None
    name: str
    """The dissector's name of the frame."""
    line: str
    """The frame in one line; keys in it are redacted."""
    cluster: str | None = None
    octets: int = 0
    lqi: int | None = None
    """Link quality at the point of observation, 0 to 255."""


class FaultChanged(BenchEvent, frozen=True, tag="fault"):
    """A fault began, took effect, or was healed."""

    fault: str
    phase: Annotated[str, Meta(extra_json_schema={"enum": ["begun", "active", "healing", "healed", "failed"]})]
    by: str = "hand"
    """`hand`, or `scenario`."""
    detail: str = ""


class CheckProgress(BenchEvent, frozen=True, tag="check"):
    """A HAN-connectivity check began (`check` is null) or ended."""

    attempt: int
    check: HanCheck | None = None
    by: str = "hand"


class CommissioningProgress(BenchEvent, frozen=True, tag="commissioning"):
    """A commissioning began (`commissioning` is null) or ended."""

    devices: tuple[str, ...]
    commissioning: Commissioning | None = None
    by: str = "hand"


class DecisionMade(BenchEvent, frozen=True, tag="decision"):
    """A controller's action was accepted. These are never dropped."""

    case: str
    """Id of the installation."""
    number: Annotated[int, Meta(ge=1, description="Number of the decision, from 1 since the bench came up")]
    action: AnyAction
    text: str
    """The action in words."""
    rule: str = ""
    """The rule under which the case is decided, with its source."""
    outcome: Outcome | None = None
    """The outcome, if the action closes the case."""
    controller: str = ""
    on: Moment | None = None
    """The date of the case, which a scenario sets: its rules are those of that date."""


class ConsentStated(BenchEvent, frozen=True, tag="consent"):
    """A supplier made a statement about the migration, which the controller received at once."""

    supplier: str
    says: StatementKind
    by: str = "scenario"


class NodeChanged(BenchEvent, frozen=True, tag="node"):
    """The state of a node changed: power, membership, keys, mirror, faults, link."""

    node: str
    changed: tuple[str, ...]
    """Names of the fields of `state` that changed."""
    state: NodeState


class ClockChanged(BenchEvent, frozen=True, tag="clock"):
    """The bench's speed changed, or it was paused or resumed."""

    speed: float
    paused: bool


class ScenarioProgress(BenchEvent, frozen=True, tag="scenario"):
    """A scenario began or ended on this bench."""

    scenario: str
    phase: Annotated[str, Meta(extra_json_schema={"enum": ["begun", "ended", "stopped", "failed"]})]
    detail: str = ""


class LogLine(BenchEvent, frozen=True, tag="log"):
    """A line of the bench's log."""

    text: str


class FramesLost(BenchEvent, frozen=True, tag="lost"):
    """A follower was too slow, or asked for events that the bench no longer keeps. Not in the journal."""

    frames: int
    """Number of frames that this follower did not get."""
    others: int = 0
    """Number of other events; decisions are never among them."""


class BenchEnded(BenchEvent, frozen=True, tag="ended"):
    """The bench ended: the last event."""

    reason: str
    failed: bool = False


AnyBenchEvent = (
    FrameSeen
    | FaultChanged
    | CheckProgress
    | CommissioningProgress
    | DecisionMade
    | ConsentStated
    | NodeChanged
    | ClockChanged
    | ScenarioProgress
    | LogLine
    | FramesLost
    | BenchEnded
)

EVENTS: dict[str, type[BenchEvent]] = {
    str(kind.__struct_config__.tag): kind
    for kind in (
        FrameSeen,
        FaultChanged,
        CheckProgress,
        CommissioningProgress,
        DecisionMade,
        ConsentStated,
        NodeChanged,
        ClockChanged,
        ScenarioProgress,
        LogLine,
        FramesLost,
        BenchEnded,
    )
}
"""Every event, by kind."""


def kind_name(event: type[BenchEvent]) -> str:
    """Return the kind of a type of events."""
    return str(event.__struct_config__.tag)


def kind_of(event: BenchEvent) -> str:
    """Return the kind of an event."""
    return kind_name(type(event))
