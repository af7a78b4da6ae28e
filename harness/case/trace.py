"""The trace of one case, which the oracle judges: events, actions, effects, and the ground truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from hanbench.harness.case.calendar import Calendar, Moment
from hanbench.harness.case.check import HanCheck, Subject
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import Installation, MeterRole
from hanbench.harness.case.plan import State, StatementKind
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, ExclusionRecord, Outcome
from hanbench.harness.foreign_json import each_key_once

VERSION = 2
"""Increased when a reader of the previous version could misread a trace."""


class TraceRecord(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="record", rename="kebab", omit_defaults=True
):
    """One record of a trace; records are in the order of events."""

    time: Moment


class Header(TraceRecord, frozen=True, tag="header"):
    """The case of the trace; always the first record."""

    scenario: str
    installation: Installation
    controller: str
    version: int
    seed: str = ""


class EventDelivered(TraceRecord, frozen=True, tag="given"):
    """The controller received an event."""

    event: AnyEvent


class ActionAccepted(TraceRecord, frozen=True, tag="taken"):
    """The controller requested an action, and the harness began it."""

    action: AnyAction


class ControllerFaulted(TraceRecord, frozen=True, tag="misbehaved"):
    """The controller did something invalid, which the harness ignored."""

    kind: str
    """`crashed`, `not-an-action`, `out-of-turn`, `too-many-actions`."""
    text: str


class CheckStarted(TraceRecord, frozen=True, tag="check-started"):
    """A HAN-connectivity check began."""

    attempt: int


class CheckRecorded(TraceRecord, frozen=True, tag="check-finished"):
    """A HAN-connectivity check ended."""

    check: HanCheck


class SupplierSaid(TraceRecord, frozen=True, tag="supplier-said"):
    """A supplier made a statement, which the controller received at once."""

    supplier: str
    says: StatementKind


class GroundTruth(TraceRecord, frozen=True, tag="truth"):
    """The state of a subject from now on, whatever a check finds. Before its first record, a subject is healthy."""

    subject: Subject
    state: State
    cause: str = ""


class CommissioningRecorded(TraceRecord, frozen=True, tag="commissioned"):
    """An attempt to commission devices ended."""

    commissioning: Commissioning


class Excluded(TraceRecord, frozen=True, tag="excluded"):
    """A device was excluded from the migration."""

    device: MeterRole
    exclusion: ExclusionRecord | None = None


class Closed(TraceRecord, frozen=True, tag="closed"):
    """The controller closed the case."""

    outcome: Outcome


class End(TraceRecord, frozen=True, tag="end"):
    """The recording ended; always the last record."""

    reason: str
    """`closed`, or the limit that was reached: `time`, `actions`."""


AnyRecord = (
    Header
    | EventDelivered
    | ActionAccepted
    | ControllerFaulted
    | CheckStarted
    | CheckRecorded
    | SupplierSaid
    | GroundTruth
    | CommissioningRecorded
    | Excluded
    | Closed
    | End
)


class _Head(Struct):
    """What the first line of a trace says before it is read: a header of version 1 has no version."""

    record: str = ""
    version: int = 1


_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(AnyRecord)


class Trace:
    """A trace in progress: its records, its time, and the calendar that dates them."""

    __slots__ = ("_dated", "_now", "calendar", "on_record", "records", "time")

    def __init__(
        self, start: datetime, time: int = 0, on_record: Callable[[AnyRecord], object] = lambda record: None
    ) -> None:
        """Begin a trace at the date `start` and at `time`, microseconds of the bench's clock.

        `on_record` is called with each record. Raises ValueError if `start` has no time zone.
        """
        self.calendar = Calendar.starting(start, time)
        self.time = time
        self.records: list[AnyRecord] = []
        self._dated, self._now = time, self.calendar.date(time)
        self.on_record = on_record

    @property
    def now(self) -> datetime:
        """The present date and time, UTC."""
        if self._dated != self.time:
            self._dated, self._now = self.time, self.calendar.date(self.time)
        return self._now

    def add(self, record: AnyRecord) -> None:
        """Append one record."""
        self.records.append(record)
        self.on_record(record)

    def truth(self, subject: Subject, state: State, cause: str = "") -> None:
        """Record the state of `subject` from now on."""
        self.add(GroundTruth(self.now, subject, state, cause))


def encode(records: Iterable[AnyRecord]) -> bytes:
    """Return the records as JSON lines."""
    return msgspec.json.Encoder().encode_lines(records)


def decode_line(line: bytes | str) -> AnyRecord:
    """Decode one record. Raises those of `foreign_json.NOT_JSON`."""
    record: AnyRecord = _decoder.decode(line)
    each_key_once(line)
    return record


def decode(lines: bytes | str) -> list[AnyRecord]:
    """Decode JSON lines of this version. Raises those of `foreign_json.NOT_JSON`."""
    octets = lines.encode() if isinstance(lines, str) else lines
    first = octets.lstrip().partition(b"\n")[0]
    head = msgspec.json.decode(first, type=_Head) if first else _Head()
    if head.record == "header" and head.version != VERSION:
        raise msgspec.ValidationError(f"trace version {head.version}, expected {VERSION}")
    records: list[AnyRecord] = _decoder.decode_lines(octets)
    for line in octets.split(b"\n"):
        if line.strip():
            each_key_once(line)
    return records
