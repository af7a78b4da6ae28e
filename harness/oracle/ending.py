"""Properties of the conduct and the end of a case: in time, in turn, and in agreement with its effects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.vocabulary import CommissioningEnded, Outcome, Tick
from hanbench.harness.oracle.case import ANSWER, BOTH, ESME_ONLY, Case, frames_of
from hanbench.harness.oracle.consent import has_undoubted_consent, needed_consent
from hanbench.harness.oracle.counting import counted
from hanbench.harness.oracle.scope import allowed_on
from hanbench.harness.oracle.violation import (
    IN_TURN,
    Finding,
    Property,
    at_most_inferred,
    chosen,
    inferred,
    interface,
    of_value,
)

GRACE = timedelta(days=1)
"""Time beyond `decide_by`, for the result of a commissioning in progress."""

_COMMISSIONED = {Outcome.MIGRATE_BOTH: BOTH, Outcome.MIGRATE_ESME_ONLY: ESME_ONLY}


def ends_in_time(case: Case) -> Iterator[Finding]:
    """The case is closed in answer to what the controller was told by `decide_by`, or to the result of a commissioning
    that was decided on by then. No check begins, and no commissioning is decided on, after that.
    """
    until = case.installation.decide_by
    for attempt, time, position in case.started:
        if not _in_time(case, position, time):
            yield Finding(f"attempt {attempt} began at {time}, after {until}")
    for decision in case.decisions:
        if not _in_time(case, decision.position, decision.time):
            names = ", ".join(sorted(device.value for device in decision.devices))
            yield Finding(f"commissioning of {names} was asked for at {decision.time}, after {until}")
    if case.closed is None:
        yield Finding(f'no outcome; recording ended on the bound "{case.end.reason if case.end else "none"}"')
        return
    position, closed = case.closed
    if not _in_time(case, position, closed.time) and not _was_awaited(case, position, closed.time):
        yield Finding(f"closed at {closed.time}, after {until}")


def _in_time(case: Case, position: int, time: datetime) -> bool:
    """Return whether what is done at a position answers what was told by `decide_by`: its tick at the latest."""
    until = case.installation.decide_by
    if time <= until:
        return True
    if time > until + ANSWER:
        return False
    late = [event.event for at, event in case.told if at < position and event.time > until]
    on_time = any(isinstance(told.event, Tick) and told.time == until for _, told in case.told)
    return not late or (len(late) == 1 and isinstance(late[0], Tick) and not on_time)


def _was_awaited(case: Case, position: int, time: datetime) -> bool:
    """Return whether what is done at a position answers the result of a commissioning decided on by `decide_by`."""
    effect = next((each for each in reversed(case.effects) if each.position < position), None)
    if effect is None or effect.time > case.installation.decide_by + GRACE or time > effect.time + ANSWER:
        return False
    told = [each.event for at, each in case.told if effect.position < at < position]
    asked = [decision for decision in case.decisions if case.effect_of(decision) is effect]
    in_time = any(_in_time(case, decision.position, decision.time) for decision in asked)
    return in_time and all(isinstance(event, CommissioningEnded) for event in told)


def patient(case: Case) -> Iterator[Finding]:
    """`hold` and `retry` end a case only when its time is up."""
    if case.closed is not None and case.outcome in (Outcome.HOLD, Outcome.RETRY):
        closed = case.closed[1]
        if closed.time < case.installation.decide_by:
            yield Finding(
                f"closed with {closed.outcome.value} at {closed.time}, before {case.installation.decide_by}",
                frames_of(case.checks),
            )


def partial_not_withheld(case: Case) -> Iterator[Finding]:
    """No case is given up while a fresh, persistent failure, the rules and the consents allow partial migration, unless
    it was tried after that failure, or the GSME is being checked once more.
    """
    if case.closed is None or case.outcome not in (Outcome.EXCLUDE_INSTALLATION, Outcome.RETRY):
        return
    position, closed = case.closed
    rules = case.rules_for_counting(closed.time)
    gives_way = case.outcome is Outcome.EXCLUDE_INSTALLATION and not rules.count_before_cap.value
    if gives_way or case.is_checking(position) or not _partial_is_due(case, position, closed.time):
        return
    ground = None
    if case.outcome is Outcome.EXCLUDE_INSTALLATION:
        ground = of_value(rules.count_before_cap, "count_before_cap")
    failures = counted(case.checks_before(position), rules)
    yield Finding(
        f"closed with {closed.outcome.value} although the ESME could have been migrated alone",
        frames_of(failures),
        ground,
    )


def _partial_is_due(case: Case, position: int, at: datetime) -> bool:
    rules = case.rules_for_counting(at)
    last = case.last_span(position)
    failures = counted(case.checks_before(position), rules)
    required = case.decision_rule(rules, position).failures_required.value
    allowed = allowed_on(case, at, position)
    if last is None or len(failures) < required or failures[-1] is not last.check:
        return False
    if allowed is None or not allowed.value:
        return False
    fresh = at - last.check.finished <= timedelta(hours=rules.evidence_max_age_hours.value)
    tried = any(partial.position > last.end for partial in case.partials)
    consent = needed_consent(case, rules, position).value
    return fresh and not tried and has_undoubted_consent(case, position, consent)


def cap_before_count(case: Case) -> Iterator[Finding]:
    """Where the cap comes before the count, no partial migration is decided once the attempts are used up."""
    for decision in case.partials:
        rules = case.rules_for_counting(decision.time)
        attempts = len(case.checks_before(decision.position))
        if not rules.count_before_cap.value and attempts >= rules.attempt_cap.value:
            yield Finding(f"partial migration after attempt {attempts}, which used up the attempts")


def retry_only_in_want_of_time(case: Case) -> Iterator[Finding]:
    """`retry` ends a case only if time was too short for another attempt: none is used up, and none was put off.

    A case that waits for other rules, with a persistent failure, puts nothing off.
    """
    if case.closed is None or case.outcome is not Outcome.RETRY or case.is_checking(case.closed[0]):
        return
    position, closed = case.closed
    rules, checks = case.rules_for_counting(closed.time), case.checks_before(position)
    until = case.installation.decide_by
    ended = max((effect.time for effect in case.effects if effect.position < position), default=None)
    if ended is not None and ended >= until:
        return
    cap = rules.attempt_cap
    if len(checks) >= cap.value and checks[-1].finished < until:
        yield Finding(
            f"closed with retry after {len(checks)} attempts",
            frames_of(checks),
            at_most_inferred(of_value(cap, "attempt_cap")),
        )
        return
    allowed = allowed_on(case, closed.time, position)
    required = case.decision_rule(rules, position).failures_required.value
    if len(counted(checks, rules)) >= required and (allowed is None or not allowed.value):
        return
    possible = checks[-1].finished + case.installation.check_spacing if checks else case.loaded
    idle = until - max(possible, ended or possible)
    if idle > timedelta(hours=rules.idle_hours.value):
        yield Finding(
            f"closed with retry although there was time for another check: {idle}",
            frames_of(checks),
            of_value(rules.idle_hours, "idle_hours"),
        )


def open_while_commissioning(case: Case) -> Iterator[Finding]:
    """No case is closed between a request to commission devices and its result."""
    if case.closed is None:
        return
    position, closed = case.closed
    for decision in case.decisions:
        effect = case.effect_of(decision)
        if decision.position < position and (effect is None or effect.position > position):
            names = ", ".join(sorted(device.value for device in decision.devices))
            yield Finding(f"closed with {closed.outcome.value} while {names} was being commissioned")


def outcome_matches(case: Case) -> Iterator[Finding]:
    """The outcome names exactly the devices that were commissioned."""
    if case.outcome is None:
        return
    expected = _COMMISSIONED.get(case.outcome, frozenset())
    if case.commissioned != expected:
        done = ", ".join(sorted(device.value for device in case.commissioned)) or "nothing"
        yield Finding(f"closed with {case.outcome.value}, but {done} was commissioned")


def decided_before_done(case: Case) -> Iterator[Finding]:
    """A decision of its own precedes each commissioning and each exclusion."""
    open_decisions = [(decision.position, decision.devices) for decision in case.decisions]
    for effect in case.effects:
        match = next((d for d in open_decisions if d[0] < effect.position and d[1] == effect.devices), None)
        if match is None:
            names = ", ".join(sorted(device.value for device in effect.devices))
            yield Finding(f"{names} commissioned without a decision")
        else:
            open_decisions.remove(match)
    for position, excluded in case.exclusions:
        if not any(at < position and device is excluded.device for at, device in case.exclusions_decided):
            yield Finding(f"{excluded.device.value} excluded without a decision")


def commissioned_once(case: Case) -> Iterator[Finding]:
    """No decision commissions a device a second time."""
    for decision in case.decisions:
        before = {d for e in case.effects if e.succeeded and e.position < decision.position for d in e.devices}
        again: set[MeterRole] = before & decision.devices
        if again:
            yield Finding(f"{', '.join(sorted(again))} commissioned a second time")


def in_turn(case: Case) -> Iterator[Finding]:
    """The controller never crashes, acts out of turn or requests an action outside the vocabulary."""
    for misbehaviour in case.misbehaviours:
        yield Finding(f"{misbehaviour.kind}: {misbehaviour.text}")


PROPERTIES = (
    Property("bounded-time", "Every case ends in bounded time", chosen("decide_by"), ends_in_time),
    Property("patience", "No case is given up before its time is up", chosen("decide_by"), patient),
    Property(
        "partial-not-withheld",
        "A case is not given up while partial migration is due",
        inferred("letter, 5 and 7"),
        partial_not_withheld,
        also=(chosen("count_before_cap"),),
    ),
    Property(
        "cap-before-count",
        "Where the cap comes first, an installation whose attempts are used up is excluded",
        chosen("count_before_cap"),
        cap_before_count,
    ),
    Property(
        "retry-only-in-want-of-time",
        "A case is left for another time only if this one did not suffice",
        inferred("letter, 5"),
        retry_only_in_want_of_time,
        also=(
            inferred("Various 1 (ii)(d)"),
            chosen("attempt_cap"),
            chosen("idle_hours"),
        ),
    ),
    Property(
        "no-close-while-commissioning",
        "No case is closed while a commissioning is under way",
        interface(),
        open_while_commissioning,
    ),
    Property("outcome-matches-effects", "The outcome matches the commissioned devices", interface(), outcome_matches),
    Property("decided-before-done", "Each effect follows a decision", interface(), decided_before_done),
    Property("commissioned-once", "No device is commissioned twice", interface(), commissioned_once),
    Property(IN_TURN, "The controller keeps to its interface", interface(), in_turn),
)
