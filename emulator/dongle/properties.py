"""The properties of an RCP: what each is read from and written to, as tables, and the settings that a host makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hanbench.emulator.dongle.refusal import Refusal
from hanbench.emulator.octets import Reader, le
from hanbench.emulator.radio.interface import ALL_CHANNELS, RadioConfig
from hanbench.emulator.radio.propagation import CCA_THRESHOLD
from hanbench.emulator.radio.spinel.frames import packed
from hanbench.emulator.radio.spinel.ids import INTERFACE_TYPE_THREAD, Command, Property, Status

SENSITIVITY = -100
"""dBm."""
FREQUENCY, SPACING = 2_405_000, 5_000
"""kHz: of channel 11, and from one channel to the next."""


class Settings:
    """What a host has set; all of it is forgotten by a restart. The `set_` methods raise Refusal for what cannot be."""

    def __init__(self, eui64: int) -> None:
        self.config = RadioConfig(extended_address=eui64)
        self.enabled = False
        self.raw_stream = False
        self.rx_on_when_idle = True
        self.promiscuous_mode = 0
        self.scan_mask: tuple[int, ...] = ALL_CHANNELS
        self.scan_period = 100
        """Milliseconds for each channel."""

    @property
    def tuned(self) -> RadioConfig:
        """How the radio is to be while nothing else goes on."""
        return replace(self.config, promiscuous=self.promiscuous_mode > 0)

    @property
    def listening(self) -> bool:
        return self.enabled and self.raw_stream and self.rx_on_when_idle

    def set_channel(self, reader: Reader) -> None:
        channel = reader.u8()
        if channel not in ALL_CHANNELS:
            raise Refusal(Status.INVALID_ARGUMENT)
        self.config = replace(self.config, channel=channel)

    def set_tx_power(self, reader: Reader) -> None:
        self.config = replace(self.config, tx_power=reader.sint(1))

    def set_long_address(self, reader: Reader) -> None:
        self.config = replace(self.config, extended_address=int.from_bytes(reader.take(8), "big"))

    def set_short_address(self, reader: Reader) -> None:
        self.config = replace(self.config, short_address=reader.u16())

    def set_pan_id(self, reader: Reader) -> None:
        self.config = replace(self.config, pan_id=reader.u16())

    def set_raw_stream(self, reader: Reader) -> None:
        self.raw_stream = _flag(reader)

    def set_promiscuous(self, reader: Reader) -> None:
        mode = reader.u8()
        if mode > 2:
            raise Refusal(Status.INVALID_ARGUMENT)
        self.promiscuous_mode = mode

    def set_rx_on_when_idle(self, reader: Reader) -> None:
        self.rx_on_when_idle = _flag(reader)

    def set_scan_mask(self, reader: Reader) -> None:
        channels = tuple(reader.rest())
        if not channels or not set(channels) <= set(ALL_CHANNELS):
            raise Refusal(Status.INVALID_ARGUMENT)
        self.scan_mask = tuple(dict.fromkeys(channels))

    def set_scan_period(self, reader: Reader) -> None:
        self.scan_period = reader.u16()


def _flag(reader: Reader) -> bool:
    return bool(reader.u8())


def signed(value: int) -> bytes:
    """A level in dB, as far as one octet goes."""
    return max(-128, min(value, 127)).to_bytes(1, "little", signed=True)


GETTERS: dict[Property, Callable[..., bytes]] = {
    Property.LAST_STATUS: lambda rcp: packed(rcp.last_status),
    Property.PROTOCOL_VERSION: lambda rcp: packed(rcp.firmware.protocol[0]) + packed(rcp.firmware.protocol[1]),
    Property.NCP_VERSION: lambda rcp: rcp.firmware.version.encode() + b"\x00",
    Property.INTERFACE_TYPE: lambda _: packed(INTERFACE_TYPE_THREAD),
    Property.INTERFACE_VENDOR_ID: lambda _: packed(0),
    Property.CAPS: lambda rcp: b"".join(packed(each) for each in rcp.firmware.capabilities),
    Property.INTERFACE_COUNT: lambda _: b"\x01",
    Property.POWER_STATE: lambda _: b"\x04",  # online
    Property.HWADDR: lambda rcp: rcp.eui64.to_bytes(8, "big"),
    Property.PHY_ENABLED: lambda rcp: bytes((rcp.settings.enabled,)),
    Property.PHY_CHAN: lambda rcp: bytes((rcp.settings.config.channel,)),
    Property.PHY_CHAN_SUPPORTED: lambda _: bytes(ALL_CHANNELS),
    Property.PHY_FREQ: lambda rcp: le(FREQUENCY + SPACING * (rcp.settings.config.channel - 11), 4),
    Property.PHY_CCA_THRESHOLD: lambda _: signed(int(CCA_THRESHOLD)),
    Property.PHY_TX_POWER: lambda rcp: signed(rcp.settings.config.tx_power),
    Property.PHY_RSSI: lambda rcp: signed(rcp.radio.energy),
    Property.PHY_RX_SENSITIVITY: lambda _: signed(SENSITIVITY),
    Property.MAC_SCAN_STATE: lambda rcp: bytes((rcp.scan_state,)),
    Property.MAC_SCAN_MASK: lambda rcp: bytes(rcp.settings.scan_mask),
    Property.MAC_SCAN_PERIOD: lambda rcp: le(rcp.settings.scan_period, 2),
    Property.MAC_LADDR: lambda rcp: rcp.settings.config.extended_address.to_bytes(8, "big"),
    Property.MAC_SADDR: lambda rcp: le(rcp.settings.config.short_address, 2),
    Property.MAC_PANID: lambda rcp: le(rcp.settings.config.pan_id, 2),
    Property.MAC_RAW_STREAM_ENABLED: lambda rcp: bytes((rcp.settings.raw_stream,)),
    Property.MAC_PROMISCUOUS_MODE: lambda rcp: bytes((rcp.settings.promiscuous_mode,)),
    Property.MAC_RX_ON_WHEN_IDLE: lambda rcp: bytes((rcp.settings.rx_on_when_idle,)),
    Property.RCP_API_VERSION: lambda rcp: packed(rcp.firmware.api),
    Property.RCP_MIN_HOST_API_VERSION: lambda rcp: packed(rcp.firmware.min_host_api),
    Property.RCP_TIMESTAMP: lambda rcp: le(rcp.now, 8),
    Property.RADIO_CAPS: lambda rcp: packed(rcp.firmware.radio),
    Property.MAC_SRC_MATCH_ENABLED: lambda rcp: bytes((rcp.matches.enabled,)),
    Property.MAC_SRC_MATCH_SHORT: lambda rcp: rcp.matches.encode(extended=False),
    Property.MAC_SRC_MATCH_EXTENDED: lambda rcp: rcp.matches.encode(extended=True),
}
SETTERS: dict[Property, Callable[..., None]] = {
    Property.PHY_ENABLED: lambda rcp, reader: rcp.switch(_flag(reader)),
    Property.PHY_CHAN: lambda rcp, reader: rcp.settings.set_channel(reader),
    Property.PHY_TX_POWER: lambda rcp, reader: rcp.settings.set_tx_power(reader),
    Property.MAC_SCAN_STATE: lambda rcp, reader: rcp.change_scan_state(reader.u8()),
    Property.MAC_SCAN_MASK: lambda rcp, reader: rcp.settings.set_scan_mask(reader),
    Property.MAC_SCAN_PERIOD: lambda rcp, reader: rcp.settings.set_scan_period(reader),
    Property.MAC_LADDR: lambda rcp, reader: rcp.settings.set_long_address(reader),
    Property.MAC_SADDR: lambda rcp, reader: rcp.settings.set_short_address(reader),
    Property.MAC_PANID: lambda rcp, reader: rcp.settings.set_pan_id(reader),
    Property.MAC_RAW_STREAM_ENABLED: lambda rcp, reader: rcp.settings.set_raw_stream(reader),
    Property.MAC_PROMISCUOUS_MODE: lambda rcp, reader: rcp.settings.set_promiscuous(reader),
    Property.MAC_RX_ON_WHEN_IDLE: lambda rcp, reader: rcp.settings.set_rx_on_when_idle(reader),
    Property.MAC_SRC_MATCH_ENABLED: lambda rcp, reader: rcp.matches.enable(_flag(reader)),
    Property.MAC_SRC_MATCH_SHORT: lambda rcp, reader: rcp.matches.replace(reader, extended=False),
    Property.MAC_SRC_MATCH_EXTENDED: lambda rcp, reader: rcp.matches.replace(reader, extended=True),
}
INSERTERS: dict[Property, Callable[..., None]] = {
    Property.MAC_SRC_MATCH_SHORT: lambda rcp, reader: rcp.matches.insert(reader, extended=False),
    Property.MAC_SRC_MATCH_EXTENDED: lambda rcp, reader: rcp.matches.insert(reader, extended=True),
}
REMOVERS: dict[Property, Callable[..., None]] = {
    Property.MAC_SRC_MATCH_SHORT: lambda rcp, reader: rcp.matches.remove(reader, extended=False),
    Property.MAC_SRC_MATCH_EXTENDED: lambda rcp, reader: rcp.matches.remove(reader, extended=True),
}
VERBS: dict[int, dict[Property, Callable[..., Any]]] = {
    Command.GET: {**GETTERS},
    Command.SET: {**SETTERS},
    Command.INSERT: {**INSERTERS},
    Command.REMOVE: {**REMOVERS},
}
ECHO: dict[int, Command] = {Command.SET: Command.IS, Command.INSERT: Command.INSERTED, Command.REMOVE: Command.REMOVED}
