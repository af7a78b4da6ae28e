"""The page's matrix (legend, order, marks), its section of tolerated failures, and its word about missing parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from hanbench.harness.case.cell import MatrixCell
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle import Violation
from hanbench.harness.report.html import HtmlWriter
from hanbench.harness.report.json_file import MissingShards
from hanbench.harness.report.model import ScenarioReport
from hanbench.profiles.rulesets import Cohort, InstallationType

pytestmark = pytest.mark.timeout(960)
UNTIL = "2999-12-31"


def case(
    id_: str, kind: str, rules: str, row: str, decision: Outcome, *, failed: bool = False, until: str | None = None
) -> ScenarioReport:
    cell = MatrixCell(Cohort.IOC, InstallationType(kind), rules, row, "silent")
    violations = (Violation("count", "letter, 2", "wrong"),) if failed else ()
    return ScenarioReport(
        id=id_, title=id_, cohort="ioc", installation_type=kind, rules=rules, seed="1/a", faults=(), consents=(),
        expected=(Outcome.RETRY,), because="time ran out", decision=decision, checks=(), violations=violations,
        unmet=(), as_expected=not failed, frames=5, capture=None, keys=None, cell=cell, tolerated_until=until,
    )  # fmt: skip


CASES = (
    case("a.1", "mixed-gsme-active", "tmad-v19", "fff", Outcome.REFUSE),
    case("a.2", "mixed-gsme-active", "in-force", "fff", Outcome.RETRY),
    case("b.1", "dormant", "tmad-v18", "wpef", Outcome.REFUSE),
    case("b.2", "dormant", "in-force", "battery-dead", Outcome.RETRY),
    case("b.3", "dormant", "in-force", "fff", Outcome.RETRY, failed=True),
    case("b.4", "dormant", "in-force", "fff", Outcome.MIGRATE_ESME_ONLY),
    case("b.5", "dormant", "in-force", "fff", Outcome.REFUSE),
)
"""In an order in which no reader would look for them."""


@pytest.fixture
def shown(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`shown(*reports)`: the page of these reports, which must complain of nothing."""
    pages, complaints = [], list[str]()

    def opened(*reports: ScenarioReport, missing: MissingShards | None = None) -> Any:
        path = tmp_path / "report.html"
        with HtmlWriter(path, title="t", seed="1", controller="c", rule_sets=(), missing=missing) as writer:
            for report in reports:
                writer.add(report, None)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path.as_uri())
        page.locator("article").first.wait_for()
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert complaints == []


def words(locator: Any) -> list[str]:
    return [" ".join(each.inner_text().split()) for each in locator.all()]


def test_the_legend_says_what_the_letters_of_a_row_are(shown):
    page = shown(*CASES)
    assert words(page.locator("#findings li")) == [
        "Rows of letters are what the checks find, in order:",
        "p pass",
        "f fail: the gas meter is dead",
        "e inconclusive: the electricity meter is dead",
        "w inconclusive: the WAN is down",
    ]
    assert not shown(CASES[3]).locator("#findings").count()


def test_groups_columns_and_rows_have_one_order(shown):
    page = shown(*CASES)
    table = page.locator(".on-screen .matrix")
    assert words(table.locator("thead tr").first.locator("th")) == ["ioc dormant", "ioc mixed-gsme-active"]
    assert words(table.locator("thead tr").nth(1).locator("th")) == ["in-force", "v18", "in-force", "v19"]
    assert words(table.locator("tbody th")) == ["fff", "wpef", "battery-dead"]


def test_a_mark_stands_at_the_outcome_that_went_wrong_alone(shown):
    page = shown(*CASES)
    cell = page.locator(".on-screen .matrix button.wrong")
    assert cell.count() == 1
    assert words(cell.locator("span")) == ["E", "R", "T!"]  # in the order of the legend
    assert "! some case with this outcome did not go as expected" in words(page.locator("#letters li"))


def test_tolerated_failures_have_a_section_and_are_not_red(shown):
    tolerated = structs.replace(CASES[4], tolerated_until=UNTIL)
    page = shown(*CASES[:4], tolerated, *CASES[5:])
    assert words(page.locator("#verdict")) == ["No new failure. 1 failure is tolerated: see below."]
    assert f"1 case failed as in an earlier run (--against), and may until {UNTIL}." in words(
        page.locator("#tolerated p")
    )
    assert words(page.locator("#tolerated li")) == ["b.3: count"]
    assert not page.locator(".matrix button.wrong").count()
    assert words(page.locator('.on-screen button[aria-label*="1 tolerated"] span')) == ["E", "R", "T~"]
    assert not page.locator('.row[aria-expanded="true"]').count()
    page.select_option("select", "tolerated")
    assert words(page.locator("article small")) == ["b.3"]


def test_a_new_failure_comes_before_those_that_are_tolerated(shown):
    new = structs.replace(CASES[4], id="z.9")
    page = shown(structs.replace(CASES[4], tolerated_until=UNTIL), *CASES[5:], new)
    assert words(page.locator("article small"))[:2] == ["z.9", "b.3"]
    assert words(page.locator("#verdict")) == [
        "1 scenario did not go as the rules demand (1 violation). 1 failure is tolerated: see below."
    ]


def test_missing_parts_are_told_above_the_matrix(shown):
    page = shown(*CASES[5:], missing=MissingShards((2, 4), 4))
    assert words(page.locator("#missing")) == [
        "2 parts are missing of a run in 4: --shard 2, 4. The run has no verdict yet."
    ]
