"""The live page in a real browser, on a bench of several homes, and on its replay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.browser.test_live_page import PATIENCE, found_by_axe, text

pytestmark = pytest.mark.timeout(300)
STREET = """
id = "neighbours"
title = "Two homes side by side"
[homes.left]
[homes.right]
"""
NODES = ["left.hub", "left.esme", "left.gsme", "right.hub", "right.esme", "right.gsme"]
FAST, SLOW = "3600", "1"


class Street(NamedTuple):
    """A street in whose left home the gas meter was broken and checked three times, on its page."""

    address: str
    folder: Path
    served: Any


@pytest.fixture(scope="module")
def street(browser: Any, serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Street:
    folder = tmp_path_factory.mktemp("street")
    file = folder / "neighbours.toml"
    file.write_text(STREET)
    served = serve(str(file), "--speed", SLOW, "--out", str(folder / "kept"))
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(served.address)
    steps = page.locator(".first-steps")
    steps.get_by_label("in home").select_option("left", timeout=PATIENCE)
    page.locator("header .tag", has_text="up").wait_for(timeout=PATIENCE)
    steps.get_by_role("button", name="Break the gas meter").click()
    page.locator("#faults .active li", has_text="battery-dead").wait_for(timeout=PATIENCE)
    page.get_by_label("Speed").select_option(FAST)
    for number in (1, 2, 3):
        steps.get_by_role("button", name="Check the HAN").click(timeout=PATIENCE)
        steps.locator("ol > li").nth(2).locator(".tag").nth(number - 1).wait_for(timeout=PATIENCE)
    steps.locator(".outcome").wait_for(timeout=PATIENCE)
    page.locator("#homes li", has_text="right").get_by_role("button", name="Check right").click()
    page.locator(".timeline .entry", has_text="check 1: pass").wait_for(timeout=PATIENCE)
    page.get_by_label("Speed").select_option(SLOW)
    page.close()
    return Street(served.address, folder / "kept", served)


def shown(visit: Callable[..., Any], street: Street, at: str = "", **options: Any) -> Any:
    """The page when the nodes are shown."""
    page = visit(street.address, at, **options)
    page.locator("table.nodes tr[data-node]").first.wait_for(timeout=PATIENCE)
    return page


def attributes(page: Any, places: str, name: str) -> list[str]:
    return [each.get_attribute(name) for each in page.locator(places).all()]


def test_a_fault_and_checks_in_one_home_leave_the_other_well(street, visit):
    page = shown(visit, street)
    left, right = page.locator('#homes [data-home="left"]'), page.locator('#homes [data-home="right"]')
    assert "gsme unreachable" in text(left)
    assert "check fail" in text(left)
    assert "fault: battery-dead" in text(left)
    assert "is-good" in right.get_attribute("class")
    assert "check pass" in text(right)
    assert "No power" in text(page.locator('tr[data-node="left.gsme"]'))
    assert "is-good" in page.locator('tr[data-node="right.gsme"]').get_attribute("class")
    entries = {text(each) for each in page.locator(".timeline .entry").all()}
    assert any("left decision" in each and "closes the case: migrate-esme-only" in each for each in entries)
    assert any("right check 1: pass" in each for each in entries)
    assert not any("right decision" in each and "closes" in each for each in entries)


def test_nodes_pictures_and_cards_stand_by_homes(street, visit):
    page = shown(visit, street)
    assert attributes(page, "table.nodes tr[data-node]", "data-node") == NODES
    assert [text(each) for each in page.locator("table.nodes tr.home").all()] == ["left", "right"]
    assert page.locator("svg.han").count() == 2
    assert attributes(page, "svg.han [data-node]", "data-node") == NODES
    cards = page.locator(".home-cards")
    assert attributes(page, ".home-cards", "data-home") == ["left", "right"]
    assert "The display does not say so" in text(cards.nth(0).locator(".display"))
    assert "The display does not say so" not in text(cards.nth(1).locator(".display"))


def test_a_chosen_home_is_shown_alone_and_verbs_act_in_it(street, visit):
    page = shown(visit, street)
    page.get_by_label("Home", exact=True).select_option("right")
    page.locator("#homes").wait_for(state="detached")
    assert "home=right" in page.url
    assert attributes(page, "table.nodes tr[data-node]", "data-node") == NODES[3:]
    assert page.locator("svg.han").count() == 1
    assert "No fault is active" in text(page.locator("#faults"))
    assert "closes the case" not in text(page.locator("#timeline"))
    ends = page.locator("table.frames .ends").all_inner_texts()
    assert all(each.startswith("right.") for each in ends)
    page.get_by_label("Fault", exact=True).select_option("out-of-range")
    page.get_by_role("button", name="Inject").click()
    page.locator("#faults .active li", has_text="out-of-range").wait_for(timeout=PATIENCE)
    with page.expect_request("**/heal") as asked:
        page.get_by_role("button", name="Heal out-of-range of right").click()
    assert asked.value.post_data_json["home"] == "right"
    page.locator("#verbs summary").click()
    form = page.get_by_role("form", name="Verb commission")
    with page.expect_request("**/commission") as asked:
        form.get_by_role("button").click()
    assert asked.value.post_data_json["home"] == "right"


def test_axe_finds_nothing_on_a_street(street, visit, axe):
    page = shown(visit, street, bypass_csp=True)
    page.locator("#verbs summary").click()
    page.evaluate(axe)
    assert found_by_axe(page) == []
    page.get_by_label("Home", exact=True).select_option("left")
    page.locator("#homes").wait_for(state="detached")
    assert found_by_axe(page) == []


def test_the_card_of_a_street_tells_its_homes(street, visit):
    page = visit(street.address, "#all")
    card = page.locator(".benches > li")
    card.wait_for(timeout=PATIENCE)
    assert "2 homes, " in text(card)
    assert "left: battery-dead; gsme unreachable; check fail" in text(card)


def test_a_replay_of_a_street_tells_the_same_by_homes(street, visit, serve):
    street.served.end()
    replay = serve(str(street.folder))
    page = visit(replay.address)
    page.locator(".replay .where small", has_text="loaded").wait_for(state="detached", timeout=PATIENCE)
    page.get_by_label("Moment of the run").press("End")
    page.locator('tr[data-node="left.gsme"]', has_text="No power").wait_for(timeout=PATIENCE)
    page.get_by_label("Home", exact=True).select_option("left")
    page.locator(".timeline .entry", has_text="closes the case").wait_for(timeout=PATIENCE)
    assert page.locator("table.nodes tr[data-node]").count() == 3
    page.get_by_label("Home", exact=True).select_option("right")
    page.locator(".timeline .entry", has_text="check 1: pass").wait_for(timeout=PATIENCE)
    assert "closes the case" not in text(page.locator("#timeline"))
