"""The HTML report in a real browser: what a person sees of a run, from a file on disk and without a network."""

from __future__ import annotations

import json
import os
import re
import struct
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hanbench.harness.case.check import HanCheck, Verdict
from hanbench.harness.oracle import Violation
from hanbench.harness.report.html import HtmlWriter, details_of, encode_detail
from hanbench.harness.report.json_file import read_report
from hanbench.harness.report.model import ScenarioReport
from hanbench.harness.report.timeline import CheckDetail, FrameDetail, ScenarioDetail, TimelineEntry

pytestmark = pytest.mark.timeout(960)
PICTURE = Path(__file__).parent.parent.parent / "docs" / "img" / "report.png"
DORMANT = ("--only", "*.dormant.*consent", "--capture", "ioc.dormant.tmad-v19.*")
"""Cells of the matrix alone: other ids end in a switch. The page has the stories of those that are captured."""
WAN_DOWN = ("--only", "ioc.*.wan-down.consent", "--controller", "wrong:counts-wan-faults")
OPENED = "ioc.mixed-gsme-active.tmad-v19.battery-dead.late-consent"
COLOURS = """() => [...document.querySelectorAll("body *")].filter((element) =>
    !["SCRIPT", "NOSCRIPT", "OPTION", "title"].includes(element.tagName)
    && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())).map((element) => {
    const what = `${element.tagName}.${element.getAttribute("class")}`;
    let ground = element.ownerSVGElement ?? element;
    while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
    const below = getComputedStyle(ground).backgroundColor;
    if (!element.ownerSVGElement) return [what, getComputedStyle(element).color, below];
    const box = element.getBBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const under = [...element.ownerSVGElement.querySelectorAll("rect")].filter((rect) => {
        const { x: left, y: top, width, height } = rect.getBBox();
        return left <= x && x <= left + width && top <= y && y <= top + height
            && rect.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
    }).at(-1);
    return [what, getComputedStyle(element).fill, under ? getComputedStyle(under).fill : below];
})"""
"""What each text on the page is, its colour and that of its ground."""
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\"><b>'&\u2028"


class Page:
    """A page, and all that the browser complained of or asked the network for."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.page = browser.new_page(viewport={"width": 1400, "height": 1000}, **options)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path: Path) -> Any:
        self.page.goto(path.as_uri())
        return self.page

    def scenario(self, id: str) -> Any:
        """Open one scenario's detail."""
        self.page.fill("input[type=search]", id.replace(".", " "))
        row = self.page.locator(f'article[data-id="{id}"]')
        if row.locator(".row").get_attribute("aria-expanded") == "false":
            row.locator(".row").click()
        row.locator(".detail svg").first.wait_for()
        return row


@pytest.fixture
def look(browser: Any) -> Iterator[Callable[..., Page]]:
    """`look(...)`: a page that complains of nothing and asks nobody else, as the test's end finds out."""
    pages: list[Page] = []

    def opened(**options: Any) -> Page:
        pages.append(Page(browser, **options))
        return pages[-1]

    yield opened
    for each in pages:
        each.page.close()
    for each in pages:
        assert each.complaints == []
        assert all(url.startswith(("file:", "data:", "blob:")) for url in each.requests), each.requests
        assert len({url for url in each.requests if url.startswith("file:")}) == 1


def text(locator: Any) -> str:
    return " ".join(locator.inner_text().split())


def test_the_summary_says_what_report_json_says(look, verified):
    folder = verified(*DORMANT)
    summary = json.loads((folder / "report.json").read_text())["summary"]
    page = look().open(folder / "report.html")
    tiles = [text(tile).split() for tile in page.locator(".tiles li").all()]
    numbers = {" ".join(words[1:]): int(words[0].replace(",", "")) for words in tiles}
    assert numbers == {
        "scenarios": summary["scenarios"],
        "as expected": summary["as_expected"],
        "violations": summary["violations"],
        "checks": summary["checks"],
        "frames": summary["frames"],
    }
    assert text(page.locator("#verdict")) == "Every decision was one that the rules allow."
    assert text(page.locator("#counted")) == f"{summary['scenarios']} of {summary['scenarios']} scenarios"


def test_the_page_tells_violations_that_rest_on_less_than_the_run_was_held_to(look, verified):
    """`hurries` breaks `spacing` alone, a choice of hanbench (docs/migration.md)."""
    case = "ioc.dormant.tmad-v19.battery-dead.consent"
    page = look().open(verified("--case", case, "--controller", "wrong:hurries", "--hold-to", "stated") / "report.html")
    verdict = page.locator("#verdict")
    assert text(verdict).startswith("No violation up to the basis held to (stated). 2 violations of a weaker basis")
    assert verdict.get_attribute("class") == "banner told"
    assert "held to stated" in text(page.locator("#held"))
    assert [text(each).split(":")[:3] for each in page.locator("#told li").all()] == [
        ["told", f" {case}", " spacing"]
    ] * 2


def test_a_cell_of_the_matrix_shows_its_scenarios(look, verified):
    folder = verified(*DORMANT)
    reports = json.loads((folder / "report.json").read_text())["scenarios"]
    page = look().open(folder / "report.html")
    cell = page.get_by_role("button", name="battery-dead, ioc dormant, tmad-v19: migrate-esme-only")
    assert text(cell) == "E"
    cell.click()
    wanted = [each["id"] for each in reports if each["id"].startswith("ioc.dormant.tmad-v19.battery-dead.")]
    assert len(wanted) == 3
    assert [row.get_attribute("data-id") for row in page.locator("article").all()] == wanted
    cell.click()
    assert text(page.locator("#counted")).startswith(f"{len(reports)} of")


def test_a_scenario_shows_when_what_happened_and_what_verdicts_rest_on(look, verified):
    seen = look()
    seen.open(verified(*DORMANT) / "report.html")
    row = seen.scenario("ioc.dormant.tmad-v19.recovering.consent")
    timeline, sequence = row.locator(".detail svg").all()
    assert timeline.is_visible()
    assert {"broken", "checks", "suppliers", "controller", "battery-dead"} <= set(
        timeline.locator("text").all_text_contents()
    )
    assert timeline.locator("rect.k-fail").count() == 2
    assert timeline.locator("rect.k-pass").count() == 1
    arrows = sequence.locator("text").all_text_contents()
    assert {"head end", "hub", "ESME", "GSME", "no data frame from it"} <= set(arrows)
    assert any(each.split()[:1] == ["read-attributes-response"] for each in arrows)
    check = row.locator("details.frameset", has_text="Check").last
    check.locator("> summary").click()
    frame = check.locator("tr", has_text="CurrentSummationDelivered").last
    frame.locator("summary").click()
    layers = text(frame.locator(".layers"))
    assert [name in layers for name in ("MAC Data", "NWK", "APS Data", "ZCL Metering")] == [True] * 4
    row.locator("details.events > summary").click()
    assert "closes the case: migrate-both" in text(row.locator("details.events ol.events"))


def test_a_drawing_says_no_more_than_was_seen(look, verified):
    """A frame or a silence that was not there would be false evidence."""
    seen = look()
    seen.open(verified(*DORMANT) / "report.html")
    # The meter's radio polls and acknowledges, its application is silent; what was waited for lies between two reads.
    row = seen.scenario("ioc.dormant.tmad-v19.firmware-hung.consent")
    drawn = [each.strip() for each in row.locator(".detail svg").nth(1).locator("text").all_text_contents()]
    silence = drawn.index("no data frame from it")
    assert any(each.startswith("read-attributes-response") for each in drawn[:silence])
    assert any(each.startswith("read-attributes-response") for each in drawn[silence : drawn.index("fail GT01")])
    # Frames are left out here, some of them the GSME's: the drawing has a gap, in the middle, and no silence.
    row = seen.scenario("ioc.dormant.tmad-v19.certificate-expired.consent")
    drawn = [each.strip() for each in row.locator(".detail svg").nth(1).locator("text").all_text_contents()]
    assert "no data frame from it" not in drawn
    first = drawn[: drawn.index("fail GT01")]
    gap = next(index for index, each in enumerate(first) if each.endswith("frames not shown"))
    frames = [times(each) if "#" in each else 0 for each in first]
    assert [sum(frames[:gap]), sum(frames[gap:])] == [8, 8]


def times(label: str) -> int:
    """How many frames an arrow stands for."""
    found = re.search(r"\u00d7(\d+)", label)
    return int(found[1]) if found else 1


def test_what_went_wrong_is_the_first_thing_seen(look, verified):
    folder = verified(*WAN_DOWN)
    report = json.loads((folder / "report.json").read_text())
    wrong = [each for each in report["scenarios"] if not each["as_expected"]]
    assert wrong
    seen = look()
    page = seen.open(folder / "report.html")
    assert f"{len(wrong)} scenario" in text(page.locator("#verdict"))
    assert page.locator(".banner.bad").count() == 1
    assert page.locator(".matrix button.wrong").count() == len(wrong)
    page.select_option("select", "wrong")
    assert page.locator("article").count() == len(wrong)
    row = seen.scenario(wrong[0]["id"])
    said = text(row.locator(".violations"))
    for violation in wrong[0]["violations"]:
        assert violation["property"] in said
        assert violation["rule"] in said
    links = [link.get_attribute("href") for link in row.locator('dd a:not([href^="#"])').all()]
    assert links == [wrong[0]["capture"], wrong[0]["keys"], wrong[0]["trace"]]
    assert all((folder / link).exists() for link in links)


def test_a_violation_shows_its_frames(look, verified):
    folder = verified("--only", "ioc.dormant.tmad-v19.battery-dead.*", "--controller", "wrong:two-failures-suffice")
    reports = json.loads((folder / "report.json").read_text())["scenarios"]
    report = next(each for each in reports if any(every["property"] == "count" for every in each["violations"]))
    named = next(each["frames"] for each in report["violations"] if each["property"] == "count")
    seen = look()
    seen.open(folder / "report.html")
    row = seen.scenario(report["id"])
    shown = row.locator(".violations li", has_text="count").first.locator("details.evidence").first
    assert text(shown.locator("> summary")) == f"shown by {len(named)} frames"
    shown.locator("> summary").click()
    assert [int(text(cell)[1:]) for cell in shown.locator("tr > td:first-child").all()] == named
    assert text(shown.locator("table")).count("Read Attributes Response, Basic: ManufacturerName") == 4
    assert shown.locator("p").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(look, verified, scheme):
    """WCAG 2.1 AA, 4.5 to 1, for every text on the page, those in drawings and of what is opened included."""
    pairs: set[tuple[str, ...]] = set()
    # Passes, failures, inconclusive checks; what is broken, impaired, uncertain; violations.
    for options, ids in (
        (
            DORMANT,
            ("recovering.consent", "esme-dead.consent", "clock-drift.consent", "battery-low.consent"),
        ),
        (WAN_DOWN, ("wan-down.consent",)),
    ):
        seen = look(color_scheme=scheme)
        page = seen.open(verified(*options) / "report.html")
        for id in ids:
            seen.scenario(f"ioc.dormant.tmad-v19.{id}")
            pairs |= {tuple(each) for each in page.evaluate(COLOURS)}
    assert {"text.on", "SPAN.v-pass", "SPAN.v-inconclusive", "B.v-fail"} <= {each[0] for each in pairs}
    assert {each for each in pairs if contrast(*each[1:]) < 4.5} == set()
    ground = page.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
    assert (luminance(ground) > 0.5) is (scheme == "light")


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_print_has_the_summary_and_what_is_open_and_no_more(look, verified):
    seen = look()
    page = seen.open(verified(*DORMANT) / "report.html")
    seen.scenario("ioc.dormant.tmad-v19.battery-dead.consent")
    page.fill("input[type=search]", "battery-dead")
    seen.scenario("ioc.dormant.tmad-v19.battery-dead.consent")
    page.emulate_media(media="print")
    assert page.locator("#verdict").is_visible()
    assert not page.locator(".on-screen .matrix").is_visible()
    assert page.locator(".in-print .matrix").first.is_visible()
    assert not page.locator(".filter").is_visible()
    assert [row.get_attribute("data-id") for row in page.locator("article").all() if row.is_visible()] == [
        "ioc.dormant.tmad-v19.battery-dead.consent"
    ]
    assert page.pdf(format="A4").startswith(b"%PDF")


FAILING = ("--only", "ioc.dormant.tmad-v19.battery-dead.*", "--controller", "wrong:two-failures-suffice")


def test_the_first_failure_is_first_and_open_and_explained(look, verified):
    folder = verified("--only", "ioc.dormant.tmad-v19.*", "--controller", "wrong:counts-wan-faults")
    reports = json.loads((folder / "report.json").read_text())["scenarios"]
    failed = [each for each in reports if not each["as_expected"]]
    assert 0 < len(failed) < len(reports)
    assert reports[0]["as_expected"]
    page = look().open(folder / "report.html")
    first = page.locator("article").first
    first.locator(".why").first.wait_for()
    assert first.get_attribute("data-id") == failed[0]["id"]
    assert [each.get_attribute("data-id") for each in page.locator("article.open").all()] == [failed[0]["id"]]
    why = text(first.locator(".why").first)
    told = failed[0]["explanations"][0]
    assert f"{failed[0]['violations'][0]['rule']}; basis:" in why
    assert told["did"]["text"] in why
    assert f"[trace line {told['did']['record']}]" in why
    assert all(fact["text"] in why for fact in told["known"])
    assert text(first.locator("code.command")) == failed[0]["replay"]


def test_a_link_leads_to_a_case_and_to_a_frame(look, verified):
    folder = verified(*FAILING)
    reports = json.loads((folder / "report.json").read_text())["scenarios"]
    id, number = reports[-1]["id"], reports[-1]["checks"][0]["frames"][0]
    seen = look()
    seen.page.goto(f"{(folder / 'report.html').as_uri()}#case={id}&frame={number}")
    wanted = seen.page.locator("tr.wanted")
    wanted.wait_for()
    assert wanted.get_attribute("data-frame") == str(number)
    assert wanted.locator(".layers").is_visible()
    assert [each.get_attribute("data-id") for each in seen.page.locator("article.open").all()] == [id]
    assert seen.page.locator("article.open dd a", has_text="to this case").get_attribute("href") == f"#case={id}"


def test_an_arrow_leads_to_its_frame(look, verified):
    seen = look()
    seen.open(verified(*FAILING) / "report.html")
    row = seen.scenario("ioc.dormant.tmad-v19.battery-dead.consent")
    arrow = row.locator(".detail svg a").nth(2)
    label = arrow.locator("text").text_content()
    assert label is not None
    arrow.click()
    wanted = row.locator("tr.wanted")
    assert text(wanted.locator("td").first) == label.split()[-1]
    assert wanted.is_visible()


@pytest.mark.parametrize("medium", ["390 px", "print"])
def test_drawings_become_lists_where_there_is_no_room(look, verified, medium):
    seen = look()
    page = seen.open(verified(*FAILING) / "report.html")
    row = seen.scenario("ioc.dormant.tmad-v19.battery-dead.consent")
    drawn = row.locator(".detail svg").nth(1).locator("a text").all_text_contents()
    if medium == "print":
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 718, "height": 1000})  # A4 less its margins, at 96 dots an inch
    else:
        page.set_viewport_size({"width": 390, "height": 800})
    assert not row.locator(".detail svg").first.is_visible()
    assert row.locator(".tall .steps a").all_text_contents() == drawn
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
    small = page.evaluate(
        """() => [...document.querySelectorAll(".detail *")].filter((each) => each.checkVisibility()
            && [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())
            && parseFloat(getComputedStyle(each).fontSize) < 8).length"""
    )
    assert small == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_axe_finds_nothing(look, verified, axe, scheme, width):
    seen = look(color_scheme=scheme)
    page = seen.open(verified(*FAILING) / "report.html")
    row = seen.scenario("ioc.dormant.tmad-v19.battery-dead.consent")
    page.set_viewport_size({"width": width, "height": 900})
    for summary in row.locator(".frameset > summary, .evidence > summary").all():
        summary.click()
    page.evaluate(axe)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_a_story_that_is_left_out_names_the_command_that_tells_it(look, verified, tmp_path):
    report = json.loads((verified(*FAILING) / "report.json").read_text())["scenarios"][0]
    path = tmp_path / "report.html"
    with HtmlWriter(path, title="t", seed="1", controller="c", rule_sets=()) as page:
        page.add(msgspec.convert(report, ScenarioReport), None)
    opened = look().open(path)
    opened.locator(".untold").wait_for()
    assert report["replay"] in text(opened.locator(".untold"))
    assert report["replay"].startswith(f"hanbench verify --case {report['id']} ")


def test_the_keyboard_is_enough(look, verified):
    page = look().open(verified("--only", "ioc.dormant.tmad-v19.battery-dead.*") / "report.html")
    page.locator(".row").first.focus()
    page.keyboard.press("Enter")
    page.locator(".detail svg").first.wait_for()
    page.keyboard.press("Enter")
    assert page.locator(".detail").count() == 0


def replicated(source: Path, path: Path, number: int) -> None:
    """The report of so many scenarios, of those in `source` over and over."""
    reports = read_report(source / "report.json").scenarios
    details = details_of(source / "report.html")
    with HtmlWriter(path, title="many", seed="1", controller="reference", rule_sets=()) as page:
        for index in range(number):
            each = reports[index % len(reports)]
            page.add(
                msgspec.structs.replace(each, id=f"{each.id}{'' if index < len(reports) else index}"),
                details.get(index % len(reports)),
            )


def test_five_thousand_scenarios_take_no_twenty_times_as_long_as_a_few(look, verified, tmp_path):
    source = verified(*DORMANT)
    path = tmp_path / "report.html"
    replicated(source, path, 5000)
    assert path.stat().st_size < 20_000_000

    def opening(page: Any, report: Path) -> float:
        """Seconds, the least of three times: other tests keep this machine busy."""
        took = []
        for _ in range(3):
            start = time.perf_counter()
            page.goto(report.as_uri())
            page.locator("article").first.wait_for(state="attached")
            took.append(time.perf_counter() - start)
        return min(took)

    page = look().page
    few, many = opening(look().page, source / "report.html"), opening(page, path)
    assert text(page.locator("#counted")) == "5,000 of 5,000 scenarios"
    assert many < 20 * few


def test_what_comes_from_outside_stays_text(look, tmp_path):
    loaded = datetime(2022, 4, 4, 8, tzinfo=UTC)
    path = tmp_path / "report.html"
    frame = FrameDetail(1, 0.0, HOSTILE, "hub", HOSTILE, HOSTILE, ((HOSTILE, ((HOSTILE, HOSTILE),)),))
    detail = ScenarioDetail(
        loaded,
        loaded,
        (
            TimelineEntry("controller", 0.0, None, "errs", HOSTILE, HOSTILE),
            TimelineEntry("faults", 0.0, 9000.0, "broken", HOSTILE, HOSTILE),
        ),
        (CheckDetail(HanCheck(1, Verdict.FAIL, loaded, loaded, HOSTILE, None, HOSTILE, end=1.0), 0, (frame,)),),
    )
    report = ScenarioReport(
        id=HOSTILE, title=HOSTILE, cohort=HOSTILE, installation_type=HOSTILE, rules=HOSTILE, seed=HOSTILE,
        faults=(HOSTILE,), consents=(), expected=(), because=HOSTILE, decision=None, checks=(),
        violations=(Violation(HOSTILE, HOSTILE, HOSTILE, (1,)),), unmet=(HOSTILE,), as_expected=False,
        frames=1, capture=HOSTILE, keys=HOSTILE,
    )  # fmt: skip
    with HtmlWriter(path, title=HOSTILE, seed=HOSTILE, controller=HOSTILE, rule_sets=(HOSTILE,)) as page:
        page.add(report, encode_detail(detail))
    seen = look()
    opened = seen.open(path)
    opened.locator(".detail svg").first.wait_for()
    opened.locator("details.frameset > summary").click()
    assert opened.locator("img").count() == 0
    assert opened.title() != "owned"
    assert text(opened.locator(".row .t")).count("onerror") == 2
    assert text(opened.locator(".violations")).count("onerror") >= 4
    assert "onerror" in text(opened.locator(".frameset .frames"))


def test_the_picture_in_the_readme_is_of_this_report(look, verified):
    """HANBENCH_SCREENSHOTS=1 takes it anew."""
    seen = look(color_scheme="light")
    page = seen.open(verified("--only", "*consent", "--capture", OPENED) / "report.html")
    seen.scenario(OPENED)
    page.evaluate("scrollTo(0, 0)")
    top = page.screenshot(clip={"x": 0, "y": 0, "width": 1400, "height": 1000})
    size = struct.unpack(">II", top[16:24])
    if os.environ.get("HANBENCH_SCREENSHOTS") == "1":
        PICTURE.write_bytes(top)
    kept = PICTURE.read_bytes()
    assert struct.unpack(">II", kept[16:24]) == size
    assert len(kept) < 300_000
    # Fonts differ between machines; a picture of something else differs by more than that.
    assert 0.5 < len(top) / len(kept) < 2
