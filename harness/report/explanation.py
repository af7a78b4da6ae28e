"""What a violation means: what the controller did, and what it had been told by then. A pure function of the trace.

The oracle says which property is violated. Here the record is found in which the controller acts against it, and the
records before it that say otherwise. Positions are those of `trace.jsonl`: its first line is record 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec import Struct, structs

from hanbench.harness.case.calendar import Moment, shown_date
from hanbench.harness.case.installation import Installation, MeterRole
from hanbench.harness.case.trace import (
    ActionAccepted,
    AnyRecord,
    CheckRecorded,
    CheckStarted,
    Closed,
    CommissioningRecorded,
    ControllerFaulted,
    End,
    EventDelivered,
    Excluded,
)
from hanbench.harness.case.vocabulary import (
    AskSupplier,
    Authorisation,
    CheckEnded,
    CommissionDevices,
    CommissioningEnded,
    ExcludeDevice,
    InstallationChanged,
    InstallationLoaded,
    RunCheck,
    SupplierRequest,
    Withdrawal,
)
from hanbench.harness.oracle import Violation
from hanbench.profiles.rulesets import Switches

MOST = 8
"""Maximum number of facts to give, the last ones: what was known long before is in the trace."""


class Fact(Struct, frozen=True):
    """Something that happened, and the record of the trace that has it."""

    time: Moment
    at: float
    """Seconds since the capture began."""
    text: str
    record: int
    """Line of `trace.jsonl`, from 1."""


class Explanation(Struct, frozen=True):
    """The act that a violation is about, and what the controller had been told before it."""

    did: Fact
    known: tuple[Fact, ...]
    frames: tuple[int, ...] = ()
    """Numbers, in the capture, of the first and the last frame of the commissioning that followed the act."""


class _Act(NamedTuple):
    """What a property is about: which records can be the act against it, and the topics of the facts to know."""

    is_act: Callable[[AnyRecord], bool]
    topics: frozenset[str]


def explain(records: Sequence[AnyRecord], violations: Sequence[Violation], began: datetime) -> tuple[Explanation, ...]:
    """Return the explanation of each violation, in their order. `began`: the date at second 0 of the capture.

    Several violations of one property are about acts that follow each other, as far as there are as many.
    """
    last: dict[str, int] = {}
    found = []
    for violation in violations:
        act = _act(violation)
        position = _position(records, violation, act.is_act, last.get(violation.property, -1))
        last[violation.property] = position
        found.append(_explained(records, position, act.topics, began))
    return tuple(found)


def _explained(records: Sequence[AnyRecord], position: int, topics: frozenset[str], began: datetime) -> Explanation:
    def fact(at: int, text: str) -> Fact:
        time = records[at].time
        return Fact(time, round((time - began).total_seconds(), 3), text, at + 1)

    home = _home(records, position) if "home" in topics else ()
    told = tuple(_known(records, position, topics))
    known = tuple(fact(at, text) for at, text in (*home, *told[-(MOST - len(home)) :]))
    return Explanation(fact(position, _did(records[position])), known, _frames(records, position))


# --- the act ----------------------------------------------------------------------------------------------------------


def _partial(record: AnyRecord) -> bool:
    return isinstance(record, ActionAccepted) and record.action == CommissionDevices((MeterRole.ESME,))


def _of_gsme(record: AnyRecord) -> bool:
    return (
        isinstance(record, ActionAccepted)
        and isinstance(record.action, CommissionDevices)
        and MeterRole.GSME in record.action.devices
    )


def _commissions(record: AnyRecord) -> bool:
    return isinstance(record, ActionAccepted) and isinstance(record.action, CommissionDevices)


def _asks(record: AnyRecord) -> bool:
    return isinstance(record, ActionAccepted) and isinstance(record.action, AskSupplier)


def _excludes(record: AnyRecord) -> bool:
    return isinstance(record, Excluded) or (
        isinstance(record, ActionAccepted) and isinstance(record.action, ExcludeDevice)
    )


def _kind(*kinds: type[AnyRecord]) -> Callable[[AnyRecord], bool]:
    return lambda record: isinstance(record, kinds)


def _decides(record: AnyRecord) -> bool:
    return _commissions(record) or isinstance(record, Closed | Excluded)


_ENDS = _kind(Closed, End)
_HOME, _CHECKS, _CONSENT, _EFFECTS = (frozenset((topic,)) for topic in ("home", "checks", "consent", "effects"))
_ALL = _HOME | _CHECKS | _CONSENT | _EFFECTS
_ACTS: dict[str, _Act] = {
    "scope": _Act(_partial, _HOME),
    "count": _Act(_partial, _CHECKS),
    "inconclusive-never-counts": _Act(_partial, _CHECKS),
    "consent": _Act(_partial, _HOME | _CONSENT),
    "consent-from-responsible-supplier": _Act(_partial, _HOME | _CONSENT),
    "withdrawal-honoured": _Act(_partial, _HOME | _CONSENT),
    "healthy-gsme-never-left-behind": _Act(_partial, _CHECKS),
    "fresh-evidence": _Act(_partial, _CHECKS),
    "esme-fault-never-partial": _Act(_partial, _CHECKS),
    "gsme-only-after-pass": _Act(_of_gsme, _CHECKS),
    "excluded-stays-out": _Act(_of_gsme, _EFFECTS),
    "commissioned-once": _Act(_commissions, _EFFECTS),
    "attempt-cap": _Act(_kind(CheckStarted), _CHECKS),
    "spacing": _Act(_kind(CheckStarted), _CHECKS),
    "exclusion-record": _Act(_kind(Excluded), _HOME | _CHECKS),
    "decided-before-done": _Act(_kind(CommissioningRecorded, Excluded), _EFFECTS),
    "verdict-agrees-with-truth": _Act(_kind(CheckRecorded), _CHECKS),
    "verdict-names-its-cause": _Act(_kind(CheckRecorded), _CHECKS),
    "in-turn": _Act(_kind(ControllerFaulted), _ALL),
    "pass-leads-to-migration": _Act(_ENDS, _CHECKS),
    "exclusion-not-before-cap": _Act(_ENDS, _CHECKS),
    "outcome-matches-effects": _Act(_ENDS, _EFFECTS),
}
"""What each property is about. One that is not here is told by the words of its sentence, or else by the end."""
_ATTEMPT = re.compile(r"\battempt (\d+)")
_BY_WORDS: tuple[tuple[str, Callable[[AnyRecord], bool]], ...] = (
    ("partial migration", _partial),
    ("left behind", _partial),
    ("commission", _commissions),
    ("ask", _asks),
    ("exclu", _excludes),
)


def _act(violation: Violation) -> _Act:
    known = _ACTS.get(violation.property)
    if known is not None:
        return known
    text = violation.text.lower()
    if not text.startswith(("closed", "refused", "held", "the case ended")):
        for words, is_act in _BY_WORDS:
            if words in text:
                return _Act(is_act, _ALL)
    return _Act(_ENDS, _ALL)


def _position(
    records: Sequence[AnyRecord], violation: Violation, is_act: Callable[[AnyRecord], bool], last: int
) -> int:
    """Return the first such act after the evidence of the violation and after `last`, or else the last such act."""
    found = [at for at, record in enumerate(records) if is_act(record)]
    if not found:
        found = [at for at, record in enumerate(records) if _decides(record)] or [len(records) - 1]
    named = {int(number) for number in _ATTEMPT.findall(violation.text)}
    for at in found:
        if _is_itself(records[at], violation, named) and at > last:
            return at
    shown = set(violation.frames)
    evidence = [
        at
        for at, record in enumerate(records)
        if isinstance(record, CheckRecorded) and (record.check.attempt in named or shown & set(record.check.frames))
    ]
    since = max((last, *evidence))
    return next((at for at in found if at > since), found[-1])


def _is_itself(record: AnyRecord, violation: Violation, attempts: set[int]) -> bool:
    """Return whether the sentence of a violation is about this very record."""
    match record:
        case CheckStarted(attempt=attempt):
            return attempt in attempts
        case CheckRecorded(check=check):
            return check.attempt in attempts
        case ControllerFaulted():
            return _did(record) == violation.text
        case _:
            return False


def _did(record: AnyRecord) -> str:
    """Return what happens in a record, in words without a subject."""
    match record:
        case ActionAccepted(action=CommissionDevices(devices=devices)):
            alone = " alone" if len(devices) == 1 else ""
            return f"commissions {' and '.join(each.value.upper() for each in devices)}{alone}"
        case ActionAccepted(action=AskSupplier(supplier=supplier, consent=consent)):
            return f"asks {supplier} for its {consent.value}"
        case ActionAccepted(action=RunCheck(not_before=when)):
            return f"asks for a check, not before {shown_date(when)}"
        case ActionAccepted(action=ExcludeDevice(device=device)) | Excluded(device=device):
            return f"excludes the {device.value.upper()}"
        case CheckStarted():
            return f"has check {record.attempt} begin"
        case CheckRecorded(check=check):
            return f"check {check.attempt} ends: {check.verdict.value}"
        case CommissioningRecorded(commissioning=ended):
            done = "commissioned" if ended.succeeded else "not commissioned"
            return f"{' and '.join(each.value.upper() for each in ended.devices)} {done}"
        case ControllerFaulted():
            return f"{record.kind}: {record.text}"
        case Closed():
            return f"closes the case: {record.outcome.value}"
        case End():
            return f"gives no outcome; the recording ends: {record.reason}"
        case _:
            return "the recording breaks off"


def _frames(records: Sequence[AnyRecord], position: int) -> tuple[int, ...]:
    """Return the first and the last frame of the commissioning that an act began, if it is one."""
    if not _commissions(records[position]):
        return ()
    ended = (each for each in records[position:] if isinstance(each, CommissioningRecorded))
    return next((each.commissioning.frames for each in ended), ())


# --- what was known ---------------------------------------------------------------------------------------------------


def _known(records: Sequence[AnyRecord], position: int, topics: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield what the controller had been told, or had done, before a position: positions and words."""
    for at, record in enumerate(records[:position]):
        if text := _told(record, topics):
            yield at, text


def _home(records: Sequence[AnyRecord], position: int) -> tuple[tuple[int, str], ...]:
    """Return where the installation was told last before a position, and how it was then; empty: nowhere."""
    for at in reversed(range(position)):
        match records[at]:
            case EventDelivered(event=InstallationLoaded(installation=home) | InstallationChanged(installation=home)):
                return ((at, _home_in_words(home, records[position].time)),)
    return ()


def _home_in_words(home: Installation, at: datetime) -> str:
    day = at.astimezone(UTC).date()
    rules = [
        entry.id
        for entry in home.rulebook.rule_sets
        if (entry.first_day is None or entry.first_day <= day) and (entry.last_day is None or day <= entry.last_day)
    ]
    meters = ", ".join(
        f"{role} {meter.status.value.capitalize()} with {meter.supplier}"
        for role, meter in (("ESME", home.esme), ("GSME", home.gsme))
    )
    switches = home.rulebook.switches
    set_ = [f"{name} {to}" for name, to in structs.asdict(switches).items() if to != getattr(Switches(), name)]
    switched = f"; switches: {', '.join(set_)}" if set_ else ""
    return f"{home.cohort.value}: {meters}; rules of {day} (UTC): {rules[0] if rules else 'none'}{switched}"


def _told(record: AnyRecord, topics: frozenset[str]) -> str:
    """Return a record in words if it is about one of the topics, else an empty text."""
    match record:
        case EventDelivered(event=CheckEnded() as check) if "checks" in topics:
            found = f"{check.verdict.value} {check.code or ''}".strip()
            cause = f" ({check.cause.value})" if check.cause is not None and check.code is None else ""
            return f"check {check.attempt}: {found}{cause}: {check.detail}"
        case EventDelivered(event=SupplierRequest(supplier=supplier)) if "consent" in topics:
            return f"{supplier} requests partial migration"
        case EventDelivered(event=Authorisation(supplier=supplier)) if "consent" in topics:
            return f"{supplier} authorises partial migration"
        case EventDelivered(event=Withdrawal(supplier=supplier)) if "consent" in topics:
            return f"{supplier} withdraws its consent, or objects"
        case ActionAccepted(action=AskSupplier()) if "consent" in topics:
            return f"the controller {_did(record)}"
        case EventDelivered(event=CommissioningEnded() as ended) if "effects" in topics:
            done = "commissioned" if ended.succeeded else f"not commissioned: {ended.detail}"
            return f"{' and '.join(each.value.upper() for each in ended.devices)} {done}"
        case Excluded() if "effects" in topics:
            return f"the controller {_did(record)}"
        case _:
            return ""
