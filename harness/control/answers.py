"""The typed answers of the verbs."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from hanbench.harness.case.calendar import Moment
from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.control.events import AnyBenchEvent, FrameSeen, Seconds
from hanbench.harness.control.node import At, Eui64, NodeState, Short

Progress = Annotated[
    Literal["ended", "in-progress"], Meta(description="in-progress: the work goes on; an event tells its end")
]


class ClockState(Struct, frozen=True):
    """The bench's clock."""

    clock: Seconds
    date: Moment
    speed: float
    """Virtual seconds per real second."""
    paused: bool


class PlayedScenario(Struct, frozen=True):
    """The scenario that plays on a bench."""

    id: str
    title: str
    controller: str
    home: str
    """Name of the home on which it plays; empty: the bench's only home."""
    began: At
    case_date: Moment
    """The present date of the case."""


class CaptureFileState(Struct, frozen=True):
    """One file of a capture: a whole pcapng, with a key file of its own."""

    file: str
    """Name in the folder of the bench."""
    first: int
    """Number of its first frame among those of the bench; Wireshark's number of it is 1."""
    frames: int
    octets: int


class CaptureState(Struct, frozen=True):
    """One capture of a bench."""

    id: str
    file: str
    """Name of its present file in the folder of the bench; empty: all its files were removed."""
    began: At
    frames: int
    """Frames since it was started, those in removed files included."""
    octets: int
    """Length of its files together."""
    running: bool
    detail: str = ""
    """Why it is suspended; empty: it is not."""
    files: tuple[CaptureFileState, ...] = ()
    """Its files, the oldest first; the oldest are removed as `--capture-size` demands."""
    missing: int = 0
    """Frames that are in no file, because the disk was full."""


class Replayed(Struct, frozen=True):
    """What a replay is of."""

    kind: Literal["bench", "case"]
    """bench: one that `up` or `serve` kept; case: of `hanbench run`, or one that failed in `hanbench verify`."""
    begins: Seconds
    ends: Seconds
    first_frame: int | None
    """Number of the first frame that is kept; null: there is none."""
    detail: str = ""
    """What is missing or damaged."""


class HomeState(Struct, frozen=True, kw_only=True):
    """The state of one home of a bench."""

    name: str
    """Empty: the bench has this home alone."""
    up: bool
    """Whether its HAN has come up."""
    detail: str = ""
    """Why the HAN is not up, or what is wrong with the home."""
    seed: str
    nodes: tuple[str, ...]
    faults: tuple[str, ...]
    """Active faults."""
    scenario: PlayedScenario | None
    checks: int
    """Checks so far, by hand and by scenarios."""
    last_check: HanCheck | None


class SharedBenchState(Struct, frozen=True, kw_only=True):
    """The state of a bench, as far as it does not concern its machine alone."""

    bench: str
    title: str
    seed: str
    clock: ClockState
    up: bool
    """Whether the HANs of all homes have come up."""
    detail: str = ""
    """Why a HAN is not up, or what is wrong with the bench."""
    rules: str
    """Id of the rule set in force on the bench's date."""
    nodes: tuple[str, ...]
    faults: tuple[str, ...]
    """Faults that are active in any home; `homes` tells where."""
    scenario: PlayedScenario | None
    """The scenario that plays; of several homes, the one that began last."""
    homes: tuple[HomeState, ...]
    """Each home; a bench without `[homes]` has one, without a name."""
    captures: tuple[str, ...]
    """Ids of the running captures."""
    frames: int
    """Transmissions so far."""
    checks: int
    """Checks so far of all homes, by hand and by scenarios."""
    last_check: HanCheck | None
    """The latest check of any home."""
    decisions: int
    last_event: int
    """`seq` of the latest event."""
    version: str
    """Version of hanbench."""
    replay: Replayed | None = None
    """The finished run that this is; the other fields are as they were when it began. Null: a live bench."""


class BenchState(SharedBenchState, frozen=True, kw_only=True):
    """The state of a bench."""

    folder: str
    process: int


class NodeList(Struct, frozen=True):
    """The nodes of a bench, the hub first."""

    nodes: tuple[NodeState, ...]
    clock: At | None = None
    """When they are so; null: a replay's beginning."""


class ActiveFaultList(Struct, frozen=True):
    """The faults that are active now."""

    progress: Progress
    active: tuple[str, ...]


class CheckAnswer(Struct, frozen=True):
    """A HAN-connectivity check, with its verdict if it has ended."""

    progress: Progress
    attempt: int
    check: HanCheck | None = None
    mirror: str | None = None
    """The age of the gas meter's mirror, in words; None: the hub has none. It is no part of the verdict."""


class CommissioningAnswer(Struct, frozen=True):
    """A commissioning, with its result if it has ended."""

    progress: Progress
    commissioning: Commissioning | None = None


class NodeAnswer(Struct, frozen=True):
    """A node after something was done to it."""

    progress: Progress
    node: NodeState


class StepAnswer(Struct, frozen=True):
    """The bench after a step; it is paused."""

    clock: ClockState
    frame: FrameSeen | None
    """The next frame; null: there was none within the limit."""


class ScenarioAnswer(Struct, frozen=True):
    """The scenario that plays; null: it was stopped."""

    scenario: PlayedScenario | None


class CaptureList(Struct, frozen=True):
    """The captures of a bench."""

    captures: tuple[CaptureState, ...]


class NetworkKeyRow(Struct, frozen=True):
    """A network key of a device."""

    sequence: int
    active: bool
    key: str
    """Redacted."""


class LinkKeyRow(Struct, frozen=True):
    """A link key of a device."""

    partner: str
    """The partner's EUI-64, or `any Trust Centre`."""
    origin: str
    key: str
    """Redacted."""
    outgoing: int
    """Frame counter of its next frame under this key."""
    incoming: int
    """Lowest frame counter that it accepts from the partner."""


class ChildRow(Struct, frozen=True):
    """A child of a parent."""

    ieee: Eui64
    short: Short
    sleepy: bool
    router: bool
    timeout_s: float
    """Silence after which it is removed, seconds; 0: never."""
    last_heard: At


class NeighborRow(Struct, frozen=True):
    """A device within radio range."""

    ieee: Eui64
    short: Short
    lqi: int
    last_heard: At
    router: bool
    outgoing_cost: int


class DeviceRow(Struct, frozen=True):
    """An entry of the hub's device table."""

    ieee: Eui64
    short: Short
    since: At
    sleeps: bool
    mirror_endpoint: int | None


class AddressRow(Struct, frozen=True):
    """A short address that a device knows."""

    ieee: Eui64
    short: Short


class DeviceTables(Struct, frozen=True):
    """The tables in one device's memory. Keys are redacted."""

    node: str
    network_keys: tuple[NetworkKeyRow, ...]
    link_keys: tuple[LinkKeyRow, ...]
    children: tuple[ChildRow, ...]
    neighbors: tuple[NeighborRow, ...]
    devices: tuple[DeviceRow, ...]
    addresses: tuple[AddressRow, ...]


class WanAttribute(Struct, frozen=True):
    """An attribute as a device answered it."""

    cluster: int
    attribute: int
    name: str
    value: float | str | None
    """Octets that are no text, in hexadecimal digits; null: the device refused it."""
    status: int = 0
    """ZCL status of the attribute; 0: success."""


class WanAnswer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The hub's answer over the WAN."""

    progress: Progress
    delivered: bool = False
    """Whether request and answer came through the WAN."""
    known: bool = True
    """Whether the hub knows the device."""
    outcome: str = ""
    """How a read ended on the HAN: answered, timeout, refused, ..."""
    proven_by: Eui64 | None = None
    """EUI-64 of the device whose link key protected the answer; null: the network key alone did."""
    attributes: tuple[WanAttribute, ...] = ()
    devices: tuple[DeviceRow, ...] = ()
    """The hub's device table."""
    updated: At | None = None
    """When the meter last reported to its mirror; null: never, or there is no mirror."""


class EventPage(Struct, frozen=True):
    """Events of the journal, in order."""

    events: tuple[AnyBenchEvent, ...]
    last: int
    """`seq` of the latest event of the journal; ask on with `after`."""


class LayerText(Struct, frozen=True):
    """One layer of a frame."""

    name: str
    fields: tuple[tuple[str, str], ...]
    """Names and values as text; keys are redacted."""


class FrameAnswer(Struct, frozen=True):
    """A frame, folded out."""

    frame: FrameSeen
    layers: tuple[LayerText, ...]
