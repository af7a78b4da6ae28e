"""Reports of shards joined, and a run compared with an earlier one."""

from __future__ import annotations

import json
import stat
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle import Violation
from hanbench.harness.report.against import compare
from hanbench.harness.report.html import HtmlWriter, details_of
from hanbench.harness.report.json_file import MissingShards, ReportWriter, ShardReport, read_report
from hanbench.harness.report.merge import merge, read_shards
from hanbench.harness.report.model import ScenarioReport
from hanbench.profiles.errors import ProfileError

DAY = date(2022, 4, 4)


def case(id_: str, *violated: str, unmet: tuple[str, ...] = (), decision: Outcome = Outcome.RETRY) -> ScenarioReport:
    failed = bool(violated or unmet or decision is not Outcome.RETRY)
    return ScenarioReport(
        id=id_, title=id_, cohort="ioc", installation_type="dormant", rules="tmad-v19", seed="1/a", faults=(),
        consents=(), expected=(Outcome.RETRY,), because="time ran out", decision=decision, checks=(),
        violations=tuple(Violation(each, "letter, 2", "wrong") for each in violated), unmet=unmet,
        as_expected=not failed, frames=5, capture=f"{id_}.pcapng" if failed else None,
        keys=f"{id_}.keys" if failed else None,
    )  # fmt: skip


def run(
    folder: Path, *cases: ScenarioReport, controller: str = "c", seed: str = "1", shard: ShardReport | None = None
) -> Path:
    """A folder as `verify` leaves it."""
    folder.mkdir()
    about: dict[str, Any] = {"seed": seed, "controller": controller, "rule_sets": ("tmad-v19",)}
    with (
        ReportWriter(folder / "report.json", shard=shard, **about) as report,
        HtmlWriter(folder / "report.html", title="t", **about) as page,
    ):
        for each in cases:
            report.add(each)
            page.add(each, each.id.encode())
            if each.capture and each.keys:
                (folder / each.capture).write_bytes(b"frames of " + each.id.encode())
                (folder / each.keys).write_bytes(b"keys")
    return folder


@pytest.fixture
def shards(tmp_path):
    return [
        run(tmp_path / "one", case("a"), case("b", "count")),
        run(tmp_path / "two", case("c", "scope", "count")),
        run(tmp_path / "three", case("d")),
    ]


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_the_whole_has_each_case_once_and_the_sum_of_the_totals(shards, out):
    tally, summary = merge(read_shards(shards), out)
    whole = read_report(out / "report.json")
    assert [each.id for each in whole.scenarios] == ["a", "b", "c", "d"]
    assert whole.summary == summary
    assert (summary.scenarios, summary.as_expected, summary.violations, summary.frames) == (4, 2, 3, 20)
    assert tally.failures == 2


def test_the_whole_is_what_one_run_would_have_written(shards, out, tmp_path):
    merge(read_shards(shards), out)
    alone = run(tmp_path / "alone", case("a"), case("b", "count"), case("c", "scope", "count"), case("d"))
    assert (out / "report.json").read_bytes() == (alone / "report.json").read_bytes()


def test_junit_has_a_test_for_each_case(shards, out):
    merge(read_shards(shards), out)
    suite = ET.parse(out / "junit.xml").getroot()
    assert [each.get("name") for each in suite.iter("testcase")] == ["a", "b", "c", "d"]
    assert len(list(suite.iter("failure"))) == 2


def test_the_page_keeps_the_stories(shards, out):
    merge(read_shards(shards), out)
    assert details_of(out / "report.html") == {0: b"a", 1: b"b", 2: b"c", 3: b"d"}


def test_a_shard_without_a_page_is_merged_without_its_stories(shards, out):
    (shards[0] / "report.html").unlink()
    merge(read_shards(shards), out)
    assert details_of(out / "report.html") == {2: b"c", 3: b"d"}


def test_captures_come_along_and_keys_stay_private(shards, out):
    merge(read_shards(shards), out)
    assert (out / "c.pcapng").read_bytes() == b"frames of c"
    assert stat.S_IMODE((out / "c.keys").stat().st_mode) == 0o600


def test_a_capture_that_is_gone_is_not_linked(shards, out):
    (shards[1] / "c.pcapng").unlink()
    merge(read_shards(shards), out)
    found = {each.id: each.capture for each in read_report(out / "report.json").scenarios}
    assert found == {"a": None, "b": "b.pcapng", "c": None, "d": None}


def test_no_file_outside_a_shard_is_taken(tmp_path, out):
    (tmp_path / "secret").write_text("secret")
    hostile = msgspec.structs.replace(case("a", "count"), capture="../secret", keys="../secret")
    folder = tmp_path / "one"
    folder.mkdir()
    with ReportWriter(folder / "report.json", seed="1", controller="c", rule_sets=()) as report:
        report.add(hostile)
    merge(read_shards([folder]), out)
    assert read_report(out / "report.json").scenarios[0].capture is None
    assert not [path for path in out.iterdir() if "secret" in path.name]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"controller": "d"}, "controller: found 'd'; expected 'c', as in"),
        ({"seed": "2"}, "seed: found '2'; expected '1', as in"),
    ],
)
def test_runs_that_do_not_belong_together_are_refused(shards, tmp_path, changes, said):
    with pytest.raises(ProfileError, match=said):
        read_shards([*shards, run(tmp_path / "other", case("e"), **changes)])


def test_a_case_in_two_shards_is_refused(shards, tmp_path):
    with pytest.raises(ProfileError, match=r"report\.json: a: expected a case that .*one does not have"):
        read_shards([*shards, run(tmp_path / "other", case("a"))])


@pytest.mark.parametrize("content", [None, "", "{}", "[1]", '{"version": 3}', '{"version": 4, "scenarios": 1}'])
def test_what_is_no_report_is_refused_in_one_line(tmp_path, content):
    if content is not None:
        (tmp_path / "report.json").write_text(content)
    with pytest.raises(ProfileError) as refused:
        read_shards([tmp_path])
    assert str(tmp_path / "report.json") in str(refused.value)
    assert "\n" not in str(refused.value)


# --- against an earlier run -------------------------------------------------------------------------------------------


def report(tmp_path: Path, name: str, *cases: ScenarioReport):
    return read_report(run(tmp_path / name, *cases) / "report.json")


@pytest.fixture
def before(tmp_path):
    return report(tmp_path, "before", case("same", "count"), case("other", "count"), case("fixed", "scope"),
                  case("gone", "scope"), case("fine"), case("less", "count", "scope"))  # fmt: skip


@pytest.fixture
def now(tmp_path):
    return report(tmp_path, "now", case("same", "count"), case("other", "scope"), case("fixed"), case("fine", "count"),
                  case("less", "scope"), case("never seen", unmet=("x",)))  # fmt: skip


def test_a_failure_is_new_if_the_case_did_not_fail_in_this_way(now, before):
    found = compare(now, before, until=None, today=DAY)
    assert set(found.new) == {"other", "fine", "never seen"}
    assert set(found.known) == {"same", "less"}
    assert (found.fixed, found.missing) == (("fixed",), ("gone",))


@pytest.mark.parametrize(("until", "tolerated"), [(date(2022, 4, 3), False), (DAY, True), (date(2022, 4, 5), True)])
def test_known_failures_are_tolerated_up_to_and_on_the_day(tmp_path, before, until, tolerated):
    same = report(tmp_path, "now", case("same", "count"), case("fine"))
    found = compare(same, before, until=until, today=DAY)
    assert found.fails is not tolerated
    assert ("same" in found.tolerated) is tolerated
    assert found.new == ()


def test_a_new_failure_is_never_tolerated(now, before):
    assert compare(now, before, until=date(2099, 1, 1), today=DAY).fails


def test_another_outcome_is_another_failure(tmp_path, before):
    moved = report(tmp_path, "now", case("same", "count", decision=Outcome.REFUSE))
    assert compare(moved, before, until=DAY, today=DAY).new == ("same",)


# --- the command ------------------------------------------------------------------------------------------------------


def called(*arguments: str) -> int:
    from hanbench.harness.cli.main import main

    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def tolerated(folder: Path) -> dict[str, str]:
    reports = read_report(folder / "report.json").scenarios
    return {each.id: each.tolerated_until for each in reports if each.tolerated_until is not None}


def junit_of(folder: Path) -> tuple[list[str | None], list[str | None]]:
    """The tests in a JUnit file that are skipped, and those that fail."""
    cases = list(ET.parse(folder / "junit.xml").iter("testcase"))
    for each in cases:
        for skipped in each.findall("skipped"):
            assert (skipped.get("message") or "").startswith(
                "tolerated until 2999-12-31: it failed so in an earlier run"
            )
            assert "count" in (skipped.text or "")

    def names(kind: str) -> list[str | None]:
        return [each.get("name") for each in cases if each.find(kind) is not None]

    return names("skipped"), names("failure")


def test_what_parts_tolerate_does_not_count_for_the_whole(tmp_path, out):
    """The exit status and the files agree: the command that joins says what is tolerated."""
    merge(read_shards([run(tmp_path / "a", structs.replace(case("a", "count"), tolerated_until="2999-12-31"))]), out)
    assert (tolerated(out), junit_of(out)) == ({}, ([], ["a"]))


def test_the_command_joins_and_says_what_failed(shards, tmp_path, capsys):
    out = tmp_path / "joined"
    assert called("report", "merge", *map(str, shards), "--out", str(out)) == 1
    said = capsys.readouterr().out
    assert "4 scenarios, 2 not as expected (3 violations)." in said
    assert {"report.html", "report.json", "junit.xml"} <= {path.name for path in out.iterdir()}


def test_parts_that_are_missing_are_named(tmp_path, capsys):
    parts = [run(tmp_path / name, case(name), shard=ShardReport(number, 4)) for number, name in ((1, "a"), (3, "b"))]
    call = ("report", "merge", *map(str, parts), "--out", str(tmp_path / "joined"))
    assert called(*call) == 2
    assert "2 parts are missing of a run in 4: --shard 2, 4" in capsys.readouterr().out
    assert called(*call, "--json") == 2
    assert json.loads(capsys.readouterr().out)["missing"] == [2, 4]
    joined = read_report(tmp_path / "joined" / "report.json")
    assert (joined.shard, joined.missing) == (None, MissingShards((2, 4), 4))
    suite = ET.parse(tmp_path / "joined" / "junit.xml").getroot()[0]
    (told,) = suite.findall("properties/property")
    assert told.attrib == {"name": "missing", "value": "2 parts are missing of a run in 4: --shard 2, 4"}
    whole = run(tmp_path / "whole", case("a"))
    given = ("report", "merge", str(whole), "--out", str(tmp_path / "out"))
    assert called(*given, "--against", str(tmp_path / "joined" / "report.json")) == 0
    assert "2 parts are missing of a run in 4: --shard 2, 4; their failures count as new" in capsys.readouterr().err


def test_a_failure_weighs_more_than_a_part_that_is_missing(tmp_path):
    part = run(tmp_path / "a", case("a", "count"), shard=ShardReport(1, 2))
    assert called("report", "merge", str(part), "--out", str(tmp_path / "joined")) == 1


def test_all_parts_are_a_whole(tmp_path, capsys):
    parts = [run(tmp_path / str(number), case(str(number)), shard=ShardReport(number, 2)) for number in (2, 1)]
    assert called("report", "merge", *map(str, parts), "--out", str(tmp_path / "joined")) == 0
    assert "missing" not in capsys.readouterr().out


@pytest.mark.parametrize(("shard", "said"), [(ShardReport(2, 3), "a part of 3"), (None, "no --shard")])
def test_parts_of_different_runs_are_refused(tmp_path, shard, said):
    first = run(tmp_path / "a", case("a"), shard=ShardReport(1, 2))
    with pytest.raises(ProfileError, match=f"shard: found {said}; expected a part of 2, as in"):
        read_shards([first, run(tmp_path / "b", case("b"), shard=shard)])


def test_the_joined_report_does_not_take_the_place_of_a_part(shards, capsys):
    before = (shards[0] / "report.json").read_bytes()
    assert called("report", "merge", *map(str, shards), "--out", str(shards[0] / ".." / "one")) == 3
    assert "is one of those to join" in capsys.readouterr().err
    assert (shards[0] / "report.json").read_bytes() == before


def test_the_command_tolerates_what_is_known(shards, tmp_path, capsys):
    out, before = tmp_path / "joined", run(tmp_path / "before", case("b", "count"), case("c", "scope", "count"))
    options = ("--against", str(before / "report.json"), "--tolerate-until")
    call = ("report", "merge", *map(str, shards), "--out", str(out), *options)
    assert called(*call, "2999-12-31") == 0
    said = capsys.readouterr().out
    assert "4 scenarios, 2 not as expected (3 violations); 2 of them tolerated." in said
    assert "tolerated until 2999-12-31: 2" in said
    assert tolerated(out) == {"b": "2999-12-31", "c": "2999-12-31"}
    assert junit_of(out) == (["b", "c"], [])
    assert called(*call, "2020-01-01") == 1
    assert (tolerated(out), junit_of(out)) == ({}, ([], ["b", "c"]))
    capsys.readouterr()
    assert called(*call, "2020-01-01", "--json") == 1
    assert json.loads(capsys.readouterr().out)["against"]["known"] == ["b", "c"]


def test_a_date_without_an_earlier_run_is_bad_input(shards, tmp_path, capsys):
    given = ("report", "merge", str(shards[0]), "--out", str(tmp_path / "joined"), "--tolerate-until", "2022-01-01")
    assert called(*given) == 3
    assert "--against" in capsys.readouterr().err


@pytest.mark.parametrize("broken", ["x", "bGV0", "A=BC", "A"])
def test_a_detail_in_a_page_that_is_no_base64_is_left_out(tmp_path: Path, broken: str) -> None:
    page = tmp_path / "report.html"
    details = (("1", broken), ("9" * 5000, "bGV0"), ("2", "bGV0"))
    lines = [f'<script type="text/plain" id="s{number}">{text}</script>\n' for number, text in details]
    page.write_text("".join(lines), encoding="utf-8")
    found = details_of(page)
    assert found.pop(2) == b"let"
    assert found == ({1: b"let"} if broken == "bGV0" else {})
