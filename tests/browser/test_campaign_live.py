"""The live page of a campaign that is being played, in a real browser: it goes on without being loaded again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hanbench.harness.campaigns.watching import WatchedStore
from hanbench.harness.files import locked_folder
from hanbench.harness.serve import campaigns
from tests.support.campaign_store import begin, play, spec_of
from tests.support.served import Served, served

pytestmark = pytest.mark.timeout(300)
PATIENCE = 60_000
VIOLATIONS = """axe.run({ resultTypes: ["violations"] }).then(
    (found) => found.violations.map((each) => [each.id, each.nodes.map((node) => node.html)]))"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """A campaign of 30 cases that this process plays: ten of them so far, of which three failed."""
    with locked_folder(tmp_path / "store") as folder:
        play(begin(folder), failing=3)
        yield folder


@pytest.fixture
def service(store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A service of it that makes a report whenever it is asked. It comes before `visit`, and ends after its pages."""
    for name, value in (("LOOKED_EACH", 0.0), ("REPORTED_EACH", 0.0), ("SHARE", 1e9)):
        monkeypatch.setattr(campaigns, name, value)
    with served([], stores={"small": WatchedStore(store)}) as found:
        yield found


def shows(page: Any, played: int) -> None:
    """Wait until progress and report are those of so many cases."""
    page.locator("#progress b", has_text=f"{played} of 30 cases").wait_for(timeout=PATIENCE)
    page.locator("#masthead", has_text=f"{played} of 30 cases").wait_for(timeout=PATIENCE)


def test_the_page_goes_on_with_the_campaign_and_leaves_alone_what_its_reader_did(
    service: Served, visit: Callable[..., Any], store: Path, axe: str
) -> None:
    page = visit(f"http://{service.host}/", "campaigns/small", width=390)
    shows(page, 10)
    assert page.title().startswith("33 % \u2013 small")
    assert page.locator("#progress .tag").inner_text() == "playing"
    assert page.inner_text("#failures h3") == "3 cases: count"
    assert page.locator("main b").filter(has_text="counts").count() == 0
    page.get_by_text("Controllers and devices").click()
    page.evaluate("window.scrollTo(0, 300); document.getElementById('failures').mine = true")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#failures .command'))")
    play(store)
    shows(page, 20)
    assert page.inner_text(".tiles") == "17\nas expected\n3\nviolations"
    assert page.get_attribute("#result details", "open") is None
    assert page.evaluate("[scrollY, document.getElementById('failures').mine]") == [300, True]
    assert page.evaluate("String(getSelection())") == f"hanbench campaign replay 0 --store {store}"
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator("#told").inner_text().startswith("10 of 30 cases")  # not each step is announced
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(axe)
        assert page.evaluate(VIOLATIONS) == []


def test_it_tells_a_store_that_is_gone_and_one_that_is_begun_afresh(
    service: Served, visit: Callable[..., Any], store: Path
) -> None:
    page = visit(f"http://{service.host}/", "campaigns/small")
    shows(page, 10)
    (store / "campaign.sqlite").rename(store / "elsewhere")
    page.locator(".banner.bad", has_text="The store cannot be read any more").wait_for(timeout=PATIENCE)
    assert page.inner_text("#progress .tag") == "store gone"
    begin(store, spec_of("another", 30))
    shows(page, 0)
    page.locator(".banner.told", has_text="Another campaign was begun in this store").wait_for(timeout=PATIENCE)
    assert page.locator(".banner.bad", has_text="cannot be read").count() == 0
    assert page.inner_text("h1") == "Campaign another"


def test_the_first_page_of_a_service_of_campaigns_alone_leads_to_them(
    service: Served, visit: Callable[..., Any], axe: str
) -> None:
    page = visit(f"http://{service.host}/")
    card = page.locator("#campaigns li")
    card.wait_for(timeout=PATIENCE)
    assert "10 of 30 cases (33 %)" in card.inner_text()
    assert "3 not as expected" in card.inner_text()
    assert page.inner_text("h1") == "1 campaign"
    page.evaluate(axe)
    assert page.evaluate(VIOLATIONS) == []
    card.get_by_role("link").click()
    shows(page, 10)
