"""A radio co-processor: octets of Spinel in, octets of Spinel out, and an AirRadio that does what they say.

No port and no clock of its own: `feed` takes what a host wrote, `send` is given what the host is to read. It behaves as
OpenThread's RCP firmware does (domain/dongles.md 1): one transmission at a time, answered when it ended on the air;
acknowledgements, retries and the address filter are the radio's own.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from enum import IntEnum
from typing import Any

from emulator.clock import MILLISECOND, Clock
from emulator.dongle.firmware import Firmware
from emulator.dongle.refusal import Refusal
from emulator.dongle.source_match import SourceMatch
from emulator.errors import Drop, RemoteProtocolError
from emulator.octets import Reader, le
from emulator.radio.air_radio import AirRadio
from emulator.radio.fcs import fcs
from emulator.radio.interface import ALL_CHANNELS, RadioConfig, Reception, TxResult, TxStatus
from emulator.radio.propagation import CCA_THRESHOLD
from emulator.radio.spinel import frames, hdlc
from emulator.radio.spinel.frames import Frame, Received, TransmitDone, TransmitRequest, packed
from emulator.radio.spinel.ids import (
    INTERFACE_TYPE_THREAD,
    Command,
    Property,
    ResetReason,
    ScanState,
    Status,
)

SENSITIVITY = -100
"""dBm."""
SHORTEST_PSDU, LONGEST_PSDU = 3, 127

_ENDED = {
    TxStatus.SENT: Status.OK,
    TxStatus.ACKED: Status.OK,
    TxStatus.NO_ACK: Status.NO_ACK,
    TxStatus.CHANNEL_ACCESS_FAILURE: Status.CCA_FAILURE,
    TxStatus.ABORTED: Status.FAILURE,
}


class Rcp:
    """One dongle's processor."""

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
        """HWADDR: the radio's factory-assigned address."""
        self.refused: Counter[Status] = Counter()
        """Commands that were answered with an error, by status."""
        self.on_refusal: Callable[[str], None] = lambda text: None
        """Called with what was asked and why it was not done, in words."""
        self.has_room: Callable[[], bool] = lambda: True
        """Whether frames from the air still fit into what waits to be read by the host."""
        self.dropped = 0
        """Frames from the air that the host never got because it did not read."""
        self._clock = clock
        self._send = send
        self._decoder = hdlc.Decoder()
        self._start_afresh()
        radio.receiver = self._received

    @property
    def garbled(self) -> int:
        """Stretches of octets from the host that were no frame."""
        return self._decoder.garbled

    def _start_afresh(self) -> None:
        self._config = RadioConfig(extended_address=self.eui64)
        self._enabled = False
        self._raw_stream = False
        self._rx_on_when_idle = True
        self._promiscuous_mode = 0
        self._scan_state = ScanState.IDLE
        self._scan_mask: tuple[int, ...] = ALL_CHANNELS
        self._scan_period = 100
        self.matches = SourceMatch(self.radio, pending_unmatched=not self.firmware.never_pending_unmatched)
        self._transmitting: int | None = None
        self._queue: deque[tuple[int, TransmitRequest]] = deque()
        self._epoch = getattr(self, "_epoch", 0) + 1
        """Counts restarts: what an earlier life began does not end in this one."""
        self._last_status = self.firmware.reset_status
        self.radio.reset()
        self.matches.enable(False)

    # --- power ------------------------------------------------------------------------------------------------------

    def restart(self, status: Status | None = None) -> None:
        """Forget everything and say so, as after a reset command, a watchdog or a replug."""
        self._start_afresh()
        self._apply()
        self._decoder.reset()
        self._last_status = self.firmware.reset_status if status is None else status
        self._answer(frames.last_status(frames.UNSOLICITED, self._last_status))

    def halt(self) -> None:
        """The power goes: nothing that was under way ends."""
        self._start_afresh()
        self._decoder.reset()

    # --- the host's side --------------------------------------------------------------------------------------------

    def feed(self, octets: bytes) -> None:
        """Take octets that the host wrote."""
        for payload in self._decoder.feed(octets):
            try:
                frame = frames.parse(payload)
            except RemoteProtocolError:
                # Without a header that can be read there is no transaction to answer.
                self.refused[Status.PARSE_ERROR] += 1
                continue
            self._obey(frame)

    def _obey(self, frame: Frame) -> None:
        try:
            if frame.interface != 0:
                raise Refusal(Status.INVALID_INTERFACE)
            if frame.command == Command.RESET:
                self._reset(frame)
            elif frame.command == Command.NOOP:
                self._answer(frames.last_status(frame.tid, Status.OK))
            elif frame.command in _VERBS:
                self._answer_property(frame)
            else:
                raise Refusal(Status.INVALID_COMMAND)
        except Refusal as refusal:
            self._refuse(frame, refusal.status)
        except RemoteProtocolError:
            self._refuse(frame, Status.PARSE_ERROR)

    def _refuse(self, frame: Frame, status: Status) -> None:
        self.refused[status] += 1
        self._last_status = status
        self.on_refusal(f"refused {_named(Command, frame.command)} {_named(Property, frame.property)}: {status.name}")
        self._answer(frames.last_status(frame.tid, status))

    def _reset(self, frame: Frame) -> None:
        if frame.value and frame.value[0] not in (ResetReason.PLATFORM, ResetReason.STACK):
            # There is no bootloader to go to.
            raise Refusal(Status.UNIMPLEMENTED)
        self.restart()

    def _answer_property(self, frame: Frame) -> None:
        table = _VERBS[frame.command]
        known = frame.property in _GETTERS or frame.property in _SETTERS
        if not known or frame.property in self.firmware.missing:
            raise Refusal(Status.PROP_NOT_FOUND)
        handler = table.get(Property(frame.property))
        if handler is None:
            raise Refusal(Status.INVALID_COMMAND_FOR_PROP)
        reader = Reader(frame.value, Drop.MALFORMED_SPINEL)
        if frame.command == Command.GET:
            value = handler(self)
            self._answer(Frame(frame.tid, Command.IS, frame.property, value))
        elif frame.property == Property.STREAM_RAW:
            self._transmit(frame.tid, frame.value)
        else:
            handler(self, reader)
            self._apply()
            said = _GETTERS[Property(frame.property)](self) if frame.command == Command.SET else frame.value
            self._answer(Frame(frame.tid, _ECHO[frame.command], frame.property, said))
            self._after_set(Property(frame.property))

    def _answer(self, frame: Frame) -> None:
        self._send(hdlc.encode(frame.encode()))

    # --- sending ----------------------------------------------------------------------------------------------------

    def _transmit(self, tid: int, value: bytes) -> None:
        request = frames.parse_transmit_request(value)
        if not self._enabled:
            raise Refusal(Status.INVALID_STATE)
        if self._scan_state is not ScanState.IDLE:
            raise Refusal(Status.BUSY)
        rx_channel = request.channel if request.rx_channel is None else request.rx_channel
        if not SHORTEST_PSDU <= len(request.psdu) <= LONGEST_PSDU:
            raise Refusal(Status.INVALID_ARGUMENT)
        if request.channel not in ALL_CHANNELS or rx_channel not in ALL_CHANNELS:
            raise Refusal(Status.INVALID_ARGUMENT)
        if self._transmitting is None:
            self._send_out(tid, request)
        elif len(self._queue) < self.firmware.transmit_queue:
            self._queue.append((tid, request))
        else:
            raise Refusal(Status.BUSY)

    def _send_out(self, tid: int, request: TransmitRequest) -> None:
        self._transmitting = tid
        rx_channel = request.channel if request.rx_channel is None else request.rx_channel
        power = self._config.tx_power if request.tx_power is None else request.tx_power
        self.radio.configure(replace(self._tuned(), channel=request.channel, tx_power=power))
        self._config = replace(self._config, channel=rx_channel)
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
        self._apply()
        acknowledgement = None
        if result.status is TxStatus.ACKED:
            mpdu = bytes((2 | result.frame_pending << 4, 0, request.psdu[2]))
            acknowledgement = Received(mpdu + fcs(mpdu), self.radio.energy, 0, request.channel, 255, self._clock.now)
        done = TransmitDone(_ENDED[result.status], result.frame_pending, request.header_updated, acknowledgement)
        self._last_status = _ENDED[result.status]
        if tid != frames.UNSOLICITED:
            self._answer(Frame(tid, Command.IS, Property.LAST_STATUS, done.encode()))
        if self._queue and self._transmitting is None:
            self._send_out(*self._queue.popleft())

    def _drop_queue(self) -> None:
        """What waited for its turn is not sent any more."""
        waiting, self._queue = self._queue, deque()
        for tid, _ in waiting:
            self._answer(frames.last_status(tid, Status.INVALID_STATE))

    # --- receiving --------------------------------------------------------------------------------------------------

    def _received(self, reception: Reception) -> None:
        if not self._enabled or not self._raw_stream:
            return
        if not self.has_room():
            self.dropped += 1
            return
        flags = frames.ACKED_WITH_FRAME_PENDING if reception.acked_pending else 0
        value = Received(
            reception.psdu, reception.rssi, flags, reception.channel, reception.lqi, reception.time
        ).encode()
        self._answer(Frame(frames.UNSOLICITED, Command.IS, Property.STREAM_RAW, value))

    # --- energy scan ------------------------------------------------------------------------------------------------

    def _after_set(self, what: Property) -> None:
        if what is Property.MAC_SCAN_STATE and self._scan_state is ScanState.ENERGY:
            self._scan(list(self._scan_mask), self._epoch)

    def _scan(self, remaining: list[int], epoch: int) -> None:
        channel = remaining.pop(0)

        def measured(energy: int) -> None:
            if epoch != self._epoch or self._scan_state is not ScanState.ENERGY:
                return
            result = bytes((channel,)) + _signed(energy)
            self._answer(Frame(frames.UNSOLICITED, Command.IS, Property.MAC_ENERGY_SCAN_RESULT, result))
            if remaining:
                self._scan(remaining, epoch)
                return
            self._scan_state = ScanState.IDLE
            self._apply()
            self._answer(Frame(frames.UNSOLICITED, Command.IS, Property.MAC_SCAN_STATE, bytes((ScanState.IDLE,))))

        self.radio.energy_scan(channel, max(1, self._scan_period) * MILLISECOND, measured)

    # --- properties -------------------------------------------------------------------------------------------------

    def _tuned(self) -> RadioConfig:
        return replace(self._config, promiscuous=self._promiscuous_mode > 0)

    def _apply(self) -> None:
        """Make the radio be as the properties say, unless it is away on a transmission or a scan."""
        if self._transmitting is None and self._scan_state is ScanState.IDLE:
            self.radio.configure(self._tuned())
        self.radio.listen(self._enabled and self._raw_stream and self._rx_on_when_idle)

    def _set_enabled(self, reader: Reader) -> None:
        self._enabled = _flag(reader)
        if not self._enabled:
            self.radio.stop_scan()
            self._scan_state = ScanState.IDLE
            self._drop_queue()

    def _set_channel(self, reader: Reader) -> None:
        channel = reader.u8()
        if channel not in ALL_CHANNELS:
            raise Refusal(Status.INVALID_ARGUMENT)
        self._config = replace(self._config, channel=channel)

    def _set_tx_power(self, reader: Reader) -> None:
        self._config = replace(self._config, tx_power=reader.sint(1))

    def _set_long_address(self, reader: Reader) -> None:
        self._config = replace(self._config, extended_address=int.from_bytes(reader.take(8), "big"))

    def _set_short_address(self, reader: Reader) -> None:
        self._config = replace(self._config, short_address=reader.u16())

    def _set_pan_id(self, reader: Reader) -> None:
        self._config = replace(self._config, pan_id=reader.u16())

    def _set_raw_stream(self, reader: Reader) -> None:
        self._raw_stream = _flag(reader)

    def _set_promiscuous(self, reader: Reader) -> None:
        mode = reader.u8()
        if mode > 2:
            raise Refusal(Status.INVALID_ARGUMENT)
        self._promiscuous_mode = mode

    def _set_rx_on_when_idle(self, reader: Reader) -> None:
        self._rx_on_when_idle = _flag(reader)

    def _set_scan_state(self, reader: Reader) -> None:
        state = reader.u8()
        if state == ScanState.ENERGY:
            if not self._enabled or self._scan_state is not ScanState.IDLE or self._transmitting is not None:
                raise Refusal(Status.INVALID_STATE)
        elif state != ScanState.IDLE:
            raise Refusal(Status.INVALID_ARGUMENT)
        if state == ScanState.IDLE:
            self.radio.stop_scan()
        self._scan_state = ScanState(state)

    def _set_scan_mask(self, reader: Reader) -> None:
        channels = tuple(reader.rest())
        if not channels or not set(channels) <= set(ALL_CHANNELS):
            raise Refusal(Status.INVALID_ARGUMENT)
        self._scan_mask = tuple(dict.fromkeys(channels))

    def _set_scan_period(self, reader: Reader) -> None:
        self._scan_period = reader.u16()


def _named(kind: type[IntEnum], number: int) -> str:
    try:
        return kind(number).name
    except ValueError:
        return f"{number:#x}"


def _flag(reader: Reader) -> bool:
    return bool(reader.u8())


def _signed(value: int) -> bytes:
    """A level in dB, as far as one octet goes."""
    return max(-128, min(value, 127)).to_bytes(1, "little", signed=True)


_GETTERS: dict[Property, Callable[..., bytes]] = {
    Property.LAST_STATUS: lambda rcp: packed(rcp._last_status),
    Property.PROTOCOL_VERSION: lambda rcp: packed(rcp.firmware.protocol[0]) + packed(rcp.firmware.protocol[1]),
    Property.NCP_VERSION: lambda rcp: rcp.firmware.version.encode() + b"\x00",
    Property.INTERFACE_TYPE: lambda _: packed(INTERFACE_TYPE_THREAD),
    Property.INTERFACE_VENDOR_ID: lambda _: packed(0),
    Property.CAPS: lambda rcp: b"".join(packed(each) for each in rcp.firmware.capabilities),
    Property.INTERFACE_COUNT: lambda _: b"\x01",
    Property.POWER_STATE: lambda _: b"\x04",  # online
    Property.HWADDR: lambda rcp: rcp.eui64.to_bytes(8, "big"),
    Property.PHY_ENABLED: lambda rcp: bytes((rcp._enabled,)),
    Property.PHY_CHAN: lambda rcp: bytes((rcp._config.channel,)),
    Property.PHY_CHAN_SUPPORTED: lambda _: bytes(ALL_CHANNELS),
    Property.PHY_FREQ: lambda rcp: le((2_405 + 5 * (rcp._config.channel - 11)) * 1_000, 4),  # kHz
    Property.PHY_CCA_THRESHOLD: lambda _: _signed(int(CCA_THRESHOLD)),
    Property.PHY_TX_POWER: lambda rcp: _signed(rcp._config.tx_power),
    Property.PHY_RSSI: lambda rcp: _signed(rcp.radio.energy),
    Property.PHY_RX_SENSITIVITY: lambda _: _signed(SENSITIVITY),
    Property.MAC_SCAN_STATE: lambda rcp: bytes((rcp._scan_state,)),
    Property.MAC_SCAN_MASK: lambda rcp: bytes(rcp._scan_mask),
    Property.MAC_SCAN_PERIOD: lambda rcp: le(rcp._scan_period, 2),
    Property.MAC_LADDR: lambda rcp: rcp._config.extended_address.to_bytes(8, "big"),
    Property.MAC_SADDR: lambda rcp: le(rcp._config.short_address, 2),
    Property.MAC_PANID: lambda rcp: le(rcp._config.pan_id, 2),
    Property.MAC_RAW_STREAM_ENABLED: lambda rcp: bytes((rcp._raw_stream,)),
    Property.MAC_PROMISCUOUS_MODE: lambda rcp: bytes((rcp._promiscuous_mode,)),
    Property.MAC_RX_ON_WHEN_IDLE: lambda rcp: bytes((rcp._rx_on_when_idle,)),
    Property.RCP_API_VERSION: lambda rcp: packed(rcp.firmware.api),
    Property.RCP_MIN_HOST_API_VERSION: lambda rcp: packed(rcp.firmware.min_host_api),
    Property.RCP_TIMESTAMP: lambda rcp: le(rcp._clock.now, 8),
    Property.RADIO_CAPS: lambda rcp: packed(rcp.firmware.radio),
    Property.MAC_SRC_MATCH_ENABLED: lambda rcp: bytes((rcp.matches.enabled,)),
    Property.MAC_SRC_MATCH_SHORT: lambda rcp: rcp.matches.encode(extended=False),
    Property.MAC_SRC_MATCH_EXTENDED: lambda rcp: rcp.matches.encode(extended=True),
}
_SETTERS: dict[Property, Callable[..., None]] = {
    Property.PHY_ENABLED: Rcp._set_enabled,
    Property.PHY_CHAN: Rcp._set_channel,
    Property.PHY_TX_POWER: Rcp._set_tx_power,
    Property.MAC_SCAN_STATE: Rcp._set_scan_state,
    Property.MAC_SCAN_MASK: Rcp._set_scan_mask,
    Property.MAC_SCAN_PERIOD: Rcp._set_scan_period,
    Property.MAC_LADDR: Rcp._set_long_address,
    Property.MAC_SADDR: Rcp._set_short_address,
    Property.MAC_PANID: Rcp._set_pan_id,
    Property.MAC_RAW_STREAM_ENABLED: Rcp._set_raw_stream,
    Property.MAC_PROMISCUOUS_MODE: Rcp._set_promiscuous,
    Property.MAC_RX_ON_WHEN_IDLE: Rcp._set_rx_on_when_idle,
    Property.STREAM_RAW: Rcp._transmit,
    Property.MAC_SRC_MATCH_ENABLED: lambda rcp, reader: rcp.matches.enable(_flag(reader)),
    Property.MAC_SRC_MATCH_SHORT: lambda rcp, reader: rcp.matches.replace(reader, extended=False),
    Property.MAC_SRC_MATCH_EXTENDED: lambda rcp, reader: rcp.matches.replace(reader, extended=True),
}
_INSERTERS: dict[Property, Callable[..., None]] = {
    Property.MAC_SRC_MATCH_SHORT: lambda rcp, reader: rcp.matches.insert(reader, extended=False),
    Property.MAC_SRC_MATCH_EXTENDED: lambda rcp, reader: rcp.matches.insert(reader, extended=True),
}
_REMOVERS: dict[Property, Callable[..., None]] = {
    Property.MAC_SRC_MATCH_SHORT: lambda rcp, reader: rcp.matches.remove(reader, extended=False),
    Property.MAC_SRC_MATCH_EXTENDED: lambda rcp, reader: rcp.matches.remove(reader, extended=True),
}
_VERBS: dict[int, dict[Property, Callable[..., Any]]] = {
    Command.GET: {**_GETTERS},
    Command.SET: {**_SETTERS},
    Command.INSERT: {**_INSERTERS},
    Command.REMOVE: {**_REMOVERS},
}
_ECHO: dict[int, Command] = {Command.SET: Command.IS, Command.INSERT: Command.INSERTED, Command.REMOVE: Command.REMOVED}
