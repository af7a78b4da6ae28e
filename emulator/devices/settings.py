"""Settings of the devices: plain values that the harness makes from profiles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hanbench.emulator.clock import MINUTE, SECOND
from hanbench.emulator.zcl.smart_energy import SmartEnergyEra
from hanbench.emulator.zigbee.nwk.config import LogicalType, NodeConfig
from hanbench.emulator.zigbee.nwk.formation import NetworkPlan
from hanbench.emulator.zigbee.security.cbke import Identity
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.emulator.zigbee.security.keys import WELL_KNOWN_LINK_KEY

SMART_ENERGY = 0x0109
"""Profile identifier."""


@dataclass(frozen=True, slots=True)
class KeyEstablishmentSettings:
    """How a device agrees its link key with the Trust Centre (CBKE)."""

    credential: Callable[[], Identity] | None = None
    """Gives certificate and private key: only when they are needed, because issuing them takes a millisecond. None: the
    device agrees no key, and its Smart Energy clusters stay shut."""
    ephemeral_time: int = 1
    """Announced time to make an ephemeral point, seconds."""
    confirm_time: int = 1
    """Announced time to make the message authentication code, seconds."""
    capacity: int = 2
    """Sessions of a Trust Centre at a time."""
    renews: bool = True
    """Whether a key that does not fit any more is agreed anew."""

    @property
    def identity(self) -> Identity | None:
        """Certificate and private key; None: there are none."""
        return None if self.credential is None else self.credential()


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """Settings of every device."""

    ieee: int
    node: NodeConfig
    manufacturer: int
    """Manufacturer code of the node descriptor."""
    maker: str
    model: str
    serial: str = ""
    install_code: bytes = b""
    """With CRC; empty at the hub, and at a device that joins with the well-known key."""
    endpoint: int = 1
    tx_power: int = 3
    """dBm."""
    first_frame_counter: int = 100_000
    """Outgoing NWK frame counter at the start: an installed device has sent frames for years."""
    request_timeout: int = 10 * SECOND
    """Wait for an answer, microseconds."""
    key_establishment: KeyEstablishmentSettings = field(default_factory=KeyEstablishmentSettings)
    smart_energy: SmartEnergyEra = SmartEnergyEra.SE_1_1
    relaxed_security: bool = False
    """Smart Energy clusters are open under the network key alone and to other profiles, and no key is agreed. No Smart
    Energy device does that: it is for clients without CBKE."""

    @property
    def joining_key(self) -> bytes:
        """The link key that the device joins with."""
        return InstallCode(self.install_code).link_key if self.install_code else WELL_KNOWN_LINK_KEY


@dataclass(frozen=True, slots=True)
class HubSettings(DeviceSettings):
    """A Communications Hub."""

    network: NetworkPlan = field(kw_only=True)
    """What network it forms."""
    mirror_interval: int = 1800
    """Reporting interval that a meter with two-way mirroring shall keep, seconds."""
    mirrors: int = 4
    """Mirror endpoints of the hub."""
    first_mirror_endpoint: int = 0x20
    keep_alive_base: int = 10
    """TCKeepAliveBase, minutes."""
    keep_alive_jitter: int = 300
    """TCKeepAliveJitter, seconds."""
    wan_latency: int = 1 * SECOND
    """From the head end to the hub, one way, microseconds."""


@dataclass(frozen=True, slots=True)
class KeepAliveSettings:
    """How a device makes sure of its Trust Centre (Keep-Alive cluster)."""

    enabled: bool = True
    failures: int = 3
    """Unanswered reads after which the Trust Centre counts as lost."""


@dataclass(frozen=True, slots=True)
class EsmeSettings(DeviceSettings):
    """An electricity meter."""

    keep_alive: KeepAliveSettings = field(default_factory=KeepAliveSettings)
    first_reading: int = 12_345_678
    """Wh at the start."""
    mean_power: int = 450
    """W."""


@dataclass(frozen=True, slots=True)
class GsmeSettings(DeviceSettings):
    """A gas meter."""

    keep_alive: KeepAliveSettings = field(default_factory=KeepAliveSettings)
    wake_interval: int = 30 * MINUTE
    """Between two wakes, microseconds."""
    first_reading: int = 4_321_098
    """Litres at the start."""
    mean_flow: int = 3_000
    """Litres a day."""
    report_failures: int = 3
    """Unacknowledged reports in a row after which the meter looks for its network."""
    battery: int = 100
    """Per cent."""


@dataclass(frozen=True, slots=True)
class IhdSettings(DeviceSettings):
    """An in-home display."""

    keep_alive: KeepAliveSettings = field(default_factory=KeepAliveSettings)
    electricity_interval: int = 10 * SECOND
    gas_interval: int = 30 * MINUTE


@dataclass(frozen=True, slots=True)
class RepeaterSettings(DeviceSettings):
    """A repeater."""

    keep_alive: KeepAliveSettings = field(default_factory=KeepAliveSettings)


__all__ = [
    "SMART_ENERGY",
    "DeviceSettings",
    "EsmeSettings",
    "GsmeSettings",
    "HubSettings",
    "IhdSettings",
    "KeepAliveSettings",
    "KeyEstablishmentSettings",
    "LogicalType",
    "NodeConfig",
    "RepeaterSettings",
]
