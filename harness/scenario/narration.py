"""The narration of a scenario in English sentences, from its file alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from hanbench.harness.case.calendar import shown_date
from hanbench.harness.case.check import Subject
from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.case.installation import Meter, MeterRole
from hanbench.harness.case.plan import FaultEvent, State, StatementKind, SupplierAct, SupplierChange
from hanbench.harness.scenario.expectation import Expectation, FrameExpectation
from hanbench.harness.scenario.scenario import IN_FORCE, Scenario
from hanbench.profiles.rulesets import Decider

_SUBJECTS = {
    Subject.GSME: "the gas meter",
    Subject.ESME: "the electricity meter",
    Subject.WAN: "the WAN",
    Subject.BENCH: "the test bench",
}
_STATES = {
    State.BROKEN: "breaks",
    State.IMPAIRED: "is impaired, and still answers",
    State.UNCERTAIN: "works now and then",
    State.HEALTHY: "recovers",
}
_DOES = {"lose": "lost", "garble": "garbled", "tamper": "tampered with", "delay": "delayed", "duplicate": "duplicated"}
_OPTIONAL = {False: "", True: ", if there are any"}
_SAYS = {
    StatementKind.REQUEST: "requests partial migration",
    StatementKind.AUTHORISATION: "authorises partial migration",
    StatementKind.WITHDRAWAL: "withdraws its consent, or objects",
}
_DECIDERS = {Decider.DCC: "DCC", Decider.RESPONSIBLE_SUPPLIER: "responsible supplier"}


def narrate(scenario: Scenario) -> Iterator[str]:
    """Yield the sentences that describe a scenario."""
    yield f"{scenario.title}."
    yield (
        f"A home of cohort {scenario.cohort.value}: the electricity meter is {_meter(scenario.esme)}, "
        f"the gas meter {_meter(scenario.gsme)}."
    )
    rules = "the rules in force on the day" if scenario.rules == IN_FORCE else f"the rules {scenario.rules}"
    yield (
        f"It is loaded for migration on {shown_date(scenario.start)} (UTC), under {rules}; between two checks are "
        f"{scenario.check_spacing_hours:g} h, and after {scenario.decide_within_days:g} days its time is up."
    )
    if scenario.bench is not None:
        yield f"Its radios are those of the bench {scenario.bench}."
    for role, profile in scenario.profiles.items():
        yield f"The {role} is of the profile {profile}."
    if scenario.wake_interval_s is not None:
        yield f"The gas meter wakes every {scenario.wake_interval_s:g} s."
    for change in scenario.changes:
        yield _capital(change_in_words(change))
    for act in scenario.suppliers:
        yield _capital(_act(act))
    for handover in scenario.handovers:
        yield _capital(_handover(handover))
    if scenario.expect is not None:
        yield from _expected(scenario.expect)
    if scenario.source:
        yield f"Source: {scenario.source}."


def _meter(meter: Meter) -> str:
    return f"{meter.status.value.capitalize()} with {meter.supplier}"


def _hours(time: timedelta) -> str:
    seconds = time.total_seconds()
    if seconds < 60:
        return f"{seconds:g} s"
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds / 60:g} minutes"


def _ordinal(number: int) -> str:
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def change_in_words(change: FaultEvent) -> str:
    """Return what an event of the plan does, and when, in words."""
    fault = CATALOGUE.get(change.cause)
    cause = f"{fault.title.lower()} ({change.cause})" if fault is not None else change.cause
    when = _when(change)
    if change.state is State.HEALTHY:
        return f"{when}, this ends: {cause}"
    parts = [f"{when}, {_SUBJECTS[change.subject]} {_STATES[change.state]}: {cause}"]
    if change.frames is not None:
        which = change.frames
        what = "messages on the WAN" if which.on == "wan" else which.words
        share = "" if which.chance == 1 else f", {which.chance:.0%} of them"
        first = "" if which.first == 1 else f", from the {_ordinal(which.first)} on"
        many = "" if which.count is None else f", at most {which.count}"
        any_ = _OPTIONAL[which.optional]
        parts.append(f"{_DOES[which.does.value]} on their way: {what}{share}{first}{many}{any_}")
    if change.lasts is not None:
        parts.append(f"for {_hours(change.lasts)}")
    if change.chance < 1:
        parts.append(f"in {change.chance:.0%} of all runs, depending on the seed")
    return "; ".join(parts)


def _when(change: FaultEvent) -> str:
    if change.at is not None:
        return f"on {shown_date(change.at)}"
    if change.before_check is not None:
        return f"before check {change.before_check}"
    if change.before_commissioning is not None:
        return f"before commissioning {change.before_commissioning}"
    assert change.on_frame is not None
    any_ = _OPTIONAL[change.on_frame.optional]
    return f"right after frame number {change.on_frame.nth} of the kind {change.on_frame.words}{any_}"


def _act(act: SupplierAct) -> str:
    if act.after_ask is None:
        when = _occasion(act)
    else:
        when = f"{_hours(act.after_ask)} after it is asked" if act.after_ask else "as soon as it is asked"
    return f"the supplier {act.supplier} {_SAYS[act.says]} {when}"


def _occasion(act: SupplierAct | SupplierChange) -> str:
    later = f"{_hours(act.later)} after" if act.later else ""
    if act.at is not None:
        return f"on {shown_date(act.at)}"
    if act.after_check is not None:
        return f"{later or 'right after'} check {act.after_check}"
    if act.during_check is not None:
        return f"{later or 'at'} the beginning of check {act.during_check}"
    if act.during_commissioning is not None:
        return f"{later or 'at'} the beginning of commissioning {act.during_commissioning}"
    assert act.to_decide_by is not None
    if not act.to_decide_by:
        return "when its time is up"
    side = "before" if act.to_decide_by < timedelta(0) else "after"
    return f"{_hours(abs(act.to_decide_by))} {side} its time is up"


def _handover(handover: SupplierChange) -> str:
    which = "electricity meter" if handover.meter is MeterRole.ESME else "gas meter"
    whose = f" with {handover.supplier}" if handover.supplier is not None else ""
    return f"{_occasion(handover)}, the {which} is {handover.status.value.capitalize()}{whose}"


def _expected(wanted: Expectation) -> Iterator[str]:
    parts = [] if wanted.outcome is None else [wanted.outcome.value]
    if wanted.checks is not None:
        parts.append(f"after {wanted.checks} check{'s' if wanted.checks != 1 else ''}")
    if wanted.decider is not None:
        parts.append(f"decided by the {_DECIDERS[wanted.decider]}")
    if wanted.decided_after is not None:
        parts.append(f"not before {shown_date(wanted.decided_after)}")
    if wanted.decided_before is not None:
        parts.append(f"not after {shown_date(wanted.decided_before)}")
    for what, devices in (("commissioned", wanted.commissioned), ("excluded", wanted.excluded)):
        if devices is not None:
            parts.append(f"{what}: {', '.join(each.value.upper() for each in devices) or 'nothing'}")
    if parts:
        yield f"Expected: {'; '.join(parts)}."
    for frames in wanted.frames:
        yield f"On the air: {_frames(frames)}."


def _frames(wanted: FrameExpectation) -> str:
    if wanted.at_most == 0:
        return f"no {wanted.words}{wanted.when}"
    bounds = [
        f"at least {wanted.at_least}" if wanted.at_least is not None else "",
        f"at most {wanted.at_most}" if wanted.at_most is not None else "",
    ]
    return f"{' and '.join(filter(None, bounds))} of {wanted.words}{wanted.when}{_OPTIONAL[wanted.optional]}"
