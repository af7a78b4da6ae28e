"""`hanbench judge`: recorded cases, without a HAN."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from hanbench.harness.case.trace import GroundTruth
from hanbench.harness.case.trace_file import read_trace
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.output import print_json, print_line, unbroken, verdict
from hanbench.harness.oracle import Basis, Violation, held_to, judgement, words_of
from hanbench.harness.report.explanation import Explanation, explain
from hanbench.harness.report.failure_text import violation_lines
from hanbench.harness.stories.live import FORMATION
from hanbench.profiles.rulesets import shipped


class CaseJudgement(Struct, frozen=True):
    """The judgement of one trace, as `--json` prints it."""

    file: str
    scenario: str
    controller: str
    decision: Outcome | None
    expected: tuple[Outcome, ...]
    """The outcomes that the rules allow; the usual one first."""
    because: str
    violations: tuple[Violation, ...]
    explanations: tuple[Explanation, ...]
    """For each violation, in the same order: what the controller did, and what it had been told by then."""
    failing: tuple[Violation, ...]
    """The violations that fail the case: those up to the basis of `--hold-to`."""
    remarks: tuple[str, ...]


def judge(traces: tuple[Path, ...], hold_to: str, as_json: bool) -> int:
    """Judge recorded cases: each TRACE is a file of JSON lines, of hanbench, of production or of a lab."""
    found = [_judged(path, Basis(hold_to)) for path in traces]
    if as_json:
        print_json(found)
    else:
        for each in found:
            _print(each)
    return ExitStatus.VIOLATION if any(each.failing for each in found) else ExitStatus.EXPECTED


def _judged(path: Path, hold_to: Basis) -> CaseJudgement:
    header, records = read_trace(path)
    rule_sets = shipped()
    unknown = [entry.id for entry in header.installation.rulebook.rule_sets if entry.id not in rule_sets]
    if unknown:
        raise BadInput(path, "line 1", f"no rule set {unknown[0]!r}; expected one of {', '.join(rule_sets)}")
    # A trace of hanbench has a seed, and records the true states that are not healthy. Others know nothing of them.
    truth_known = bool(header.seed) or any(isinstance(record, GroundTruth) for record in records)
    judged = judgement(records, rule_sets, truth_known=truth_known)
    return CaseJudgement(
        str(path),
        header.scenario,
        header.controller,
        judged.case.outcome,
        judged.expected.outcomes,
        judged.expected.why,
        judged.violations,
        explain(records, judged.violations, header.time - FORMATION if header.seed else header.time),
        held_to(judged.violations, hold_to),
        judged.remarks,
    )


def _print(judged: CaseJudgement) -> None:
    decided = judged.decision.value if judged.decision else "nothing"
    print_line(f"{unbroken(judged.file)}: {judged.scenario or 'a case'}, controller {judged.controller}")
    print_line(f"  decided: {decided}; the rules allow: {words_of(judged.expected)} ({judged.because})")
    for remark in judged.remarks:
        print_line(f"  {remark}")
    for violation, explanation in zip(judged.violations, judged.explanations, strict=True):
        word = "VIOLATION" if violation in judged.failing else "told:"
        first, *others = violation_lines(violation, explanation)
        print_line(f"  {verdict(word)} {first}")
        for line in others:
            print_line(f"  {line}")
    if not judged.violations:
        print_line("  no rule was violated")
