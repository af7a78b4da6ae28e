"""`hanbench judge`: traces of hanbench, of production and of a lab."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.case.installation import MeterStatus
from hanbench.harness.case.plan import StatementKind
from hanbench.harness.case.trace import ActionAccepted, CheckRecorded, CheckStarted, encode
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.cli.errors import exit_status_of
from hanbench.harness.cli.judge import judge
from hanbench.harness.oracle import judgement
from hanbench.profiles.rulesets import shipped
from tests.support.traces import HandWrittenTrace


def written(path: Path, trace: HandWrittenTrace) -> Path:
    path.write_bytes(encode(trace.records))
    return path


def status(path: Path, hold_to: str = "assumed") -> int:
    return exit_status_of(lambda: judge((path,), hold_to, True))


def test_a_lawful_case_of_production_without_ground_truth_is_exit_0(tmp_path, capsys):
    path = written(tmp_path / "lawful.jsonl", HandWrittenTrace().fails(3).partial_migration())
    assert status(path) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["decision"] == "migrate-esme-only"
    assert found["violations"] == []


def test_a_trace_without_the_begin_of_checks_is_judged_by_their_own_times(tmp_path):
    trace = HandWrittenTrace().fails(1).check(Verdict.FAIL, Subject.GSME, code="GT01", wait=3).fails(1)
    trace.records = [record for record in trace.records if not isinstance(record, CheckStarted)]
    assert status(written(tmp_path / "hurried.jsonl", trace.partial_migration())) == 1


def test_a_violation_is_exit_1_up_to_the_basis_that_is_held_to(tmp_path, capsys):
    switched = HandWrittenTrace(MeterStatus.ACTIVE, MeterStatus.ACTIVE).says("gas", StatementKind.REQUEST).fails(2)
    path = written(tmp_path / "two.jsonl", switched.partial_migration())
    assert status(path) == 1
    capsys.readouterr()
    # The letter gives the number three for Dormant alone: for Active it is a choice.
    assert status(path, "inferred") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert {violation["choice"] for violation in found["violations"]} == {"failures_required", "exclusion_record"}
    assert found["failing"] == []


HEADER = encode(HandWrittenTrace().records)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "line 1: expected the header of a trace"),
        (b"not json", "line 1: expected a record of a trace: JSON is malformed: invalid character"),
        (b"\xff\xfe", "line 1: expected a record of a trace: JSON is malformed: invalid character (byte 0)"),
        (HEADER + b'{"record": "given"}', "line 2: expected a record of a trace: Object missing required field"),
        (HEADER * 2, "line 2: a second header; expected one case a file"),
        (HEADER.replace(b'"version":2', b'"version":1'), "line 1: trace version 1, expected 2"),
        (HEADER.replace(b"tmad-v19", b"tmad-v99"), "line 1: no rule set 'tmad-v99'; expected one of"),
        (
            HEADER + encode(HandWrittenTrace().at(-1).closes(Outcome.RETRY).records[1:]),
            "line 2: earlier than the record before; expected the order of events",
        ),
    ],
    ids=["empty", "text", "octets", "no record", "two cases", "version", "rule set", "order"],
)
def test_a_file_that_is_no_trace_is_exit_3_in_one_line(content, complaint, tmp_path, capsys):
    path = tmp_path / "trace.jsonl"
    path.write_bytes(content)
    assert status(path) == 3
    said = capsys.readouterr().err
    assert said.startswith(f"hanbench: {path}: {complaint}")
    assert said.count("\n") == 1


def test_a_file_that_does_not_exist_is_exit_3(tmp_path, capsys):
    assert status(tmp_path / "none.jsonl") == 3
    assert "none.jsonl: cannot be read: No such file or directory" in capsys.readouterr().err


def test_a_trace_that_contradicts_itself_is_exit_3_with_the_line(tmp_path, capsys):
    trace = HandWrittenTrace().fails(3).partial_migration()
    at = next(at for at, each in enumerate(trace.records) if isinstance(each, CheckRecorded))
    twice = [*trace.records[: at + 1], trace.records[at], *trace.records[at + 1 :]]
    path = tmp_path / "twice.jsonl"
    path.write_bytes(b"\n" + encode(twice))  # an empty line counts as a line
    assert status(path) == 3
    assert capsys.readouterr().err == (
        f"hanbench: {path}: line {at + 3}: attempt 1 after attempt 1; expected each attempt once, in order\n"
    )


def test_a_violation_is_explained_as_verify_explains_it(tmp_path, capsys):
    """What the controller did, and what it had been told by then, each with its line in the trace."""
    trace = HandWrittenTrace().fails(2).partial_migration()
    path = written(tmp_path / "two.jsonl", trace)
    assert exit_status_of(lambda: judge((path,), "assumed", False)) == 1
    lines = capsys.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  VIOLATION count: "))
    rule, did = lines[at + 1 : at + 3]
    assert rule == "    rule: letter, 2 (stated); basis: stated"
    position = next(at for at, each in enumerate(trace.records, 1) if isinstance(each, ActionAccepted))
    assert did.startswith("    did: ")
    assert did.endswith(f": commissions ESME alone (trace line {position})")


def whole() -> HandWrittenTrace:
    trace = HandWrittenTrace(MeterStatus.ACTIVE, MeterStatus.ACTIVE).gsme_dead().fails(2).asks().inconclusive()
    trace.says("gas", StatementKind.REQUEST).fails(1).moves(MeterStatus.DORMANT).says("gas", StatementKind.WITHDRAWAL)
    return trace.misbehaves().partial_migration()


@settings(max_examples=300)
@given(st.data())
def test_a_trace_with_records_missing_is_judged_and_not_stumbled_over(data):
    header, *records = whole().records
    kept = [record for record in records if data.draw(st.booleans())]
    assert isinstance(judgement([header, *kept], shipped()).violations, tuple)
    assert isinstance(judgement([header, *kept], shipped(), truth_known=False).violations, tuple)
