"""Reads the trace of one case from a file, of hanbench or of others: whatever is wrong with it is one line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from hanbench.harness.case.contradiction import contradiction
from hanbench.harness.case.trace import VERSION, AnyRecord, Header, decode_line
from hanbench.harness.foreign_json import NOT_JSON
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.reading import read_octets

LARGEST = 200_000_000
"""Octets."""
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def read_trace(path: Path) -> tuple[Header, list[AnyRecord]]:
    """Return the header of a trace, and all records with it. Raises ProfileError: file, line, what was expected."""
    records: list[AnyRecord] = []
    numbers: list[int] = []
    for number, line in _lines(path):
        try:
            record = decode_line(line)
        except (*NOT_JSON, OverflowError) as error:
            raise ProfileError(path, f"expected a record of a trace: {error}", f"line {number}") from None
        if records and isinstance(record, Header):
            raise ProfileError(path, "a second header; expected one case a file", f"line {number}")
        if records and record.time < records[-1].time:
            raise ProfileError(path, "earlier than the record before; expected the order of events", f"line {number}")
        if record.time >= LATEST:
            raise ProfileError(path, f"expected a time before 2200, found {record.time:%Y-%m-%d}", f"line {number}")
        records.append(record)
        numbers.append(number)
    if not records or not isinstance(records[0], Header):
        raise ProfileError(path, "expected the header of a trace", "line 1")
    if records[0].version != VERSION:
        raise ProfileError(path, f"trace version {records[0].version}, expected {VERSION}", "line 1")
    if (found := contradiction(records)) is not None:
        raise ProfileError(path, found.text, f"line {numbers[found.position]}")
    return records[0], records


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give the lines with content and their numbers. Raises ProfileError."""
    for number, line in enumerate(read_octets(path, LARGEST, "trace").splitlines(), 1):
        if line.strip():
            yield number, line
