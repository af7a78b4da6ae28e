"""The properties of an RCP: tables of their getters and setters, and the settings that a host makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hanbench.emulator.dongle.spinel_error import SpinelError
from hanbench.emulator.octets import Reader, le
from hanbench.emulator.radio.interface import ALL_CHANNELS, RadioConfig
from hanbench.emulator.radio.propagation import CCA_THRESHOLD
from hanbench.emulator.radio.spinel.frames import packed
from hanbench.emulator.radio.spinel.ids import INTERFACE_TYPE_THREAD, CommandId, PropertyId, SpinelStatus

SENSITIVITY = -100
"""dBm."""
FREQUENCY, SPACING = 2_405_000, 5_000
"""kHz: frequency of channel 11, and distance between channels."""


class Settings:
    """The settings of a host; a restart clears them. The `set_` methods raise SpinelError for unsupported values."""

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
        """The radio's configuration while neither a transmission nor a scan is in progress."""
        return replace(self.config, promiscuous=self.promiscuous_mode > 0)

    @property
    def listening(self) -> bool:
        return self.enabled and self.raw_stream and self.rx_on_when_idle

    def set_channel(self, reader: Reader) -> None:
        channel = reader.u8()
        if channel not in ALL_CHANNELS:
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
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
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
        self.promiscuous_mode = mode

    def set_rx_on_when_idle(self, reader: Reader) -> None:
        self.rx_on_when_idle = _flag(reader)

    def set_scan_mask(self, reader: Reader) -> None:
        channels = tuple(reader.rest())
        if not channels or not set(channels) <= set(ALL_CHANNELS):
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
        self.scan_mask = tuple(dict.fromkeys(channels))

    def set_scan_period(self, reader: Reader) -> None:
        self.scan_period = reader.u16()


def _flag(reader: Reader) -> bool:
    return bool(reader.u8())


def signed(value: int) -> bytes:
    """Encode a level in dB as one signed octet, clamped to its range."""
    return max(-128, min(value, 127)).to_bytes(1, "little", signed=True)


GETTERS: dict[PropertyId, Callable[..., bytes]] = {
    PropertyId.LAST_STATUS: lambda rcp: packed(rcp.last_status),
    PropertyId.PROTOCOL_VERSION: lambda rcp: packed(rcp.firmware.protocol[0]) + packed(rcp.firmware.protocol[1]),
    PropertyId.NCP_VERSION: lambda rcp: rcp.firmware.version.encode() + b"\x00",
    PropertyId.INTERFACE_TYPE: lambda _: packed(INTERFACE_TYPE_THREAD),
    PropertyId.INTERFACE_VENDOR_ID: lambda _: packed(0),
    PropertyId.CAPS: lambda rcp: b"".join(packed(each) for each in rcp.firmware.capabilities),
    PropertyId.INTERFACE_COUNT: lambda _: b"\x01",
    PropertyId.POWER_STATE: lambda _: b"\x04",  # online
    PropertyId.HWADDR: lambda rcp: rcp.eui64.to_bytes(8, "big"),
    PropertyId.PHY_ENABLED: lambda rcp: bytes((rcp.settings.enabled,)),
    PropertyId.PHY_CHAN: lambda rcp: bytes((rcp.settings.config.channel,)),
    PropertyId.PHY_CHAN_SUPPORTED: lambda _: bytes(ALL_CHANNELS),
    PropertyId.PHY_FREQ: lambda rcp: le(FREQUENCY + SPACING * (rcp.settings.config.channel - 11), 4),
    PropertyId.PHY_CCA_THRESHOLD: lambda _: signed(int(CCA_THRESHOLD)),
    PropertyId.PHY_TX_POWER: lambda rcp: signed(rcp.settings.config.tx_power),
    PropertyId.PHY_RSSI: lambda rcp: signed(rcp.radio.energy),
    PropertyId.PHY_RX_SENSITIVITY: lambda _: signed(SENSITIVITY),
    PropertyId.MAC_SCAN_STATE: lambda rcp: bytes((rcp.scan_state,)),
    PropertyId.MAC_SCAN_MASK: lambda rcp: bytes(rcp.settings.scan_mask),
    PropertyId.MAC_SCAN_PERIOD: lambda rcp: le(rcp.settings.scan_period, 2),
    PropertyId.MAC_LADDR: lambda rcp: rcp.settings.config.extended_address.to_bytes(8, "big"),
    PropertyId.MAC_SADDR: lambda rcp: le(rcp.settings.config.short_address, 2),
    PropertyId.MAC_PANID: lambda rcp: le(rcp.settings.config.pan_id, 2),
    PropertyId.MAC_RAW_STREAM_ENABLED: lambda rcp: bytes((rcp.settings.raw_stream,)),
    PropertyId.MAC_PROMISCUOUS_MODE: lambda rcp: bytes((rcp.settings.promiscuous_mode,)),
    PropertyId.MAC_RX_ON_WHEN_IDLE: lambda rcp: bytes((rcp.settings.rx_on_when_idle,)),
    PropertyId.RCP_API_VERSION: lambda rcp: packed(rcp.firmware.api),
    PropertyId.RCP_MIN_HOST_API_VERSION: lambda rcp: packed(rcp.firmware.min_host_api),
    PropertyId.RCP_TIMESTAMP: lambda rcp: le(rcp.now, 8),
    PropertyId.RADIO_CAPS: lambda rcp: packed(rcp.firmware.radio),
    PropertyId.MAC_SRC_MATCH_ENABLED: lambda rcp: bytes((rcp.matches.enabled,)),
    PropertyId.MAC_SRC_MATCH_SHORT: lambda rcp: rcp.matches.encode(extended=False),
    PropertyId.MAC_SRC_MATCH_EXTENDED: lambda rcp: rcp.matches.encode(extended=True),
}
SETTERS: dict[PropertyId, Callable[..., None]] = {
    PropertyId.PHY_ENABLED: lambda rcp, reader: rcp.switch(_flag(reader)),
    PropertyId.PHY_CHAN: lambda rcp, reader: rcp.settings.set_channel(reader),
    PropertyId.PHY_TX_POWER: lambda rcp, reader: rcp.settings.set_tx_power(reader),
    PropertyId.MAC_SCAN_STATE: lambda rcp, reader: rcp.change_scan_state(reader.u8()),
    PropertyId.MAC_SCAN_MASK: lambda rcp, reader: rcp.settings.set_scan_mask(reader),
    PropertyId.MAC_SCAN_PERIOD: lambda rcp, reader: rcp.settings.set_scan_period(reader),
    PropertyId.MAC_LADDR: lambda rcp, reader: rcp.settings.set_long_address(reader),
    PropertyId.MAC_SADDR: lambda rcp, reader: rcp.settings.set_short_address(reader),
    PropertyId.MAC_PANID: lambda rcp, reader: rcp.settings.set_pan_id(reader),
    PropertyId.MAC_RAW_STREAM_ENABLED: lambda rcp, reader: rcp.settings.set_raw_stream(reader),
    PropertyId.MAC_PROMISCUOUS_MODE: lambda rcp, reader: rcp.settings.set_promiscuous(reader),
    PropertyId.MAC_RX_ON_WHEN_IDLE: lambda rcp, reader: rcp.settings.set_rx_on_when_idle(reader),
    PropertyId.MAC_SRC_MATCH_ENABLED: lambda rcp, reader: rcp.matches.enable(_flag(reader)),
    PropertyId.MAC_SRC_MATCH_SHORT: lambda rcp, reader: rcp.matches.replace(reader, extended=False),
    PropertyId.MAC_SRC_MATCH_EXTENDED: lambda rcp, reader: rcp.matches.replace(reader, extended=True),
}
INSERTERS: dict[PropertyId, Callable[..., None]] = {
    PropertyId.MAC_SRC_MATCH_SHORT: lambda rcp, reader: rcp.matches.insert(reader, extended=False),
    PropertyId.MAC_SRC_MATCH_EXTENDED: lambda rcp, reader: rcp.matches.insert(reader, extended=True),
}
REMOVERS: dict[PropertyId, Callable[..., None]] = {
    PropertyId.MAC_SRC_MATCH_SHORT: lambda rcp, reader: rcp.matches.remove(reader, extended=False),
    PropertyId.MAC_SRC_MATCH_EXTENDED: lambda rcp, reader: rcp.matches.remove(reader, extended=True),
}
VERBS: dict[int, dict[PropertyId, Callable[..., Any]]] = {
    CommandId.GET: {**GETTERS},
    CommandId.SET: {**SETTERS},
    CommandId.INSERT: {**INSERTERS},
    CommandId.REMOVE: {**REMOVERS},
}
ECHO: dict[int, CommandId] = {
    CommandId.SET: CommandId.IS,
    CommandId.INSERT: CommandId.INSERTED,
    CommandId.REMOVE: CommandId.REMOVED,
}
