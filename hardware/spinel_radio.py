"""The host's driver of a dongle: `Radio` over Spinel, for physical and virtual dongles.

Firmware loses or refuses what its radio is told during a transmission or a scan (domain/rcp-firmware.md 1). Changes of
the configuration, scans and frames therefore wait until the radio is free, and then go out in this order; only entries
of the source-match tables do not wait. After a failure of the dongle, `DongleLink` brings it back, and the driver
configures it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from typing import NamedTuple

from hanbench.emulator.clock import MILLISECOND, SECOND, Clock
from hanbench.emulator.errors import LocalProtocolError, RemoteProtocolError
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.radio.interface import RadioConfig, Reception, TxResult, TxStatus
from hanbench.emulator.radio.spinel import frames
from hanbench.emulator.radio.spinel.frames import SpinelFrame
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId, ScanState, SpinelStatus
from hanbench.hardware.address_filter import addressed_to
from hanbench.hardware.configurator import MOST_RETRIES, Configurator, DongleAccess, refusal
from hanbench.hardware.desired_state import RECEIVER, DesiredState, SpinelCommand
from hanbench.hardware.dongle_link import DongleLink
from hanbench.hardware.dongle_time import DongleTime
from hanbench.hardware.energy_scan import EnergyScan
from hanbench.hardware.handshake import ANSWER_WAIT
from hanbench.hardware.identity import RcpIdentity
from hanbench.hardware.refusals import PASSING
from hanbench.hardware.serial_port import SerialPort
from hanbench.hardware.status import decode_status, describe_status
from hanbench.hardware.transmission import ENDS_ON_AIR, Transmission

AIR_WAIT = 1 * SECOND
"""Time-out for the end of a transmission: 16 attempts with five back-offs each take half a second."""
ABORT_AFTER = 5 * MILLISECOND
"""Duration of a transmission without a dongle: about that of one with a dongle."""
RETRY_AFTER = 10 * MILLISECOND
"""Pause before a command that was refused for the moment is sent again."""
MOST_LOST = 3
"""Transmissions in a row that may end without having been on the air, before the radio counts as failed."""


class Activity(Enum):
    """What the dongle's radio does."""

    IDLE = auto()
    """It receives or sleeps."""
    TRANSMITTING = auto()
    SCANNING = auto()


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
        self.on_note: Callable[[str], None] = lambda note: None
        """Called with what the user should know and the bench survives, once for each text."""
        self.observers: list[Callable[[Sighting], None]] = []
        self._clock = clock
        self._link = DongleLink(port, clock)
        self._link.on_failure = lambda failure: self.on_failure(failure)
        self._link.on_note = lambda note: self.on_note(note)
        self._link.on_up = self._up
        self._link.on_down = self._down
        self._link.unsolicited = self._unsolicited
        self._configurator = Configurator(
            DongleAccess(
                self._link.ask, self._works, self._is_free, self._retry_later, self._link.note, self._link.fail
            )
        )
        self._time = DongleTime()
        self._activity = Activity.IDLE
        self._transmission: Transmission | None = None
        self._lost_in_a_row = 0
        self._scan: EnergyScan | None = None

    # --- life -------------------------------------------------------------------------------------------------------

    @property
    def identity(self) -> RcpIdentity | None:
        """The identity of the firmware, once it has answered."""
        return self._link.identity

    @property
    def failure(self) -> str | None:
        """Description of the current failure; None: the dongle works."""
        return self._link.failure

    async def start(self) -> None:
        """Open the port, identify the RCP, and configure it. Raises RadioError."""
        await self._link.start()

    def close(self) -> None:
        """Switch the radio off and close the port."""
        self._link.close()

    async def verify(self) -> None:
        """Ask the dongle whether it still works as configured; report what is wrong as a failure."""
        if self.failure is None:
            await self._link.verify(parent=self._configurator.desired.match_enabled)

    def _up(self) -> None:
        self._time.restarted()
        self._configurator.restarted()
        self._activity = Activity.IDLE
        self._lost_in_a_row = 0
        self._advance()

    def _down(self) -> None:
        self._finish(TxResult(TxStatus.ABORTED, False))
        self._scanned()

    # --- one thing at a time ----------------------------------------------------------------------------------------

    def _works(self) -> bool:
        return self.failure is None

    def _is_free(self) -> bool:
        return self._works() and self._activity is Activity.IDLE

    def _advance(self) -> None:
        """Do what waits for a free radio: the configuration, then a scan, then a transmission."""
        self._configurator.apply()
        if self._is_free() and self._scan is not None:
            self._begin_scan(self._scan)
        elif self._is_free() and self._transmission is not None and not self._transmission.unheard:
            self._begin_transmission(self._transmission)

    def _ended(self) -> None:
        """Note that a transmission or a scan has ended, and bring the radio to the state that was desired meanwhile."""
        self._activity = Activity.IDLE
        if not self._configurator.desired.receives:
            # Firmware leaves the receiver on (OpenThread, SubMac::HandleTransmitDone, NcpBase::LinkRawEnergyScanDone).
            self._configurator.forget(RECEIVER)
        self._configurator.apply()

    def _retry_later(self, retry: Callable[[], None]) -> None:
        self._clock.call_later(self._link.clock_time(RETRY_AFTER), retry)

    # --- configuration ----------------------------------------------------------------------------------------------

    @property
    def config(self) -> RadioConfig:
        return self._configurator.desired.config

    def configure(self, config: RadioConfig) -> None:
        self._configurator.change(replace(self._configurator.desired, config=config))

    def listen(self, on: bool) -> None:
        self._configurator.change(replace(self._configurator.desired, listening=on))

    @property
    def muted(self) -> bool:
        """Whether the radio acts as if its antenna were broken: it neither receives nor sends, and gets no error."""
        return self._configurator.desired.muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._configurator.change(replace(self._configurator.desired, muted=muted))

    def source_match(self, enabled: bool) -> None:
        self._configurator.change(self._configurator.desired.matching_none(enabled=enabled))

    def source_match_add(self, address: int, *, extended: bool) -> None:
        self._configurator.change(self._configurator.desired.matching(address, extended=extended))

    def source_match_remove(self, address: int, *, extended: bool) -> None:
        self._configurator.change(self._configurator.desired.not_matching(address, extended=extended))

    def reset(self) -> None:
        self._finish(TxResult(TxStatus.ABORTED, False))
        self._configurator.change(DesiredState(muted=self.muted))

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
        if self._transmission is not None:
            raise LocalProtocolError(f"{self.name}: a transmission is in flight already")
        self._transmission = transmission = Transmission(psdu, done, csma, backoffs, retries)
        if self.failure is None and not self.muted:
            self._advance()
            return
        transmission.unheard = True
        silence = TxStatus.NO_ACK if transmission.wants_acknowledgement else TxStatus.SENT
        status = TxStatus.ABORTED if self.failure is not None else silence
        self._clock.call_later(ABORT_AFTER, self._finish, TxResult(status, False), transmission)

    def _begin_transmission(self, transmission: Transmission) -> None:
        self._activity = Activity.TRANSMITTING

        def answered(frame: SpinelFrame | None) -> None:
            if frame is not None:
                self._transmitted(transmission, frame.value)
                return
            self._finish(TxResult(TxStatus.ABORTED, False), transmission)
            self._link.fail("did not report the end of a transmission")

        request = transmission.request(self.config.channel)
        self._link.ask(SpinelCommand(CommandId.SET, PropertyId.STREAM_RAW, request), answered, AIR_WAIT)

    def _transmitted(self, transmission: Transmission, value: bytes) -> None:
        try:
            ended = frames.decode_transmit_done(value)
        except RemoteProtocolError:
            ended = frames.TransmitDone(SpinelStatus.FAILURE)
        self._ended()
        if transmission is not self._transmission:
            self._advance()  # the stack has reset the radio meanwhile
            return
        if ended.status in PASSING and transmission.refusals < MOST_RETRIES:
            transmission.refusals += 1
            self._retry_later(self._advance)
            return
        contradiction = transmission.contradiction(ended)
        if contradiction is not None:
            self._link.fail(contradiction)
            return
        self._count_lost(ended.status)
        if self.failure is None:
            self._report(transmission, ended)
            self._finish(transmission.result(ended))
            self._advance()

    def _count_lost(self, status: int) -> None:
        """Count transmissions that never were on the air; too many in a row are a failure of the bench."""
        if status in ENDS_ON_AIR:
            self._lost_in_a_row = 0
            return
        self._lost_in_a_row += 1
        text = f"does not transmit: {describe_status(status)}"
        self._link.note(text)
        if status in PASSING or self._lost_in_a_row > MOST_LOST:
            self._link.fail(text)

    def _report(self, transmission: Transmission, ended: frames.TransmitDone) -> None:
        """Show the observers the frame and its acknowledgement."""
        self._saw(transmission.psdu, self._clock.now, sent=True)
        acknowledgement = ended.acknowledgement
        if acknowledgement is not None and len(acknowledgement.psdu) >= 5:
            self._saw(acknowledgement.psdu, self._clock.now, acknowledgement.rssi, acknowledgement.lqi)

    def _finish(self, result: TxResult, only: Transmission | None = None) -> None:
        """End the transmission of the stack; `only`: if it is this one."""
        transmission = self._transmission
        if transmission is not None and only in (None, transmission):
            self._transmission = None
            transmission.done(result)

    # --- receiving --------------------------------------------------------------------------------------------------

    def _unsolicited(self, frame: SpinelFrame) -> None:
        if frame.property == PropertyId.STREAM_RAW:
            self._received(frame.value)
        elif frame.property == PropertyId.MAC_ENERGY_SCAN_RESULT and self._scan is not None:
            self._scan.measured(frame.value)
        elif frame.property == PropertyId.MAC_SCAN_STATE and frame.value == bytes((ScanState.IDLE,)):
            self._scanned()

    def _received(self, value: bytes) -> None:
        try:
            received = frames.decode_received(value)
        except RemoteProtocolError:
            self._link.malformed()
            return
        psdu = received.psdu
        if received.error or len(psdu) < 5 or self.muted:
            return
        # The radio has checked the FCS; some firmware replaces these two octets.
        psdu = psdu[:-2] + fcs(psdu[:-2])
        time = self._time.host_time(received.timestamp, self._clock.now)
        self._saw(psdu, time, received.rssi, received.lqi)
        if self.receiver is not None and addressed_to(psdu, self.config):
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
        if self._scan is not None:
            raise LocalProtocolError(f"{self.name}: a scan is in progress already")
        self._scan = scan = EnergyScan(channel, duration, done)
        if self.failure is None:
            self._advance()
        else:
            scan.timer = self._clock.call_later(duration, self._scanned)

    def _begin_scan(self, scan: EnergyScan) -> None:
        self._activity = Activity.SCANNING
        scan.timer = self._clock.call_later(scan.duration + self._link.clock_time(ANSWER_WAIT), self._scanned)
        for command in scan.commands():
            self._ask_scan(scan, command)

    def _ask_scan(self, scan: EnergyScan, command: SpinelCommand) -> None:
        def answered(frame: SpinelFrame | None) -> None:
            if frame is None:
                self._link.fail("has stopped answering")
            elif frame.property == PropertyId.LAST_STATUS and scan is self._scan:
                status = decode_status(frame.value)
                if status != SpinelStatus.OK:
                    # A network forms without a measurement.
                    self._link.note(refusal(command, status))
                    self._scanned()

        self._link.ask(command, answered)

    def _scanned(self) -> None:
        scan, self._scan = self._scan, None
        if scan is None:
            return
        if self._activity is Activity.SCANNING:
            self._ended()
        scan.end()
        self._advance()
