"""The state of one node, as clients see it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Eui64 = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$(?!\n)", description="EUI-64, 16 hexadecimal digits")]
Short = Annotated[str, Meta(pattern=r"^0x[0-9a-f]{4}$(?!\n)", description="Short address")]
At = Annotated[float, Meta(description="Time of the bench's clock, seconds")]


class Reading(Struct, frozen=True):
    """One value that a device measures or shows."""

    name: str
    value: float | str
    unit: str = ""
    at: At | None = None
    """When it was read or received; None: it is the device's own, of now."""


class MirrorView(Struct, frozen=True):
    """A gas meter's mirror at the hub."""

    endpoint: int
    updated: At | None
    """When the meter last reported to it; None: never since the hub has power. A fresh mirror proves nothing."""


class NodeState(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is known of one node now: of an emulated node from itself and from the hub."""

    name: str
    """Its role; of a home that has a name: HOME.ROLE."""
    home: str = ""
    role: str
    ieee: Eui64
    emulated: bool
    powered: bool = True
    joined: bool = False
    join_state: str = ""
    """State of joining, in words; empty: the hub, or a physical device."""
    short: Short | None = None
    parent: str | None = None
    """The node through which it is in the network."""
    channel: int | None = None
    pan: Short | None = None
    sleepy: bool = False
    """It listens only when it polls."""
    awake: bool = True
    next_wake: At | None = None
    """When a sleepy node wakes next."""
    wake_interval_s: float | None = None
    last_heard: At | None = None
    """When the hub last received a secured frame from it, straight; of the hub: absent."""
    lqi: Annotated[int, Meta(ge=0, le=255)] | None = None
    """Link quality at which the hub heard it last."""
    lqi_back: Annotated[int, Meta(ge=0, le=255)] | None = None
    """Link quality at which it heard its parent last."""
    battery_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    battery_volts: float | None = None
    network_key: int | None = None
    """Sequence number of its active network key."""
    network_key_fresh: bool | None = None
    """Whether the hub's active network key is the same."""
    link_key: str = ""
    """Where its link key with the hub comes from: preconfigured, established, brokered, restored; empty: none."""
    link_key_fresh: bool | None = None
    """Whether both sides hold the same link key."""
    frame_counter: int | None = None
    mirror: MirrorView | None = None
    faults: tuple[str, ...] = ()
    """Active faults whose subject is this node."""
    obstacles: tuple[str, ...] = ()
    """Ground truth: each reason why the hub cannot reach this meter now. No check reads it."""
    last_failure: str = ""
    """The last step that failed, with its time and its layer; of a check, what it found."""
    drops: dict[str, int] = {}
    """Frames that it dropped since it has power, by reason."""
    readings: tuple[Reading, ...] = ()
