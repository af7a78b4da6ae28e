"""The flash of one device: the state that survives a power cut.

A stack is built from it and writes to it; all other state is lost with the power. Frame counters are saved ahead in
strides, as firmware does to spare its flash: after a power cut they resume at the end of the stride, so that no
counter value is used twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeVar

from hanbench.emulator.zigbee.binding import Binding

K = TypeVar("K")

COUNTER_STRIDE = 1024
"""Frame counters are saved in steps of this many."""
LAST_COUNTER = 0xFFFF_FFFE
"""The highest frame counter; a key whose counter is used up protects nothing any more (R22, 4.3.1.1)."""
KEY_UPDATE_COUNTER = 0x8000_0000
"""A network key whose counter reaches this value is replaced, and the counter starts again at 0 (R22, 4.3.1.2)."""


@dataclass(slots=True)
class Network:
    """The PAN to which the device belongs (NIB attributes, Zigbee PRO R22 table 3-62)."""

    pan_id: int
    extended_pan_id: int
    channel: int
    short: int
    parent: int = 0xFFFF
    """Short address of the parent; 0xFFFF at the coordinator."""
    parent_ieee: int = 0
    depth: int = 0
    update_id: int = 0
    trust_center: int = 0
    """EUI-64 of the Trust Centre; 0 while unknown."""
    former_trust_center: int = 0
    """EUI-64 of the previous Trust Centre, until its successor has agreed a key with this device; 0: none."""


@dataclass(slots=True)
class ChildEntry:
    """A child in its parent's table."""

    ieee: int
    short: int
    rx_on: bool
    """Receiver on when idle; frames for other children go through the indirect queue."""
    router: bool
    timeout: int
    """Microseconds of silence after which the child is removed; 0: never (routers)."""
    authenticated: bool = False
    last_heard: int = 0
    """Microseconds of the clock. Not kept over a power cut: ageing starts afresh."""


@dataclass(slots=True)
class FrameCounter:
    """An outgoing frame counter; the flash holds `saved`."""

    value: int = 0
    saved: int = COUNTER_STRIDE

    def next(self) -> int:
        value = self.value
        self.value = value + 1
        if value >= self.saved:
            self.saved = value + COUNTER_STRIDE
        return value

    @property
    def used_up(self) -> bool:
        return self.value > LAST_COUNTER

    def restore(self) -> None:
        """Resume after a power cut, above every value that has been used."""
        self.value = self.saved


class KeyOrigin(IntEnum):
    """The origin of a link key, which decides its use (SE 1.4a, 5.4)."""

    PRECONFIGURED = 0
    """From an install code: it carries the network key to a joining device, and protects no data."""
    ESTABLISHED = 1
    """Agreed with the Trust Centre by certificates (CBKE)."""
    BROKERED = 2
    """Made by the Trust Centre for two partners, at the request of one."""
    RESTORED = 3
    """The hash of an established key, from the backup of an earlier Trust Centre; used as a preconfigured key is."""


@dataclass(slots=True)
class LinkKey:
    """An APS link key shared with one partner (apsDeviceKeyPairSet, R22 table 4-36)."""

    key: bytes
    origin: KeyOrigin = KeyOrigin.PRECONFIGURED
    outgoing: FrameCounter = field(default_factory=FrameCounter)
    incoming: int = 0
    """Lowest frame counter still acceptable from the partner."""


class AddressMap(dict[int, int]):
    """EUI-64 to short address, and back. A short address has one owner: a new one takes it over."""

    def __init__(self) -> None:
        super().__init__()
        self._owners: dict[int, int] = {}
        self.displaced = 0
        """Devices that made room for others."""

    def ieee_of(self, short: int) -> int | None:
        """EUI-64 of the device with a short address; None if unknown."""
        return self._owners.get(short)

    def __setitem__(self, ieee: int, short: int) -> None:
        self.pop(ieee, None)
        before = self._owners.get(short)
        if before is not None:
            super().__delitem__(before)
        super().__setitem__(ieee, short)
        self._owners[short] = ieee

    def pop(self, ieee: int, default: Any = None) -> Any:
        """Remove a device; returns its short address, or `default`."""
        short = super().pop(ieee, None)
        if short is None:
            return default
        del self._owners[short]
        return short

    def clear(self) -> None:
        super().clear()
        self._owners.clear()


class KeyTable(dict[int, K]):
    """Keys of one kind. A capture watches it, to write the keys that decrypt its frames."""

    def __init__(self) -> None:
        super().__init__()
        self.watcher: Callable[[int, K], None] | None = None
        """Called with the index and the key at each change."""

    def __setitem__(self, name: int, key: K) -> None:
        super().__setitem__(name, key)
        if self.watcher is not None:
            self.watcher(name, key)


@dataclass(slots=True)
class NonVolatile:
    """One device's flash, as far as the stack writes it; what the application keeps is of the kind of device."""

    ieee: int
    network: Network | None = None
    network_keys: KeyTable[bytes] = field(default_factory=KeyTable)
    """By key sequence number: the active key and the one before or after it."""
    active_key: int = 0
    nwk_counter: FrameCounter = field(default_factory=FrameCounter)
    link_keys: KeyTable[LinkKey] = field(default_factory=KeyTable)
    """By the partner's EUI-64. A device that knows its Trust Centre by install code only files it under 0."""
    children: dict[int, ChildEntry] = field(default_factory=dict)
    """By short address."""
    short_addresses: AddressMap = field(default_factory=AddressMap)
    """EUI-64 to short address, of every device that announced itself (nwkAddressMap)."""
    bindings: list[Binding] = field(default_factory=list)
    """The entries of the binding table, in the order of their making."""

    def copy_watchers(self, other: NonVolatile) -> None:
        """Have the watchers of another device's keys watch these keys as well."""
        self.network_keys.watcher = other.network_keys.watcher
        self.link_keys.watcher = other.link_keys.watcher

    def power_cut(self) -> None:
        """Change the contents to those that a device finds when its power returns."""
        self.nwk_counter.restore()
        for key in self.link_keys.values():
            key.outgoing.restore()
        for child in self.children.values():
            child.last_heard = 0

    def forget_network(self) -> None:
        """Delete the PAN, its keys and children; link keys and bindings stay."""
        self.network = None
        self.network_keys.clear()
        self.children.clear()
        self.short_addresses.clear()
