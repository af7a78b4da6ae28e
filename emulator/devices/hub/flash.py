"""The flash of a hub's application."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class DeviceEntry:
    """A device in the hub's device table."""

    ieee: int
    short: int
    since: int
    """Time of joining, microseconds."""
    sleeps: bool = False
    """It listens only when it polls: requests wait until it does."""


@dataclass(slots=True)
class HubFlash:
    """What a hub keeps over a power cut beside its network."""

    devices: dict[int, DeviceEntry] = field(default_factory=dict)
    """The device table, by EUI-64."""
    mirrors: dict[int, int] = field(default_factory=dict)
    """Mirror endpoint by the meter's EUI-64."""
