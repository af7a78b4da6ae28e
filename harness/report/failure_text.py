"""A case that did not go as expected, in lines for a terminal and for JUnit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from hanbench.harness.case.calendar import shown
from hanbench.harness.oracle import IN_TURN, Violation, words_of
from hanbench.harness.report.causes import cause_first
from hanbench.harness.report.explanation import Explanation, Fact
from hanbench.harness.report.model import ScenarioReport, basis_of

FRAMES = 12
"""Maximum number of frames to name."""
_INDENT = "    "
AGAIN = f"{_INDENT}again: "
"""What stands before the command in the last line."""


def failure_lines(report: ScenarioReport) -> Iterator[str]:
    """Yield the lines about a failed case: what was decided, each violation explained, and how to play it again."""
    yield from _in_short(report)
    explained = zip_longest(report.violations, report.explanations)
    for violation, explanation in sorted(explained, key=lambda each: each[0].property != IN_TURN):
        first, *others = violation_lines(violation, explanation)
        yield _INDENT + ("told: " if violation in report.told else "") + first
        yield from (_INDENT + line for line in others)
    yield from _at_the_end(report)


def short_failure_lines(report: ScenarioReport) -> Iterator[str]:
    """Yield the same without the explanations, and each violated property once."""
    yield from _in_short(report)
    seen: set[str] = set()
    for violation in cause_first(report.violations):
        if violation.property in seen:
            continue
        seen.add(violation.property)
        told = "told: " if violation in report.told else ""
        yield f"{_INDENT}{told}{violation.property}: {violation.text} [{violation.rule}]"
    yield from _at_the_end(report)


def _in_short(report: ScenarioReport) -> Iterator[str]:
    decided = report.decision.value if report.decision else "nothing"
    yield f"{report.id}: decided {decided}; the rules allow {words_of(report.expected)}"


def _at_the_end(report: ScenarioReport) -> Iterator[str]:
    if report.difference:
        yield f"{_INDENT}difference: {report.difference}"
    for unmet in report.unmet:
        yield f"{_INDENT}not as the author expects: {unmet}"
    if report.capture:
        yield f"{_INDENT}capture {report.capture}, keys {report.keys}"
    if report.trace:
        yield f"{_INDENT}trace {report.trace}"
    if report.replay:
        yield f"{AGAIN}{report.replay}"


def violation_lines(violation: Violation, explanation: Explanation | None) -> Iterator[str]:
    """Yield the sentence, the rule with its basis, the act, what was known, and the frames."""
    yield f"{violation.property}: {violation.text}"
    yield f"  rule: {violation.rule}; basis: {basis_of(violation.rule)}"
    if explanation is not None:
        yield f"  did: {fact_line(explanation.did)}"
        yield from (f"  knew: {fact_line(each)}" for each in explanation.known)
    if violation.frames:
        many = " ..." if len(violation.frames) > FRAMES else ""
        yield f"  frames {', '.join(f'#{number}' for number in violation.frames[:FRAMES])}{many}"
    if explanation is not None and explanation.frames:
        yield f"  commissioning: frames #{explanation.frames[0]} to #{explanation.frames[-1]}"


def fact_line(fact: Fact) -> str:
    """Return a fact with its time and the record of the trace that has it."""
    return f"{shown(fact.time, fact.at)}: {fact.text} (trace line {fact.record})"
