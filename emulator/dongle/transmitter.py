"""The transmitting side of an RCP: one transmission at a time, and what interrupts it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from hanbench.emulator.clock import Clock
from hanbench.emulator.dongle.firmware import Firmware
from hanbench.emulator.dongle.settings import OWN_POWER, Settings, radiated
from hanbench.emulator.dongle.spinel_error import SpinelError
from hanbench.emulator.dongle.transmit_security import Secured, TransmitSecurity
from hanbench.emulator.radio.air_radio import AirRadio
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.radio.interface import ALL_CHANNELS, TxResult, TxStatus
from hanbench.emulator.radio.spinel import frames
from hanbench.emulator.radio.spinel.frames import Received, TransmitDone, TransmitRequest
from hanbench.emulator.radio.spinel.ids import SpinelStatus
from hanbench.emulator.randomness import RandomSource

SHORTEST_PSDU, LONGEST_PSDU = 3, 127
_WRAP = 1 << 32

_ENDED = {
    TxStatus.SENT: SpinelStatus.OK,
    TxStatus.ACKED: SpinelStatus.OK,
    TxStatus.NO_ACK: SpinelStatus.NO_ACK,
    TxStatus.CHANNEL_ACCESS_FAILURE: SpinelStatus.CCA_FAILURE,
    TxStatus.ABORTED: SpinelStatus.FAILURE,
}


@dataclass(eq=False, slots=True)
class _InFlight:
    tid: int
    request: TransmitRequest
    secured: Secured


class Transmitter:
    """The transmissions of one RCP between two restarts."""

    def __init__(
        self,
        radio: AirRadio,
        clock: Clock,
        random: RandomSource,
        firmware: Firmware,
        settings: Settings,
        security: TransmitSecurity,
    ) -> None:
        self.ended: Callable[[int, TransmitDone], None] = lambda tid, done: None
        """Called with the transaction identifier and the result of each transmission that ends."""
        self.idle: Callable[[], None] = lambda: None
        """Called when a transmission no longer needs the radio."""
        self._radio, self._clock, self._random = radio, clock, random.random
        self._firmware, self._settings, self._security = firmware, settings, security
        self._current: _InFlight | None = None
        self._queue: deque[tuple[int, TransmitRequest]] = deque()

    @property
    def busy(self) -> bool:
        return self._current is not None

    def submit(self, tid: int, value: bytes) -> None:
        """Start the transmission of a SET STREAM_RAW, or let it wait. Raises SpinelError, RemoteProtocolError."""
        request = frames.decode_transmit_request(value)
        if len(request.psdu) > LONGEST_PSDU:
            raise SpinelError(SpinelStatus.PARSE_ERROR)  # it has no room in the firmware's frame: ot-rcp, January 2025
        if len(request.psdu) < SHORTEST_PSDU:
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
        if request.channel not in ALL_CHANNELS or _channel_afterwards(request) not in ALL_CHANNELS:
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
        if self._current is None:
            self._begin(tid, request)
        elif len(self._queue) < self._firmware.transmit_queue:
            self._queue.append((tid, request))
        else:
            raise SpinelError(SpinelStatus.BUSY)

    def receiver_changes(self, *, on: bool) -> None:
        """Meet a change of receiver or channel: it may lose the transmission. Raises SpinelError if it is refused."""
        if self._current is None:
            return
        interruption = self._firmware.interruption
        chance = self._random()
        if not on:
            if chance < interruption.off_refused:
                raise SpinelError(SpinelStatus.INVALID_STATE)
        elif chance < interruption.lost:
            self._lose()
        elif chance < interruption.lost + interruption.on_refused:
            raise SpinelError(SpinelStatus.INVALID_STATE)

    def disabled(self) -> None:
        """Meet PHY_ENABLED = 0: queued transmissions are refused, and the one in flight may be lost."""
        waiting, self._queue = self._queue, deque()
        for tid, _ in waiting:
            self.ended(tid, TransmitDone(SpinelStatus.INVALID_STATE))
        if self._current is not None and self._firmware.interruption.disabling_loses:
            self._lose()

    def cancel(self) -> None:
        """Forget everything, as a restart does."""
        self._queue.clear()
        self._current = None

    def _lose(self) -> None:
        self._current = None
        self._radio.abandon()
        self.idle()
        self._next()

    def _begin(self, tid: int, request: TransmitRequest) -> None:
        secured = self._security.apply(request, self._settings.config.extended_address)
        self._current = current = _InFlight(tid, request, secured)
        if not request.delay and not request.delay_base:
            self._send(current, csma=request.csma)
            return
        target = (request.delay_base + request.delay) % _WRAP
        ahead = (target - self._clock.now) % _WRAP
        self._clock.post(self._clock.now + (ahead if ahead < _WRAP // 2 else 0), self._send_timed, current)

    def _send_timed(self, current: _InFlight) -> None:
        if current is self._current:
            self._send(current, csma=False)

    def _send(self, current: _InFlight, *, csma: bool) -> None:
        request, settings = current.request, self._settings
        own = request.tx_power is None or request.tx_power == OWN_POWER
        power = settings.tuned.tx_power if own or request.tx_power is None else radiated(request.tx_power)
        self._radio.configure(replace(settings.tuned, channel=request.channel, tx_power=power))
        settings.config = replace(settings.config, channel=_channel_afterwards(request))
        mpdu = current.secured.psdu[:-2]
        self._radio.transmit(
            mpdu + fcs(mpdu),
            lambda result: self._sent(current, result),
            csma=csma,
            backoffs=request.backoffs,
            retries=request.retries,
        )

    def _sent(self, current: _InFlight, result: TxResult) -> None:
        if current is not self._current:
            return
        self._current = None
        self._settings.receiving |= self._firmware.receives_after_sending
        self.idle()
        request, secured = current.request, current.secured
        acknowledgement = None
        if result.status is TxStatus.ACKED:
            mpdu = bytes((2 | result.frame_pending << 4, 0, request.psdu[2]))
            acknowledgement = Received(mpdu + fcs(mpdu), self._radio.energy, 0, request.channel, 255, self._clock.now)
        updated = request.header_updated or secured.key_id is not None
        key = None if secured.key_id is None else (secured.key_id, secured.counter)
        self.ended(
            current.tid,
            TransmitDone(_ENDED[result.status], result.frame_pending, updated, acknowledgement, key),
        )
        self._next()

    def _next(self) -> None:
        while self._queue and self._current is None:
            tid, request = self._queue.popleft()
            try:
                self._begin(tid, request)
            except SpinelError as error:
                self.ended(tid, TransmitDone(error.status))


def _channel_afterwards(request: TransmitRequest) -> int:
    return request.channel if request.rx_channel is None else request.rx_channel
