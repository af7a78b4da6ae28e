"""Properties of the checks: they judge hanbench's own HAN-connectivity check, not the controller."""

from __future__ import annotations

from collections.abc import Iterator

from hanbench.harness.case.check import HanCheck, Subject, Verdict
from hanbench.harness.case.plan import State
from hanbench.harness.oracle.case import Case, CheckSpan, frames_of
from hanbench.harness.oracle.violation import Finding, Judged, Property, interface

_WELL = frozenset({State.HEALTHY})
_BROKEN = frozenset({State.BROKEN})
_OTHERS = (Subject.ESME, Subject.WAN, Subject.BENCH)


def verdict_is_true(case: Case) -> Iterator[Finding]:
    """The ground truth over the whole window of a check admits its verdict."""
    for span in case.spans:
        check = span.check
        if check.verdict not in admitted_verdicts(case, span):
            states = {subject: sorted(case.states(subject, span.begin, span.end)) for subject in Subject}
            truth = ", ".join(f"{subject.value} {'/'.join(states[subject])}" for subject in Subject)
            yield _about(check, f"found {check.verdict.value}; the truth was: {truth}")


def admitted_verdicts(case: Case, span: CheckSpan) -> frozenset[Verdict]:
    """Return the verdicts that a check may give, according to the ground truth while it ran.

    If the truth changed during the check, every verdict is admitted except a failure of a GSME that was healthy
    throughout and a pass of one that was broken throughout.
    """
    gsme = case.states(Subject.GSME, span.begin, span.end)
    others = [case.states(subject, span.begin, span.end) for subject in _OTHERS]
    if any(states == _BROKEN for states in others):
        return frozenset({Verdict.INCONCLUSIVE})
    if all(states == _WELL for states in others):
        if gsme == _WELL:
            return frozenset({Verdict.PASS})
        if gsme == _BROKEN:
            return frozenset({Verdict.FAIL})
    impossible = {Verdict.FAIL} if gsme == _WELL else {Verdict.PASS} if gsme == _BROKEN else set()
    return frozenset(Verdict) - impossible


def code_is_given(case: Case) -> Iterator[Finding]:
    """A failure has the exclusion code and the GSME as its cause; no other verdict has that code."""
    for check in case.checks:
        code = case.rules_for_counting(check.finished).exclusion_code.value
        if check.verdict is Verdict.FAIL and (check.code != code or check.cause is not Subject.GSME):
            yield _about(check, f"failed without the code {code} of the GSME")
        elif check.verdict is Verdict.INCONCLUSIVE and (check.cause in (None, Subject.GSME) or check.code == code):
            yield _about(check, "is inconclusive, but has no cause other than the GSME")
        elif check.verdict is Verdict.PASS and (check.code is not None or check.cause is not None):
            yield _about(check, "passed, but has a code or a cause")


def _about(check: HanCheck, text: str) -> Finding:
    return Finding(f"attempt {check.attempt} {text}", frames_of([check]))


PROPERTIES = (
    Property(
        "verdict-agrees-with-truth",
        "A check's verdict agrees with the true state of the emulated devices",
        interface("hanbench"),
        verdict_is_true,
        Judged.BENCH,
    ),
    Property("verdict-names-its-cause", "A failure carries GT01", interface("hanbench"), code_is_given, Judged.BENCH),
)
