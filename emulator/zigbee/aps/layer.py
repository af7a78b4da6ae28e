"""The APS layer of one device: endpoints, acknowledgement and retries, duplicates, fragments, link keys.

Source: Zigbee PRO R22, 2.2.8 and 4.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hanbench.emulator.clock import MILLISECOND, SECOND, Timer
from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.mac.indirect import PERSISTENCE
from hanbench.emulator.radio.interface import TxStatus
from hanbench.emulator.zigbee.aps import commands, fragmentation, frames
from hanbench.emulator.zigbee.aps.commands import ApsCommand
from hanbench.emulator.zigbee.aps.data import ApsIndication, ApsRequest, ApsStatus
from hanbench.emulator.zigbee.aps.fragmentation import Reassembly
from hanbench.emulator.zigbee.aps.frames import ApsFrame, Fragment
from hanbench.emulator.zigbee.aps.partners import PartnerAddresses
from hanbench.emulator.zigbee.duplicate_table import DuplicateTable
from hanbench.emulator.zigbee.nwk.layer import FIRST_BROADCAST, Nwk, NwkIndication
from hanbench.emulator.zigbee.security.ccm import FrameCipher, cipher
from hanbench.emulator.zigbee.security.keys import KeyId, key_load_key, key_transport_key
from hanbench.emulator.zigbee.storage import LAST_COUNTER, KeyOrigin, LinkKey

MAX_RETRIES = 3
"""apscMaxFrameRetries."""
ACK_WAIT = 1600 * MILLISECOND
"""apscAckWaitDuration for a network of this depth."""
SLEEPER_ACK_WAIT = PERSISTENCE + 120 * MILLISECOND
"""For children that sleep: as long as this parent holds a frame for them."""
DUPLICATE_TIME = 16 * SECOND
"""How long a counter is remembered; longer than all retries of an ordinary frame."""
MAX_PAYLOAD = 82
"""Octets of an unsecured APS payload in one frame: 127 - MAC 11 - NWK 8 - security 18 - APS 8."""
LINK_KEY_OVERHEAD = 9
"""Auxiliary header without extended nonce, and integrity code."""
BLOCK = 64
"""Octets of payload in a fragment."""
MOST_WAITING_FOR_STRANGERS = 64
"""Messages that wait for acknowledgement by devices without link key; anyone can provoke them. Others: 256 each."""
EVERY_ENDPOINT = 0xFF
UNKNOWN_TRUST_CENTER = 0
"""Index of the link key with a Trust Centre whose EUI-64 is not known yet."""


Done = Callable[[ApsStatus], object]
EndpointHandler = Callable[[ApsIndication], object]
CommandHandler = Callable[[ApsCommand, ApsFrame, NwkIndication], None]


@dataclass(slots=True, eq=False)
class _Outgoing:
    """A message that waits for its acknowledgement, or for that of its current block."""

    request: ApsRequest
    counter: int
    blocks: list[bytes]
    done: Done | None
    block: int = 0
    tries: int = 0
    timer: Timer | None = None


class Aps:
    """One device's application support sub-layer. Endpoints register for data, key services for commands."""

    def __init__(self, nwk: Nwk) -> None:
        self.nwk = nwk
        self.clock = nwk.clock
        self.storage = nwk.storage
        self.counters = nwk.counters
        self.on_command: dict[int, CommandHandler] = {}
        self.on_delivered: Callable[[], None] | None = None
        """Called when an acknowledgement arrives: messages get through, both ways."""
        self.data_keys: frozenset[KeyOrigin] = frozenset(KeyOrigin)
        """The link keys, by origin, that protect data. Smart Energy takes established and brokered ones only."""
        self.fallback_link_key: Callable[[], LinkKey | None] = lambda: None
        """Returns a link key to try on a Transport-Key from a sender with which there is none."""
        self.on_stale_key: Callable[[int], None] | None = None
        """Called with the sender's EUI-64 when the MIC of data was wrong: its link key may be another one. The sender
        is not proven."""
        self.on_no_endpoint: Callable[[ApsIndication], bool] = lambda message: False
        """Called with a message for an endpoint that is not here; returns whether it was dealt with."""
        self._endpoints: dict[int, EndpointHandler] = {}
        self._counter = int(nwk.random.random() * 256)
        self._waiting: dict[tuple[int, int], _Outgoing] = {}
        self._recent = DuplicateTable(DUPLICATE_TIME)
        self._reassemblies: dict[tuple[int, int, int | None], Reassembly] = {}
        """By sender, counter, and the EUI-64 that a link key proves."""
        self.partners = PartnerAddresses(nwk.storage, lambda short: self.ieee_of(short))
        nwk.on_data = self._received

    def register(self, endpoint: int, handler: EndpointHandler) -> None:
        """Deliver messages for `endpoint`, and for all endpoints (0xFF), to `handler`."""
        self._endpoints[endpoint] = handler

    def unregister(self, endpoint: int) -> None:
        """Remove an endpoint."""
        self._endpoints.pop(endpoint, None)

    @property
    def endpoints(self) -> tuple[int, ...]:
        return tuple(sorted(self._endpoints))

    def ieee_of(self, short: int) -> int | None:
        """EUI-64 of a short address; None if unknown."""
        network = self.storage.network
        if network is not None and short == 0 and network.trust_center:
            return network.trust_center
        return self.storage.short_addresses.ieee_of(short)

    # --- sending ------------------------------------------------------------------------------------------------

    def send(self, request: ApsRequest, done: Done | None = None) -> None:
        """APSDE-DATA.request. Long messages are fragmented; `done` is called once.

        While 256 messages to one destination wait for acknowledgement, another one to it is not sent.
        """
        self._counter = counter = (self._counter + 1) & 0xFF
        dst, payload, secured = request.dst, request.payload, request.secured
        if dst >= FIRST_BROADCAST:
            self.nwk.send(dst, _header(request, counter, ack=False, broadcast=True) + payload, _as_sent(done))
            return
        link = self._data_key(dst) if secured else None
        if secured and link is None:
            if done is not None:
                self.clock.call_later(0, done, ApsStatus.NO_KEY)
            return
        whole = len(payload) <= (MAX_PAYLOAD - LINK_KEY_OVERHEAD if secured else MAX_PAYLOAD)
        if whole and not request.ack:
            self.nwk.send(dst, self._encoded(request, counter, payload, link, ack=False), _as_sent(done))
            return
        if self._crowded_by_strangers(dst) or ((dst, counter) in self._waiting and not self._skip_counters(dst)):
            self.counters[DropReason.TABLE_FULL] += 1
            if done is not None:
                self.clock.call_later(0, done, ApsStatus.NOT_SENT)
            return
        counter = self._counter
        blocks = [payload] if whole else fragmentation.split(payload, BLOCK)
        message = self._waiting[dst, counter] = _Outgoing(request, counter, blocks, done)
        self.nwk.wake_lock.hold()
        self._attempt(message)

    def _crowded_by_strangers(self, dst: int) -> bool:
        """Whether too many messages wait for devices without link key, and this one is for another of them."""
        if len(self._waiting) < MOST_WAITING_FOR_STRANGERS or self._is_partner(dst):
            return False
        strangers = sum(not self._is_partner(each) for each, _ in self._waiting)
        return strangers >= MOST_WAITING_FOR_STRANGERS

    def _is_partner(self, short: int) -> bool:
        return short == 0 or self.ieee_of(short) in self.storage.link_keys

    def _skip_counters(self, dst: int) -> bool:
        """Move on to an APS counter under which no message waits for this destination; False if there is none."""
        first = self._counter
        while (dst, self._counter) in self._waiting:
            self._counter = (self._counter + 1) & 0xFF
            if self._counter == first:
                return False
        return True

    def _attempt(self, message: _Outgoing) -> None:
        request = message.request
        link = self._data_key(request.dst) if request.secured else None
        if request.secured and link is None:
            # The key was removed meanwhile. Not now: `send` must return before `done` is called.
            message.timer = self.clock.call_later(0, self._finish, message, ApsStatus.NO_KEY)
            return
        message.tries += 1
        child = self.storage.children.get(request.dst)
        sleeper = child is not None and not child.rx_on
        message.timer = self.clock.call_later(SLEEPER_ACK_WAIT if sleeper else ACK_WAIT, self._unanswered, message)
        fragment = fragmentation.header(message.block, len(message.blocks)) if len(message.blocks) > 1 else None
        block = message.blocks[message.block]
        self.nwk.send(request.dst, self._encoded(request, message.counter, block, link, ack=True, fragment=fragment))

    def _unanswered(self, message: _Outgoing) -> None:
        if message.tries > MAX_RETRIES or self.storage.network is None or not self.nwk.security.ready:
            self._finish(message, ApsStatus.NO_ACK)
        else:
            self._attempt(message)

    def _acknowledged(self, frame: ApsFrame, src: int) -> None:
        message = self._waiting.get((src, frame.counter))
        if message is None or not _is_answer(frame, message.request):
            return
        if message.request.secured and not frame.secured:
            raise RemoteProtocolError(DropReason.UNSECURED, "acknowledgement of a secured message")
        if len(message.blocks) > 1:
            expected = 0 if message.block == 0 else message.block
            if frame.fragment is None or (0 if frame.fragment.first else frame.fragment.block) != expected:
                return
        if self.on_delivered is not None:
            self.on_delivered()
        if message.timer is not None:
            message.timer.cancel()
        message.block += 1
        if message.block < len(message.blocks):
            message.tries = 0
            self._attempt(message)
        else:
            self._finish(message, ApsStatus.SUCCESS)

    def _finish(self, message: _Outgoing, status: ApsStatus) -> None:
        del self._waiting[message.request.dst, message.counter]
        self.nwk.wake_lock.release()
        if message.done is not None:
            message.done(status)

    def send_command(
        self,
        dst: int,
        command: ApsCommand,
        *,
        key_id: KeyId | None = None,
        partner: int = 0,
        nwk_secured: bool = True,
    ) -> None:
        """Send an APS command: under a key derived from the link key with `partner`, or with NWK security alone."""
        if key_id is not None and self.storage.link_keys[partner].outgoing.used_up:
            return
        self.nwk.send(dst, self.encode_command(command, key_id=key_id, partner=partner), secured=nwk_secured)

    def encode_command(self, command: ApsCommand, *, key_id: KeyId | None = None, partner: int = 0) -> bytes:
        """The frame of an APS command, with the extended nonce: its receiver may not know this device's EUI-64 yet."""
        self._counter = counter = (self._counter + 1) & 0xFF
        header = frames.command_header(counter, secured=key_id is not None)
        if key_id is None:
            return header + command.encode()
        link = self.storage.link_keys[partner]
        if link.outgoing.used_up:
            raise LocalProtocolError(f"the frame counter of the key with {partner:016x} is used up")
        return self._seal(header, command.encode(), link, key_id, extended_nonce=True)

    # --- link keys ----------------------------------------------------------------------------------------------

    def _data_key(self, short: int) -> LinkKey | None:
        """The link key that protects data to and from a device; None without a usable one."""
        ieee = self.ieee_of(short)
        link = None if ieee is None else self.storage.link_keys.get(ieee)
        usable = link is not None and link.origin in self.data_keys and not link.outgoing.used_up
        return link if usable else None

    def _encoded(
        self,
        request: ApsRequest,
        counter: int,
        payload: bytes,
        link: LinkKey | None,
        *,
        ack: bool,
        fragment: Fragment | None = None,
    ) -> bytes:
        """The frame of a message to one device, or of one block of it."""
        if link is None or fragment is not None:
            return self._protected(_header(request, counter, ack=ack, fragment=fragment), payload, link)
        return frames.secured_data(
            request.dst_endpoint,
            request.cluster,
            request.profile,
            request.src_endpoint,
            counter,
            payload,
            cipher(link.key),
            link.outgoing.next(),
            self.storage.ieee,
            ack_request=ack,
        )

    def _protected(self, header: bytes, payload: bytes, link: LinkKey | None) -> bytes:
        """Header and payload, under the link key if one is given."""
        if link is None:
            return header + payload
        return self._seal(header, payload, link, KeyId.DATA, extended_nonce=False)

    def _seal(self, header: bytes, payload: bytes, link: LinkKey, key_id: KeyId, *, extended_nonce: bool) -> bytes:
        return frames.secure(
            header,
            payload,
            _cipher(link, key_id),
            key_id,
            link.outgoing.next(),
            self.storage.ieee,
            extended_nonce=extended_nonce,
        )

    def _unseal(self, frame: ApsFrame, src: int) -> None:
        if frame.type != frames.COMMAND and frame.key_id != KeyId.DATA:
            raise RemoteProtocolError(DropReason.WRONG_KEY, f"data under key identifier {frame.key_id}")
        sender = frame.sender_ieee
        if sender is None:
            sender = self.partners.at(src)
            if sender is None:
                raise RemoteProtocolError(DropReason.UNKNOWN_KEY, f"no EUI-64 known for {src:#06x}")
        elif frame.key_id == KeyId.DATA and sender not in (self.ieee_of(src), self.partners.at(src)):
            # The key would prove one device, and the answer would go to another. Keys that the Trust Centre sends under
            # a derived key come through the parent of a joining device: there the NWK source is another one.
            raise RemoteProtocolError(DropReason.WRONG_KEY, f"the key of {sender:016x}, the address {src:#06x}")
        link = self.storage.link_keys.get(sender) or self.storage.link_keys.get(UNKNOWN_TRUST_CENTER)
        if link is None and frame.key_id == KeyId.KEY_TRANSPORT:
            link = self.fallback_link_key()
        if link is None:
            raise RemoteProtocolError(DropReason.UNKNOWN_KEY, f"no link key with {sender:016x}")
        if frame.type != frames.COMMAND and link.origin not in self.data_keys:
            raise RemoteProtocolError(DropReason.WRONG_KEY, f"data under the {link.origin.name} key of {sender:016x}")
        try:
            frame.decrypt(_cipher(link, frame.key_id), sender)
        except RemoteProtocolError:
            if frame.type == frames.DATA and self.on_stale_key is not None:
                self.on_stale_key(sender)
            raise
        frame.sender_ieee = sender
        if not link.incoming <= frame.frame_counter <= LAST_COUNTER:
            raise RemoteProtocolError(DropReason.REPLAY, f"APS frame counter {frame.frame_counter} of {sender:016x}")
        link.incoming = frame.frame_counter + 1
        if frame.key_id == KeyId.DATA:
            self.partners.prove(sender, src)

    # --- receiving ----------------------------------------------------------------------------------------------

    def _received(self, indication: NwkIndication) -> None:
        try:
            self.accept(indication)
        except RemoteProtocolError as error:
            self.counters[error.reason] += 1

    def accept(self, indication: NwkIndication) -> None:
        """Receive one NWK payload. Raises RemoteProtocolError."""
        frame = frames.decode(indication.payload)
        if frame.secured:
            self._unseal(frame, indication.src)
        elif not indication.secured:
            raise RemoteProtocolError(DropReason.UNSECURED, "neither NWK nor APS security")
        if frame.type == frames.COMMAND:
            self._command(frame, indication)
        elif not indication.secured:
            raise RemoteProtocolError(DropReason.UNSECURED, "data without NWK security")
        elif frame.type == frames.ACK:
            self._acknowledged(frame, indication.src)
        else:
            self._data(frame, indication)

    def _command(self, frame: ApsFrame, indication: NwkIndication) -> None:
        command = commands.decode(frame.payload)
        handler = self.on_command.get(command.ID)
        if handler is not None:
            handler(command, frame, indication)

    def _data(self, frame: ApsFrame, indication: NwkIndication) -> None:
        if frame.delivery == frames.GROUP:
            raise RemoteProtocolError(DropReason.UNSUPPORTED, f"group {frame.group:#06x}")
        broadcast = indication.dst >= FIRST_BROADCAST
        payload: bytes | None = frame.payload
        if frame.fragment is not None:
            payload = self._reassemble(frame, indication.src)
        elif not broadcast:
            # The counter alone comes round after 256 messages, sooner than the last retry of a slow one; a
            # retransmission is the same message under the same counter.
            duplicate = self._recent.seen((indication.src, frame.counter, frame.payload), self.clock.now)
            if frame.ack_request:
                self._acknowledge(frame, indication.src)
            if duplicate:
                raise RemoteProtocolError(DropReason.DUPLICATE, "APS counter")
        if payload is None:
            return
        message = ApsIndication(
            indication.src,
            frame.src_endpoint,
            indication.dst,
            frame.dst_endpoint,
            frame.profile,
            frame.cluster,
            payload,
            frame.secured,
            broadcast,
            indication.rssi,
            indication.lqi,
            frame.sender_ieee,
        )
        handler = self._endpoints.get(frame.dst_endpoint)
        if handler is not None:
            handler(message)
        elif frame.dst_endpoint != EVERY_ENDPOINT:
            if not self.on_no_endpoint(message):
                raise RemoteProtocolError(DropReason.NO_ENDPOINT, f"endpoint {frame.dst_endpoint}")
        else:
            for endpoint, each in tuple(self._endpoints.items()):
                if endpoint:
                    each(message._replace(dst_endpoint=endpoint))

    def _reassemble(self, frame: ApsFrame, src: int) -> bytes | None:
        fragment = frame.fragment
        assert fragment is not None
        # All blocks of a message are of one sender, and under its link key or none of them.
        key = (src, frame.counter, frame.sender_ieee)
        reassembly = self._reassemblies.get(key)
        if reassembly is None or reassembly.is_over_before(fragment, frame.payload):
            if not fragment.first or not fragment.block:
                raise RemoteProtocolError(DropReason.MALFORMED_APS, "fragment of an unknown message")
            self._make_room_for_message()
            reassembly = self._reassemblies[key] = Reassembly(fragment.block)
            self.clock.call_later(DUPLICATE_TIME, self._forget_message, key, reassembly)
        whole = reassembly.add(fragment, frame.payload)
        self._acknowledge(frame, src)
        return whole

    def _make_room_for_message(self) -> None:
        if len(self._reassemblies) >= fragmentation.MOST_REASSEMBLIES:
            unprotected = (key for key in self._reassemblies if key[2] is None)
            del self._reassemblies[next(unprotected, next(iter(self._reassemblies)))]
            self.counters[DropReason.TABLE_FULL] += 1

    def _forget_message(self, key: tuple[int, int, int | None], reassembly: Reassembly) -> None:
        if self._reassemblies.get(key) is reassembly:
            del self._reassemblies[key]

    def _acknowledge(self, frame: ApsFrame, src: int) -> None:
        link = self._data_key(src) if frame.secured else None
        if link is not None or not frame.secured:
            self.nwk.send(src, self._protected(frames.ack_header(frame, secured=frame.secured), b"", link))


def _is_answer(frame: ApsFrame, request: ApsRequest) -> bool:
    """Whether an acknowledgement is of a message by its cluster and its endpoints (R22, 2.2.8.4.3)."""
    of_one = request.dst_endpoint in (frame.src_endpoint, EVERY_ENDPOINT)
    return of_one and (frame.cluster, frame.dst_endpoint) == (request.cluster, request.src_endpoint)


def _header(
    request: ApsRequest, counter: int, *, ack: bool, broadcast: bool = False, fragment: Fragment | None = None
) -> bytes:
    """The header of a message, or of one block of it."""
    return frames.data_header(
        request.dst_endpoint,
        request.cluster,
        request.profile,
        request.src_endpoint,
        counter,
        ack_request=ack,
        delivery=frames.BROADCAST if broadcast else frames.UNICAST,
        secured=request.secured and not broadcast,
        fragment=fragment,
    )


def _cipher(link: LinkKey, key_id: int) -> FrameCipher:
    if key_id == KeyId.DATA:
        return cipher(link.key)
    return cipher(key_transport_key(link.key) if key_id == KeyId.KEY_TRANSPORT else key_load_key(link.key))


def _as_sent(done: Done | None) -> Callable[[TxStatus | None], object] | None:
    """A callback for the MAC's status that gives `done` the APS status."""
    if done is None:
        return None
    return lambda status: done(ApsStatus.SUCCESS if status in (TxStatus.ACKED, TxStatus.SENT) else ApsStatus.NOT_SENT)
