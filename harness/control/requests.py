"""The typed requests of the verbs. A request names the type of its answer: `Request[Answer]`.

A required field is an argument of `hanbench ctl`, in this order; so is an optional one that is marked `POSITIONAL`. The
others are options.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from msgspec import Meta, Struct

from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.control.answers import (
    ActiveFaultList,
    BenchState,
    CaptureList,
    CheckAnswer,
    ClockState,
    CommissioningAnswer,
    DeviceTables,
    EventPage,
    FrameAnswer,
    NodeAnswer,
    NodeList,
    ScenarioAnswer,
    StepAnswer,
    WanAnswer,
)
from hanbench.harness.control.events import EVENTS
from hanbench.harness.control.node import NodeState
from hanbench.profiles.benches import FASTEST
from hanbench.profiles.roles import ROLES

A_co = TypeVar("A_co", covariant=True)

POSITIONAL = {"positional": True}
LONGEST_WAIT = 86_400.0
MOST_EVENTS = 1_000
LONGEST_SCENARIO = 30_000
"""Characters in the text of a scenario."""
OF_FILE = {"of-file": "scenario"}
"""Marks a text that `hanbench ctl` reads from the file which the argument of that name leads to."""

NodeName = Annotated[
    str,
    Meta(
        max_length=80,
        description="The node; HOME.ROLE where homes have names",
        extra_json_schema={"examples": list(ROLES)},
    ),
]
HomeName = Annotated[str, Meta(max_length=40, description="The home; needed where there are several")]
FaultName = Annotated[str, Meta(max_length=60, description="The fault", extra_json_schema={"enum": list(CATALOGUE)})]
AttributeId = Annotated[int, Meta(ge=0, le=0xFFFF)]
Wait = Annotated[
    float,
    Meta(ge=0, le=LONGEST_WAIT, description="Real seconds to wait for the end of the work, which goes on after them"),
]


class Request(Struct, Generic[A_co], frozen=True, forbid_unknown_fields=True):
    """A request; its answer is an `A_co`."""


class HomeRequest(Request[A_co], Generic[A_co], frozen=True, kw_only=True):
    """A request about one home."""

    home: HomeName | None = None


class StateRequest(Request[BenchState], frozen=True):
    """Tell the state of the bench: clock, speed, seed, rules, faults, scenario, captures."""


class NodesRequest(Request[NodeList], frozen=True):
    """Tell the state of every node."""

    home: Annotated[str, Meta(max_length=40, description="Those of one home; default: of all")] | None = None


class NodeRequest(Request[NodeState], frozen=True):
    """Tell the state of one node."""

    node: NodeName


class InjectRequest(HomeRequest[ActiveFaultList], frozen=True):
    """Inject a fault."""

    fault: FaultName
    wait_s: Wait = 5.0


class HealRequest(HomeRequest[ActiveFaultList], frozen=True):
    """Heal a fault; a meter is reachable again at its next wake, or after it has rejoined."""

    fault: FaultName
    wait_s: Wait = 5.0


class PowerRequest(Request[NodeAnswer], frozen=True):
    """Switch the power of a node: a meter's battery or mains, the hub's mains."""

    node: NodeName
    action: Annotated[Literal["off", "on", "cycle"], Meta(description="cycle: off for five seconds of the bench")]


class CheckRequest(HomeRequest[CheckAnswer], frozen=True):
    """Run a HAN-connectivity check of the gas meter."""

    wait_s: Wait = LONGEST_WAIT


class CommissionRequest(HomeRequest[CommissioningAnswer], frozen=True):
    """Commission meters, all or none: read the identity and the register of each over the WAN."""

    devices: Annotated[
        tuple[Literal["esme", "gsme"], ...],
        Meta(min_length=1, max_length=2, description="The meters", extra=POSITIONAL),
    ] = ("esme", "gsme")
    wait_s: Wait = LONGEST_WAIT

    def __post_init__(self) -> None:
        if len(set(self.devices)) != len(self.devices):
            raise ValueError("`devices` names a device twice")


class SpeedRequest(Request[ClockState], frozen=True):
    """Set the speed of the bench's clock, from the present moment on."""

    speed: Annotated[float, Meta(gt=0, le=FASTEST, description="Virtual seconds per real second")]


class PauseRequest(Request[ClockState], frozen=True):
    """Pause the bench's clock, or resume it; requests are still answered."""

    action: Annotated[Literal["on", "off"], Meta(description="off: resume", extra=POSITIONAL)] = "on"


class StepRequest(Request[StepAnswer], frozen=True):
    """Run to the next frame, as fast as the processor allows, and pause there."""

    within_s: Annotated[
        float, Meta(gt=0, le=604_800, description="Seconds of the bench's clock after which the step ends anyway")
    ] = 86_400.0


class ScenarioRequest(HomeRequest[ScenarioAnswer], frozen=True):
    """Play a scenario on this HAN from now on, or stop the one that plays; the HAN stays as it is."""

    action: Literal["play", "stop"]
    scenario: (
        Annotated[str, Meta(max_length=100, description="Id of a shipped scenario, to play", extra=POSITIONAL)] | None
    ) = None
    text: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=LONGEST_SCENARIO,
                description="Text of a scenario file, to play it; `hanbench ctl scenario play FILE` reads it",
                extra=OF_FILE,
            ),
        ]
        | None
    ) = None
    controller: Annotated[
        str,
        Meta(
            max_length=60,
            description="reference, lawful:NAME or wrong:NAME; or mqtt: a controller at the bench's own broker",
        ),
    ] = "reference"

    def __post_init__(self) -> None:
        given = (self.scenario is not None) + (self.text is not None)
        if given != (self.action == "play"):
            raise ValueError("give `scenario` or `text` to play one, and neither to stop it")


class WanRequest(HomeRequest[WanAnswer], frozen=True):
    """Ask the hub something over its WAN interface, as a head end does."""

    ask: Annotated[
        Literal["device-table", "mirror", "identity", "register", "read"],
        Meta(
            description="identity, register: what a check reads of a device; mirror: when the hub last heard from a "
            "meter's mirror; read: any attributes"
        ),
    ]
    device: (
        Annotated[
            str,
            Meta(
                max_length=60,
                description="Node, or EUI-64 of any device; needed but for the device table",
                extra=POSITIONAL,
            ),
        ]
        | None
    ) = None
    cluster: Annotated[int, Meta(ge=0, le=0xFFFF, description="Of a read: id of the cluster")] | None = None
    attributes: Annotated[tuple[AttributeId, ...], Meta(max_length=20, description="Of a read: their ids")] = ()
    timeout_s: Annotated[
        float, Meta(gt=0, le=86_400, description="Seconds of the bench's clock for the device; a sleeper must wake")
    ] = 7_200.0
    wait_s: Wait = LONGEST_WAIT

    def __post_init__(self) -> None:
        if (self.ask == "device-table") is (self.device is not None):
            raise ValueError("give `device`, but not for the device table")
        reads = self.ask == "read"
        if reads is (self.cluster is None) or reads is (not self.attributes):
            raise ValueError("give `cluster` and `attributes` for a read, and not otherwise")


class CaptureRequest(Request[CaptureList], frozen=True):
    """Start another capture, stop one, or list all."""

    action: Literal["start", "stop", "list"]
    capture: Annotated[str, Meta(max_length=40, description="Id of a capture, to stop it", extra=POSITIONAL)] | None = (
        None
    )

    def __post_init__(self) -> None:
        if (self.action == "stop") is (self.capture is None):
            raise ValueError("give `capture` to stop one, and not otherwise")


class PressRequest(Request[NodeAnswer], frozen=True):
    """Press a button of a device: join the HAN, leave it, or the device's own button."""

    node: NodeName
    button: Annotated[
        Literal["join", "leave", "button"],
        Meta(
            description="button: the hub opens the HAN for joining; a gas meter wakes and reports; "
            "other devices announce themselves"
        ),
    ]
    wait_s: Wait = 5.0


class TableRequest(Request[DeviceTables], frozen=True):
    """Tell the tables in a device's memory: keys (redacted), children, neighbours, device table, addresses."""

    node: NodeName


class EventsRequest(Request[EventPage], frozen=True):
    """Tell the bench's events: those after one that is known, or from now on."""

    after: Annotated[int, Meta(ge=0, description="`seq` of the last event known; default: from now on")] | None = None
    kinds: Annotated[
        tuple[str, ...],
        Meta(
            max_length=len(EVENTS),
            description="Kinds of events; default: all",
            extra_json_schema={"items": {"type": "string", "enum": list(EVENTS)}},
        ),
    ] = ()
    limit: Annotated[int, Meta(ge=1, le=MOST_EVENTS, description="Most events of one answer")] = 100


class FrameRequest(Request[FrameAnswer], frozen=True):
    """Fold out one of the latest frames, layer by layer."""

    number: Annotated[int, Meta(ge=1, description="Its number in the capture")]
