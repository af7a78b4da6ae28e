"""The settings that a host makes in an RCP; a restart clears them."""

from __future__ import annotations

from dataclasses import replace

from hanbench.emulator.dongle.spinel_error import SpinelError
from hanbench.emulator.octets import Reader
from hanbench.emulator.radio.interface import ALL_CHANNELS, RadioConfig
from hanbench.emulator.radio.spinel.ids import SpinelStatus

OWN_POWER = 127
"""Transmit power, dBm, that means "the radio's own" (OT_RADIO_POWER_INVALID of OpenThread)."""
HIGHEST_POWER = 20
"""dBm: the radio sends no louder, whatever the host asks for."""
NO_SHORT_ADDRESS_YET = 0xFFFE
"""Short address of an RCP that has been given none (domain/rcp-firmware.md 3)."""
DEFAULT_LOG_LEVEL = 2


class Settings:
    """The settings of a host. The `set_` methods raise SpinelError for unsupported values."""

    def __init__(self) -> None:
        self.config = RadioConfig(short_address=NO_SHORT_ADDRESS_YET)
        self.enabled = False
        self.raw_stream = False
        self.receiving = False
        """Whether the receiver is on; firmware also switches it on by itself, after a transmission."""
        self.rx_on_when_idle = True
        self.promiscuous_mode = 0
        self.scan_mask: tuple[int, ...] = ALL_CHANNELS
        self.scan_period = 200
        """Milliseconds for each channel."""
        self.stored = {"host power": b"\x04", "gain": b"\x00", "region": b"\x00\x00", "coexistence": b"\x01"}
        """Values that the radio keeps for the host, and that change nothing here."""
        self.log_level = DEFAULT_LOG_LEVEL

    @property
    def tuned(self) -> RadioConfig:
        """The radio's configuration while neither a transmission nor a scan is in progress."""
        return replace(self.config, promiscuous=self.promiscuous_mode > 0, tx_power=radiated(self.config.tx_power))

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

    def set_promiscuous(self, reader: Reader) -> None:
        mode = reader.u8()
        if mode > 2:
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
        self.promiscuous_mode = mode

    def set_rx_on_when_idle(self, reader: Reader) -> None:
        self.rx_on_when_idle = flag(reader)

    def set_scan_mask(self, reader: Reader) -> None:
        channels = tuple(reader.rest())
        if not channels or not set(channels) <= set(ALL_CHANNELS):
            raise SpinelError(SpinelStatus.INVALID_ARGUMENT)
        self.scan_mask = tuple(dict.fromkeys(channels))

    def set_scan_period(self, reader: Reader) -> None:
        self.scan_period = reader.u16()

    def store(self, name: str, octets: bytes) -> None:
        self.stored[name] = octets

    def set_log_level(self, reader: Reader) -> None:
        self.log_level = reader.u8()


def flag(reader: Reader) -> bool:
    """Read one octet as a truth value."""
    return bool(reader.u8())


def radiated(tx_power: int) -> int:
    """Return the power, dBm, with which the radio sends when the host asks for `tx_power`."""
    return RadioConfig().tx_power if tx_power == OWN_POWER else min(tx_power, HIGHEST_POWER)
