"""Source-match tables: the children whose Data Requests are acknowledged with the frame-pending bit set."""

from __future__ import annotations

from hanbench.emulator.dongle.firmware import Firmware
from hanbench.emulator.dongle.spinel_error import SpinelError
from hanbench.emulator.octets import Reader
from hanbench.emulator.radio.interface import Radio
from hanbench.emulator.radio.spinel.ids import SpinelStatus

MOST = 64
"""Maximum number of entries in each table."""


class SourceMatch:
    """A table of short addresses, a table of extended ones, and the switch that enables both."""

    def __init__(self, radio: Radio, firmware: Firmware) -> None:
        self.enabled = False
        self._radio = radio
        self._firmware = firmware
        self._tables: dict[bool, list[int]] = {False: [], True: []}

    def enable(self, on: bool) -> None:
        self.enabled = on
        self._load()

    def replace(self, reader: Reader, *, extended: bool) -> None:
        """Replace the table with the addresses in `reader`. Raises SpinelError, RemoteProtocolError."""
        addresses = []
        while reader.remaining:
            addresses.append(_read(reader, extended))
        if len(addresses) > MOST:
            raise SpinelError(SpinelStatus.NOMEM)
        self._tables[extended] = list(dict.fromkeys(addresses))
        self._load()

    def insert(self, reader: Reader, *, extended: bool) -> None:
        """Add one address, unless the table has it. Raises SpinelError, RemoteProtocolError."""
        address = _read(reader, extended)
        table = self._tables[extended]
        if address not in table:
            if len(table) >= MOST:
                raise SpinelError(SpinelStatus.NOMEM)
            table.append(address)
        if self.enabled:
            self._radio.source_match_add(address, extended=extended)

    def remove(self, reader: Reader, *, extended: bool) -> None:
        """Remove one address. Raises SpinelError, RemoteProtocolError."""
        address = _read(reader, extended)
        if extended and self._firmware.reversed_removal:
            address = int.from_bytes(address.to_bytes(8, "big"), "little")
        if address not in self._tables[extended]:
            if self._firmware.absent_entry is None:
                return
            raise SpinelError(self._firmware.absent_entry)
        self._tables[extended].remove(address)
        if self.enabled:
            self._radio.source_match_remove(address, extended=extended)

    def encode(self, *, extended: bool) -> bytes:
        """Encode a table as the value of its property."""
        if extended:
            return b"".join(address.to_bytes(8, "big") for address in self._tables[True])
        return b"".join(address.to_bytes(2, "little") for address in self._tables[False])

    def _load(self) -> None:
        """Copy the tables to the radio, after `source_match` has emptied its own; empty ones mark no child."""
        self._radio.source_match(self.enabled or self._firmware.never_pending_unmatched)
        if self.enabled:
            for extended, addresses in self._tables.items():
                for address in addresses:
                    self._radio.source_match_add(address, extended=extended)


def _read(reader: Reader, extended: bool) -> int:
    return int.from_bytes(reader.take(8), "big") if extended else reader.u16()
