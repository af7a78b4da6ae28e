"""A radio co-processor (RCP): takes and sends octets of Spinel, and drives an `AirRadio`.

It has no port and no clock of its own: `feed` takes the octets that a host wrote, `send` gets the octets for the host.
It behaves as OpenThread's RCP firmware does (domain/dongles.md 1): it makes one transmission at a time and answers when
that has ended on the air; the radio itself does acknowledgements, retries and the address filter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from enum import IntEnum

from hanbench.emulator.clock import MILLISECOND, Clock
from hanbench.emulator.dongle.firmware import STRICT, Firmware
from hanbench.emulator.dongle.host_time import HostTime
from hanbench.emulator.dongle.properties import ECHO, GETTERS, NEEDS_PHY, VERBS, signed
from hanbench.emulator.dongle.settings import Settings
from hanbench.emulator.dongle.source_match import SourceMatch
from hanbench.emulator.dongle.spinel_error import SpinelError
from hanbench.emulator.dongle.transmit_security import TransmitSecurity
from hanbench.emulator.dongle.transmitter import Transmitter
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.octets import Reader
from hanbench.emulator.radio.air_radio import AirRadio
from hanbench.emulator.radio.interface import Reception
from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.frames import Received, SpinelFrame, TransmitDone
from hanbench.emulator.radio.spinel.ids import (
    CommandId,
    PropertyId,
    RadioCapability,
    ResetReason,
    ScanState,
    SpinelStatus,
)
from hanbench.emulator.randomness import RandomSource, split


class Rcp:
    """The processor of one dongle."""

    def __init__(
        self,
        radio: AirRadio,
        clock: Clock,
        send: Callable[[bytes], None],
        *,
        eui64: int,
        firmware: Firmware = STRICT,
        random: RandomSource | None = None,
    ) -> None:
        """`random`: decides the races of the firmware; by default a source that follows from `eui64`."""
        self.radio = radio
        self.firmware = firmware
        self._random = split(eui64, "rcp") if random is None else random
        radio.pending_on_data = firmware.pending_on_data
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
        self._epoch = 0
        """Counts restarts, so that results of work begun before a restart are ignored."""
        self.settings = Settings()
        self.security = TransmitSecurity()
        self.time = HostTime(clock, self._tell_time)
        """Lockstep with the host, for who calls its `begin`."""
        self.transmitter = self._new_transmitter()
        self.last_status: int = firmware.reset_status
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
        self.settings = Settings()
        self.security = TransmitSecurity()
        self.scan_state = ScanState.IDLE
        self.matches = SourceMatch(self.radio, self.firmware)
        self.transmitter.cancel()
        self.transmitter = self._new_transmitter()
        self._epoch += 1
        self.last_status = self.firmware.reset_status
        self.radio.reset()
        self.matches.enable(False)

    def _new_transmitter(self) -> Transmitter:
        transmitter = Transmitter(self.radio, self._clock, self._random, self.firmware, self.settings, self.security)
        transmitter.ended = self._transmitted
        transmitter.idle = self.apply
        return transmitter

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
        self._answer(frames.last_status(frame.tid, status, frame.interface))

    def _reset(self, frame: SpinelFrame) -> None:
        if frame.value and frame.value[0] not in (ResetReason.PLATFORM, ResetReason.STACK):
            # The emulated firmware has no bootloader.
            raise SpinelError(SpinelStatus.UNIMPLEMENTED)
        self.restart()

    def _answer_property(self, frame: SpinelFrame) -> None:
        if (frame.command, frame.property) == (CommandId.SET, PropertyId.STREAM_RAW):
            self._transmit(frame.tid, frame.value)
            return
        if (frame.command, frame.property) == (CommandId.SET, PropertyId.LOCKSTEP):
            self.time.sleep(Reader(frame.value, DropReason.MALFORMED_SPINEL))
            return
        what = _known(frame.property)
        handler = None if what is None else VERBS[frame.command].get(what)
        unreadable = what in self.firmware.unreadable
        if what is None or handler is None or what in self.firmware.missing:
            raise SpinelError(SpinelStatus.PROP_NOT_FOUND)
        if frame.command == CommandId.GET:
            if unreadable:
                raise SpinelError(SpinelStatus.PROP_NOT_FOUND)
            self._answer(SpinelFrame(frame.tid, CommandId.IS, what, handler(self)))
            return
        if what in NEEDS_PHY and self.firmware.needs_phy_enabled and not self.settings.enabled:
            raise SpinelError(SpinelStatus.INVALID_STATE)
        handler(self, Reader(frame.value, DropReason.MALFORMED_SPINEL))
        self.apply()
        if frame.command != CommandId.SET:
            self._answer(SpinelFrame(frame.tid, ECHO[frame.command], what, frame.value))
        elif unreadable or what not in GETTERS:
            self._answer(frames.last_status(frame.tid, SpinelStatus.OK))
        else:
            self._answer(SpinelFrame(frame.tid, CommandId.IS, what, GETTERS[what](self)))
        self._after_set(what)

    def _answer(self, frame: SpinelFrame) -> None:
        self._send(hdlc.encode(frame.encode()))
        self.time.told()

    def _tell_time(self) -> None:
        told = SpinelFrame(frames.UNSOLICITED, CommandId.IS, PropertyId.LOCKSTEP, self.time.encode())
        self._send(hdlc.encode(told.encode()))

    # --- sending ----------------------------------------------------------------------------------------------------

    def _transmit(self, tid: int, value: bytes) -> None:
        if not self.settings.enabled:
            raise SpinelError(SpinelStatus.INVALID_STATE)
        if self.scan_state is not ScanState.IDLE:
            raise SpinelError(SpinelStatus.BUSY)
        self.transmitter.submit(tid, value)

    def _transmitted(self, tid: int, done: TransmitDone) -> None:
        self.last_status = done.status
        if tid != frames.UNSOLICITED:
            self._answer(SpinelFrame(tid, CommandId.IS, PropertyId.LAST_STATUS, done.encode()))

    # --- receiving --------------------------------------------------------------------------------------------------

    def _received(self, reception: Reception) -> None:
        if not self.settings.enabled:
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
        if not self.transmitter.busy and self.scan_state is ScanState.IDLE:
            self.radio.configure(self.settings.tuned)
        self.radio.listen(self._listening)

    @property
    def _listening(self) -> bool:
        settings = self.settings
        idle = settings.rx_on_when_idle or not self.firmware.radio & RadioCapability.RX_ON_WHEN_IDLE
        return settings.enabled and settings.receiving and idle

    def switch(self, on: bool) -> None:
        """Set PHY_ENABLED; switching off ends a scan and refuses queued transmissions."""
        self.settings.enabled = on
        if not on:
            self.radio.stop_scan()
            self.scan_state = ScanState.IDLE
            self.transmitter.disabled()

    def set_raw_stream(self, on: bool) -> None:
        """Set MAC_RAW_STREAM_ENABLED: the receiver. Raises SpinelError."""
        if self.settings.enabled:
            self.transmitter.receiver_changes(on=on)
        self.settings.raw_stream = self.settings.receiving = on

    def set_channel(self, reader: Reader) -> None:
        """Set PHY_CHAN; a radio that receives changes over at once. Raises SpinelError, RemoteProtocolError."""
        self.settings.set_channel(reader)
        if self.settings.raw_stream:
            self.transmitter.receiver_changes(on=True)

    def change_scan_state(self, state: int) -> None:
        """Set MAC_SCAN_STATE. Raises SpinelError for any scan but an energy scan, or while the radio is off or busy."""
        if state == ScanState.ENERGY:
            if not self.settings.enabled or self.scan_state is not ScanState.IDLE or self.transmitter.busy:
                raise SpinelError(SpinelStatus.INVALID_STATE)
            if self.firmware.one_channel_scans and len(self.settings.scan_mask) != 1:
                raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
        elif state in (ScanState.BEACON, ScanState.DISCOVER):
            raise SpinelError(SpinelStatus.UNIMPLEMENTED)
        elif state != ScanState.IDLE:
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
        if state == ScanState.IDLE:
            self.radio.stop_scan()
        self.scan_state = ScanState(state)


def _known(number: int) -> PropertyId | None:
    try:
        return PropertyId(number)
    except ValueError:
        return None


def _named(kind: type[IntEnum], number: int) -> str:
    try:
        return kind(number).name
    except ValueError:
        return f"{number:#x}"
