"""Properties of counting: the failures, the spacing of checks, and the number of attempts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hanbench.harness.case.check import HanCheck, Subject, Verdict
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle.case import Case, frames_of
from hanbench.harness.oracle.violation import (
    Finding,
    Ground,
    Property,
    at_most_inferred,
    chosen,
    inferred,
    of_value,
    stated,
)
from hanbench.profiles.rulesets import Counting, RuleSet, Switches


def is_failure(check: HanCheck, rules: RuleSet) -> bool:
    """Return whether a check counts as a failure under `rules`."""
    if check.verdict is Verdict.INCONCLUSIVE:
        return check.cause is Subject.WAN and rules.wan_failure_counts.value
    return check.verdict is Verdict.FAIL


def counted(checks: Sequence[HanCheck], rules: RuleSet) -> list[HanCheck]:
    """Return the failed checks that count under `rules`."""
    if rules.failure_counting.value is Counting.CONSECUTIVE:
        since = max((n for n, check in enumerate(checks, 1) if check.verdict is Verdict.PASS), default=0)
        checks = checks[since:]
    return [check for check in checks if is_failure(check, rules)]


def ground_of_count(case: Case, position: int, rules: RuleSet) -> Ground:
    """Return the ground of a count that falls short at a position: the number that is required or, if it were reached
    otherwise, that the passes between the failures spoil it, or that failures of the WAN do not count.
    """
    required = case.decision_rule(rules, position).failures_required
    checks, with_wan = case.checks_before(position), rules.switched(Switches(wan_failure_counts=True))
    if sum(is_failure(check, rules) for check in checks) >= required.value:
        return of_value(rules.failure_counting, "failure_counting")
    if len(counted(checks, with_wan)) >= required.value:
        return of_value(rules.wan_failure_counts, "wan_failure_counts")
    if sum(is_failure(check, with_wan) for check in checks) >= required.value:
        return of_value(rules.failure_counting, "failure_counting")  # the weaker of the two that it takes
    return of_value(required, "failures_required")


def enough_failures(case: Case) -> Iterator[Finding]:
    """At each decision for partial migration, the count has reached the required number."""
    for decision in case.partials:
        rules = case.rules_for_counting(decision.time)
        failures = counted(case.checks_before(decision.position), rules)
        required = case.decision_rule(rules, decision.position).failures_required
        if len(failures) < required.value:
            yield Finding(
                f"partial migration after {len(failures)} {rules.failure_counting.value} failures of the "
                f"HAN-connectivity check, {required.value} are required",
                frames_of(failures),
                ground_of_count(case, decision.position, rules),
            )


def inconclusive_never_counts(case: Case) -> Iterator[Finding]:
    """No decision for partial migration needs inconclusive checks to reach its number."""
    for decision in case.partials:
        rules = case.rules_for_counting(decision.time)
        checks = case.checks_before(decision.position)
        failures = counted(checks, rules)
        others = [c for c in checks if c.verdict is Verdict.INCONCLUSIVE and not is_failure(c, rules)]
        required = case.decision_rule(rules, decision.position).failures_required.value
        if len(failures) < required <= len(failures) + len(others):
            blamed = ", ".join(f"attempt {c.attempt}: {c.cause.value if c.cause else 'unknown'}" for c in others)
            yield Finding(
                f"{required} failures are reached only by counting inconclusive checks ({blamed})", frames_of(others)
            )


def decided_on_inconclusive(case: Case) -> Iterator[Finding]:
    """The last check before each partial migration, and before each refusal, is not inconclusive.

    A cause that a switch makes count as a failure is none of these.
    """
    closed = case.closed
    decided = [(each.position, each.time, "partial migration") for each in case.partials]
    if closed is not None and case.outcome is Outcome.REFUSE:
        decided.append((closed[0], closed[1].time, "refused"))
    for position, time, what in decided:
        last = case.last_check(position)
        if last is None or last.verdict is not Verdict.INCONCLUSIVE or is_failure(last, case.rules_for_counting(time)):
            continue
        cause = last.cause.value if last.cause else "unknown"
        yield Finding(
            f"{what} right after attempt {last.attempt}, which was inconclusive (cause: {cause})", frames_of([last])
        )


def attempt_cap(case: Case) -> Iterator[Finding]:
    """No check begins after the number of attempts has reached the cap."""
    for attempt, time, _ in case.started:
        cap = case.rules_for_counting(time).attempt_cap
        if attempt > cap.value:
            yield Finding(f"attempt {attempt} began, the cap is {cap.value}")


def excluded_at_the_cap(case: Case) -> Iterator[Finding]:
    """The installation is excluded only after the number of finished attempts has reached the cap."""
    if case.closed is None or case.outcome is not Outcome.EXCLUDE_INSTALLATION:
        return
    cap = case.rules_for_counting(case.closed[1].time).attempt_cap
    if len(case.checks) < cap.value:
        yield Finding(
            f"installation excluded after {len(case.checks)} attempts, not before {cap.value}",
            frames_of(case.checks),
            at_most_inferred(of_value(cap, "attempt_cap")),
        )


def checks_apart(case: Case) -> Iterator[Finding]:
    """Each check begins at least the installation's `check_spacing` after the end of the previous one."""
    spacing = case.installation.check_spacing
    finished = {check.attempt: check for check in case.checks}
    for attempt, time, _ in case.started:
        before = finished.get(attempt - 1)
        if before is not None and time < before.finished + spacing:
            yield Finding(f"attempt {attempt} began {time - before.finished} after the one before, not {spacing}")


PROPERTIES = (
    Property(
        "count",
        "Partial migration only after the required failures of the HAN-connectivity check",
        stated("letter, 2"),
        enough_failures,
        also=(
            inferred("letter, 2"),
            inferred("Various 1 (ii)(b) and (c)"),
            chosen("failure_counting"),
            chosen("wan_failure_counts"),
            chosen("failures_required"),
        ),
    ),
    Property(
        "inconclusive-never-counts",
        "An ESME fault, a WAN fault or a fault of the bench is no failure of the GSME",
        inferred("letter, 2; Various 1 (ii)(b) and (c)"),
        inconclusive_never_counts,
    ),
    Property(
        "nothing-on-inconclusive",
        "Nothing is decided on an inconclusive check",
        inferred("letter, 2"),
        decided_on_inconclusive,
    ),
    Property("attempt-cap", "No attempt after the cap", chosen("attempt_cap"), attempt_cap),
    Property(
        "exclusion-not-before-cap",
        "The whole installation is excluded only when the attempts are used up",
        inferred("Various 1 (ii)(d)"),
        excluded_at_the_cap,
        also=(chosen("attempt_cap"),),
    ),
    Property("spacing", "Checks keep the spacing that the scenario sets", chosen("check_spacing"), checks_apart),
)
