"""The child's half of the MAC: scan, association, polling and orphan notification.

IEEE 802.15.4-2011: active scan 5.1.2.1.2, association 5.1.3.1, polling 5.1.6.3, orphan scan 5.1.2.1.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from hanbench.emulator.clock import Timer
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.mac.frames import BROADCAST, EXTENDED, NONE, SHORT, MacCommand, MacFrame
from hanbench.emulator.mac.layer import Beacon, Mac
from hanbench.emulator.radio.interface import NO_SHORT_ADDRESS, Reception, TxStatus

SYMBOL = 16
SUPERFRAME = 960 * SYMBOL
"""aBaseSuperframeDuration, microseconds."""
RESPONSE_WAIT = 32 * SUPERFRAME
"""macResponseWaitTime, microseconds: the child fetches the association response after it."""
FRAME_WAIT = 1986 * SYMBOL
"""macMaxFrameTotalWaitTime (7.4.2 of 2006) for the default back-off: 31.8 ms after a poll's acknowledgement."""
ACK_END = 54 * SYMBOL
"""macAckWaitDuration, microseconds: after it, the acknowledgement of a received frame has left the radio."""
ASSOCIATION_POLLS = 3


class PollStatus(Enum):
    """How a Data Request ended."""

    DATA = "data"
    """A frame came."""
    NO_DATA = "no data"
    """The parent has no frame for this device."""
    NO_FRAME = "no frame"
    """The parent announced a frame, and none came in time."""
    NO_ACK = "no ack"
    """The parent did not acknowledge."""


class AssociationResult(Enum):
    """How an association ended; after SUCCESS `Mac.short` has the new address."""

    SUCCESS = "success"
    DENIED = "denied"
    AT_CAPACITY = "at capacity"
    NO_RESPONSE = "no response"


class Child:
    """The child's half of a node's MAC. Polls and association requests go to `Mac.parent`."""

    def __init__(self, mac: Mac) -> None:
        self._mac = mac
        self._poll_done: Callable[[PollStatus], None] | None = None
        self._poll_timer: Timer | None = None
        self._heard = 0
        self._association: Callable[[AssociationResult], None] | None = None
        self._beacons: list[Beacon] = []
        self._orphan_done: Callable[[bool], None] | None = None
        mac.on_command[MacCommand.ASSOCIATION_RESPONSE] = self._association_response
        mac.on_command[MacCommand.COORDINATOR_REALIGNMENT] = self._realignment
        mac.on_unicast = self._frame_came

    # --- polling ------------------------------------------------------------------------------------------------

    def poll(self, done: Callable[[PollStatus], None], *, extended: bool = False) -> None:
        """Ask the parent for one frame. The frame goes to `Mac.on_data` before `done` is called."""
        if self._poll_done is not None:
            self._chain(self._poll_done, done)
            return
        self._poll_done = done
        source = EXTENDED if extended or self._mac.short == NO_SHORT_ADDRESS else SHORT
        psdu = self._mac.command_frame(bytes((MacCommand.DATA_REQUEST,)), self._mac.parent, SHORT, src_mode=source)
        # On before the request, not after its acknowledgement: behind a serial line that would be too late.
        self._mac.radio.listen(True)
        self._mac.transmit(psdu, self._poll_sent)

    def _chain(self, first: Callable[[PollStatus], None], second: Callable[[PollStatus], None]) -> None:
        """Make two polls at once one."""

        def both(status: PollStatus) -> None:
            first(status)
            second(status)

        self._poll_done = both

    def _poll_sent(self, status: TxStatus | None) -> None:
        if status is not TxStatus.ACKED:
            self._poll_ended(PollStatus.NO_ACK)
        elif not self._mac.last_result.frame_pending:
            self._poll_ended(PollStatus.NO_DATA)
        else:
            self._poll_timer = self._mac.clock.call_later(FRAME_WAIT, self._poll_ended, PollStatus.NO_FRAME)

    def _frame_came(self) -> None:
        """End a poll that waits for a frame."""
        if self._poll_timer is not None and self._poll_timer.active:
            self._poll_timer.cancel()
            self._poll_ended(PollStatus.DATA)

    def _poll_ended(self, status: PollStatus) -> None:
        done, self._poll_done = self._poll_done, None
        self._rest()
        if done is not None:
            done(status)

    # --- the receiver -----------------------------------------------------------------------------------------------

    def _rest(self) -> None:
        """Switch the receiver off, unless it is needed, once the acknowledgement of the last frame has left."""
        if not self._mac.listening:
            self._mac.clock.call_later(ACK_END, self._switch_off)

    def _switch_off(self) -> None:
        busy = self._poll_done is not None or self._orphan_done is not None or self._mac.scanning
        if not busy and not self._mac.listening:
            self._mac.radio.listen(False)

    # --- active scan ----------------------------------------------------------------------------------------------

    def scan(self, channels: Sequence[int], exponent: int, done: Callable[[list[Beacon]], None]) -> None:
        """Ask for beacons on each channel and listen for aBaseSuperframeDuration x (2^exponent + 1)."""
        mac = self._mac
        home = (mac.channel, mac.pan_id)
        mac.on_beacon, before = self._beacon, mac.on_beacon
        self._beacons = []
        mac.scanning = True
        mac.radio.listen(True)
        remaining = list(channels)

        def next_channel() -> None:
            if not remaining:
                mac.on_beacon = before
                mac.scanning = False
                mac.configure(channel=home[0], pan_id=home[1])
                mac.radio.listen(mac.listening)
                done(self._beacons)
                return
            mac.configure(channel=remaining.pop(0), pan_id=BROADCAST)
            request = mac.command_frame(
                bytes((MacCommand.BEACON_REQUEST,)), BROADCAST, SHORT, dst_pan=BROADCAST, src_mode=NONE, ack=False
            )
            mac.transmit(request, lambda _: mac.clock.call_later(SUPERFRAME * (2**exponent + 1), next_channel))

        next_channel()

    def _beacon(self, beacon: Beacon) -> None:
        self._beacons.append(beacon)

    # --- association ----------------------------------------------------------------------------------------------

    def associate(self, beacon: Beacon, capability: int, done: Callable[[AssociationResult], None]) -> None:
        """Join the PAN of `beacon` at the MAC; success leaves PAN ID, channel, short address and parent set."""
        mac = self._mac
        mac.configure(channel=beacon.channel, pan_id=beacon.pan_id, short=NO_SHORT_ADDRESS)
        mac.parent = beacon.coordinator
        self._association = done
        request = mac.command_frame(
            bytes((MacCommand.ASSOCIATION_REQUEST, capability)), mac.parent, SHORT, src_pan=BROADCAST
        )
        mac.transmit(request, self._association_requested)

    def _association_requested(self, status: TxStatus | None) -> None:
        if status is TxStatus.ACKED:
            self._mac.clock.call_later(RESPONSE_WAIT, self._fetch_response, ASSOCIATION_POLLS)
        else:
            self._associated(AssociationResult.NO_RESPONSE)

    def _fetch_response(self, polls: int) -> None:
        def polled(_: PollStatus) -> None:
            if self._association is not None:
                if polls > 1:
                    self._mac.clock.call_later(RESPONSE_WAIT, self._fetch_response, polls - 1)
                else:
                    self._associated(AssociationResult.NO_RESPONSE)

        if self._association is not None:
            self.poll(polled, extended=True)

    def _association_response(self, frame: MacFrame, reception: Reception) -> None:
        if len(frame.payload) != 4:
            raise RemoteProtocolError(DropReason.MALFORMED_MAC, "Association Response")
        if self._association is None:
            raise RemoteProtocolError(DropReason.UNSUPPORTED, "Association Response unasked")
        short, status = int.from_bytes(frame.payload[1:3], "little"), frame.payload[3]
        if status == 0:
            self._mac.configure(short=short)
        results = {0: AssociationResult.SUCCESS, 1: AssociationResult.AT_CAPACITY}
        self._associated(results.get(status, AssociationResult.DENIED))
        self._frame_came()

    def _associated(self, result: AssociationResult) -> None:
        done, self._association = self._association, None
        if done is not None:
            done(result)

    # --- orphan notification ----------------------------------------------------------------------------------------

    def orphan(self, done: Callable[[bool], None]) -> None:
        """Send Orphan Notification on this channel; `done` gets True if a parent answers."""
        mac = self._mac
        self._orphan_done = done
        mac.radio.listen(True)
        notification = mac.command_frame(
            bytes((MacCommand.ORPHAN_NOTIFICATION,)), BROADCAST, SHORT, dst_pan=BROADCAST, src_pan=BROADCAST, ack=False
        )
        mac.transmit(notification, lambda _: mac.clock.call_later(RESPONSE_WAIT, self._orphaned, False))

    def _realignment(self, frame: MacFrame, reception: Reception) -> None:
        if len(frame.payload) not in (8, 9):
            raise RemoteProtocolError(DropReason.MALFORMED_MAC, "Coordinator Realignment")
        if self._orphan_done is None:
            raise RemoteProtocolError(DropReason.UNSUPPORTED, "Coordinator Realignment unasked")
        field = frame.payload
        self._mac.parent = int.from_bytes(field[3:5], "little")
        self._mac.configure(
            pan_id=int.from_bytes(field[1:3], "little"), channel=field[5], short=int.from_bytes(field[6:8], "little")
        )
        self._orphaned(True)

    def _orphaned(self, found: bool) -> None:
        done, self._orphan_done = self._orphan_done, None
        if done is not None:
            self._rest()
            done(found)
