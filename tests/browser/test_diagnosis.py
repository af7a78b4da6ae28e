"""The page of a diagnosis in a real browser: it draws itself, and foreign text becomes no markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hanbench.harness.capture import keyfile
from hanbench.harness.cli.main import main
from tests.support.field_captures import HOUR, told, written

NAME = "<b>x</b> script style.pcapng"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diagnosis")
    story = told("stale-link-key", "browser", folder, after=6 * HOUR)
    path = written(story.frames, folder / NAME.replace("/", "_"))
    keyfile.write(keyfile.beside(path), story.keys)
    with pytest.raises(SystemExit):
        main(["diagnose", str(path), "--out", str(folder / "out")])
    return folder / "out" / "diagnosis.html"


def test_the_page_draws_verdict_evidence_and_timeline(page_file: Path, browser) -> None:
    page = browser.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text))
    page.goto(page_file.as_uri())
    assert "supports a HAN failure" in page.inner_text("#ruling")
    assert re.search(r"frames in \d+ h \d\d min, from .* UTC", page.inner_text("#masthead p"))
    assert page.locator("#verdict .todo").count() == 1
    for place in range(6):
        ends = [page.locator(f"#who tr:first-child {cell}").nth(place).bounding_box() for cell in ("th", "td")]
        side = (lambda box: box["x"] + box["width"]) if place in (2, 3) else (lambda box: box["x"])
        assert side(ends[0]) == side(ends[1])
    assert page.locator("#fits svg").count() == 1
    assert page.locator("#story svg").count() == 1
    assert page.locator("h1 b").count() == 0
    first = page.locator("#fits ol a").first.get_attribute("href")
    assert page.locator(first).count() == 1
    assert troubles == []
    page.close()


def test_the_page_is_no_wider_than_a_telephone(page_file: Path, browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()
