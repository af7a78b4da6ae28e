"""The host's driver of a dongle: `Radio` over Spinel, for physical and virtual dongles.

The driver also keeps the desired state of the radio. When the line breaks, it looks for the dongle until it is back and
sends all of that state again; it reports both to `on_failure`.
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
"""Time-out for the end of a transmission: 16 attempts with five back-offs each take half a second."""
ABORT_AFTER = 5 * MILLISECOND
"""Duration of a transmission without a dongle: about that of one with a dongle."""
FIRST_REST, LONGEST_REST = 0.1, 1.0
"""Seconds between attempts to reach a dongle that is gone: the first, and the longest."""
LONGEST_SCAN = 65_535 * MILLISECOND

_STATUS = {
    SpinelStatus.OK: TxStatus.ACKED,
    SpinelStatus.NO_ACK: TxStatus.NO_ACK,
    SpinelStatus.CCA_FAILURE: TxStatus.CHANNEL_ACCESS_FAILURE,
}


class Sighting(NamedTuple):
    """A frame that this radio sent or received, as far as the host knows it."""

    psdu: bytes
    time: int
    """Time at which the frame ended, microseconds of the clock."""
    channel: int
    rssi: int
    lqi: int
    sent: bool


class SpinelRadio:
    """One dongle. Call `start`, use it as any `Radio`, call `close`."""

    def __init__(self, name: str, port: SerialPort, clock: Clock) -> None:
        self.name = name
        self.receiver: Callable[[Reception], None] | None = None
        self.on_failure: Callable[[str | None], None] = lambda failure: None
        """Called with the description of a failure, and with None when the dongle works again."""
        self.observers: list[Callable[[Sighting], None]] = []
        self.identity: RcpIdentity | None = None
        """The identity of the firmware, once it has answered."""
        self.failure: str | None = "not started"
        """Description of the current failure; None: the dongle works."""
        self._port = port
        self._clock = clock
        self._line = Transactions(clock, port.write)
        self._line.unsolicited = self._unsolicited
        self._desired = DesiredState()
        self._time = DongleTime()
        self._done: Callable[[TxResult], None] | None = None
        self._psdu = b""
        self._scan: tuple[int, int, Callable[[int], None]] | None = None
        self._scan_timer: Timer | None = None
        self._highest = -128
        self._lost: asyncio.Event = asyncio.Event()
        self._refresher: asyncio.Task[None] | None = None
        port.received = self._line.feed
        port.ended = self._line_broke

    # --- life -------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the port, identify the RCP, and configure it. Raises RadioError."""
        await self._bring_up()
        self._refresher = asyncio.get_running_loop().create_task(self._keep())

    def close(self) -> None:
        """Switch the radio off and close the port."""
        if self._refresher is not None:
            self._refresher.cancel()
            self._refresher = None
        if self.failure is None:
            # A dongle without a host must not go on acknowledging frames to this address.
            self._line.send_unanswered(SpinelFrame(0, CommandId.SET, PropertyId.PHY_ENABLED, b"\x00"))
        self.failure = "closed"
        self._port.close()
        self._abandon()

    async def _keep(self) -> None:
        """Restore the dongle each time it is lost."""
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
            self.identity = await identify_rcp(self._line, self._port.url, self._clock_time)
            shortcomings = "; ".join(self.identity.shortcomings())
            if shortcomings:
                raise UnfitFirmwareError(f"{self._port.url}: {self.identity.version} cannot be used: {shortcomings}")
        except BaseException:
            self._port.close()
            self._abandon()
            raise
        self._time.restarted()
        for command in self._desired.all():
            self._send_command(command)
        self._lost.clear()
        self.failure = None
        self.on_failure(None)

    def _clock_time(self, real: int) -> int:
        """Convert microseconds of real time to microseconds of the clock."""
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
        """Abort all pending work, none of which will complete."""
        self._line.abandon()
        self._finish(TxResult(TxStatus.ABORTED, False))
        self._scanned()

    # --- configuration ----------------------------------------------------------------------------------------------

    @property
    def config(self) -> RadioConfig:
        return self._desired.config

    def configure(self, config: RadioConfig) -> None:
        self._send_all(self._desired.configure(config))

    def listen(self, on: bool) -> None:
        self._send_all(self._desired.listen(on))

    @property
    def muted(self) -> bool:
        """Whether the radio acts as if its antenna were broken: it neither receives nor sends, and gets no error."""
        return self._desired.muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._send_all(self._desired.mute(muted))

    def source_match(self, enabled: bool) -> None:
        self._send_all(self._desired.source_match(enabled))

    def source_match_add(self, address: int, *, extended: bool) -> None:
        self._send_all(self._desired.match(address, extended=extended))

    def source_match_remove(self, address: int, *, extended: bool) -> None:
        self._send_all(self._desired.unmatch(address, extended=extended))

    def reset(self) -> None:
        self._finish(TxResult(TxStatus.ABORTED, False))
        self.source_match(False)
        self.listen(False)
        self.configure(RadioConfig())

    def _send_all(self, commands: Iterable[SpinelCommand]) -> None:
        """Send commands to the dongle; one that is lost gets its whole state when it is back."""
        for command in tuple(commands):
            if self.failure is None:
                self._send_command(command)

    def _send_command(self, command: SpinelCommand) -> None:
        def answered(frame: SpinelFrame | None) -> None:
            if frame is None:
                if self.failure is None:
                    self._failed(f"{self._port.url} has stopped answering")
            elif frame.property == PropertyId.LAST_STATUS:
                self._refused(command, frame)

        self._line.ask(*command, answered, self._clock_time(ANSWER_WAIT))

    def _refused(self, command: SpinelCommand, frame: SpinelFrame) -> None:
        status = frame.value[0] if frame.value else SpinelStatus.FAILURE
        if status == SpinelStatus.OK or (command.command is CommandId.REMOVE and status == SpinelStatus.ITEM_NOT_FOUND):
            return
        if command.command is CommandId.INSERT and status == SpinelStatus.NOMEM:
            # The table is full: it is better to set frame-pending for every child than for too few.
            self._send_command(MATCH_ALL)
            return
        text = f"{self._port.url} refuses {command.command.name} {command.property.name} with status {status}"
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
        timeout = self._clock_time(AIR_WAIT)

        def answered(frame: SpinelFrame | None) -> None:
            self._transmitted(done, psdu, frame)

        self._line.ask(CommandId.SET, PropertyId.STREAM_RAW, request.encode(), answered, timeout)

    def _transmitted(self, done: Callable[[TxResult], None], psdu: bytes, frame: SpinelFrame | None) -> None:
        if self._done is not done:
            return  # the radio has been reset, which ended the transmission
        if frame is None:
            self._finish(TxResult(TxStatus.ABORTED, False))
            if self.failure is None:
                self._failed(f"{self._port.url} did not report the end of a transmission")
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
        # The radio has checked the FCS; some firmware replaces these two octets.
        psdu = psdu[:-2] + fcs(psdu[:-2])
        time = self._time.host_time(received.timestamp, self._clock.now)
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
            self._send_command(SpinelCommand(CommandId.SET, what, value))
        self._scan_timer = self._clock.call_later(duration + self._clock_time(ANSWER_WAIT), self._scanned)

    def _scanned(self) -> None:
        scan, self._scan = self._scan, None
        if self._scan_timer is not None:
            self._scan_timer.cancel()
            self._scan_timer = None
        if scan is not None:
            scan[2](self._highest)
