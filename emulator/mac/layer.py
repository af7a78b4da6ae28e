"""The MAC of one node above its radio: addressing, sending in turn, duplicates, beacons and the parent's duties.

The child's half (scan, association, polling) is in `child.py`.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from enum import IntEnum
from typing import NamedTuple

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.mac import frames
from hanbench.emulator.mac.frames import (
    BROADCAST,
    EXTENDED,
    NONE,
    SHORT,
    BeaconContent,
    MacCommand,
    MacFrame,
)
from hanbench.emulator.mac.indirect import IndirectFrame, IndirectQueue, MacAddress
from hanbench.emulator.radio.interface import (
    NO_SHORT_ADDRESS,
    Radio,
    Reception,
    TxResult,
    TxStatus,
)
from hanbench.emulator.randomness import RandomSource

DUPLICATE_WINDOW = 10 * SECOND
"""A sequence number that is seen again after this time is a new frame: retransmissions end within 7.68 s."""

MOST_SOURCES = 128
"""Senders whose last sequence number is remembered; the one that came first makes room."""
MOST_QUEUED = 256
"""Frames that wait for their turn on the radio; another one is not sent."""

SendDone = Callable[[TxStatus | None], object]
"""Gets the radio's status, or None for a frame that a sleeper did not fetch."""


class Beacon(NamedTuple):
    """A beacon as received."""

    channel: int
    pan_id: int
    coordinator: int
    """Short address of the sender (extended where it has none)."""
    extended: bool
    permit: bool
    pan_coordinator: bool
    payload: bytes
    lqi: int


class AssociationStatus(IntEnum):
    """MAC association status codes (IEEE 802.15.4-2011, 5.3.2.3)."""

    SUCCESS = 0
    PAN_AT_CAPACITY = 1
    PAN_ACCESS_DENIED = 2


class AssociationResponse(NamedTuple):
    """A parent's answer to an Association Request (IEEE 802.15.4-2011, 5.3.2)."""

    status: AssociationStatus
    short: int = NO_SHORT_ADDRESS
    """The short address that the child is given."""


class _QueuedFrame(NamedTuple):
    """A PSDU that waits for its turn."""

    psdu: bytes
    done: SendDone | None
    retries: int


class Mac:
    """One node's MAC. The layer above sets the `on_...` hooks."""

    def __init__(
        self, radio: Radio, clock: Clock, random: RandomSource, ieee: int, counters: Counter[DropReason]
    ) -> None:
        self.radio = radio
        self.clock = clock
        self.ieee = ieee
        self.counters = counters
        self.pan_id = radio.config.pan_id
        self.short = NO_SHORT_ADDRESS
        self.channel = radio.config.channel
        self.parent = NO_SHORT_ADDRESS
        """Short address of the parent (macCoordShortAddress); 0xFFFF: none."""
        self.indirect = IndirectQueue(radio, clock, counters)
        self.on_data: Callable[[MacFrame, Reception], None] | None = None
        self.on_unicast: Callable[[], None] | None = None
        """Called after `on_data` with a frame for this node alone."""
        self.on_command: dict[MacCommand, Callable[[MacFrame, Reception], None]] = {
            MacCommand.BEACON_REQUEST: self._beacon_requested,
            MacCommand.DATA_REQUEST: self._polled,
            MacCommand.ASSOCIATION_REQUEST: self._association_requested,
            MacCommand.ORPHAN_NOTIFICATION: self._orphan_notified,
        }
        self.on_beacon: Callable[[Beacon], None] | None = None
        self.on_poll: Callable[[MacAddress], None] | None = None
        """Called with the source of each Data Request."""
        self.on_associate: Callable[[int, int], AssociationResponse] | None = None
        """Called with EUI-64 and capability of each Association Request; returns the response."""
        self.on_orphan: Callable[[int], int | None] | None = None
        """Called with the EUI-64 of each Orphan Notification; returns the child's short address, None for no child."""
        self.beacon: Callable[[], BeaconContent | None] | None = None
        """Returns the content of a beacon; None: this node sends none."""
        self.listening = False
        self.scanning = False
        """A scan is under way: data is refused meanwhile (802.15.4-2011, 5.1.2.1)."""
        self.transmissions = self.failures = 0
        """Frames sent, and those among them that were not acknowledged or never found a free channel."""
        self.acknowledged = 0
        """Frames that a receiver acknowledged, by the account of the radio."""
        self._sequence = int(random.random() * 256)
        self._queue: deque[_QueuedFrame] = deque()
        self._sending: SendDone | None = None
        self._busy = False
        self._last_heard: dict[tuple[int | None, int], tuple[int, bytes, int]] = {}
        radio.receiver = self._receive

    # --- addressing ---------------------------------------------------------------------------------------------

    def configure(
        self,
        *,
        channel: int | None = None,
        pan_id: int | None = None,
        short: int | None = None,
        coordinator: bool = False,
    ) -> None:
        """Change channel, PAN ID or short address; those not given stay."""
        self.channel = self.channel if channel is None else channel
        self.pan_id = self.pan_id if pan_id is None else pan_id
        self.short = self.short if short is None else short
        self.radio.configure(
            replace(
                self.radio.config,
                channel=self.channel,
                pan_id=self.pan_id,
                short_address=self.short,
                extended_address=self.ieee,
                pan_coordinator=coordinator,
            )
        )

    def listen(self, on: bool) -> None:
        """macRxOnWhenIdle."""
        self.listening = on
        self.radio.listen(on)

    def next_sequence(self) -> int:
        self._sequence = sequence = (self._sequence + 1) & 0xFF
        return sequence

    # --- sending ------------------------------------------------------------------------------------------------

    def send(
        self,
        dst: int,
        payload: bytes,
        done: SendDone | None = None,
        *,
        ack: bool = True,
        indirect: bool = False,
        guest: bool = False,
    ) -> None:
        """Send NWK octets to a short address in this PAN, now or (`indirect`) when the sleeper polls.

        `guest`: the sleeper is no child of this node.

        During a scan nothing is sent, and `done` gets ABORTED.
        """
        if self.scanning and not indirect:
            if done is not None:
                self.clock.call_later(0, done, TxStatus.ABORTED)
            return
        sequence = self.next_sequence()
        if indirect:
            pan, src = self.pan_id, self.short

            def encode(pending: bool) -> bytes:
                return frames.data(sequence, pan, dst, src, payload, ack=True, pending=pending)

            self.indirect.hold(MacAddress(dst), encode, done, guest=guest)
        else:
            self.transmit(
                frames.data(sequence, self.pan_id, dst, self.short, payload, ack=ack and dst != BROADCAST), done
            )

    def transmit(self, psdu: bytes, done: SendDone | None = None, *, retries: int = 3) -> None:
        """Send a PSDU in turn."""
        if self._busy:
            if len(self._queue) >= MOST_QUEUED:
                self.counters[DropReason.TABLE_FULL] += 1
                if done is not None:
                    self.clock.call_later(0, done, TxStatus.CHANNEL_ACCESS_FAILURE)
                return
            self._queue.append(_QueuedFrame(psdu, done, retries))
            return
        self._busy = True
        self._sending = done
        self.radio.transmit(psdu, self._sent, retries=retries)

    def _sent(self, result: TxResult) -> None:
        done = self._sending
        self._sending = None
        self.last_result = result
        self.transmissions += 1
        if result.status > TxStatus.ACKED:
            self.failures += 1
        elif result.status is TxStatus.ACKED:
            self.acknowledged += 1
        if done is not None:
            done(result.status)
        if self._queue:
            psdu, self._sending, retries = self._queue.popleft()
            self.radio.transmit(psdu, self._sent, retries=retries)
        else:
            self._busy = False

    # --- receiving ----------------------------------------------------------------------------------------------

    def _receive(self, reception: Reception) -> None:
        try:
            frame = frames.decode(reception.psdu)
            kind = frame.type
            if kind != frames.BEACON and self._is_duplicate(frame, reception.time):
                self.counters[DropReason.DUPLICATE] += 1
            elif kind == frames.DATA:
                if self.on_data is not None:
                    self.on_data(frame, reception)
                if frame.ack_request and self.on_unicast is not None:
                    self.on_unicast()
            elif kind == frames.COMMAND:
                self._command(frame, reception)
            elif kind == frames.BEACON:
                self._beacon_heard(frame, reception)
        except RemoteProtocolError as error:
            self.counters[error.reason] += 1

    def _is_duplicate(self, frame: MacFrame, time: int) -> bool:
        """Whether this is the sender's last frame again: its number and its octets.

        The number alone is easily forged: a frame with the next one would silence the sender (IEEE 802.15.4-2011 does
        not secure it). A retransmission has the same octets.
        """
        source = (frame.src, frame.type)
        last = self._last_heard.get(source)
        self._last_heard[source] = (frame.sequence, frame.payload, time)
        if len(self._last_heard) > MOST_SOURCES:
            del self._last_heard[next(iter(self._last_heard))]
            self.counters[DropReason.TABLE_FULL] += 1
        same = last is not None and last[:2] == (frame.sequence, frame.payload)
        return last is not None and same and time - last[2] < DUPLICATE_WINDOW

    def _command(self, frame: MacFrame, reception: Reception) -> None:
        try:
            handler = self.on_command.get(MacCommand(frame.payload[0]))
        except ValueError:
            raise RemoteProtocolError(DropReason.UNSUPPORTED, f"MAC command {frame.payload[0]}") from None
        if handler is not None:
            handler(frame, reception)

    def _beacon_heard(self, frame: MacFrame, reception: Reception) -> None:
        if frame.src is None or frame.src_pan is None:
            raise RemoteProtocolError(DropReason.MALFORMED_MAC, "beacon without source")
        content = frames.decode_beacon(frame.payload)
        if self.on_beacon is not None:
            self.on_beacon(
                Beacon(
                    reception.channel,
                    frame.src_pan,
                    frame.src,
                    frame.src_mode == EXTENDED,
                    content.association_permit,
                    content.pan_coordinator,
                    content.payload,
                    reception.lqi,
                )
            )

    # --- the parent's duties --------------------------------------------------------------------------------------

    def _beacon_requested(self, frame: MacFrame, reception: Reception) -> None:
        content = self.beacon() if self.beacon is not None else None
        if content is not None:
            beacon = MacFrame(
                frames.BEACON,
                self.next_sequence(),
                content.encode(),
                src_pan=self.pan_id,
                src=self.short,
                src_mode=SHORT,
            )
            self.transmit(beacon.encode())

    def _polled(self, frame: MacFrame, reception: Reception) -> None:
        if frame.src is None or frame.src_mode == NONE:
            raise RemoteProtocolError(DropReason.MALFORMED_MAC, "Data Request without source")
        child = MacAddress(frame.src, frame.src_mode == EXTENDED)
        if self.on_poll is not None:
            self.on_poll(child)
        held = self.indirect.next(child)
        if held is not None:
            more = self.indirect.waiting(child) > 1
            self.transmit(held.encode(more), _to_queue(self.indirect, child, held), retries=0)

    def _association_requested(self, frame: MacFrame, reception: Reception) -> None:
        if len(frame.payload) != 2 or frame.src_mode != EXTENDED or frame.src is None:
            raise RemoteProtocolError(DropReason.MALFORMED_MAC, "Association Request")
        if self.on_associate is None:
            return
        status, short = self.on_associate(frame.src, frame.payload[1])
        content = bytes((MacCommand.ASSOCIATION_RESPONSE,)) + short.to_bytes(2, "little") + bytes((status,))
        self._hold_command(frame.src, content)

    def _hold_command(self, dst: int, content: bytes) -> None:
        sequence = self.next_sequence()

        def encode(pending: bool) -> bytes:
            return self.command_frame(content, dst, EXTENDED, sequence=sequence, pending=pending)

        self.indirect.hold(MacAddress(dst, extended=True), encode, None, guest=True)

    def _orphan_notified(self, frame: MacFrame, reception: Reception) -> None:
        if frame.src_mode != EXTENDED or frame.src is None:
            raise RemoteProtocolError(DropReason.MALFORMED_MAC, "Orphan Notification")
        short = self.on_orphan(frame.src) if self.on_orphan is not None else None
        if short is None:
            return
        content = b"".join(
            (
                bytes((MacCommand.COORDINATOR_REALIGNMENT,)),
                self.pan_id.to_bytes(2, "little"),
                self.short.to_bytes(2, "little"),
                bytes((self.channel,)),
                short.to_bytes(2, "little"),
            )
        )
        self.transmit(self.command_frame(content, frame.src, EXTENDED, dst_pan=BROADCAST, src_mode=EXTENDED))

    def command_frame(
        self,
        content: bytes,
        dst: int,
        dst_mode: int,
        *,
        dst_pan: int | None = None,
        src_mode: int = EXTENDED,
        src_pan: int | None = None,
        sequence: int | None = None,
        pending: bool = False,
        ack: bool = True,
    ) -> bytes:
        """The PSDU of a MAC command of this node."""
        return MacFrame(
            frames.COMMAND,
            self.next_sequence() if sequence is None else sequence,
            content,
            dst_pan=self.pan_id if dst_pan is None else dst_pan,
            dst=dst,
            dst_mode=dst_mode,
            src_pan=self.pan_id if src_pan is None else src_pan,
            src={EXTENDED: self.ieee, SHORT: self.short, NONE: None}[src_mode],
            src_mode=src_mode,
            ack_request=ack,
            frame_pending=pending,
        ).encode()


def _to_queue(queue: IndirectQueue, address: MacAddress, frame: IndirectFrame) -> SendDone:
    def done(status: TxStatus | None) -> None:
        assert status is not None
        queue.sent(address, frame, status)

    return done
