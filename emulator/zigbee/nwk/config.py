"""The NWK and MAC configuration of a device: fixed by its profile, never changed at run time."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from hanbench.emulator.clock import MILLISECOND, MINUTE, SECOND

RX_ON_WHEN_IDLE = 0x08
"""Bit of the capability information octet."""


class LogicalType(Enum):
    """Logical device type (R22, 2.3.2.3.1)."""

    COORDINATOR = 0
    ROUTER = 1
    END_DEVICE = 2


@dataclass(frozen=True, slots=True)
class JoinPolicy:
    """How a device joins and rejoins (pacing: Smart Energy 1.4a, 5.5.5)."""

    scan_exponent: int = 3
    """An active scan listens on each channel for 15.36 ms x (2^n + 1)."""
    scan_rounds: int = 3
    """Scans in one attempt to join."""
    key_wait: int = 10 * SECOND
    """apsSecurityTimeOutPeriod of a joiner, microseconds."""
    rejoin: bool = True
    """False: the device does not look for a network that it lost."""
    other_channels: bool = True
    """False: it looks for a lost network on its last channel only."""
    trust_center_rejoin: bool = True
    """False: it never rejoins without NWK security."""
    trust_center_swap: bool = True
    """Accept a new Trust Centre that holds the hash of the link key with the old one (SE 1.4a, 5.4.2.4)."""
    rests: tuple[int, ...] = (SECOND, SECOND, MINUTE, 15 * MINUTE, 60 * MINUTE)
    """Pauses after failed rejoins, microseconds; the last one repeats. Each is varied by +/- `jitter`."""
    jitter: float = 0.25
    """Share of a pause."""


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """Role, radio use and timing of one device."""

    role: LogicalType
    rx_on: bool = True
    """macRxOnWhenIdle; False: a sleepy end device, reached through its parent's indirect queue."""
    battery: bool = False
    channels: tuple[int, ...] = tuple(range(11, 27))
    max_children: int = 32
    """0: it accepts none, and its beacons show no capacity."""
    child_timeout_index: int = 8
    """nwkEndDeviceTimeoutDefault: 2^n minutes for n >= 1, 10 s for 0 (R22, 3.4.11)."""
    requested_timeout_index: int = 8
    """The timeout that this device asks its parent for, as `child_timeout_index`."""
    link_status_period: int = 15 * SECOND
    """nwkLinkStatusPeriod; 0: no Link Status commands."""
    poll_period: int = 250 * MILLISECOND
    """Microseconds between Data Requests while a sleeper expects something."""
    poll_failures: int = 3
    """Unanswered Data Requests in a row after which the parent counts as lost."""
    join: JoinPolicy = field(default_factory=JoinPolicy)
    frame_wait: int | None = None
    """How long after a poll's acknowledgement a sleeper listens, microseconds; None: as 802.15.4 computes it."""

    @property
    def capability(self) -> int:
        """Capability information octet (802.15.4-2011, 5.3.1.2): the address is always to be allocated."""
        octet = 0x80
        if self.role is not LogicalType.END_DEVICE:
            octet |= 0x02
        if not self.battery:
            octet |= 0x04
        if self.rx_on:
            octet |= RX_ON_WHEN_IDLE
        return octet


def timeout(index: int) -> int:
    """End-device timeout of R22 table 3-44, microseconds."""
    return 10 * SECOND if index == 0 else 2**index * MINUTE
