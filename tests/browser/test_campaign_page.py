"""The page of a campaign in a real browser: it draws itself, names what was not reached, and has no foreign markup."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanbench.harness.campaigns.page import campaign_page
from hanbench.harness.campaigns.report import (
    CampaignReport,
    Cluster,
    FaultPair,
    PropertySides,
    Session,
    Situation,
    SlowCase,
)
from hanbench.harness.campaigns.spec import CampaignSpec, RandomPart

NAME = "<b>x</b></script>"
REPORT = CampaignReport(
    version=1,
    name="browser",
    seed="1",
    hanbench="0",
    python="3",
    source="0",
    spec_hash="0",
    spec=CampaignSpec("browser", 1_000_000, random=RandomPart()),
    plays={"controllers": NAME, "random": "all"},
    size=1_000_000,
    played=1_000_000,
    verdicts={"as expected": 999_998, "violation": 2},
    controllers={NAME: {"as expected": 999_998, "violation": 2}},
    seconds=7860.0,
    worker_seconds=15_000.0,
    properties=(
        PropertySides("count", "counts", "letter, 2 (stated)", 1_000_000, 900_000, 2),
        PropertySides("scope", "scope", "letter, 2 (stated)", 1_000_000, 0, 0),
    ),
    unreached=("scope",),
    situations=(
        Situation("tmad-v19", "active", "silent", {"hold": 1_000_000}),
        Situation("tmad-v19", "mixed-gsme-dormant", "withdrawal", {}),
    ),
    faults=("battery-dead", "wan-down"),
    unmet_faults=("hub-full",),
    pairs=(
        FaultPair("battery-dead", "battery-dead", 999_999, 2),
        FaultPair("battery-dead", "wan-down", 1000, 0),
        FaultPair("wan-down", "wan-down", 1000, 0),
    ),
    clusters=(
        Cluster(1, NAME, "count", "letter, 2", "battery-dead", "hold", 2, 7, "id", "1", NAME, f"hanbench {NAME}"),
    ),
    more_clusters=3,
    hours=((5, 900_000), (700, 100_000)),
    quantiles={"50%": 6, "100%": 701},
    slowest=(SlowCase(734_112, "id", "1", NAME, 1234.5, 99),),
    sessions=(Session(0.0, 7860.0, "finished", "2 processes", 1_000_000, 12),),
    alarms=(),
)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("campaign") / "campaign.html"
    path.write_text(campaign_page(REPORT), encoding="utf-8")
    return path


def test_the_page_draws_what_was_reached_and_what_was_not(page_file: Path, browser) -> None:
    page = browser.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text))
    page.goto(page_file.as_uri())
    assert page.inner_text("#ruling") == "Not as expected"
    assert "2 violations, 1 unreached property, 12 worker restarts" in page.inner_text("#masthead")
    assert "1 property" in page.inner_text("#unreached")
    assert page.locator("#properties tr.unreached").inner_text().startswith("scope")
    assert "mixed-gsme-dormant" in page.locator("#situations tr.unreached").inner_text()
    assert "hub-full" in page.inner_text("#unmet")
    assert page.locator("#pairs svg rect title").count() == 4
    assert page.locator("#times svg rect").count() > 1
    assert "734,112" in page.inner_text("#slowest")
    assert page.locator("main b").filter(has_text="x").count() == 0
    assert NAME in page.inner_text("#failures")
    assert troubles == []
    page.close()


def test_the_page_is_no_wider_than_a_telephone(page_file: Path, browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()
