"""One device's Zigbee stack: its layers, put together from flash contents, a radio and a character."""

from __future__ import annotations

from collections import Counter

from hanbench.emulator.clock import CancelScope, Clock
from hanbench.emulator.errors import DropReason, LocalProtocolError
from hanbench.emulator.mac.frames import MacFrame
from hanbench.emulator.mac.layer import Mac
from hanbench.emulator.radio.interface import Radio, Reception
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zigbee.aps.key_client import KeyClient, RouterKeyRelay
from hanbench.emulator.zigbee.aps.layer import Aps
from hanbench.emulator.zigbee.aps.trust_center import TrustCenter
from hanbench.emulator.zigbee.management import Management
from hanbench.emulator.zigbee.nwk.config import LogicalType, NodeConfig
from hanbench.emulator.zigbee.nwk.frames import NwkFrame
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent, JoinState
from hanbench.emulator.zigbee.nwk.joining import Joiner
from hanbench.emulator.zigbee.nwk.layer import Nwk
from hanbench.emulator.zigbee.nwk.maintenance import Maintenance
from hanbench.emulator.zigbee.nwk.parent import Parent
from hanbench.emulator.zigbee.nwk.polling import Poller
from hanbench.emulator.zigbee.storage import Network, NonVolatile
from hanbench.emulator.zigbee.zdo import Zdo


class Stack:
    """The layers of one device, alive from construction until `power_off`."""

    def __init__(
        self,
        radio: Radio,
        clock: Clock,
        random: RandomSource,
        storage: NonVolatile,
        config: NodeConfig,
        manufacturer: int = 0,
    ) -> None:
        self.radio = radio
        self.clock = CancelScope(clock)
        self.storage = storage
        self.config = config
        self.counters: Counter[DropReason] = Counter()
        """Frames dropped, by reason, since power came on; those with bad FCS are counted by the radio."""
        self.mac = Mac(radio, self.clock, random, storage.ieee, self.counters)
        self.nwk = Nwk(self.mac, self.clock, random, storage, config, self.counters)
        self.poller: Poller | None = None
        if self.nwk.child is not None and not config.rx_on:
            self.poller = Poller(self.nwk.child, self.clock, config.poll_period, config.poll_failures)
            self.poller.on_parent_lost = self._parent_lost
        self.maintenance = Maintenance(self.nwk)
        self.maintenance.on_told_to_leave = self._told_to_leave
        self.maintenance.obeys_leave = lambda: self.joined
        self.aps = Aps(self.nwk, self.clock, storage, self.counters, self.poller)
        self.parent: Parent | None = None
        if config.role is not LogicalType.END_DEVICE:
            radio.source_match(True)
            self.parent = Parent(self.nwk)
            self.maintenance.on_left = self._child_left
        self.trust_center: TrustCenter | None = None
        self.joiner: Joiner | None = None
        if config.role is LogicalType.COORDINATOR:
            assert self.parent is not None
            self.trust_center = TrustCenter(self.aps, self.parent, self.clock, random)
        else:
            self.joiner = Joiner(self.nwk, self.poller)
            self.aps.on_delivered = self.joiner.confirm
            self.key_client = KeyClient(self.aps, self._waits_for_key, self._key_came, self._follows_swap)
            if self.parent is not None:
                RouterKeyRelay(self.aps, self.parent)
        self.management = Management(self.nwk, self.maintenance, self.parent, manufacturer)
        self.zdo = Zdo(self.aps, self.clock, self.management, self.counters)
        self.zdo.server.on_announce = self._announced
        self.nwk.on_heard = self._heard
        self.nwk.accepts_unsecured = self._welcomes_unsecured
        if storage.network is not None:
            self.nwk.apply(storage.network)
            self.mac.listen(config.rx_on)

    @property
    def joined(self) -> bool:
        """In a network, with its key."""
        in_place = self.joiner is None or self.joiner.state is JoinState.JOINED
        return in_place and self.storage.network is not None and self.nwk.security.ready

    def form(self, *, channel: int, pan_id: int, extended_pan_id: int, key: bytes | None = None) -> None:
        """Coordinator: start a network (NLME-NETWORK-FORMATION)."""
        if self.trust_center is None:
            raise LocalProtocolError("only a coordinator forms a network")
        self.nwk.apply(Network(pan_id, extended_pan_id, channel, 0x0000, trust_center=self.storage.ieee))
        self.trust_center.form(key)
        self.mac.listen(True)

    def power_off(self) -> None:
        """The power goes: nothing that was planned happens, and what is not in the flash is lost."""
        self.clock.close()
        self.radio.receiver = None
        self.radio.reset()
        self.storage.power_cut()

    def _announced(self, short: int, ieee: int, capability: int) -> None:
        """Device_annce: the address map follows."""
        self.storage.short_addresses[ieee] = short

    def _heard(self, frame: NwkFrame, mac_frame: MacFrame, reception: Reception) -> None:
        self.maintenance.heard(frame, mac_frame, reception)
        if self.parent is not None:
            self.parent.heard(frame, mac_frame, reception)

    def _welcomes_unsecured(self, frame: NwkFrame) -> bool:
        if self.joiner is not None and self.joiner.welcomes_unsecured(frame):
            return True
        # Rejoin Request of a device that lost the key; what else is unsecured dies above.
        return self.parent is not None and frame.type == 1 and frame.payload[:1] == b"\x06"

    def _waits_for_key(self) -> bool:
        return self.joiner is not None and self.joiner.state in (JoinState.AWAITING_KEY, JoinState.AWAITING_NEW_KEY)

    def _follows_swap(self) -> bool:
        return (
            self.joiner is not None
            and self.joiner.state is JoinState.AWAITING_NEW_KEY
            and self.joiner.policy.trust_center_swap
        )

    def _key_came(self) -> None:
        if self.joiner is not None:
            self.joiner.event(JoinEvent.KEY)

    def _parent_lost(self) -> None:
        if self.joiner is not None:
            self.joiner.event(JoinEvent.LOST)

    def _told_to_leave(self, rejoin: bool) -> None:
        if self.joiner is not None:
            self.joiner.event(JoinEvent.REJOIN if rejoin else JoinEvent.LEFT)

    def _child_left(self, short: int, ieee: int | None, rejoin: bool) -> None:
        if self.parent is not None and not rejoin:
            self.parent.remove(short)
