"""The timeline of one scenario for people: its events, and the frames that are the evidence of its verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.calendar import shown_date
from hanbench.harness.case.check import HanCheck, Verdict
from hanbench.harness.case.plan import State
from hanbench.harness.case.trace import (
    ActionAccepted,
    AnyRecord,
    CheckRecorded,
    Closed,
    CommissioningRecorded,
    ControllerFaulted,
    End,
    EventDelivered,
    Excluded,
    GroundTruth,
    SupplierSaid,
)
from hanbench.harness.case.vocabulary import AskSupplier, CommissionDevices, InstallationChanged, RunCheck
from hanbench.harness.checks import EvidencedCheck
from hanbench.harness.checks.evidence import Evidence
from hanbench.harness.foreign_text import cleaned_throughout
from hanbench.harness.frames import Dissector
from hanbench.harness.scenario.run import ScenarioResult

SHOWN = 16
"""Maximum number of frames to show of one check: its first and its last ones."""


class TimelineEntry(Struct, frozen=True, array_like=True):
    """An entry of the timeline."""

    lane: str
    """`faults`, `checks`, `suppliers`, `controller`."""
    start: float
    end: float | None
    """Seconds since the installation was loaded; None as end: a moment."""
    kind: str
    """Style of the entry: a state, a verdict, `says`, `asks`, `commissions`, `changes`, `closes`, `errs`."""
    label: str
    text: str


class FrameDetail(Struct, frozen=True, array_like=True):
    """A dissected frame."""

    number: int
    """Number in the capture, from 1."""
    time: float
    """Seconds since the capture began."""
    sender: str
    receiver: str
    name: str
    line: str
    layers: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


class CheckDetail(Struct, frozen=True, array_like=True):
    """One HAN-connectivity check and the frames that are its evidence."""

    check: HanCheck
    left_out: int
    """Number of frames in the middle that are not shown."""
    frames: tuple[FrameDetail, ...]
    gap: int = 0
    """Number of `frames` before those left out."""
    answered: bool = False
    """Whether the GSME sent a data frame, shown or left out. Polls and acknowledgements of the MAC do not count."""
    mirror: str = ""
    """The gas meter's mirror in words, if it is stale."""


class CommissioningDetail(Struct, frozen=True, array_like=True):
    """One commissioning and the frames between the hub and the meters meanwhile."""

    devices: str
    succeeded: bool
    detail: str
    end: float
    """Seconds since the capture began."""
    left_out: int
    """Number of frames in the middle that are not shown."""
    frames: tuple[FrameDetail, ...]
    gap: int = 0
    """Number of `frames` before those left out."""


class ScenarioDetail(Struct, frozen=True, array_like=True):
    """The details of a scenario for people."""

    began: datetime
    """The date at second 0 of the clock, at which the capture begins."""
    loaded: datetime
    """Date at which the installation was loaded."""
    entries: tuple[TimelineEntry, ...]
    checks: tuple[CheckDetail, ...]
    commissionings: tuple[CommissioningDetail, ...] = ()


def timeline(result: ScenarioResult) -> ScenarioDetail:
    """Return the details of one scenario. Keys are redacted, and foreign text is cleaned."""
    dissector = Dissector(result.keys)
    return cleaned_throughout(
        ScenarioDetail(
            result.began,
            result.scenario.start,
            tuple(timeline_entries(result.records, result.scenario.start)),
            tuple(_check(each, dissector) for each in result.evidenced),
            tuple(_commissionings(result, dissector)),
        )
    )


def _check(evidenced: EvidencedCheck, dissector: Dissector) -> CheckDetail:
    evidence, mirror = evidenced.evidence, evidenced.mirror
    shown, gap = _ends(evidence)
    return CheckDetail(
        evidenced.check,
        len(evidence) - len(shown),
        tuple(_frame(each, dissector) for each in shown),
        gap,
        answered=any(each.sender == "gsme" for each in evidence),
        mirror="" if mirror is None or not mirror.stale else mirror.words,
    )


def _commissionings(result: ScenarioResult, dissector: Dissector) -> Iterator[CommissioningDetail]:
    ends = (record.time for record in result.records if isinstance(record, CommissioningRecorded))
    for (ended, evidence), at in zip(result.commissionings, ends, strict=True):
        shown, gap = _ends(evidence)
        yield CommissioningDetail(
            " and ".join(each.value.upper() for each in ended.devices),
            ended.succeeded,
            ended.detail,
            _seconds(at - result.began),
            len(evidence) - len(shown),
            tuple(_frame(each, dissector) for each in shown),
            gap,
        )


def _ends(evidence: Sequence[Evidence]) -> tuple[Sequence[Evidence], int]:
    """Return the frames to show, and how many of them stand before those that are left out."""
    if len(evidence) <= SHOWN:
        return evidence, len(evidence)
    return (*evidence[: SHOWN // 2], *evidence[-SHOWN // 2 :]), SHOWN // 2


def _frame(evidence: Evidence, dissector: Dissector) -> FrameDetail:
    found = dissector(evidence.psdu)
    return FrameDetail(
        evidence.number,
        evidence.time / SECOND,
        evidence.sender,
        evidence.receiver,
        found.name,
        found.line,
        tuple((layer.name, layer.fields) for layer in found.layers),
    )


# --- the timeline -----------------------------------------------------------------------------------------------------


def timeline_entries(records: Sequence[AnyRecord], start: datetime) -> Iterator[TimelineEntry]:
    """Yield the entries in the order of their beginnings."""
    found = [*_states(records, start), *_moments(records, start)]
    yield from sorted(found, key=lambda each: each.start)


def _states(records: Sequence[AnyRecord], start: datetime) -> Iterator[TimelineEntry]:
    """Yield each period in which a subject was not healthy."""
    last = records[-1].time
    open_: dict[str, tuple[datetime, State, str]] = {}
    for record in records:
        if not isinstance(record, GroundTruth):
            continue
        subject = record.subject.value
        if subject in open_:
            yield _state(subject, *open_.pop(subject), record.time, start)
        if record.state is not State.HEALTHY:
            open_[subject] = (record.time, record.state, record.cause)
    for subject, (since, state, cause) in open_.items():
        yield _state(subject, since, state, cause, last, start)


def _state(subject: str, since: datetime, state: State, cause: str, until: datetime, start: datetime) -> TimelineEntry:
    what = f"{subject.upper()} {state.value}" + (f": {cause}" if cause else "")
    return TimelineEntry(
        "faults", _seconds(since - start), _seconds(until - start), state.value, cause or subject, what
    )


def _moments(records: Sequence[AnyRecord], start: datetime) -> Iterator[TimelineEntry]:
    for record in records:
        at = _seconds(record.time - start)
        match record:
            case CheckRecorded(check=check):
                said = {Verdict.PASS: "pass", Verdict.FAIL: f"fail {check.code}"}.get(check.verdict, "inconclusive")
                text = f"Check {check.attempt}: {said}. {check.detail}"
                begin = _seconds(check.started - start)
                yield TimelineEntry("checks", begin, at, check.verdict.value, str(check.attempt), text)
            case SupplierSaid():
                text = f"{record.supplier}: {record.says.value}"
                yield TimelineEntry("suppliers", at, None, "says", record.says.value, text)
            case EventDelivered(event=InstallationChanged(installation=home)):
                text = (
                    f"A meter changes hands: ESME {home.esme.status.value} with {home.esme.supplier}, "
                    f"GSME {home.gsme.status.value} with {home.gsme.supplier}"
                )
                yield TimelineEntry("suppliers", at, None, "changes", "change", text)
            case ActionAccepted(action=RunCheck(not_before=when)):
                text = f"asks for a check, not before {shown_date(when)}"
                yield TimelineEntry("controller", at, None, "asks", "check", text)
            case ActionAccepted(action=AskSupplier(supplier=supplier, consent=consent)):
                yield TimelineEntry("controller", at, None, "asks", "ask", f"asks {supplier} for its {consent.value}")
            case ActionAccepted(action=CommissionDevices(devices=devices)):
                text = f"decides to commission {' and '.join(each.value.upper() for each in devices)}"
                yield TimelineEntry("controller", at, None, "commissions", "commission", text)
            case CommissioningRecorded(commissioning=ended):
                done = "commissioned" if ended.succeeded else f"not commissioned: {ended.detail}"
                text = f"{' and '.join(each.value.upper() for each in ended.devices)} {done}"
                label = "done" if ended.succeeded else "failed"
                yield TimelineEntry("controller", at, None, "commissions", label, text)
            case Excluded():
                yield TimelineEntry(
                    "controller", at, None, "asks", "exclude", f"excludes the {record.device.value.upper()}"
                )
            case ControllerFaulted():
                yield TimelineEntry("controller", at, None, "errs", record.kind, f"{record.kind}: {record.text}")
            case Closed():
                text = f"closes the case: {record.outcome.value}"
                yield TimelineEntry("controller", at, None, "closes", record.outcome.value, text)
            case End() if record.reason != "closed":
                yield TimelineEntry("controller", at, None, "errs", "end", f"the recording ends: {record.reason}")


def _seconds(time: timedelta) -> float:
    return round(time.total_seconds(), 3)
