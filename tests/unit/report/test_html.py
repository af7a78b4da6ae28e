"""The HTML report as a file: whole or not there, and a scenario's detail. What a person sees is tests/browser's."""

from __future__ import annotations

import base64
import json
import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.check import HanCheck, Subject, Verdict
from hanbench.harness.case.installation import Meter, MeterRole, MeterStatus
from hanbench.harness.case.plan import FaultEvent, State, StatementKind, SupplierAct, SupplierChange
from hanbench.harness.checks import Evidence, EvidencedCheck
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.report.html import HtmlWriter, details_of, encode_detail, writer
from hanbench.harness.report.html.writer import shapes
from hanbench.harness.report.model import describe
from hanbench.harness.report.timeline import (
    SHOWN,
    CheckDetail,
    CommissioningDetail,
    FrameDetail,
    ScenarioDetail,
    TimelineEntry,
    timeline,
    timeline_entries,
)
from hanbench.harness.scenario.run import run_scenario
from hanbench.harness.scenario.scenario import Scenario
from hanbench.profiles.benches import StartingState
from hanbench.profiles.rulesets import Cohort, shipped

START = datetime(2022, 4, 4, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def result():
    meter = Meter(MeterStatus.ACTIVE, "former")
    scenario = Scenario(
        "told", "Told", Cohort.IOC, meter, meter, START, begins=StartingState.NEW,
        changes=(
            FaultEvent(Subject.GSME, State.BROKEN, "hub-entry-lost", before_check=1),
            FaultEvent(Subject.WAN, State.BROKEN, "wan-down", before_check=2, lasts=timedelta(hours=30)),
        ),
        suppliers=(SupplierAct("newcomer", StatementKind.REQUEST, after_ask=timedelta(hours=2)),),
        handovers=(SupplierChange(MeterRole.GSME, MeterStatus.ACTIVE, "newcomer", after_check=1),),
    )  # fmt: skip
    return run_scenario(scenario, shipped(), Reference, seed="1")


def test_a_scenario_has_all_that_happened_in_order(result):
    entries = list(timeline_entries(result.records, START))
    assert [each.start for each in entries] == sorted(each.start for each in entries)
    assert {each.lane for each in entries} == {"faults", "checks", "suppliers", "controller"}
    broken = {each.label: each for each in entries if each.lane == "faults" and each.kind == "broken"}
    assert set(broken) == {"hub-entry-lost", "wan-down"}
    assert broken["wan-down"].end is not None
    assert broken["wan-down"].end - broken["wan-down"].start == 30 * 3600
    said = [each.text for each in entries]
    assert any("GSME active with newcomer" in text for text in said)
    assert any(text.startswith("Check 2: inconclusive") for text in said)
    assert said[-1].startswith("closes the case: ") or "GSME" in said[-1]


def test_a_scenario_has_the_frames_of_each_check_and_no_key(result):
    detail = timeline(result)
    assert [each.check.attempt for each in detail.checks] == list(range(1, len(result.checks) + 1))
    for check, evidence in zip(detail.checks, (each.evidence for each in result.evidenced), strict=True):
        assert len(check.frames) + check.left_out == len(evidence)
        assert len(check.frames) <= SHOWN
        assert [frame.number for frame in check.frames] == sorted(frame.number for frame in check.frames)
    text = msgspec.json.encode(detail).decode()
    assert len(result.keys) > 3
    assert not [key.label for key in result.keys if key.octets.hex() in text]
    assert json.loads(zlib.decompress(encode_detail(detail), -zlib.MAX_WBITS)) == json.loads(text)


def test_a_transported_key_is_shown_without_its_octets():
    """Among the evidence here is the frame that carries the network key."""
    meter = Meter(MeterStatus.DORMANT, "former")
    swapped = (FaultEvent(Subject.GSME, State.BROKEN, "trust-center-swapped", before_check=1),)
    scenario = Scenario("swapped", "Swapped", Cohort.IOC, meter, meter, START, changes=swapped)
    result = run_scenario(scenario, shipped(), Reference, seed="1")
    text = msgspec.json.encode(timeline(result)).decode()
    assert "APS Transport Network Key" in text
    assert "redacted" in text
    for key in result.keys:
        assert key.octets.hex() not in text
        assert key.octets[::-1].hex() not in text


def evidence(sender: str, number: int) -> Evidence:
    return Evidence(number, number * SECOND, sender, "hub", bytes(3))


@pytest.mark.parametrize("position", [0, SHOWN, None])
def test_an_answer_that_is_left_out_is_an_answer(result, position):
    seen = tuple(evidence("gsme" if number == position else "esme", number) for number in range(2 * SHOWN + 1))
    check = HanCheck(1, Verdict.FAIL, START, START, None, None, "told")
    (shown,) = timeline(result._replace(evidenced=(EvidencedCheck(check, seen),))).checks
    assert shown.answered is (position is not None)
    before, after = shown.frames[: shown.gap], shown.frames[shown.gap :]
    assert [frame.number for frame in before] == list(range(len(before)))
    assert after[0].number == len(before) + shown.left_out
    assert after[-1].number == 2 * SHOWN


def test_the_file_is_whole_or_not_there(result, tmp_path):
    path = tmp_path / "report.html"

    def write() -> None:
        with HtmlWriter(path, title="t", seed="1", controller="c", rule_sets=()) as page:
            page.add(describe(result, capture=None), encode_detail(timeline(result)))
            if broken:
                raise KeyboardInterrupt
            assert path.exists() is known

    broken, known = True, False
    with pytest.raises(KeyboardInterrupt):
        write()
    assert list(tmp_path.iterdir()) == []
    broken = False
    write()
    assert list(tmp_path.iterdir()) == [path]
    first, known = path.read_bytes(), True
    write()
    assert path.read_bytes() == first


def embedded(text: str, id: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{id}">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def index_of(text: str) -> Any:
    found = re.search(r'<script type="text/plain" id="index">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(zlib.decompress(base64.b64decode(found[1], validate=True), -zlib.MAX_WBITS))


def test_the_page_names_the_fields_of_its_rows_and_details_once(result, tmp_path):
    path, report = tmp_path / "report.html", describe(result, capture="a.pcapng")
    with HtmlWriter(path, title="t", seed="1", controller="c", rule_sets=()) as page:
        page.add(report, encode_detail(timeline(result)))
    text = path.read_text(encoding="utf-8")
    named, (values,) = embedded(text, "shapes"), index_of(text)
    assert named == shapes()
    row = dict(zip(named["ScenarioReport"], values, strict=True))
    whole = msgspec.to_builtins(report)
    assert len(row.pop("verdicts")) == len(result.checks)
    assert whole.keys() - row.keys() == {"consents", "checks"}
    assert row == {name: msgspec.json.decode(msgspec.json.encode(whole[name])) for name in row}
    for kind in (ScenarioDetail, TimelineEntry, CheckDetail, CommissioningDetail, FrameDetail):
        assert tuple(named[kind.__name__]) == kind.__struct_fields__
    assert named["ScenarioDetail"]["checks"] == "CheckDetail"
    assert named["CheckDetail"]["frames"] == "FrameDetail"


def test_nothing_in_the_page_depends_on_the_machine(result, tmp_path):
    path = tmp_path / "report.html"
    with HtmlWriter(path, title="t", seed="1", controller="c", rule_sets=()) as page:
        page.add(describe(result, capture=None), encode_detail(timeline(result)))
    text = path.read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text


def test_a_page_gives_its_details_back(result, tmp_path):
    path, detail = tmp_path / "report.html", encode_detail(timeline(result))
    with HtmlWriter(path, title="t", seed="1", controller="c", rule_sets=()) as page:
        page.add(describe(result, capture=None), detail)
        page.add(describe(result, capture=None), None)
        page.add(describe(result, capture=None), detail)
    assert details_of(path) == {0: detail, 2: detail}


def test_a_page_within_its_budget_keeps_room_for_what_fails(result, tmp_path, monkeypatch):
    """Every fourth case fails, the last ones among them; the others take what is left of their share."""
    good = describe(result, capture=None)
    bad = msgspec.structs.replace(good, as_expected=False)
    detail = bytes(300)
    monkeypatch.setattr(writer, "BUDGET_OF_PASSES", 2000)
    monkeypatch.setattr(writer, "BUDGET", 4000)
    path = tmp_path / "report.html"
    with HtmlWriter(path, title="t", seed="1", controller="c", rule_sets=()) as page:
        for number in range(20):
            page.add(bad if number % 4 == 3 else good, detail)
    assert sorted(details_of(path)) == [0, 1, 2, 3, 4, 7, 11, 15, 19]


def test_a_commissioning_has_its_frames(result):
    told = timeline(result)
    assert len(told.commissionings) == len(result.commissionings) > 0
    for shown, (ended, evidence) in zip(told.commissionings, result.commissionings, strict=True):
        assert shown.succeeded is ended.succeeded
        assert len(shown.frames) + shown.left_out == len(evidence)
        first, last = ended.frames
        assert all(first <= frame.number <= last for frame in shown.frames)
        assert {"hub", *ended.devices} <= {frame.sender for frame in shown.frames}
