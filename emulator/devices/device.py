"""The base of all devices: power, flash, conduct, a stack and endpoints; and of those that join a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Generic, TypeAlias, TypeVar

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.devices.admission import DATA_KEYS, admit, needs_link_key
from hanbench.emulator.devices.conduct import Conduct, JoiningConduct
from hanbench.emulator.devices.identification import Identification
from hanbench.emulator.devices.key_establishment import Initiator, LinkKeyManager, Responder
from hanbench.emulator.devices.settings import SMART_ENERGY, DeviceSettings
from hanbench.emulator.radio.interface import Radio
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zcl import ClusterClient, ClusterServer, Endpoint
from hanbench.emulator.zcl.cluster import Cluster
from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.time import INVALID_UTC, LAST_UTC
from hanbench.emulator.zcl.smart_energy import TABLES
from hanbench.emulator.zigbee.aps.layer import UNKNOWN_TRUST_CENTER
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent, JoinState
from hanbench.emulator.zigbee.security.cbke import Identity
from hanbench.emulator.zigbee.stack import JoiningStack, Stack
from hanbench.emulator.zigbee.storage import COUNTER_STRIDE, FrameCounter, LinkKey, NonVolatile
from hanbench.emulator.zigbee.zdo import SimpleDescriptor

S = TypeVar("S", bound=DeviceSettings)
C = TypeVar("C", bound=Conduct)
J = TypeVar("J", bound=JoiningConduct)
K = TypeVar("K", bound=Stack)
N = TypeVar("N", bound=JoiningStack)

ZCL_VERSION = 3
DAY_SECONDS = 86_400


class Device(Generic[S, C, K]):
    """A device on the HAN. Its flash and its radio outlive a power cut; everything else starts afresh after it."""

    stack_type: type[K]
    """The stack of this kind of device, by its Zigbee role."""
    stack: K
    endpoint: Endpoint

    def __init__(self, name: str, settings: S, radio: Radio, clock: Clock, random: RandomSource, epoch: int) -> None:
        """`epoch` is the UTC time at clock 0, in seconds since 2000-01-01."""
        self.name = name
        self.settings = settings
        self.radio = radio
        self.storage = _new_storage(settings)
        """The stack's flash."""
        self.epoch = epoch
        """Of the device's clock: the date that it has taken time 0 to be."""
        self._first_epoch = epoch
        self._identity: Callable[[], Identity | None] = lambda: settings.key_establishment.identity
        self.powered = False
        self._conduct = self.profile_conduct
        self._clock = clock
        self._random = random
        self._forget_keys()

    def _forget_keys(self) -> None:
        """Go back to the link keys that the device left the factory with."""
        self.storage.link_keys.clear()

    # --- power ----------------------------------------------------------------------------------------------------

    def power_on(self) -> None:
        """Start from what the flash holds, with the conduct of the profile."""
        if self.powered:
            return
        self.powered = True
        self._conduct = replace(self.profile_conduct, drift=self._conduct.drift)
        self.radio.configure(replace(self.radio.config, tx_power=self.settings.tx_power))
        self.stack = self.stack_type(
            self.radio, self._clock, self._random, self.storage, self.settings.node, self.settings.manufacturer
        )
        self.stack.aps.data_keys = DATA_KEYS
        self.start()

    def power_off(self) -> None:
        """Cut the power."""
        if self.powered:
            self.powered = False
            self.stack.power_off()

    def install_certificate(self, identity: Identity | None) -> None:
        """Put another certificate and private key into the device."""
        self._identity = lambda: identity

    @property
    def identity(self) -> Identity | None:
        """Certificate and private key; None: it has none."""
        return self._identity()

    # --- conduct --------------------------------------------------------------------------------------------------

    @property
    def profile_conduct(self) -> C:
        """The conduct that the settings ask for."""
        raise NotImplementedError

    @property
    def conduct(self) -> C:
        """What the firmware does and does not do. Set it to make the device behave otherwise until it restarts."""
        return self._conduct

    @conduct.setter
    def conduct(self, conduct: C) -> None:
        before, self._conduct = self._conduct, conduct
        if self.powered:
            self.conduct_changed(before)

    def conduct_changed(self, before: C) -> None:
        """Carry out a change of conduct that nothing else looks up."""
        if self.conduct.hung and not before.hung:
            self.stack.nwk.on_data = None
            self.endpoint.close()

    # --- for the kinds of device ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Bring up the application on the new stack."""
        self.build()

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
        made = self.make_endpoint(endpoint, device_id, servers, clients)
        self.stack.management.descriptors.append(
            SimpleDescriptor(endpoint, SMART_ENERGY, device_id, 0, tuple(made.servers), tuple(made.clients))
        )
        return made

    def make_endpoint(
        self,
        endpoint: int,
        device_id: int,
        servers: Iterable[ClusterServer],
        clients: Iterable[ClusterClient | int],
    ) -> Endpoint:
        """Make a Smart Energy endpoint that no descriptor tells of."""
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
        return made

    def device_servers(
        self, power_source: int, *, application_version: int = 1, environment: int = 0
    ) -> tuple[ClusterServer, ...]:
        """The servers that every device has: Basic and Identify."""
        values = {
            BasicAttributes.ZCLVersion: ZCL_VERSION,
            BasicAttributes.ApplicationVersion: application_version & 0xFF,
            BasicAttributes.StackVersion: 2,
            BasicAttributes.HWVersion: 1,
            BasicAttributes.ManufacturerName: self.settings.maker,
            BasicAttributes.ModelIdentifier: self.settings.model,
            BasicAttributes.PowerSource: power_source,
            BasicAttributes.PhysicalEnvironment: environment,
        }
        return ClusterServer(BASIC, values), Identification(self.stack.clock).server

    # --- conveniences -----------------------------------------------------------------------------------------------

    @property
    def metering(self) -> Cluster:
        """The table of Metering of this device's era."""
        return TABLES[self.settings.smart_energy][METERING.id]

    @property
    def utc(self) -> int:
        """Seconds since 2000-01-01 by this device's clock: 32 bits that run over, and are never the invalid UTCTime."""
        return self._date % INVALID_UTC

    @property
    def knows_time(self) -> bool:
        """Whether this device's clock is at a time that a UTCTime can tell."""
        return 0 <= self._date <= LAST_UTC

    def set_utc(self, seconds: int) -> None:
        """Set this device's clock, seconds since 2000-01-01."""
        self.epoch += seconds - self._date

    @property
    def _date(self) -> int:
        seconds = self._clock.now // SECOND
        return self.epoch + seconds + int(seconds * self._conduct.drift / DAY_SECONDS)

    @property
    def elapsed(self) -> int:
        """Seconds that have passed, whatever this device takes for the date; they begin as its first date did."""
        return self._first_epoch + self._clock.now // SECOND


class JoiningDevice(Device[S, J, N]):
    """A device that joins a network, and agrees its link key with the Trust Centre."""

    on_state: Callable[[JoinState, JoinEvent], None] | None = None
    """Called with each state of joining and what led to it."""

    def _forget_keys(self) -> None:
        """Go back to the joining key, for a Trust Centre not met yet."""
        super()._forget_keys()
        self.storage.link_keys[UNKNOWN_TRUST_CENTER] = LinkKey(self.settings.joining_key)

    def start(self) -> None:
        self._initiator = Initiator(self.settings.key_establishment, lambda: self.identity, self._random)
        self.keys = LinkKeyManager(
            self.stack,
            self._initiator,
            renews=lambda: self.conduct.renews_keys,
            needed=not self.settings.relaxed_security,
        )
        self._responder = Responder(
            self.settings.key_establishment,
            lambda: self.identity,
            self._random,
            self.stack,
            lambda ieee, key: self.keys.adopt(key),
            capacity=self._sessions_for,
        )
        super().start()
        self._initiator.endpoint = self._responder.endpoint = self.endpoint
        self.stack.aps.on_stale_key = self._stale_key
        self.stack.key_client.on_trust_center_swapped = self.trust_center_swapped
        self.keys.on_impostor = self.look_for_network
        self.stack.joiner.on_state = self._state_changed
        self.stack.joiner.on_joined = self.joined
        if self.stack.joined:
            # Devices that get power at one moment do not announce themselves at one moment.
            self.stack.clock.call_later(SECOND + int(self._random.random() * SECOND), self.joined, True)

    def device_servers(
        self, power_source: int, *, application_version: int = 1, environment: int = 0
    ) -> tuple[ClusterServer, ...]:
        """The servers that every device has: Basic and Identify, and Key Establishment (SE 1.4a, table 5-13)."""
        basic = super().device_servers(power_source, application_version=application_version, environment=environment)
        return (*basic, self._responder.side)

    def conduct_changed(self, before: J) -> None:
        super().conduct_changed(before)
        self.stack.joiner.policy = self.conduct.join

    def joined(self, rejoined: bool) -> None:
        """The device is in the network and has its key; also called when power returns to a member."""

    def left(self) -> None:
        """The device has left the network for good; flash holds nothing of it any more."""
        self._forget_keys()

    def trust_center_swapped(self) -> None:
        """Another Trust Centre has taken the place of the one before; joining goes on."""

    def secured(self) -> None:
        """The device has a link key with the Trust Centre."""

    def look_for_network(self) -> None:
        """Count the network as lost and look for it; nothing happens in a device that is not joined."""
        self.stack.joiner.event(JoinEvent.LOST)

    def _sessions_for(self, ieee: int) -> int:
        """Key establishments at a time that a device may begin with this one: the Trust Centre alone may."""
        network = self.storage.network
        from_trust_center = network is not None and ieee == network.trust_center
        return int(from_trust_center and self.keys.takes_offers)

    def _stale_key(self, sender: int) -> None:
        network = self.storage.network
        if network is not None and sender == network.trust_center and not self.conduct.hung:
            self.keys.renew()

    def _state_changed(self, state: JoinState, event: JoinEvent) -> None:
        if event is JoinEvent.LEFT:
            self.left()
        if self.on_state is not None:
            self.on_state(state, event)


def _new_storage(settings: DeviceSettings) -> NonVolatile:
    """The stack's flash of a device as it comes to its house: no network, but frames behind it."""
    first = settings.first_frame_counter
    return NonVolatile(settings.ieee, nwk_counter=FrameCounter(first, first + COUNTER_STRIDE))


AnyDevice: TypeAlias = Device[Any, Any, Any]
AnyJoiningDevice: TypeAlias = JoiningDevice[Any, Any, Any]
