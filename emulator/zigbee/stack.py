"""One device's Zigbee stack, a class a role: its layers, put together from flash contents, a radio and a configuration.

Each class has the parts of its role and no others, so that a user of a stack never asks whether a part is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import ClassVar

from hanbench.emulator.clock import CancelScope, Clock
from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.mac.child import Child
from hanbench.emulator.mac.layer import Mac
from hanbench.emulator.mac.scan import Scanner
from hanbench.emulator.radio.interface import Radio
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zigbee import addresses
from hanbench.emulator.zigbee.aps.key_client import KeyClient, RouterKeyRelay
from hanbench.emulator.zigbee.aps.layer import Aps
from hanbench.emulator.zigbee.aps.trust_center import TrustCenter
from hanbench.emulator.zigbee.management import CoordinatorManagement, Management, RouterManagement
from hanbench.emulator.zigbee.nwk.config import LogicalType, NodeConfig
from hanbench.emulator.zigbee.nwk.formation import NetworkFormer
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent, JoinState
from hanbench.emulator.zigbee.nwk.joining import Joiner
from hanbench.emulator.zigbee.nwk.layer import Nwk
from hanbench.emulator.zigbee.nwk.maintenance import Maintenance
from hanbench.emulator.zigbee.nwk.parent import Parent
from hanbench.emulator.zigbee.nwk.polling import Poller
from hanbench.emulator.zigbee.nwk.routing import Routing
from hanbench.emulator.zigbee.storage import Network, NonVolatile
from hanbench.emulator.zigbee.zdo import Zdo
from hanbench.emulator.zigbee.zdo.messages import DeviceAnnce


class Stack:
    """The layers that every role has, alive from construction until `power_off`."""

    role: ClassVar[LogicalType]
    rx_on: ClassVar[bool] = True
    management: Management
    zdo: Zdo

    def __init__(
        self,
        radio: Radio,
        clock: Clock,
        random: RandomSource,
        storage: NonVolatile,
        config: NodeConfig,
        manufacturer: int = 0,
    ) -> None:
        """`manufacturer`: code of the node descriptor. Raises LocalProtocolError for the `config` of another role."""
        if (config.role, config.rx_on) != (self.role, self.rx_on):
            raise LocalProtocolError(f"{type(self).__name__} does not go with {config.role}, rx_on={config.rx_on}")
        self.radio = radio
        self.clock = CancelScope(clock)
        self.storage = storage
        self.config = config
        self.counters: Counter[DropReason] = Counter()
        """Frames dropped, by reason, since power came on; those with bad FCS are counted by the radio."""
        self.mac = Mac(radio, self.clock, random, storage.ieee, self.counters)
        self.nwk = Nwk(self.mac, self.clock, random, storage, config, self.counters)
        if storage.network is not None:
            self.nwk.apply(storage.network)
        self.maintenance = Maintenance(self.nwk)
        self.aps = Aps(self.nwk)
        self._build(manufacturer)
        self.zdo = Zdo(self.aps, self.clock, self.management, self.counters)
        self.zdo.server.on_announce = self._announced
        self.on_announce: Callable[[DeviceAnnce], None] = lambda device: None
        """Called with each device that announces itself, and whose address is believed."""
        if storage.network is not None:
            self.mac.listen(config.rx_on)

    def _build(self, manufacturer: int) -> None:
        """Make the parts of the role, `management` among them."""
        raise NotImplementedError

    @property
    def joined(self) -> bool:
        """In a network, with its key."""
        return self.storage.network is not None and self.nwk.security.ready

    def power_off(self) -> None:
        """Cut the power: pending calls are dropped, and what is not in the flash is lost."""
        self.clock.close()
        self.radio.receiver = None
        self.radio.reset()
        self.storage.power_cut()

    def _announced(self, device: DeviceAnnce) -> None:
        try:
            self._came(device)
            addresses.believe(self.storage, device.ieee, device.short)
        except RemoteProtocolError as error:
            self.counters[error.reason] += 1
        else:
            self.on_announce(device)

    def _came(self, device: DeviceAnnce) -> None:
        """Take note of a device that announces itself. Raises ADDRESS_CONFLICT."""


class CoordinatorStack(Stack):
    """A coordinator: it forms the network, takes children, and is the Trust Centre."""

    role = LogicalType.COORDINATOR
    parent: Parent
    routing: Routing
    trust_center: TrustCenter
    former: NetworkFormer

    def _build(self, manufacturer: int) -> None:
        self.nwk.forwarding = self.routing = Routing(self.nwk, self.maintenance)
        self.parent = Parent(self.nwk, self.maintenance)
        self.trust_center = TrustCenter(self.aps, self.parent)
        self.former = NetworkFormer(Scanner(self.mac), self.nwk.random)
        self.management = CoordinatorManagement(self.nwk, self.maintenance, self.parent, manufacturer)

    def _came(self, device: DeviceAnnce) -> None:
        self.trust_center.announced(device.ieee, device.short)
        if self.aps.partners.note_claim(device.ieee, device.short):
            raise RemoteProtocolError(DropReason.ADDRESS_CONFLICT, f"{device.ieee:016x} has proven another address")

    def form(self, *, channel: int, pan_id: int, extended_pan_id: int, key: bytes | None = None) -> None:
        """Start a network (NLME-NETWORK-FORMATION); without `key` the Trust Centre draws the network key."""
        self.nwk.apply(Network(pan_id, extended_pan_id, channel, 0x0000, trust_center=self.storage.ieee))
        self.trust_center.form(key)
        self.mac.listen(True)


class JoiningStack(Stack):
    """A stack that joins a network and gets its keys from the Trust Centre: the base of routers and end devices."""

    child: Child
    joiner: Joiner
    key_client: KeyClient

    def _build(self, manufacturer: int) -> None:
        self.child = Child(self.mac)
        self.joiner = Joiner(self.nwk, self.child)
        self.key_client = KeyClient(self.aps, self.joiner)
        self.aps.on_delivered = self.joiner.confirm
        self.maintenance.on_leave = self._left_network
        self.maintenance.obeys_leave = lambda: self.joined

    @property
    def joined(self) -> bool:
        return self.joiner.state is JoinState.JOINED and super().joined

    def _left_network(self, rejoin: bool) -> None:
        self.joiner.event(JoinEvent.REJOIN if rejoin else JoinEvent.LEFT)


class RouterStack(JoiningStack):
    """A router: it joins, takes children, and carries their keys to and from the Trust Centre."""

    role = LogicalType.ROUTER
    parent: Parent
    routing: Routing
    key_relay: RouterKeyRelay

    def _build(self, manufacturer: int) -> None:
        super()._build(manufacturer)
        self.nwk.forwarding = self.routing = Routing(self.nwk, self.maintenance)
        self.parent = Parent(self.nwk, self.maintenance)
        self.key_relay = RouterKeyRelay(self.aps, self.parent, self.key_client)
        self.management = RouterManagement(self.nwk, self.maintenance, self.parent, manufacturer)


class EndDeviceStack(JoiningStack):
    """An end device. Its receiver is always on, except in a `SleepyStack`."""

    role = LogicalType.END_DEVICE

    def _build(self, manufacturer: int) -> None:
        super()._build(manufacturer)
        self.management = Management(self.nwk, self.maintenance, manufacturer)


class SleepyStack(EndDeviceStack):
    """A sleepy end device: its receiver is on only while it polls its parent."""

    rx_on = False
    poller: Poller

    def _build(self, manufacturer: int) -> None:
        super()._build(manufacturer)
        self.poller = Poller(self.child, self.clock, self.config.poll_period, self.config.poll_failures)
        self.poller.on_parent_lost = lambda: self.joiner.event(JoinEvent.LOST)
        self.nwk.wake_lock = self.poller
