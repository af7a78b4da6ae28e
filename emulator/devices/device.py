"""What all devices share: power, flash, a stack, endpoints, and coming to the network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Generic, TypeVar

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.devices.admission import DATA_KEYS, admit, needs_link_key
from hanbench.emulator.devices.key_establishment import Initiator, LinkKeyManager
from hanbench.emulator.devices.services.events import EventLog
from hanbench.emulator.devices.services.firmware import FirmwareClient
from hanbench.emulator.devices.settings import SMART_ENERGY, DeviceSettings, LogicalType
from hanbench.emulator.radio.interface import Radio
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zcl import ClusterClient, ClusterServer, Endpoint
from hanbench.emulator.zcl.attributes import Values
from hanbench.emulator.zcl.cluster import Cluster
from hanbench.emulator.zcl.clusters import BASIC, EVENTS, METERING
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.event_ids import POWER_LOSS
from hanbench.emulator.zcl.clusters.events import LogId
from hanbench.emulator.zcl.smart_energy import TABLES
from hanbench.emulator.zigbee.aps.layer import UNKNOWN_TRUST_CENTER
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent, JoinState
from hanbench.emulator.zigbee.security.cbke import Identity
from hanbench.emulator.zigbee.stack import Stack
from hanbench.emulator.zigbee.storage import COUNTER_STRIDE, Counter, LinkKey, NonVolatile
from hanbench.emulator.zigbee.zdo import SimpleDescriptor

S = TypeVar("S", bound=DeviceSettings)

MAINS_SOURCE, BATTERY_SOURCE = 0x01, 0x03
"""Basic cluster, PowerSource."""
ZCL_VERSION = 3
DAY_SECONDS = 86_400


class Device(Generic[S]):
    """One device on the HAN. Its flash and its radio outlive its power; everything else starts afresh with it."""

    def __init__(
        self,
        name: str,
        settings: S,
        radio: Radio,
        clock: Clock,
        random: RandomSource,
        epoch: int,
        storage: NonVolatile | None = None,
    ) -> None:
        """`epoch` is the UTC time at clock 0, in seconds since 2000-01-01."""
        self.name = name
        self.settings = settings
        self.radio = radio
        self.storage = storage if storage is not None else _new_flash(settings)
        self.epoch = epoch
        self.drift = 0.0
        """Seconds that this device's clock gains in a day; negative: loses."""
        self.identity = settings.key_establishment.identity
        """Certificate and private key, as they were put into the device."""
        self.powered = False
        self.hung = False
        """The application has stopped; the radio still acknowledges."""
        self.on_state: Callable[[JoinState, JoinEvent], None] | None = None
        self._clock = clock
        self._random = random
        self.stack: Stack
        self.endpoint: Endpoint
        if not self.storage.link_keys:
            self._forget_keys()

    def _forget_keys(self) -> None:
        """As the device came from the factory: one key, that it joins with, for a Trust Centre not met yet."""
        self.storage.link_keys.clear()
        if self.settings.node.role is not LogicalType.COORDINATOR:
            self.storage.link_keys[UNKNOWN_TRUST_CENTER] = LinkKey(self.settings.joining_key)

    # --- power ----------------------------------------------------------------------------------------------------

    def power_on(self) -> None:
        """Start from what the flash holds."""
        if self.powered:
            return
        self.powered = True
        self.hung = False
        self.radio.configure(replace(self.radio.config, tx_power=self.settings.tx_power))
        self.stack = Stack(
            self.radio, self._clock, self._random, self.storage, self.settings.node, self.settings.manufacturer
        )
        self.stack.aps.data_keys = DATA_KEYS
        self._initiator = Initiator(self.settings.key_establishment, self.identity, self._random)
        self.keys = LinkKeyManager(
            self.stack, self._initiator, self.settings.key_establishment, needed=not self.settings.relaxed_security
        )
        self.build()
        self._initiator.endpoint = self.endpoint
        if self.stack.joiner is not None:
            self.stack.aps.on_stale_key = self._stale_key
            self.stack.key_client.on_trust_center_swapped = self.trust_center_swapped
            self.keys.on_impostor = self._look_for_network
            self.stack.joiner.on_state = self._state_changed
            self.stack.joiner.on_joined = self.joined
            if self.stack.joined:
                # Devices that get power at one moment do not announce themselves at one moment.
                self.stack.clock.call_later(SECOND + int(self._random.random() * SECOND), self.joined, True)

    def power_off(self) -> None:
        """Cut the power."""
        if self.powered:
            self.powered = False
            self.stack.power_off()

    def install_certificate(self, identity: Identity | None) -> None:
        """Put another certificate and private key into the device."""
        self.identity = identity
        if self.powered:
            self._initiator.identity = identity

    def hang(self) -> None:
        """The firmware stops above the MAC: frames are acknowledged, nothing answers and nothing is sent."""
        self.hung = True
        self.stack.nwk.on_data = None
        self.endpoint.close()

    # --- for the kinds of device ------------------------------------------------------------------------------------

    def build(self) -> None:
        """Put endpoints on the new stack."""
        raise NotImplementedError

    def add_endpoint(
        self,
        endpoint: int,
        device_id: int,
        servers: Iterable[ClusterServer],
        clients: Iterable[ClusterClient | int],
    ) -> Endpoint:
        """Make a Smart Energy endpoint, and tell the ZDO of it."""
        stack, tables = self.stack, TABLES[self.settings.smart_energy]
        clients = [ClusterClient(tables[each]) if isinstance(each, int) else each for each in clients]
        made = Endpoint(
            stack.aps, stack.clock, endpoint, SMART_ENERGY, device_id, 0, servers, clients, counters=stack.counters
        )
        if self.settings.relaxed_security:
            made.profile_strict = False
        else:
            made.admit = admit
            made.needs_link_key = needs_link_key
        stack.management.descriptors.append(
            SimpleDescriptor(endpoint, SMART_ENERGY, device_id, 0, tuple(made.servers), tuple(made.clients))
        )
        return made

    def joined(self, rejoined: bool) -> None:
        """In the network, with its key; also called when power returns to a member."""

    def left(self) -> None:
        """Out of the network for good; the flash holds nothing of it any more."""
        self._forget_keys()

    def trust_center_swapped(self) -> None:
        """Another Trust Centre has taken the place of ours; joining goes on."""

    def _look_for_network(self) -> None:
        assert self.stack.joiner is not None
        self.stack.joiner.event(JoinEvent.LOST)

    def secured(self) -> None:
        """There is a link key with the Trust Centre."""

    def _stale_key(self, sender: int) -> None:
        network = self.storage.network
        if network is not None and sender == network.trust_center and not self.hung:
            self.keys.renew()

    def _state_changed(self, state: JoinState, event: JoinEvent) -> None:
        if event is JoinEvent.LEFT:
            self.left()
        if self.on_state is not None:
            self.on_state(state, event)

    @property
    def metering(self) -> Cluster:
        """The table of Metering that this device goes by."""
        return TABLES[self.settings.smart_energy][METERING.id]

    def event_log(self) -> EventLog:
        """What happens to this device is noted here; that it was without power, at once."""
        stored = self.storage.application
        log = EventLog(TABLES[self.settings.smart_energy][EVENTS.id], lambda: self.utc, stored)
        if stored.get("has_run"):
            log.add(LogId.GENERAL, POWER_LOSS)
        stored["has_run"] = True
        return log

    def firmware_client(self, awake: Callable[[bool], None] | None = None) -> FirmwareClient:
        """What fetches this device's firmware; `awake` for one that sleeps."""
        return FirmwareClient(
            self.stack.clock,
            lambda: self.utc,
            self.storage.application,
            self.settings.manufacturer,
            self._firmware_changed,
            awake,
        )

    def _firmware_changed(self, version: int) -> None:
        self.endpoint.servers[BASIC.id].set(BasicAttributes.ApplicationVersion, version & 0xFF)

    # --- conveniences -----------------------------------------------------------------------------------------------

    @property
    def utc(self) -> int:
        """Seconds since 2000-01-01 by this device's clock."""
        seconds = self._clock.now // SECOND
        return self.epoch + seconds + int(seconds * self.drift / DAY_SECONDS)

    def basic_values(self, power_source: int, environment: int = 0) -> Values:
        """The Basic cluster of this device."""
        return {
            BasicAttributes.ZCLVersion: ZCL_VERSION,
            BasicAttributes.ApplicationVersion: self.storage.application.get("firmware", 1) & 0xFF,
            BasicAttributes.StackVersion: 2,
            BasicAttributes.HWVersion: 1,
            BasicAttributes.ManufacturerName: self.settings.maker,
            BasicAttributes.ModelIdentifier: self.settings.model,
            BasicAttributes.PowerSource: power_source,
            BasicAttributes.PhysicalEnvironment: environment,
        }


def _new_flash(settings: DeviceSettings) -> NonVolatile:
    """The flash of a device as it comes to its house: no network, but frames behind it."""
    first = settings.first_frame_counter
    return NonVolatile(settings.ieee, nwk_counter=Counter(first, first + COUNTER_STRIDE))
