"""`hanbench run`: starting states, certificates, what it writes, and what it says to bad input."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

STORY = "dormant-three-failures"
CASES = Path(__file__).parents[2] / "data" / "verdict"


def test_a_scenario_goes_the_same_way_from_either_starting_state(hanbench):
    decided = []
    for begins in ("installed", "new"):
        outcome = hanbench("run", STORY, "--begins", begins, "--json")
        assert outcome.status == 0
        decided.append(json.loads(outcome.out)["decision"])
    assert decided == ["migrate-esme-only"] * 2


def test_certificates_come_from_a_file_or_by_the_name_of_a_shipped_one(hanbench, tmp_path):
    assert hanbench("run", STORY, "--begins", "new", "--certificates", "published-test").status == 0
    missing = tmp_path / "none.toml"
    outcome = hanbench("run", STORY, "--certificates", str(missing))
    assert outcome.status == 3
    assert outcome.err.splitlines()[-1].endswith(f"{missing}: cannot be read: No such file or directory")


def test_an_unknown_starting_state_is_a_typing_error(hanbench):
    outcome = hanbench("run", STORY, "--begins", "sideways")
    assert outcome.status == 3
    assert "installed" in outcome.err


def test_capture_keys_trace_and_report_go_where_they_are_asked_for(hanbench, tmp_path):
    outcome = hanbench("run", STORY, "--out", str(tmp_path / "out"))
    assert outcome.status == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"{STORY}.keys",
        f"{STORY}.pcapng",
        "junit.xml",
        "report.html",
        "report.json",
        "trace.jsonl",
    ]
    keys = (tmp_path / "out" / f"{STORY}.keys").read_text()
    assert "link key with" in keys
    for key in (line.split('"')[1] for line in keys.splitlines() if line.startswith('"')):
        for name in ("report.json", "trace.jsonl"):
            assert key not in (tmp_path / "out" / name).read_text()
        assert key not in outcome.out + outcome.err


def test_a_scenario_of_the_matrix_is_run_by_its_id(hanbench):
    outcome = hanbench("run", "ioc.dormant.tmad-v18.battery-dead.consent", "--json")
    told = json.loads(outcome.out)
    assert (outcome.status, told["version"], told["id"]) == (0, 4, "ioc.dormant.tmad-v18.battery-dead.consent")


def test_the_trace_says_its_version(hanbench, tmp_path):
    assert hanbench("run", STORY, "--out", str(tmp_path)).status == 0
    assert json.loads((tmp_path / "trace.jsonl").read_text().splitlines()[0])["version"] == 2


def test_a_name_that_nothing_has_is_answered_with_the_nearest(hanbench):
    outcome = hanbench("run", "dormant-three-failurs")
    assert (outcome.status, outcome.err.count("\n")) == (3, 1)
    assert f"did you mean {STORY}?" in outcome.err


@pytest.mark.parametrize(
    "command", [("run", STORY), ("check", "virtual"), ("up", "virtual"), ("verify",), ("explore",)]
)
def test_an_empty_seed_is_refused(hanbench, command):
    outcome = hanbench(*command, "--seed", "")
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (3, "", 1)
    assert "'--seed': expected a text of 1 to 200 characters" in outcome.err


CELL = "ioc.dormant.tmad-v18.battery-dead.consent"
"""A scenario of the matrix. Its seed in `verify` follows from its HAN, and the report says it."""


def test_with_slow_background_it_plays_the_frames_of_verify(hanbench, tmp_path):
    chosen = ("--only", CELL, "--capture", CELL, "--seed", "7", "--jobs", "1")
    assert hanbench("verify", *chosen, "--out", str(tmp_path / "verify")).status == 0
    seed = json.loads((tmp_path / "verify" / "report.json").read_text())["scenarios"][0]["seed"]
    assert seed.startswith("7/")
    for background in ("slow", "full"):
        out = str(tmp_path / background)
        assert hanbench("run", CELL, f"--{background}-background", "--seed", seed, "--out", out).status == 0
    verified, slow, full = ((tmp_path / name / f"{CELL}.pcapng").read_bytes() for name in ("verify", "slow", "full"))
    assert slow == verified
    assert full != verified


@pytest.mark.parametrize(("basis", "status", "word"), [("assumed", 1, "VIOLATION"), ("inferred", 0, "told")])
def test_a_choice_of_hanbench_fails_a_run_that_is_held_to_it(hanbench, basis, status, word):
    outcome = hanbench("run", STORY, "--controller", "wrong:hurries", "--hold-to", basis)
    assert outcome.status == status
    line, rule = re.search(r"^(.* spacing: .*)\n(.*)$", outcome.out, re.MULTILINE).groups()
    assert line.strip().startswith(word)
    assert rule.strip() == "rule: choice check_spacing (assumed); basis: assumed"


def test_a_fault_that_the_case_never_came_to_is_told(hanbench, tmp_path):
    # ../shared/cases: `before_check = 10000` is accepted, and told as never reached.
    late = tmp_path / "x04.toml"
    change = 'subject = "esme"\nstate = "broken"\ncause = "esme-dead"\nbefore_check = 10000\n'
    late.write_text(f"{(CASES / 'x04.toml').read_text()}[[changes]]\n{change}")
    outcome = hanbench("run", str(late))
    assert outcome.status == 0
    assert "never reached: before check 10000, the electricity meter breaks: electricity meter dead" in outcome.out
    assert outcome.out.count("never reached") == 1


def test_a_lawful_variant_of_the_reference_ends_with_exit_0(hanbench):
    story = "dormant-on-the-last-day-of-v18"
    outcome = hanbench("run", story, "--controller", "lawful:records-the-last-failures")
    assert outcome.status == 0
    assert "decided: refuse; the rules allow: refuse (3 failures; tmad-v18 does not allow ioc dormant" in outcome.out
