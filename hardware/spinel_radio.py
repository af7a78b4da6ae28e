"""The host's side of a dongle: `Radio` over Spinel, whether the dongle is real or virtual.

What the radio was told is kept here too. When the line breaks, the radio is looked for until it is back, and told
everything again; whoever runs the bench hears of both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple

from hanbench.emulator.clock import MILLISECOND, SECOND, Clock, Timer
from hanbench.emulator.errors import LocalProtocolError, RemoteProtocolError
from hanbench.emulator.octets import le
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.radio.interface import RadioConfig, Reception, TxResult, TxStatus
from hanbench.emulator.radio.spinel import frames
from hanbench.emulator.radio.spinel.frames import SpinelFrame, TransmitRequest
from hanbench.emulator.radio.spinel.ids import (
    CommandId,
    PropertyId,
    ScanState,
    SpinelStatus,
)
from hanbench.hardware.desired_state import MATCH_ALL, DesiredState, SpinelCommand
from hanbench.hardware.dongle_time import DongleTime
from hanbench.hardware.errors import RadioError, UnfitFirmwareError
from hanbench.hardware.handshake import ANSWER_WAIT, identify_rcp, says_it_restarted
from hanbench.hardware.identity import RcpIdentity
from hanbench.hardware.serial_port import SerialPort
from hanbench.hardware.transactions import Transactions

AIR_WAIT = 2 * SECOND
"""For the end of a transmission: 16 attempts with five back-offs each take half a second."""
ABORT_AFTER = 5 * MILLISECOND
"""What a transmission without a radio takes: about as long as one with."""
FIRST_REST, LONGEST_REST = 0.1, 1.0
"""Seconds between attempts to find a dongle that is gone."""
LONGEST_SCAN = 65_535 * MILLISECOND

_STATUS = {
    SpinelStatus.OK: TxStatus.ACKED,
    SpinelStatus.NO_ACK: TxStatus.NO_ACK,
    SpinelStatus.CCA_FAILURE: TxStatus.CHANNEL_ACCESS_FAILURE,
}


class Sighting(NamedTuple):
    """A frame that this radio sent or received, as far as the host gets to know."""

    psdu: bytes
    time: int
    """Its end, microseconds of the clock."""
    channel: int
    rssi: int
    lqi: int
    sent: bool


class SpinelRadio:
    """One dongle. `start` it, use it as any `Radio`, `close` it."""

    def __init__(self, name: str, port: SerialPort, clock: Clock) -> None:
        self.name = name
        self.receiver: Callable[[Reception], None] | None = None
        self.on_failure: Callable[[str | None], None] = lambda failure: None
        """Called with what is wrong with the dongle, and with None when it is well again."""
        self.observers: list[Callable[[Sighting], None]] = []
        self.identity: RcpIdentity | None = None
        """Of the firmware, once it has answered."""
        self.failure: str | None = "not started"
        """What is wrong with the dongle, if anything is."""
        self._port = port
        self._clock = clock
        self._line = Transactions(clock, port.write)
        self._line.unsolicited = self._unsolicited
        self._wishes = DesiredState()
        self._time = DongleTime()
        self._done: Callable[[TxResult], None] | None = None
        self._psdu = b""
        self._scan: tuple[int, int, Callable[[int], None]] | None = None
        self._scan_timer: Timer | None = None
        self._highest = -128
        self._lost: asyncio.Event = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        port.received = self._line.feed
        port.ended = self._line_broke

    # --- life -------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the port, see what is behind it, and set it up. Raises RadioError."""
        await self._bring_up()
        self._keeper = asyncio.get_running_loop().create_task(self._keep())

    def close(self) -> None:
        """Let the dongle go."""
        if self._keeper is not None:
            self._keeper.cancel()
            self._keeper = None
        if self.failure is None:
            # Quiet: a dongle that nobody listens to must acknowledge nothing in our name.
            self._line.tell(SpinelFrame(0, CommandId.SET, PropertyId.PHY_ENABLED, b"\x00"))
        self.failure = "closed"
        self._port.close()
        self._abandon()

    async def _keep(self) -> None:
        """Bring the dongle back whenever it is gone."""
        while True:
            await self._lost.wait()
            rest = FIRST_REST
            while self.failure is not None:
                await asyncio.sleep(rest)
                rest = min(2 * rest, LONGEST_REST)
                try:
                    await self._bring_up()
                except RadioError as error:
                    self._failed(str(error))

    async def _bring_up(self) -> None:
        await self._port.open()
        try:
            self.identity = await identify_rcp(self._line, self._port.url, self._patience)
            shortcomings = "; ".join(self.identity.shortcomings())
            if shortcomings:
                raise UnfitFirmwareError(f"{self._port.url}: {self.identity.version} will not do: {shortcomings}")
        except BaseException:
            self._port.close()
            self._abandon()
            raise
        self._time.restarted()
        for wish in self._wishes.all():
            self._tell(wish)
        self._lost.clear()
        self.failure = None
        self.on_failure(None)

    def _patience(self, real: int) -> int:
        """Microseconds of the clock for so many of real time."""
        return int(real * max(1.0, getattr(self._clock, "speed", 1.0)))

    def _line_broke(self, reason: str) -> None:
        self._failed(f"{self._port.url} is gone: {reason}")

    def _failed(self, text: str) -> None:
        if self.failure == text:
            return
        before, self.failure = self.failure, text
        self._port.close()
        self._abandon()
        self._lost.set()
        if before is None:
            self.on_failure(text)

    def _abandon(self) -> None:
        """Nothing that was under way will end by itself."""
        self._line.abandon()
        self._finish(TxResult(TxStatus.ABORTED, False))
        self._scanned()

    # --- configuration ----------------------------------------------------------------------------------------------

    @property
    def config(self) -> RadioConfig:
        return self._wishes.config

    def configure(self, config: RadioConfig) -> None:
        self._wish(self._wishes.configure(config))

    def listen(self, on: bool) -> None:
        self._wish(self._wishes.listen(on))

    @property
    def muted(self) -> bool:
        """As if the antenna were broken: neither hears nor is heard, and does not know it."""
        return self._wishes.muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._wish(self._wishes.mute(muted))

    def source_match(self, enabled: bool) -> None:
        self._wish(self._wishes.source_match(enabled))

    def source_match_add(self, address: int, *, extended: bool) -> None:
        self._wish(self._wishes.match(address, extended=extended))

    def source_match_remove(self, address: int, *, extended: bool) -> None:
        self._wish(self._wishes.unmatch(address, extended=extended))

    def reset(self) -> None:
        self._finish(TxResult(TxStatus.ABORTED, False))
        self.source_match(False)
        self.listen(False)
        self.configure(RadioConfig())

    def _wish(self, wishes: Iterable[SpinelCommand]) -> None:
        """Tell the dongle; one that is not there will be told everything when it is back."""
        for wish in tuple(wishes):
            if self.failure is None:
                self._tell(wish)

    def _tell(self, wish: SpinelCommand) -> None:
        def answered(frame: SpinelFrame | None) -> None:
            if frame is None:
                if self.failure is None:
                    self._failed(f"{self._port.url} does not answer any more")
            elif frame.property == PropertyId.LAST_STATUS:
                self._refused(wish, frame)

        self._line.ask(*wish, answered, self._patience(ANSWER_WAIT))

    def _refused(self, wish: SpinelCommand, frame: SpinelFrame) -> None:
        status = frame.value[0] if frame.value else SpinelStatus.FAILURE
        if status == SpinelStatus.OK or (wish.command is CommandId.REMOVE and status == SpinelStatus.ITEM_NOT_FOUND):
            return
        if wish.command is CommandId.INSERT and status == SpinelStatus.NOMEM:
            # The table is full: rather promise everybody a frame than somebody none.
            self._tell(MATCH_ALL)
            return
        text = f"{self._port.url} refuses {wish.command.name} {wish.property.name} with status {status}"
        self._failed(text)

    # --- sending ----------------------------------------------------------------------------------------------------

    def transmit(
        self,
        psdu: bytes,
        done: Callable[[TxResult], None],
        *,
        csma: bool = True,
        backoffs: int = 4,
        retries: int = 3,
    ) -> None:
        if self._done is not None:
            raise LocalProtocolError(f"{self.name}: a transmission is in flight already")
        self._done = done
        self._psdu = psdu
        if self.failure is not None or self.muted:
            acknowledged = psdu[0] & 0x20
            silence = TxStatus.NO_ACK if acknowledged else TxStatus.SENT
            status = TxStatus.ABORTED if self.failure is not None else silence
            self._clock.call_later(ABORT_AFTER, self._finish_if, done, TxResult(status, False))
            return
        channel = self.config.channel
        request = TransmitRequest(
            psdu, channel, backoffs, retries, csma, header_updated=True, security_processed=True, rx_channel=channel
        )
        patience = self._patience(AIR_WAIT)

        def answered(frame: SpinelFrame | None) -> None:
            self._transmitted(done, psdu, frame)

        self._line.ask(CommandId.SET, PropertyId.STREAM_RAW, request.encode(), answered, patience)

    def _transmitted(self, done: Callable[[TxResult], None], psdu: bytes, frame: SpinelFrame | None) -> None:
        if self._done is not done:
            return  # the radio was reset meanwhile, and the transmission given up
        if frame is None:
            self._finish(TxResult(TxStatus.ABORTED, False))
            if self.failure is None:
                self._failed(f"{self._port.url} never said how a transmission ended")
            return
        try:
            ended = frames.decode_transmit_done(frame.value)
        except RemoteProtocolError:
            self._finish(TxResult(TxStatus.ABORTED, False))
            return
        status = (
            _STATUS.get(SpinelStatus(ended.status), TxStatus.ABORTED) if ended.status in _STATUS else TxStatus.ABORTED
        )
        if status is TxStatus.ACKED and not psdu[0] & 0x20:
            status = TxStatus.SENT
        self._saw(psdu, self._clock.now, sent=True)
        if ended.acknowledgement is not None and len(ended.acknowledgement.psdu) >= 5:
            acknowledgement = ended.acknowledgement
            self._saw(acknowledgement.psdu, self._clock.now, acknowledgement.rssi, acknowledgement.lqi)
        self._finish(TxResult(status, ended.frame_pending))

    def _finish_if(self, done: Callable[[TxResult], None], result: TxResult) -> None:
        if self._done is done:
            self._finish(result)

    def _finish(self, result: TxResult) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(result)

    # --- receiving --------------------------------------------------------------------------------------------------

    def _unsolicited(self, frame: SpinelFrame) -> None:
        if frame.command != CommandId.IS:
            return
        if frame.property == PropertyId.STREAM_RAW:
            self._received(frame.value)
        elif frame.property == PropertyId.MAC_ENERGY_SCAN_RESULT and len(frame.value) == 2:
            self._highest = max(self._highest, int.from_bytes(frame.value[1:], "little", signed=True))
        elif frame.property == PropertyId.MAC_SCAN_STATE and frame.value == bytes((ScanState.IDLE,)):
            self._scanned()
        elif says_it_restarted(frame) and self.failure is None:
            self._failed(f"{self._port.url} has restarted by itself (status {frame.value[0]})")

    def _received(self, value: bytes) -> None:
        try:
            received = frames.decode_received(value)
        except RemoteProtocolError:
            self._line.malformed += 1
            return
        psdu = received.psdu
        if received.error or len(psdu) < 5 or self.muted:
            return
        # The radio has checked the FCS; what firmware leaves in its place is not always one.
        psdu = psdu[:-2] + fcs(psdu[:-2])
        time = self._time.ours(received.timestamp, self._clock.now)
        self._saw(psdu, time, received.rssi, received.lqi)
        if self.receiver is not None:
            pending = bool(received.flags & frames.ACKED_WITH_FRAME_PENDING)
            channel = received.channel or self.config.channel
            self.receiver(Reception(psdu, received.rssi, received.lqi, time, channel, pending))

    def _saw(self, psdu: bytes, time: int, rssi: int = 0, lqi: int = 255, *, sent: bool = False) -> None:
        if self.observers:
            sighting = Sighting(psdu, time, self.config.channel, rssi, lqi, sent)
            for observer in tuple(self.observers):
                observer(sighting)

    # --- energy -----------------------------------------------------------------------------------------------------

    def energy_scan(self, channel: int, duration: int, done: Callable[[int], None]) -> None:
        self._scan = (channel, duration, done)
        self._highest = -128
        if self.failure is not None:
            self._clock.call_later(duration, self._scanned)
            return
        period = max(1, min(duration, LONGEST_SCAN) // MILLISECOND)
        for what, value in (
            (PropertyId.MAC_SCAN_MASK, bytes((channel,))),
            (PropertyId.MAC_SCAN_PERIOD, le(period, 2)),
            (PropertyId.MAC_SCAN_STATE, bytes((ScanState.ENERGY,))),
        ):
            self._tell(SpinelCommand(CommandId.SET, what, value))
        self._scan_timer = self._clock.call_later(duration + self._patience(ANSWER_WAIT), self._scanned)

    def _scanned(self) -> None:
        scan, self._scan = self._scan, None
        if self._scan_timer is not None:
            self._scan_timer.cancel()
            self._scan_timer = None
        if scan is not None:
            scan[2](self._highest)
