"""`hanbench judge`: recorded cases, without a HAN."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from hanbench.harness.case.contradiction import contradiction
from hanbench.harness.case.trace import VERSION, AnyRecord, GroundTruth, Header, decode_line
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
    records = _read(path)
    header = records[0]
    assert isinstance(header, Header)
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


def _read(path: Path) -> list[AnyRecord]:
    """Return the records of a trace. Raises BadInput, with the line."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise BadInput(path, None, error.strerror or str(error)) from None
    records: list[AnyRecord] = []
    numbers: list[int] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = decode_line(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadInput(path, f"line {number}", f"expected a record of a trace: {error}") from None
        if records and isinstance(record, Header):
            raise BadInput(path, f"line {number}", "a second header; expected one case a file")
        if records and record.time < records[-1].time:
            raise BadInput(path, f"line {number}", "earlier than the record before; expected the order of events")
        records.append(record)
        numbers.append(number)
    if not records or not isinstance(records[0], Header):
        raise BadInput(path, "line 1", "expected the header of a trace")
    if records[0].version != VERSION:
        raise BadInput(path, "line 1", f"trace version {records[0].version}, expected {VERSION}")
    if (found := contradiction(records)) is not None:
        raise BadInput(path, f"line {numbers[found.position]}", found.text)
    return records


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
