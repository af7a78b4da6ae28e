"""The whole configuration of a radio as one value, and the commands that bring a dongle to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from hanbench.emulator.octets import le
from hanbench.emulator.radio.interface import RadioConfig
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId

SHORT, EXTENDED = PropertyId.MAC_SRC_MATCH_SHORT, PropertyId.MAC_SRC_MATCH_EXTENDED
RECEIVER = PropertyId.MAC_RAW_STREAM_ENABLED


class SpinelCommand(NamedTuple):
    """One command that brings a dongle closer to its desired state."""

    command: CommandId
    property: PropertyId
    value: bytes


@dataclass(frozen=True, slots=True)
class DesiredState:
    """How a radio should be configured."""

    config: RadioConfig = field(default_factory=RadioConfig)
    listening: bool = False
    muted: bool = False
    """The radio acts as if its antenna were broken."""
    match_enabled: bool = False
    short_matches: frozenset[int] = frozenset()
    extended_matches: frozenset[int] = frozenset()
    """Addresses of children for which frames wait."""

    def matching_none(self, *, enabled: bool) -> DesiredState:
        """Return this state with empty source-match tables, which are enabled or disabled."""
        return replace(self, match_enabled=enabled, short_matches=frozenset(), extended_matches=frozenset())

    def matching(self, address: int, *, extended: bool) -> DesiredState:
        """Return this state with one more child for which frames wait."""
        if extended:
            return replace(self, extended_matches=self.extended_matches | {address})
        return replace(self, short_matches=self.short_matches | {address})

    def not_matching(self, address: int, *, extended: bool) -> DesiredState:
        """Return this state without a child; an unknown address is ignored."""
        if extended:
            return replace(self, extended_matches=self.extended_matches - {address})
        return replace(self, short_matches=self.short_matches - {address})

    def tuning(self) -> Mapping[PropertyId, bytes]:
        """Return the values of the properties apart from the source-match tables and the receiver, in order."""
        config = self.config
        return {
            PropertyId.PHY_ENABLED: b"\x01",
            PropertyId.PHY_CHAN: bytes((config.channel,)),
            PropertyId.PHY_TX_POWER: config.tx_power.to_bytes(1, "little", signed=True),
            PropertyId.MAC_LADDR: config.extended_address.to_bytes(8, "big"),
            PropertyId.MAC_SADDR: le(config.short_address, 2),
            PropertyId.MAC_PANID: le(config.pan_id, 2),
            PropertyId.MAC_PROMISCUOUS_MODE: b"\x02" if config.promiscuous else b"\x00",
        }

    def tables(self) -> Mapping[PropertyId, frozenset[bytes]]:
        """Return the entries of the two source-match tables."""
        return {
            SHORT: frozenset(le(address, 2) for address in self.short_matches),
            EXTENDED: frozenset(address.to_bytes(8, "big") for address in self.extended_matches),
        }

    @property
    def receives(self) -> bool:
        """Whether the receiver is on."""
        return self.listening and not self.muted


class AppliedState:
    """What a dongle has been told since it started."""

    def __init__(self) -> None:
        self._values: dict[PropertyId, bytes] = {}
        self._tables: dict[PropertyId, set[bytes]] = {}
        self._capacity: dict[PropertyId, int] = {}
        """Number of entries that a table was found to hold."""
        self._rewritten: set[PropertyId] = set()
        """Tables from which the dongle removes nothing: they are cleared and filled again instead."""

    def forget(self, what: PropertyId) -> None:
        """Note that the dongle's value of a property is unknown."""
        self._values.pop(what, None)

    def remove_refused(self, table: PropertyId) -> None:
        """Note that the dongle refused to remove an entry, which may still be there."""
        self._rewritten.add(table)
        self._tables.pop(table, None)

    def table_full(self, table: PropertyId, refused: bytes) -> None:
        """Note that a table had no room for the entry `refused`."""
        entries = self._tables.setdefault(table, set())
        entries.discard(refused)
        self._capacity[table] = len(entries)

    def bring_to(self, desired: DesiredState, *, radio_free: bool = True) -> Iterator[SpinelCommand]:
        """Yield the commands that make the difference to `desired`, and note them as sent. The receiver comes last.

        While the radio transmits or scans, only the source-match tables change: firmware keeps them apart from the
        radio, and OpenThread's own host writes them at any time. A late entry would cost a child its poll.
        """
        if radio_free:
            for what, value in desired.tuning().items():
                yield from self._set(what, value)
        tables = desired.tables()
        for what, entries in tables.items():
            yield from self._fill(what, entries)
        # Without a table the radio sets frame-pending for every child: better than for too few.
        room = all(len(entries) <= self._capacity.get(what, len(entries)) for what, entries in tables.items())
        yield from self._set(PropertyId.MAC_SRC_MATCH_ENABLED, bytes((desired.match_enabled and room,)))
        if radio_free:
            yield from self._set(RECEIVER, bytes((desired.receives,)))

    def _set(self, what: PropertyId, value: bytes) -> Iterator[SpinelCommand]:
        if self._values.get(what) != value:
            self._values[what] = value
            yield SpinelCommand(CommandId.SET, what, value)

    def _fill(self, table: PropertyId, entries: frozenset[bytes]) -> Iterator[SpinelCommand]:
        present = self._tables.get(table)
        if present is None or (table in self._rewritten and present - entries):
            present = self._tables[table] = set()
            yield SpinelCommand(CommandId.SET, table, b"")
        for entry in sorted(present - entries):
            present.discard(entry)
            yield SpinelCommand(CommandId.REMOVE, table, entry)
        room = self._capacity.get(table, len(entries)) - len(present)
        for entry in sorted(entries - present)[: max(0, room)]:
            present.add(entry)
            yield SpinelCommand(CommandId.INSERT, table, entry)
