"""The desired state of a radio: kept by the host, sent in Spinel commands, and sent again after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hanbench.emulator.octets import le
from hanbench.emulator.radio.interface import RadioConfig
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId


class SpinelCommand(NamedTuple):
    """One command that brings a dongle closer to its desired state."""

    command: CommandId
    property: PropertyId
    value: bytes


class DesiredState:
    """The desired state of one dongle.

    Each change yields the commands that bring it about; `all` yields those that set up a dongle after a restart.
    """

    def __init__(self) -> None:
        self.config = RadioConfig()
        self.listening = False
        self.muted = False
        self._match_enabled = False
        self._matches: set[tuple[int, bool]] = set()

    def configure(self, config: RadioConfig) -> Iterator[SpinelCommand]:
        before, self.config = self.config, config
        yield from (command for command, was in zip(_tuning(config), _tuning(before), strict=True) if command != was)

    def listen(self, on: bool) -> Iterator[SpinelCommand]:
        if on != self.listening:
            self.listening = on
            yield self._receiver()

    def mute(self, on: bool) -> Iterator[SpinelCommand]:
        self.muted = on
        yield self._receiver()

    def source_match(self, enabled: bool) -> Iterator[SpinelCommand]:
        """Enable or disable the source-match tables, and empty them either way."""
        self._match_enabled = enabled
        self._matches.clear()
        yield _set(PropertyId.MAC_SRC_MATCH_SHORT, b"")
        yield _set(PropertyId.MAC_SRC_MATCH_EXTENDED, b"")
        yield _set(PropertyId.MAC_SRC_MATCH_ENABLED, bytes((enabled,)))

    def match(self, address: int, *, extended: bool) -> Iterator[SpinelCommand]:
        if (address, extended) not in self._matches:
            self._matches.add((address, extended))
            yield _entry(CommandId.INSERT, address, extended)

    def unmatch(self, address: int, *, extended: bool) -> Iterator[SpinelCommand]:
        if (address, extended) in self._matches:
            self._matches.discard((address, extended))
            yield _entry(CommandId.REMOVE, address, extended)

    def all(self) -> Iterator[SpinelCommand]:
        """Yield every command that a restarted dongle needs."""
        yield _set(PropertyId.PHY_ENABLED, b"\x01")
        yield from _tuning(self.config)
        yield _set(PropertyId.MAC_SRC_MATCH_ENABLED, bytes((self._match_enabled,)))
        for address, extended in sorted(self._matches):
            yield _entry(CommandId.INSERT, address, extended)
        yield self._receiver()

    def _receiver(self) -> SpinelCommand:
        return _set(PropertyId.MAC_RAW_STREAM_ENABLED, bytes((self.listening and not self.muted,)))


MATCH_ALL = SpinelCommand(CommandId.SET, PropertyId.MAC_SRC_MATCH_ENABLED, b"\x00")
"""Makes the dongle set frame-pending for every child; sent when its source-match table is full."""


def _tuning(config: RadioConfig) -> tuple[SpinelCommand, ...]:
    """Return the commands for a configuration, in order, as far as Spinel has properties for it."""
    return (
        _set(PropertyId.PHY_CHAN, bytes((config.channel,))),
        _set(PropertyId.PHY_TX_POWER, config.tx_power.to_bytes(1, "little", signed=True)),
        _set(PropertyId.MAC_LADDR, config.extended_address.to_bytes(8, "big")),
        _set(PropertyId.MAC_SADDR, le(config.short_address, 2)),
        _set(PropertyId.MAC_PANID, le(config.pan_id, 2)),
        _set(PropertyId.MAC_PROMISCUOUS_MODE, b"\x02" if config.promiscuous else b"\x00"),
    )


def _set(what: PropertyId, value: bytes) -> SpinelCommand:
    return SpinelCommand(CommandId.SET, what, value)


def _entry(command: CommandId, address: int, extended: bool) -> SpinelCommand:
    if extended:
        return SpinelCommand(command, PropertyId.MAC_SRC_MATCH_EXTENDED, address.to_bytes(8, "big"))
    return SpinelCommand(command, PropertyId.MAC_SRC_MATCH_SHORT, le(address, 2))
