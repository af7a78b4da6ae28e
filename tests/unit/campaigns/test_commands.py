"""`hanbench campaign`: from a spec to a store, a report, a replay and a file for others."""

from __future__ import annotations

import csv
import fnmatch
import json
from pathlib import Path

import pytest

from hanbench.harness.campaign.suite import suite
from hanbench.harness.campaigns.coordinator import Advance
from hanbench.harness.campaigns.store import Store
from hanbench.harness.campaigns.tables import FILE
from hanbench.harness.case.trace_file import read_trace
from hanbench.harness.cli.campaign_progress import CampaignProgress
from hanbench.harness.words import duration, pace
from tests.support.campaign_store import begin, play

SPEC = """
name = "small"
size = 24
batch = 6
controllers = ["reference", "{controller}"]
[suite]
only = "ioc.active.in-force.april.fffff.24h.*"
"""


def spec(folder: Path, controller: str = "lawful:asks-when-loaded", text: str = SPEC) -> str:
    path = folder / "spec.toml"
    path.write_text(text.replace("{controller}", controller), encoding="utf-8")
    return str(path)


@pytest.fixture
def store(tmp_path) -> str:
    return str(tmp_path / "store")


def test_a_campaign_is_played_told_reported_and_exported(hanbench, tmp_path, store) -> None:
    ended = hanbench("campaign", "run", spec(tmp_path), "--store", store, "--jobs", "2")
    assert ended.status == 0
    assert "small: 24 of 24 cases, finished" in ended.out
    plays = {
        "controllers": "reference, lawful:asks-when-loaded",
        "suite": "full, only ioc.active.in-force.april.fffff.24h.*, begins installed",
        "seed": "1",
        "hold_to": "assumed",
    }
    every = len(fnmatch.filter((case.id for case in suite()), "ioc.active.in-force.april.fffff.24h.*"))
    much = f"24 of {2 * every:,} suite cases x controllers, the first by HAN story"
    assert f"  controllers: {plays['controllers']}\n  suite: {plays['suite']}: {much}\n" in ended.err
    told = json.loads(hanbench("campaign", "status", "--store", store, "--json").out)
    assert (told["played"], told["verdicts"], told["state"], told["alarms"]) == (24, {"as expected": 24}, "finished", 0)
    assert told["plays"] == plays
    ended = hanbench("campaign", "report", "--store", store, "--json")
    assert ended.status == 0
    report = json.loads(ended.out)
    assert report == json.loads((Path(store) / "campaign.json").read_bytes())
    sides = {each["property"]: each for each in report["properties"]}
    assert sides["gsme-only-after-pass"]["interesting"] == 24
    assert "inconclusive-never-counts" in report["unreached"]
    assert report["plays"] == plays | {"suite": f"{plays['suite']}: {much}"}
    assert report["spec"]["controllers"] == ["reference", "lawful:asks-when-loaded"]
    assert report["spec"]["played_twice"] == 20
    assert report["controllers"] == {"reference": {"as expected": 12}, "lawful:asks-when-loaded": {"as expected": 12}}
    assert report["pairs"] == [{"first": "battery-dead", "second": "battery-dead", "cases": 24, "failed": 0}]
    assert sum(cases for _, cases in report["hours"]) == 24
    assert len(report["slowest"]) == 20
    out = tmp_path / "rows.csv"
    assert hanbench("campaign", "export", "--store", store, "--out", str(out)).status == 0
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert [row["number"] for row in rows] == [str(number) for number in range(24)]
    assert {row["by"] for row in rows} == {"reference", "lawful:asks-when-loaded"}


def test_one_case_is_played_again_with_its_files_and_comes_to_the_same(hanbench, tmp_path, store) -> None:
    hanbench("campaign", "run", spec(tmp_path), "--store", store)
    out = tmp_path / "again"
    ended = hanbench("campaign", "replay", "5", "--store", store, "--out", str(out), "--json")
    assert ended.status == 0
    report = json.loads(ended.out)
    assert report["as_stored"] is True
    assert report["files"] == ["case-5.pcapng", "case-5.keys", "case-5.trace.jsonl"]
    assert all((out / name).exists() for name in report["files"])
    header, _ = read_trace(out / "case-5.trace.jsonl")
    assert (header.scenario, header.controller) == (report["case"], report["by"])
    with Store.open(Path(store)) as opened:
        opened.rows("UPDATE verdict SET trace_hash = 1 WHERE number = 5")
        opened._db.commit()
    ended = hanbench("campaign", "replay", "5", "--store", store, "--out", str(out))
    assert ended.status == 4
    assert "OTHER THAN STORED" in ended.out
    for who, told in (("store", "0000000000000001"), ("play", report["trace_hash"])):
        told = (
            f"as expected, decided {report['decision'].split()[1].rstrip(';')}, {report['virtual_s']:,} s, trace {told}"
        )
        assert f"{who} has: {told}" in ended.out
    assert hanbench("campaign", "replay", "24", "--store", store, "--out", str(out)).status == 3


def test_failures_are_told_in_clusters_with_a_short_example_and_are_played_first_next_time(
    hanbench, tmp_path, store
) -> None:
    wrong = "wrong:migrates-blind"
    ended = hanbench("campaign", "run", spec(tmp_path, wrong), "--store", store)
    assert ended.status == 1
    ended = hanbench("campaign", "report", "--store", store, "--shrink", "5")
    assert ended.status == 1
    assert "12 cases: wrong:migrates-blind, faults: " in ended.out
    report = json.loads((Path(store) / "campaign.json").read_bytes())
    (cluster,) = report["clusters"]
    assert (cluster["cases"], cluster["first"], cluster["controller"]) == (12, 1, wrong)
    example = Path(store) / "failure-1.toml"
    assert example.read_text(encoding="utf-8") == cluster["example"]["scenario"]
    arguments = cluster["example"]["command"].split()[1:]  # from whichever folder the report was made
    played = hanbench(*arguments, "--out", str(tmp_path / "example"))
    assert played.status == 1
    assert "gsme-only-after-pass" in played.out
    ended = hanbench("campaign", "run", spec(tmp_path, wrong), "--store", store, "--fresh", "--jobs", "1")
    with Store.open(Path(store)) as opened:
        known = opened.rows("SELECT low, high FROM batch WHERE known ORDER BY low")
    assert known == [(number, number + 1) for number in range(1, 24, 2)]


def test_a_store_is_not_begun_twice_and_a_changed_spec_says_what_changed(hanbench, tmp_path, store) -> None:
    hanbench("campaign", "run", spec(tmp_path), "--store", store)
    ended = hanbench("campaign", "run", spec(tmp_path), "--store", store)
    assert (ended.status, ended.err.count("\n")) == (3, 1)
    assert "has this campaign, finished; begin anew with `campaign run --fresh`" in ended.err
    ended = hanbench("campaign", "run", spec(tmp_path, text=SPEC.replace("24", "30", 1)), "--store", store)
    assert ended.status == 3
    assert "has a campaign of another spec: size was 24, and is 30. Use another --store" in ended.err


def test_nothing_is_left_of_a_finished_campaign_and_resume_says_so_in_a_line(hanbench, tmp_path, store) -> None:
    ended = hanbench("campaign", "run", spec(tmp_path, "wrong:migrates-blind"), "--store", store)
    assert ended.status == 1
    assert "12 violations" in ended.out
    before = (Path(store) / FILE).read_bytes()
    ended = hanbench("campaign", "resume", "--store", store)
    assert ended == (1, "small: 24 of 24 cases, finished; nothing is left to play\n", "")
    assert (Path(store) / FILE).read_bytes() == before


def test_a_campaign_that_goes_on_counts_all_that_failed(hanbench, store, capsys) -> None:
    play(begin(Path(store)), failing=2)
    counts = []
    with Store.open(Path(store)) as opened:
        progress = CampaignProgress(30, 10, opened.counts.verdicts[1])
    for failing in (0, 1):
        progress.add(Advance(10, failing))
        counts.append(progress.words.rpartition("; ")[2])
    assert counts == ["2 failed", "3 failed"]


@pytest.mark.parametrize(("rate", "words"), [(0.42, "0.4"), (9.96, "10.0"), (12.4, "12"), (1480, "1,480")])
def test_a_low_rate_has_a_decimal(rate, words) -> None:
    assert pace(rate) == words


def test_a_store_of_another_program_is_not_gone_on_with(hanbench, tmp_path, store) -> None:
    begin(Path(store))
    with Store.open(Path(store)) as opened:
        identity = b'{"hanbench":"0.1.0","python":"3.11","source":"0"}'
        opened.rows("UPDATE campaign SET identity = ?", (identity,))
        opened._db.commit()
    ended = hanbench("campaign", "resume", "--store", store)
    assert ended.status == 3
    assert "was begun by another program" in ended.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("status",), "has no campaign; `hanbench campaign run SPEC.toml` begins one"),
        (("resume",), "has no campaign"),
        (("report",), "has no campaign"),
        (("export", "--out", "x.json"), "--out: expected a file named *.csv or *.parquet, got 'x.json'"),
        (("replay", "one"), "Invalid value for 'ID'"),
        (("report", "--shrink", "-1"), "Invalid value for '--shrink'"),
        (("statsu",), "No such command 'statsu'; did you mean status?"),
    ],
)
def test_what_cannot_be_is_one_line(hanbench, store, arguments, says) -> None:
    place = ("--store", store) if "statsu" not in arguments else ()
    ended = hanbench("campaign", *arguments, *place)
    assert (ended.status, ended.err.count("\n")) == (3, 1)
    assert says in ended.err
    assert not Path(store).exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--cluster", "127.0.0.1:8786"), "--cluster: expected tcp://HOST:PORT or tls://HOST:PORT"),
        (("--cluster", "tcp://127.0.0.1:1", "--jobs", "2"), "--jobs: expected without --cluster"),
    ],
)
def test_a_cluster_that_cannot_be_is_one_line(hanbench, tmp_path, store, arguments, says) -> None:
    ended = hanbench("campaign", "run", spec(tmp_path), "--store", store, *arguments)
    assert (ended.status, ended.err.count("\n")) == (3, 1)
    assert says in ended.err


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(59, "59 s"), (130, "2 min"), (3700, "1 h 1 min"), (90_000, "1 d 1 h")],
)
def test_a_duration_has_two_units_at_most(seconds, words) -> None:
    assert duration(seconds) == words


def test_verify_and_explore_play_their_cases_in_a_store_too(hanbench, tmp_path) -> None:
    suite, stories = str(tmp_path / "suite"), str(tmp_path / "stories")
    only = ("verify", "--only", "ioc.*.in-force.april.fffff.24h.silent.no-change.*", "--seeds", "2")
    ended = hanbench(*only, "--store", suite, "--out", str(tmp_path / "none"), "--json")
    assert ended.status == 0, ended.err
    stored = json.loads(ended.out)
    assert not (tmp_path / "none").exists()
    ended = hanbench(*only, "--out", str(tmp_path / "report"), "--json")
    assert (stored["name"], stored["played"]) == ("verify", json.loads(ended.out)["scenarios"])
    ended = hanbench("explore", "--seeds", "6", "--controller", "wrong:migrates-blind", "--store", stories)
    assert ended.status == 1
    assert "explore: 6 of 6 cases, finished" in ended.out
    ended = hanbench(*only, "--shard", "1/2", "--store", str(tmp_path / "third"))
    assert (ended.status, ended.err) == (
        3,
        "hanbench: --shard: expected without --store: a store has the suite's verdicts, and no files\n",
    )
