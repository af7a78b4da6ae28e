"""The record of one case, from which the oracle judges: what was told, asked for, done, and what was really so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from hanbench.emulator.clock import Clock
from hanbench.harness.case.calendar import Calendar, Moment
from hanbench.harness.case.check import HanCheck, Subject
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import Installation, MeterRole
from hanbench.harness.case.plan import State, StatementKind
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, ExclusionRecord, Outcome

VERSION = 2
"""Goes up when a reader of the version before could misread something."""


class TraceRecord(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="record", rename="kebab", omit_defaults=True
):
    """One thing that happened, in the order in which it happened."""

    time: Moment


class Header(TraceRecord, frozen=True, tag="header"):
    """What the trace is about; always the first record."""

    scenario: str
    installation: Installation
    controller: str
    version: int
    seed: str = ""


class EventDelivered(TraceRecord, frozen=True, tag="given"):
    """The controller was told something."""

    event: AnyEvent


class ActionAccepted(TraceRecord, frozen=True, tag="taken"):
    """The controller asked for something, and the harness set about it."""

    action: AnyAction


class ControllerFaulted(TraceRecord, frozen=True, tag="misbehaved"):
    """The controller did something that it may not; the harness ignored it."""

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
    """A supplier spoke; the controller was told right away."""

    supplier: str
    says: StatementKind


class GroundTruth(TraceRecord, frozen=True, tag="truth"):
    """From now on a subject is in this state, whatever any check finds. Before its first record it is well."""

    subject: Subject
    state: State
    cause: str = ""


class CommissioningRecorded(TraceRecord, frozen=True, tag="commissioned"):
    """An attempt to commission devices ended."""

    commissioning: Commissioning


class Excluded(TraceRecord, frozen=True, tag="excluded"):
    """A device was left out of the migration."""

    device: MeterRole
    exclusion: ExclusionRecord | None = None


class Closed(TraceRecord, frozen=True, tag="closed"):
    """The controller ended the case."""

    outcome: Outcome


class End(TraceRecord, frozen=True, tag="end"):
    """Nothing more was recorded; always the last record."""

    reason: str
    """`closed`, or the bound that was reached: `time`, `actions`."""


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

_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(AnyRecord)


class Trace:
    """A trace being recorded: a list of records, and the clock and calendar that date them."""

    __slots__ = ("_clock", "calendar", "records")

    def __init__(self, clock: Clock, start: datetime) -> None:
        """Begin a trace in which it is `start` now. Raises ValueError if `start` has no time zone."""
        self._clock = clock
        self.calendar = Calendar.starting(start, clock.now)
        self.records: list[AnyRecord] = []

    @property
    def now(self) -> datetime:
        """The date and time now, UTC."""
        return self.calendar.date(self._clock.now)

    def add(self, record: AnyRecord) -> None:
        """Append one record."""
        self.records.append(record)

    def truth(self, subject: Subject, state: State, cause: str = "") -> None:
        """Record that `subject` is in this state from now on."""
        self.records.append(GroundTruth(self.now, subject, state, cause))


def encode(records: Iterable[AnyRecord]) -> bytes:
    """Return the records as JSON lines."""
    return msgspec.json.Encoder().encode_lines(records)


def decode(lines: bytes | str) -> list[AnyRecord]:
    """Read JSON lines of this version. Raises msgspec.ValidationError or msgspec.DecodeError."""
    records: list[AnyRecord] = _decoder.decode_lines(lines)
    for record in records[:1]:
        if isinstance(record, Header) and record.version != VERSION:
            raise msgspec.ValidationError(f"trace version {record.version}, expected {VERSION}")
    return records
