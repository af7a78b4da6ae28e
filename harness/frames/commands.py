"""The commands of clusters as they are on the air: as Smart Energy has them today, or as it had them before 1.2."""

from __future__ import annotations

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.cluster import Command, key_of
from hanbench.emulator.zcl.smart_energy import TABLES, SmartEnergyEra

FROM_OWNER = foundation.RESPONSES - {foundation.DefaultResponse.COMMAND} | {foundation.ReportAttributes.COMMAND}
"""General commands that the owner of the attributes sends; it receives the others."""


def rows_of(cluster: int, direction: int, command: int, manufacturer: int | None) -> tuple[Command, ...]:
    """Return the rows that a command may have: that of today, and behind it that of before SE 1.2 if it differs."""
    key = key_of(command, manufacturer)
    found: list[Command] = []
    for era in (SmartEnergyEra.SE_1_2, SmartEnergyEra.SE_1_1):
        rows = TABLES[era][cluster].commands(direction) if cluster in TABLES[era] else ()
        found += [each for each in rows if each.key == key and each not in found]
    return tuple(found)


def fitting(rows: tuple[Command, ...], payload: bytes) -> tuple[Command, object]:
    """Return the first row that a payload fits, and what it says. Raises RemoteProtocolError, that of the first row."""
    first: RemoteProtocolError | None = None
    for row in rows:
        try:
            return row, row.decode(payload)
        except RemoteProtocolError as error:
            first = first or error
    assert first is not None  # there is a row
    raise first
