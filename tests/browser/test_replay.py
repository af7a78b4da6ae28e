"""Frames, timeline and replay in a real browser: a bench that lives, and then the same bench from its folder."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytestmark = pytest.mark.timeout(300)
PATIENCE = 60_000
VIOLATIONS = "axe.run({ resultTypes: ['violations'] })"
LIVE = "to-replay"
FRAMES, TIMELINE = "table.frames tbody tr", ".timeline .entry"


class Story(NamedTuple):
    """A bench on which a dead gas meter was checked, as its page showed it at the end, and the server of its replay."""

    frames: list[str]
    timeline: list[str]
    replay: str
    bench: str


def asked(address: str, verb: str, **fields: Any) -> Any:
    """Ask a verb over HTTP, as any client does."""
    request = urllib.request.Request(
        f"{address}api/benches/{LIVE}/{verb}",
        data=json.dumps(fields).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def texts(page: Any, rows: str) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(rows).all_inner_texts()]


@pytest.fixture(scope="module")
def story(browser: Any, serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("kept") / "kept"
    live = serve("virtual", "--id", LIVE, "--speed", "3600", "--out", str(folder))
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(f"{live.address}#bench={LIVE}")
    page.locator(FRAMES).first.wait_for(timeout=PATIENCE)
    asked(live.address, "inject", fault="battery-dead")
    for number in (1, 2, 3):
        asked(live.address, "check")
        page.locator(TIMELINE, has_text=f"check {number}: fail").wait_for(timeout=PATIENCE)
    page.locator(TIMELINE, has_text="closes the case").wait_for(timeout=PATIENCE)
    asked(live.address, "pause", action="on")
    page.locator("header .tag", has_text="paused").wait_for(timeout=PATIENCE)
    page.wait_for_timeout(500)
    shown = texts(page, FRAMES), texts(page, TIMELINE)
    page.close()
    live.end()
    return Story(*shown, serve(str(folder)).address, "kept")


def opened(visit: Callable[..., Any], story: Story, moment: str = "", **options: Any) -> Any:
    """The page of the replay when all its events have come."""
    page = visit(story.replay, f"#bench={story.bench}{moment}", **options)
    page.locator(".replay .where small").wait_for(timeout=PATIENCE)
    page.locator(".replay .where small", has_text="loaded").wait_for(state="detached", timeout=PATIENCE)
    return page


def slider(page: Any) -> Any:
    return page.get_by_label("Moment of the run")


def test_a_replay_shows_at_its_end_what_the_live_page_showed(visit, story):
    page = opened(visit, story)
    assert texts(page, TIMELINE) == []
    slider(page).press("End")
    page.locator(TIMELINE, has_text="closes the case").wait_for()
    ended = [text for text in texts(page, TIMELINE) if not re.search(r"\d{4} end ", text)]
    assert ended == story.timeline
    assert texts(page, FRAMES)[: len(story.frames)] == story.frames
    assert "No power" in page.locator('tr[data-node="gsme"]').inner_text()
    slider(page).press("Home")
    page.locator(TIMELINE).first.wait_for(state="detached")


def test_it_plays_pauses_and_goes_from_event_to_event_by_the_keyboard(visit, story):
    page = opened(visit, story)
    where = page.locator(".replay .where time")
    before = where.inner_text()
    page.get_by_label("Speed").select_option("3600")
    page.get_by_role("button", name="Play").press("Enter")
    page.locator(TIMELINE, has_text="check 1: fail").wait_for(timeout=PATIENCE)
    page.get_by_role("button", name="Pause").press("Enter")
    assert where.inner_text() != before
    page.get_by_role("button", name="Next event").press("Enter")
    page.get_by_role("button", name="Next event").press("Enter")
    page.locator(TIMELINE, has_text="check 2: fail").wait_for()
    for _ in range(2):
        page.get_by_role("button", name="Previous event").press("Enter")
    page.locator(TIMELINE, has_text="check 2: fail").wait_for(state="detached")


def test_a_frame_folds_out_to_its_layers_and_has_a_link(visit, story):
    page = opened(visit, story)
    slider(page).press("End")
    page.locator("#frame-filter").fill("gsme esme keep-alive")
    page.locator(FRAMES).first.wait_for(state="detached")
    page.locator("#frame-filter").fill("esme hub read keep-alive")
    row = page.locator(FRAMES).first
    number = row.locator("th").inner_text().strip()
    row.get_by_role("button").press("Enter")
    layers = page.locator(".frames .layer")
    layers.first.wait_for()
    named = [layers.nth(place).locator("h4").inner_text() for place in range(4)]
    assert named == ["MAC Data", "NWK", "APS Data", "ZCL Keep-Alive"]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=f"Copy the link to frame {number}").click()
    page.get_by_text("copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{story.replay}#bench={story.bench}&frame={number}"


def test_a_link_to_a_frame_leads_to_its_moment(visit, story):
    page = opened(visit, story, "&frame=300")
    page.locator(".linked .layer").first.wait_for()
    told = re.search(r"second ([\d.]+) of", page.locator(".linked .quiet").inner_text())
    assert told
    page.get_by_label("acknowledgements, polls and Link Status too").check()
    assert page.locator(FRAMES).first.inner_text().split()[0] == "300"
    timed = visit(story.replay, f"#bench={story.bench}&t=1e9&frame=none")
    timed.locator(".replay .where").wait_for()
    assert timed.locator(".linked").count() == 0


def test_evidence_of_a_check_is_linked_to_its_frames(visit, story):
    page = opened(visit, story)
    slider(page).press("End")
    check = page.locator(TIMELINE, has_text="check 3: fail")
    link = check.locator("a[href*='frame=']").first
    number = link.inner_text()
    link.press("Enter")
    page.locator(".linked h3", has_text=f"{int(number):,}").wait_for()
    assert f"frame={number}" in page.url


def test_a_list_on_hold_stays_as_it_is(visit, story):
    page = opened(visit, story)
    slider(page).press("ArrowRight")
    page.get_by_role("button", name="Hold the list").click()
    held = texts(page, FRAMES)
    slider(page).press("End")
    page.get_by_role("button", name=re.compile(r"Let the list run: [\d,]+ new")).wait_for()
    assert texts(page, FRAMES) == held
    page.get_by_role("button", name=re.compile("Let the list run")).click()
    assert texts(page, FRAMES) != held


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_axe_finds_nothing_to_complain_of(visit, story, axe, width, scheme):
    page = opened(visit, story, "&frame=300", width=width, color_scheme=scheme)
    slider(page).press("End")
    page.locator(FRAMES).first.get_by_role("button").click()
    page.locator(".frames .layer").first.wait_for()
    page.evaluate(axe)
    found = page.evaluate(VIOLATIONS)["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_run_is_replayed_in_the_same_page(visit, serve, tmp_path: Path):
    command = [sys.executable, "-m", "hanbench", "run", "active-supplier-requests", "--slow-background"]
    subprocess.run([*command, "--out", str(tmp_path / "run")], check=True, capture_output=True, timeout=120)
    page = opened(visit, Story([], [], serve(str(tmp_path / "run")).address, "active-supplier-requests"))
    slider(page).press("End")
    told = texts(page, TIMELINE)
    assert any("supplier-gas: request" in text for text in told)
    assert any("closes the case: migrate-esme-only" in text and "tmad-v18" in text for text in told)
    assert "fault: " in page.locator('tr[data-node="gsme"]').inner_text()
    said = page.locator("svg.strip").get_attribute("aria-label")
    assert "checks: 3" in said
    assert "consents: 1" in said
