"""What `hanbench verify` keeps of a failure: capture, keys and trace, of the first failures alone."""

from __future__ import annotations

import json

import pytest

PATTERN = "ioc.dormant.tmad-v19.battery-dead.*consent"
WRONG = "wrong:two-failures-suffice"


@pytest.fixture
def verify(hanbench, tmp_path):
    def run(*options):
        chosen = ("verify", "--only", PATTERN, "--controller", WRONG, "--jobs", "1", "--out", str(tmp_path))
        outcome = hanbench(*chosen, *options)
        return outcome, json.loads((tmp_path / "report.json").read_text())["scenarios"]

    return run


def test_the_trace_of_a_failure_is_what_judge_reads(verify, hanbench, tmp_path):
    _, reports = verify()
    report = next(each for each in reports if each["violations"])
    assert all((tmp_path / report[kind]).exists() for kind in ("capture", "keys", "trace"))
    judged = hanbench("judge", str(tmp_path / report["trace"]), "--json")
    assert judged.status == 1
    (told,) = json.loads(judged.out)
    assert told["violations"] == report["violations"]
    assert report["trace"] in (tmp_path / "junit.xml").read_text()


@pytest.mark.parametrize("most", [0, 1])
def test_evidence_is_kept_of_the_first_failures_alone(verify, tmp_path, most):
    outcome, reports = verify("--evidence", str(most))
    failed = [each for each in reports if not each["as_expected"]]
    assert len(failed) > 1
    named = [(each["capture"] is not None, each["trace"] is not None) for each in failed]
    assert named == [(True, True)] * most + [(False, False)] * (len(failed) - most)
    assert len(list(tmp_path.glob("*.trace.jsonl"))) == len(list(tmp_path.glob("*.pcapng"))) == most
    left = len(failed) - most
    assert f"{left} more failure{'s' * (left > 1)} without capture and trace: see --evidence" in outcome.out


def test_wanted_evidence_does_not_count(verify, tmp_path):
    _, reports = verify("--evidence", "0", "--capture", "*.no-consent")
    assert [each["id"] for each in reports if each["trace"]] == [
        each["id"] for each in reports if each["id"].endswith(".no-consent")
    ]


def test_a_new_run_removes_the_evidence_that_the_old_report_names_and_nothing_else(verify, tmp_path):
    _, reports = verify()
    old = {each[kind] for each in reports for kind in ("capture", "keys", "trace") if each[kind]}
    mine = tmp_path / "ioc.dormant.tmad-v19.mine.pcapng"
    mine.write_bytes(b"my own")
    _, reports = verify("--evidence", "1")
    kept = {each[kind] for each in reports for kind in ("capture", "keys", "trace") if each[kind]}
    assert kept < old
    assert {name for name in old if (tmp_path / name).exists()} == kept
    assert mine.read_bytes() == b"my own"


def test_a_report_names_no_file_of_others_to_remove(verify, tmp_path):
    _, reports = verify()
    outside = tmp_path.parent / f"{reports[0]['id']}.pcapng"
    own = tmp_path / "notes.txt"
    for file in (outside, own):
        file.write_text("kept")
    changed = [{**reports[0], "capture": f"../{outside.name}", "trace": own.name}]
    (tmp_path / "report.json").write_text(json.dumps({"scenarios": changed}))
    verify()
    assert [file.read_text() for file in (outside, own)] == ["kept", "kept"]


def test_each_seed_has_files_of_its_own(verify, tmp_path):
    _, reports = verify("--seeds", "2")
    kept = [each["capture"] for each in reports if each["capture"]]
    assert len(kept) == len(set(kept)) == len([each for each in reports if not each["as_expected"]])
    assert all((tmp_path / each).exists() for each in kept)
