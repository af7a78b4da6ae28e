"""The options of `hanbench verify` that choose what is run and when it stops."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter

import pytest

from hanbench.harness.campaign.judge_test.quick import quick_ids
from hanbench.harness.scenario.scenario import shipped

CASE = "ioc.dormant.tmad-v19.battery-dead.consent"


def scenarios(folder):
    return json.loads((folder / "report.json").read_text())["scenarios"]


def test_a_case_is_run_by_its_id(hanbench, tmp_path):
    assert hanbench("verify", "--case", CASE, "--jobs", "1", "--out", str(tmp_path)).status == 0
    assert [each["id"] for each in scenarios(tmp_path)] == [CASE]


def test_an_unknown_case_is_answered_with_the_nearest(hanbench, tmp_path):
    outcome = hanbench("verify", "--case", CASE.replace("consent", "consnt"), "--out", str(tmp_path))
    assert (outcome.status, outcome.err.count("\n")) == (3, 1)
    assert f"did you mean {CASE}?" in outcome.err


def test_several_seeds_play_other_hans(hanbench, tmp_path):
    assert hanbench("verify", "--case", CASE, "--seeds", "3", "--jobs", "1", "--out", str(tmp_path)).status == 0
    assert len({each["seed"] for each in scenarios(tmp_path)}) == 3


def test_shards_are_a_partition(hanbench, tmp_path):
    pattern = "ioc.dormant.tmad-v19.*.no-consent"
    found = []
    for part in ("1/3", "2/3", "3/3", "1/1"):
        out = tmp_path / part.replace("/", "-")
        chosen = ("verify", "--only", pattern, "--shard", part, "--jobs", "1", "--out", str(out))
        assert hanbench(*chosen).status == 0
        found.append(sorted(each["id"] for each in scenarios(out)))
    *parts, whole = found
    assert sorted(each for part in parts for each in part) == whole
    assert all(parts)


def test_a_shard_speaks_of_its_own_scenarios(hanbench, tmp_path):
    pattern = "ioc.dormant.tmad-v19.*.no-consent"
    chosen = ("verify", "--only", pattern, "--jobs", "1", "--out", str(tmp_path), "--controller", "wrong:hurries")
    outcome = hanbench(*chosen, "--shard", "2/3", "--fail-fast")
    titled = re.match(r"hanbench verify: (\d+) scenarios \(part 2 of 3\), ", outcome.err)
    left = re.search(r"(\d+) scenarios not run: --fail-fast", outcome.out)
    assert titled is not None
    assert left is not None
    assert int(titled[1]) == int(left[1]) + len(scenarios(tmp_path))
    assert json.loads((tmp_path / "report.json").read_text())["shard"] == {"number": 2, "of": 3}
    assert int(titled[1]) == json.loads(hanbench(*chosen, "--shard", "2/3", "--json").out)["scenarios"]


def test_a_shard_of_more_than_there_are_stories_is_empty(hanbench, tmp_path):
    outcome = hanbench("verify", "--case", CASE, "--shard", "2/2", "--jobs", "1", "--out", str(tmp_path))
    assert outcome.status == 0
    assert outcome.err.startswith("hanbench verify: 0 scenarios (part 2 of 2), ")
    assert "Nothing was judged." in outcome.out


@pytest.mark.parametrize("part", ["0/3", "4/3", "3", "a/b", "1/0", "-1/2"])
def test_an_impossible_shard_is_refused(hanbench, part):
    outcome = hanbench("verify", f"--shard={part}")
    assert (outcome.status, outcome.err.count("\n")) == (3, 1)
    assert "expected K/N with K from 1 to N, such as 3/8" in outcome.err


def test_fail_fast_stops_at_the_first_failure(hanbench, tmp_path):
    chosen = ("verify", "--only", "ioc.dormant.tmad-v19.b*", "--controller", "wrong:hurries", "--fail-fast")
    outcome = hanbench(*chosen, "--jobs", "1", "--out", str(tmp_path))
    assert outcome.status == 1
    assert len(scenarios(tmp_path)) == 1
    assert "11 scenarios not run: --fail-fast." in outcome.out


def test_verify_plays_the_quick_suite_and_ones_own_scenarios(hanbench, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    lines = shipped()["dormant-three-failures"].read_text().splitlines()
    (own / "a.toml").write_text("\n".join('id = "own.case"' if each.startswith("id = ") else each for each in lines))
    out = tmp_path / "out"
    assert hanbench("verify", "--suite", "quick", "--scenarios", str(own), "--jobs", "1", "--out", str(out)).status == 0
    played = {each["id"] for each in json.loads((out / "report.json").read_text())["scenarios"]}
    assert played == {*quick_ids(), "own.case"}


COUNTS_ITS_CASES = """
import json, os, sys
print('{{"hanbench-controller": 1, "cases": "many"}}', flush=True)
for line in sys.stdin:
    turn = json.loads(line)
    if turn["event"] == "case-ended":
        continue
    with open({log!r}, "a") as log:
        log.write(f"{{os.getpid()}}\\n")
    print('[{{"action": "close", "outcome": "hold"}}]', flush=True)
"""


def test_the_run_has_a_controller_that_was_not_asked_for_the_estimate(hanbench, tmp_path):
    """docs/migration.md: the first case is played before a run with a controller of its own, and in the run twice."""
    log, program = tmp_path / "log", tmp_path / "controller.py"
    program.write_text(COUNTS_ITS_CASES.format(log=str(log)))
    controller = f"process:{sys.executable} {program}"
    chosen = ("verify", "--case", CASE, "--controller", controller, "--jobs", "1", "--out", str(tmp_path / "out"))
    assert hanbench(*chosen).status == 1  # it holds at once
    *_, (run, plays) = Counter(log.read_text().split()).items()
    assert (plays, run not in log.read_text().split()[:-2]) == (2, True)
