"""A radio co-processor (RCP): takes and sends octets of Spinel, and drives an `AirRadio`.

It has no port and no clock of its own: `feed` takes the octets that a host wrote, `send` gets the octets for the host.
It behaves as OpenThread's RCP firmware does (domain/dongles.md 1): it makes one transmission at a time and answers when
that has ended on the air; the radio itself does acknowledgements, retries and the address filter.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from enum import IntEnum

from hanbench.emulator.clock import MILLISECOND, Clock
from hanbench.emulator.dongle.firmware import Firmware
from hanbench.emulator.dongle.properties import ECHO, GETTERS, VERBS, Settings, signed
from hanbench.emulator.dongle.source_match import SourceMatch
from hanbench.emulator.dongle.spinel_error import SpinelError
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.octets import Reader
from hanbench.emulator.radio.air_radio import AirRadio
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.radio.interface import ALL_CHANNELS, Reception, TxResult, TxStatus
from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.frames import Received, SpinelFrame, TransmitDone, TransmitRequest
from hanbench.emulator.radio.spinel.ids import (
    CommandId,
    PropertyId,
    ResetReason,
    ScanState,
    SpinelStatus,
)

SHORTEST_PSDU, LONGEST_PSDU = 3, 127

_ENDED = {
    TxStatus.SENT: SpinelStatus.OK,
    TxStatus.ACKED: SpinelStatus.OK,
    TxStatus.NO_ACK: SpinelStatus.NO_ACK,
    TxStatus.CHANNEL_ACCESS_FAILURE: SpinelStatus.CCA_FAILURE,
    TxStatus.ABORTED: SpinelStatus.FAILURE,
}


class Rcp:
    """The processor of one dongle."""

    def __init__(
        self,
        radio: AirRadio,
        clock: Clock,
        send: Callable[[bytes], None],
        *,
        eui64: int,
        firmware: Firmware | None = None,
    ) -> None:
        self.radio = radio
        self.firmware = Firmware() if firmware is None else firmware
        self.eui64 = eui64
        """HWADDR: the factory-assigned address of the radio."""
        self.refused: Counter[SpinelStatus] = Counter()
        """Number of commands answered with an error, by status."""
        self.on_refusal: Callable[[str], None] = lambda text: None
        """Called with a description of each refused command: the command and the status."""
        self.has_room: Callable[[], bool] = lambda: True
        """Whether the queue to the host has room for another frame from the air."""
        self.dropped = 0
        """Frames from the air that were dropped because the host did not read."""
        self._clock = clock
        self._send = send
        self._decoder = hdlc.Decoder()
        self._start_afresh()
        radio.receiver = self._received

    @property
    def now(self) -> int:
        """The radio's time, in microseconds."""
        return self._clock.now

    @property
    def garbled(self) -> int:
        """Chunks of octets from the host that were not a frame."""
        return self._decoder.garbled

    def _start_afresh(self) -> None:
        self.settings = Settings(self.eui64)
        self.scan_state = ScanState.IDLE
        self.matches = SourceMatch(self.radio, pending_unmatched=not self.firmware.never_pending_unmatched)
        self._transmitting: int | None = None
        self._queue: deque[tuple[int, TransmitRequest]] = deque()
        self._epoch = getattr(self, "_epoch", 0) + 1
        """Counts restarts, so that results of work begun before a restart are ignored."""
        self.last_status = self.firmware.reset_status
        self.radio.reset()
        self.matches.enable(False)

    # --- power ------------------------------------------------------------------------------------------------------

    def restart(self, status: SpinelStatus | None = None) -> None:
        """Clear all state and announce `status`, as after a reset command, a watchdog reset or a replug."""
        self._start_afresh()
        self.apply()
        self._decoder.reset()
        self.last_status = self.firmware.reset_status if status is None else status
        self._answer(frames.last_status(frames.UNSOLICITED, self.last_status))

    def halt(self) -> None:
        """Cut the power: no pending work completes."""
        self._start_afresh()
        self._decoder.reset()

    # --- commands of the host ---------------------------------------------------------------------------------------

    def feed(self, octets: bytes) -> None:
        """Process octets that the host wrote."""
        for payload in self._decoder.feed(octets):
            try:
                frame = frames.decode(payload)
            except RemoteProtocolError:
                # Without a readable header the transaction to answer is unknown.
                self.refused[SpinelStatus.PARSE_ERROR] += 1
                continue
            self._obey(frame)

    def _obey(self, frame: SpinelFrame) -> None:
        try:
            if frame.interface != 0:
                raise SpinelError(SpinelStatus.INVALID_INTERFACE)
            if frame.command == CommandId.RESET:
                self._reset(frame)
            elif frame.command == CommandId.NOOP:
                self._answer(frames.last_status(frame.tid, SpinelStatus.OK))
            elif frame.command in VERBS:
                self._answer_property(frame)
            else:
                raise SpinelError(SpinelStatus.INVALID_COMMAND)
        except SpinelError as error:
            self._refuse(frame, error.status)
        except RemoteProtocolError:
            self._refuse(frame, SpinelStatus.PARSE_ERROR)

    def _refuse(self, frame: SpinelFrame, status: SpinelStatus) -> None:
        self.refused[status] += 1
        self.last_status = status
        self.on_refusal(
            f"refused {_named(CommandId, frame.command)} {_named(PropertyId, frame.property)}: {status.name}"
        )
        self._answer(frames.last_status(frame.tid, status))

    def _reset(self, frame: SpinelFrame) -> None:
        if frame.value and frame.value[0] not in (ResetReason.PLATFORM, ResetReason.STACK):
            # The emulated firmware has no bootloader.
            raise SpinelError(SpinelStatus.UNIMPLEMENTED)
        self.restart()

    def _answer_property(self, frame: SpinelFrame) -> None:
        if (frame.command, frame.property) == (CommandId.SET, PropertyId.STREAM_RAW):
            self._transmit(frame.tid, frame.value)
            return
        known = frame.property in GETTERS or frame.property == PropertyId.STREAM_RAW
        if not known or frame.property in self.firmware.missing:
            raise SpinelError(SpinelStatus.PROP_NOT_FOUND)
        handler = VERBS[frame.command].get(PropertyId(frame.property))
        if handler is None:
            raise SpinelError(SpinelStatus.INVALID_COMMAND_FOR_PROP)
        reader = Reader(frame.value, DropReason.MALFORMED_SPINEL)
        if frame.command == CommandId.GET:
            value = handler(self)
            self._answer(SpinelFrame(frame.tid, CommandId.IS, frame.property, value))
        else:
            handler(self, reader)
            self.apply()
            said = GETTERS[PropertyId(frame.property)](self) if frame.command == CommandId.SET else frame.value
            self._answer(SpinelFrame(frame.tid, ECHO[frame.command], frame.property, said))
            self._after_set(PropertyId(frame.property))

    def _answer(self, frame: SpinelFrame) -> None:
        self._send(hdlc.encode(frame.encode()))

    # --- sending ----------------------------------------------------------------------------------------------------

    def _transmit(self, tid: int, value: bytes) -> None:
        request = frames.decode_transmit_request(value)
        if not self.settings.enabled:
            raise SpinelError(SpinelStatus.INVALID_STATE)
        if self.scan_state is not ScanState.IDLE:
            raise SpinelError(SpinelStatus.BUSY)
        rx_channel = request.channel if request.rx_channel is None else request.rx_channel
        if not SHORTEST_PSDU <= len(request.psdu) <= LONGEST_PSDU:
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
        if request.channel not in ALL_CHANNELS or rx_channel not in ALL_CHANNELS:
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
        if self._transmitting is None:
            self._send_out(tid, request)
        elif len(self._queue) < self.firmware.transmit_queue:
            self._queue.append((tid, request))
        else:
            raise SpinelError(SpinelStatus.BUSY)

    def _send_out(self, tid: int, request: TransmitRequest) -> None:
        self._transmitting = tid
        rx_channel = request.channel if request.rx_channel is None else request.rx_channel
        power = self.settings.config.tx_power if request.tx_power is None else request.tx_power
        self.radio.configure(replace(self.settings.tuned, channel=request.channel, tx_power=power))
        self.settings.config = replace(self.settings.config, channel=rx_channel)
        mpdu = request.psdu[:-2]
        epoch = self._epoch
        self.radio.transmit(
            mpdu + fcs(mpdu),
            lambda result: self._transmitted(epoch, tid, request, result),
            csma=request.csma,
            backoffs=request.backoffs,
            retries=request.retries,
        )

    def _transmitted(self, epoch: int, tid: int, request: TransmitRequest, result: TxResult) -> None:
        if epoch != self._epoch:
            return
        self._transmitting = None
        self.apply()
        acknowledgement = None
        if result.status is TxStatus.ACKED:
            mpdu = bytes((2 | result.frame_pending << 4, 0, request.psdu[2]))
            acknowledgement = Received(mpdu + fcs(mpdu), self.radio.energy, 0, request.channel, 255, self._clock.now)
        done = TransmitDone(_ENDED[result.status], result.frame_pending, request.header_updated, acknowledgement)
        self.last_status = _ENDED[result.status]
        if tid != frames.UNSOLICITED:
            self._answer(SpinelFrame(tid, CommandId.IS, PropertyId.LAST_STATUS, done.encode()))
        if self._queue and self._transmitting is None:
            self._send_out(*self._queue.popleft())

    def _drop_queue(self) -> None:
        """Refuse the queued transmissions."""
        waiting, self._queue = self._queue, deque()
        for tid, _ in waiting:
            self._answer(frames.last_status(tid, SpinelStatus.INVALID_STATE))

    # --- receiving --------------------------------------------------------------------------------------------------

    def _received(self, reception: Reception) -> None:
        if not self.settings.enabled or not self.settings.raw_stream:
            return
        if not self.has_room():
            self.dropped += 1
            return
        flags = frames.ACKED_WITH_FRAME_PENDING if reception.acked_pending else 0
        value = Received(
            reception.psdu, reception.rssi, flags, reception.channel, reception.lqi, reception.time
        ).encode()
        self._answer(SpinelFrame(frames.UNSOLICITED, CommandId.IS, PropertyId.STREAM_RAW, value))

    # --- energy scan ------------------------------------------------------------------------------------------------

    def _after_set(self, what: PropertyId) -> None:
        if what is PropertyId.MAC_SCAN_STATE and self.scan_state is ScanState.ENERGY:
            self._scan(list(self.settings.scan_mask), self._epoch)

    def _scan(self, remaining: list[int], epoch: int) -> None:
        channel = remaining.pop(0)

        def measured(energy: int) -> None:
            if epoch != self._epoch or self.scan_state is not ScanState.ENERGY:
                return
            result = bytes((channel,)) + signed(energy)
            self._answer(SpinelFrame(frames.UNSOLICITED, CommandId.IS, PropertyId.MAC_ENERGY_SCAN_RESULT, result))
            if remaining:
                self._scan(remaining, epoch)
                return
            self.scan_state = ScanState.IDLE
            self.apply()
            self._answer(
                SpinelFrame(frames.UNSOLICITED, CommandId.IS, PropertyId.MAC_SCAN_STATE, bytes((ScanState.IDLE,)))
            )

        self.radio.energy_scan(channel, max(1, self.settings.scan_period) * MILLISECOND, measured)

    # --- properties -------------------------------------------------------------------------------------------------

    def apply(self) -> None:
        """Configure the radio as the properties say, unless a transmission or a scan has changed its channel."""
        if self._transmitting is None and self.scan_state is ScanState.IDLE:
            self.radio.configure(self.settings.tuned)
        self.radio.listen(self.settings.listening)

    def switch(self, on: bool) -> None:
        """Set PHY_ENABLED; switching off ends a scan and refuses queued transmissions."""
        self.settings.enabled = on
        if not on:
            self.radio.stop_scan()
            self.scan_state = ScanState.IDLE
            self._drop_queue()

    def change_scan_state(self, state: int) -> None:
        """Set MAC_SCAN_STATE. Raises SpinelError for any scan but an energy scan, or while the radio is off or busy."""
        if state == ScanState.ENERGY:
            if not self.settings.enabled or self.scan_state is not ScanState.IDLE or self._transmitting is not None:
                raise SpinelError(SpinelStatus.INVALID_STATE)
        elif state != ScanState.IDLE:
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
        if state == ScanState.IDLE:
            self.radio.stop_scan()
        self.scan_state = ScanState(state)


def _named(kind: type[IntEnum], number: int) -> str:
    try:
        return kind(number).name
    except ValueError:
        return f"{number:#x}"
