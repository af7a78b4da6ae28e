"""The properties of an RCP: tables of what reads and writes them (domain/rcp-firmware.md 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hanbench.emulator.dongle.settings import flag
from hanbench.emulator.dongle.spinel_error import SpinelError
from hanbench.emulator.octets import le
from hanbench.emulator.radio.interface import ALL_CHANNELS
from hanbench.emulator.radio.propagation import CCA_THRESHOLD
from hanbench.emulator.radio.spinel.frames import packed
from hanbench.emulator.radio.spinel.ids import INTERFACE_TYPE_THREAD, CommandId, PropertyId, SpinelStatus

SENSITIVITY = -100
"""dBm."""
FREQUENCY, SPACING = 2_405_000, 5_000
"""kHz: frequency of channel 11, and distance between channels."""
NO_COEXISTENCE = b"\x20\x00" + bytes(32) + b"\x24\x00" + bytes(36) + b"\x00" + bytes(4)
"""Counters of requests for the antenna that a Wi-Fi radio shares: eight of sending, nine of receiving, all 0."""


def signed(value: int) -> bytes:
    """Encode a level in dB as one signed octet, clamped to its range."""
    return max(-128, min(value, 127)).to_bytes(1, "little", signed=True)


def _unimplemented(*_: object) -> Any:
    raise SpinelError(SpinelStatus.UNIMPLEMENTED)


def _lockstep(rcp: Any) -> bytes:
    if not rcp.time.active:
        raise SpinelError(SpinelStatus.PROP_NOT_FOUND)
    return bytes(rcp.time.encode())


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
    PropertyId.LOCK: _unimplemented,
    PropertyId.HOST_POWER_STATE: lambda rcp: rcp.settings.stored["host power"],
    PropertyId.MCU_POWER_STATE: lambda _: b"\x00",  # on
    PropertyId.PHY_ENABLED: lambda rcp: bytes((rcp.settings.enabled,)),
    PropertyId.PHY_CHAN: lambda rcp: bytes((rcp.settings.config.channel,)),
    PropertyId.PHY_CHAN_SUPPORTED: lambda _: bytes(ALL_CHANNELS),
    PropertyId.PHY_FREQ: lambda rcp: le(FREQUENCY + SPACING * (rcp.settings.config.channel - 11), 4),
    PropertyId.PHY_CCA_THRESHOLD: lambda _: signed(int(CCA_THRESHOLD)),
    PropertyId.PHY_TX_POWER: lambda rcp: signed(rcp.settings.config.tx_power),
    PropertyId.PHY_RSSI: lambda rcp: signed(rcp.radio.energy),
    PropertyId.PHY_RX_SENSITIVITY: lambda _: signed(SENSITIVITY),
    PropertyId.PHY_CHAN_PREFERRED: lambda _: bytes(ALL_CHANNELS),
    PropertyId.PHY_FEM_LNA_GAIN: lambda rcp: rcp.settings.stored["gain"],
    PropertyId.PHY_REGION_CODE: lambda rcp: rcp.settings.stored["region"],
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
    PropertyId.RCP_CSL_ACCURACY: lambda _: b"\xff",
    PropertyId.RCP_CSL_UNCERTAINTY: lambda _: b"\xff",
    PropertyId.RADIO_CAPS: lambda rcp: packed(rcp.firmware.radio),
    PropertyId.RADIO_COEX_METRICS: lambda _: NO_COEXISTENCE,
    PropertyId.RADIO_COEX_ENABLE: lambda rcp: rcp.settings.stored["coexistence"],
    PropertyId.MAC_SRC_MATCH_ENABLED: lambda rcp: bytes((rcp.matches.enabled,)),
    PropertyId.MAC_SRC_MATCH_SHORT: lambda rcp: rcp.matches.encode(extended=False),
    PropertyId.MAC_SRC_MATCH_EXTENDED: lambda rcp: rcp.matches.encode(extended=True),
    PropertyId.DEBUG_LOG_LEVEL: lambda rcp: bytes((rcp.settings.log_level,)),
    PropertyId.LOCKSTEP: _lockstep,
}
SETTERS: dict[PropertyId, Callable[..., None]] = {
    PropertyId.POWER_STATE: _unimplemented,
    PropertyId.HOST_POWER_STATE: lambda rcp, reader: rcp.settings.store("host power", reader.take(1)),
    PropertyId.PHY_ENABLED: lambda rcp, reader: rcp.switch(flag(reader)),
    PropertyId.PHY_CHAN: lambda rcp, reader: rcp.set_channel(reader),
    PropertyId.PHY_TX_POWER: lambda rcp, reader: rcp.settings.set_tx_power(reader),
    PropertyId.PHY_FEM_LNA_GAIN: lambda rcp, reader: rcp.settings.store("gain", reader.take(1)),
    PropertyId.PHY_REGION_CODE: lambda rcp, reader: rcp.settings.store("region", reader.take(2)),
    PropertyId.MAC_SCAN_STATE: lambda rcp, reader: rcp.change_scan_state(reader.u8()),
    PropertyId.MAC_SCAN_MASK: lambda rcp, reader: rcp.settings.set_scan_mask(reader),
    PropertyId.MAC_SCAN_PERIOD: lambda rcp, reader: rcp.settings.set_scan_period(reader),
    PropertyId.MAC_LADDR: lambda rcp, reader: rcp.settings.set_long_address(reader),
    PropertyId.MAC_SADDR: lambda rcp, reader: rcp.settings.set_short_address(reader),
    PropertyId.MAC_PANID: lambda rcp, reader: rcp.settings.set_pan_id(reader),
    PropertyId.MAC_RAW_STREAM_ENABLED: lambda rcp, reader: rcp.set_raw_stream(flag(reader)),
    PropertyId.MAC_PROMISCUOUS_MODE: lambda rcp, reader: rcp.settings.set_promiscuous(reader),
    PropertyId.MAC_RX_ON_WHEN_IDLE: lambda rcp, reader: rcp.settings.set_rx_on_when_idle(reader),
    PropertyId.RCP_MAC_KEY: lambda rcp, reader: rcp.security.set_keys(reader),
    PropertyId.RCP_MAC_FRAME_COUNTER: lambda rcp, reader: rcp.security.set_counter(reader),
    PropertyId.RADIO_COEX_ENABLE: lambda rcp, reader: rcp.settings.store("coexistence", bytes((flag(reader),))),
    PropertyId.MAC_SRC_MATCH_ENABLED: lambda rcp, reader: rcp.matches.enable(flag(reader)),
    PropertyId.MAC_SRC_MATCH_SHORT: lambda rcp, reader: rcp.matches.replace(reader, extended=False),
    PropertyId.MAC_SRC_MATCH_EXTENDED: lambda rcp, reader: rcp.matches.replace(reader, extended=True),
    PropertyId.DEBUG_LOG_LEVEL: lambda rcp, reader: rcp.settings.set_log_level(reader),
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
NEEDS_PHY = frozenset(
    {
        PropertyId.PHY_CHAN,
        PropertyId.MAC_LADDR,
        PropertyId.MAC_SADDR,
        PropertyId.MAC_PANID,
        PropertyId.MAC_PROMISCUOUS_MODE,
        PropertyId.MAC_RX_ON_WHEN_IDLE,
        PropertyId.RCP_MAC_KEY,
        PropertyId.RCP_MAC_FRAME_COUNTER,
        PropertyId.MAC_SRC_MATCH_ENABLED,
        PropertyId.MAC_SRC_MATCH_SHORT,
        PropertyId.MAC_SRC_MATCH_EXTENDED,
    }
)
"""Properties that OpenThread's RCP refuses to change while PHY_ENABLED is 0 (ot-rcp, simulation, January 2025)."""
