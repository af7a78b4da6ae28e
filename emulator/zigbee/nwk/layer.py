"""The NWK layer of one device: sending, receiving, relaying and broadcasting (Zigbee PRO R22, chapter 3).

`joining.py`, `parent.py` and `maintenance.py` register the commands that they handle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from hanbench.emulator.clock import MILLISECOND, SECOND, Clock
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.mac.frames import MacFrame
from hanbench.emulator.mac.layer import Mac, SendDone
from hanbench.emulator.radio.interface import Reception, TxStatus
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zigbee.duplicate_table import DuplicateTable
from hanbench.emulator.zigbee.nwk import commands, frames
from hanbench.emulator.zigbee.nwk.commands import NwkCommand, RouteRequest
from hanbench.emulator.zigbee.nwk.config import LogicalType, NodeConfig
from hanbench.emulator.zigbee.nwk.forwarding import Forwarding, Originated
from hanbench.emulator.zigbee.nwk.frames import NwkFrame
from hanbench.emulator.zigbee.nwk.polling import WakeLock
from hanbench.emulator.zigbee.nwk.security import NwkSecurity
from hanbench.emulator.zigbee.storage import Network, NonVolatile

ALL_DEVICES, RX_ON_DEVICES, ALL_ROUTERS = 0xFFFF, 0xFFFD, 0xFFFC
"""Broadcast addresses (R22, table 3-69)."""
FIRST_BROADCAST = 0xFFF8
DEFAULT_RADIUS = 30
"""2 x nwkMaxDepth."""
BROADCAST_DELIVERY_TIME = 9 * SECOND
"""nwkNetworkBroadcastDeliveryTime."""
BROADCAST_JITTER = 64 * MILLISECOND
"""nwkcMaxBroadcastJitter."""
_ROUTE_REQUEST = bytes((RouteRequest.ID,))


class NwkIndication(NamedTuple):
    """A data frame for the layer above."""

    src: int
    dst: int
    payload: bytes
    secured: bool
    """By the network key."""
    rssi: int
    lqi: int


CommandHandler = Callable[[NwkFrame, NwkCommand, MacFrame], None]


class Nwk:
    """One device's network layer. `Joiner`, `Parent`, `Maintenance` and the APS set the hooks."""

    def __init__(
        self,
        mac: Mac,
        clock: Clock,
        random: RandomSource,
        storage: NonVolatile,
        config: NodeConfig,
        counters: Counter[DropReason],
    ) -> None:
        self.mac = mac
        self.clock = clock
        self.random = random
        self.storage = storage
        self.config = config
        self.counters = counters
        self.security = NwkSecurity(storage)
        self.wake_lock = WakeLock()
        """Held while something is expected; a sleeper's is its poller."""
        self.on_data: Callable[[NwkIndication], None] | None = None
        self.on_command: dict[int, CommandHandler] = {}
        self.on_heard: list[Callable[[NwkFrame, MacFrame, Reception], None]] = []
        """Called with each frame that passed security, before it is acted on: tables refresh themselves here."""
        self.accepts_unsecured: list[Callable[[NwkFrame], bool]] = []
        """Asked about each unsecured frame; it is dropped unless one of them accepts it."""
        self.forwarding = Forwarding(lambda: self.network.parent)
        """How unicast frames find their way; a router's is its routing."""
        self._sequence = int(random.random() * 256)
        self._broadcasts = DuplicateTable(BROADCAST_DELIVERY_TIME)
        mac.on_data = self._received

    @property
    def network(self) -> Network:
        """The network of this device; to ask without one is a bug."""
        network = self.storage.network
        assert network is not None, "not in a network"
        return network

    def apply(self, network: Network) -> None:
        """Become a member of `network` at the MAC."""
        self.storage.network = network
        self.mac.configure(
            channel=network.channel,
            pan_id=network.pan_id,
            short=network.short,
            coordinator=self.config.role is LogicalType.COORDINATOR,
        )
        self.mac.parent = network.parent

    def next_sequence(self, dst: int = 0) -> int:
        """The sequence number of the next frame to `dst`.

        A broadcast takes none that routers may remember of an earlier one of this device: they would drop it.
        """
        self._sequence = first = (self._sequence + 1) & 0xFF
        while dst >= FIRST_BROADCAST and (self.mac.short, self._sequence) in self._broadcasts:
            self._sequence = (self._sequence + 1) & 0xFF
            if self._sequence == first:
                break
        return self._sequence

    # --- sending ------------------------------------------------------------------------------------------------

    def send(
        self,
        dst: int,
        payload: bytes,
        done: SendDone | None = None,
        *,
        secured: bool = True,
        radius: int = DEFAULT_RADIUS,
    ) -> None:
        """NLDE-DATA.request: send APS octets to a short or broadcast address. Outside a network nothing is sent."""
        if self.storage.network is None or (secured and not self.security.ready):
            if done is not None:
                self.clock.call_later(0, done, TxStatus.ABORTED)
            return
        sequence = self.next_sequence(dst)
        src = self.mac.short
        hop = dst
        if dst < FIRST_BROADCAST and secured:
            neighbor = self.forwarding.neighbor(dst)
            if neighbor is None:
                self.forwarding.send(Originated(frames.DATA, dst, src, sequence, radius, payload, done))
                return
            hop = neighbor
        if secured:
            npdu = frames.secured_data(dst, src, sequence, payload, self.security.outgoing(), radius)
        else:
            npdu = frames.header(frames.DATA, dst, src, sequence, radius=radius, secured=False) + payload
        self._dispatch(hop, src, sequence, npdu, done)

    def send_command(
        self,
        dst: int,
        command: NwkCommand,
        *,
        secured: bool = True,
        radius: int = 1,
        dst_ieee: int | None = None,
        src: int | None = None,
        done: SendDone | None = None,
        indirect_to: int | None = None,
    ) -> None:
        """Send a NWK command; its header has this device's EUI-64, as those of commands do.

        One of radius 1 is for a neighbour; one that may go further is routed.
        """
        if secured and not self.security.ready:
            if done is not None:
                self.clock.call_later(0, done, TxStatus.ABORTED)
            return
        sequence = self.next_sequence(dst)
        src = self.mac.short if src is None else src
        hop: int | None = dst
        if dst < FIRST_BROADCAST and (radius > 1 or self.config.role is LogicalType.END_DEVICE):
            hop = self.forwarding.neighbor(dst)
        if hop is None:
            ieee = self.storage.ieee
            self.forwarding.send(
                Originated(frames.COMMAND, dst, src, sequence, radius, command.encode(), done, ieee, dst_ieee)
            )
            return
        header = frames.header(
            frames.COMMAND,
            dst,
            src,
            sequence,
            radius=radius,
            secured=secured,
            src_ieee=self.storage.ieee,
            dst_ieee=dst_ieee,
        )
        npdu = frames.seal(header, command.encode(), self.security.outgoing()) if secured else header + command.encode()
        if indirect_to is not None:
            guest = indirect_to not in self.storage.children
            self.mac.send(indirect_to, npdu, done, indirect=True, guest=guest)
        else:
            self._dispatch(hop, src, sequence, npdu, done)

    def _dispatch(self, hop: int, src: int, sequence: int, npdu: bytes, done: SendDone | None) -> None:
        """Send octets to a neighbour or to a broadcast address."""
        if hop >= FIRST_BROADCAST:
            self._broadcasts.seen((src, sequence), self.clock.now)
            self._broadcast(hop, npdu, done)
        else:
            self.send_to_neighbor(hop, npdu, done)

    def send_to_neighbor(self, next_hop: int, npdu: bytes, done: SendDone | None = None) -> None:
        """Send octets to a neighbour at once, or to a sleeping child when it polls."""
        child = self.storage.children.get(next_hop)
        self.mac.send(next_hop, npdu, done, indirect=child is not None and not child.rx_on)

    def _broadcast(self, dst: int, npdu: bytes, done: SendDone | None) -> None:
        if self.config.role is LogicalType.END_DEVICE and not self.config.rx_on:
            self.mac.send(self.network.parent, npdu, done)
            return
        self.mac.send(ALL_DEVICES, npdu, done)
        if dst == ALL_DEVICES:
            for child in self.storage.children.values():
                if not child.rx_on:
                    self.mac.send(child.short, npdu, indirect=True)

    # --- receiving ----------------------------------------------------------------------------------------------

    def _received(self, mac_frame: MacFrame, reception: Reception) -> None:
        try:
            self._accept(mac_frame, reception)
        except RemoteProtocolError as error:
            self.counters[error.reason] += 1

    def _accept(self, mac_frame: MacFrame, reception: Reception) -> None:
        frame = frames.decode(mac_frame.payload)
        if self.storage.network is None:
            raise RemoteProtocolError(DropReason.NOT_FOR_US, "not in a network")
        if frame.secured:
            self._unseal(frame)
        elif not any(accepts(frame) for accepts in self.accepts_unsecured):
            raise RemoteProtocolError(DropReason.UNSECURED)
        if frame.src == self.mac.short:
            raise RemoteProtocolError(DropReason.DUPLICATE, "an own frame came back")
        for heard in self.on_heard:
            heard(frame, mac_frame, reception)
        if frame.dst >= FIRST_BROADCAST:
            self._accept_broadcast(frame, mac_frame, reception)
        elif frame.dst == self.mac.short:
            self._deliver(frame, mac_frame, reception)
        elif mac_frame.src is not None:
            self.forwarding.relay(frame, mac_frame.src)

    def _unseal(self, frame: NwkFrame) -> None:
        cipher = self.security.incoming(frame.key_sequence)
        frame.decrypt(cipher)
        self.security.accept_counter(frame.key_sequence, frame.sender_ieee, frame.counter)
        if frame.key_sequence != self.security.active_sequence and (
            0 < frame.key_sequence - self.security.active_sequence & 0xFF < 128
        ):
            # A sleeper never hears Switch-Key: the first frame under the newer key tells it (R22, 4.6.3.4.2).
            self.security.switch(frame.key_sequence)

    def _deliver(self, frame: NwkFrame, mac_frame: MacFrame, reception: Reception) -> None:
        if frame.type == frames.DATA:
            if self.on_data is not None:
                self.on_data(
                    NwkIndication(frame.src, frame.dst, frame.payload, frame.secured, reception.rssi, reception.lqi)
                )
            return
        command = commands.decode(frame.payload)
        handler = self.on_command.get(command.ID)
        if handler is not None:
            handler(frame, command, mac_frame)

    def _accept_broadcast(self, frame: NwkFrame, mac_frame: MacFrame, reception: Reception) -> None:
        if frame.type == frames.COMMAND and frame.payload[:1] == _ROUTE_REQUEST:
            # A later copy may have come a better way: the route discovery table tells duplicates (R22, 3.6.3.5.2).
            if frame.secured and mac_frame.src is not None:
                self.forwarding.route_requested(frame, mac_frame.src, reception.lqi)
            return
        if self._broadcasts.seen((frame.src, frame.sequence), self.clock.now):
            raise RemoteProtocolError(DropReason.DUPLICATE, "broadcast")
        if self.config.role is not LogicalType.END_DEVICE and frame.radius > 1 and frame.secured:
            delay = int(self.random.random() * BROADCAST_JITTER)
            self.clock.call_later(delay, self._relay_broadcast, frame)
        if frame.dst == ALL_ROUTERS and self.config.role is LogicalType.END_DEVICE:
            return
        if frame.dst == RX_ON_DEVICES and not self.config.rx_on:
            return
        self._deliver(frame, mac_frame, reception)

    # --- relaying -----------------------------------------------------------------------------------------------

    def _relay_broadcast(self, frame: NwkFrame) -> None:
        if self.storage.network is not None and self.security.ready:
            self._broadcast(frame.dst, frame.reseal(self.security.outgoing()), None)
