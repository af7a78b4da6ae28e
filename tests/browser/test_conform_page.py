"""The pages of `hanbench conform` and its fuzzer in a real browser: what a manager looks for, narrow and printed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hanbench.harness.conform.result import NOTICE
from hanbench.profiles.conform.pics import shipped

pytestmark = pytest.mark.timeout(300)
FALSE_CLAIM = "TUN.C"
"""The emulated gas meter has no client of Tunneling."""
TOLERATED = '[[tolerated]]\ncase = "HB-PICS-01"\nreason = "<i>known</i>"\nuntil = 2999-12-31\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of a meter that keeps its short address, with a claim that is false."""
    out = tmp_path_factory.mktemp("conform")
    (out / "pics.txt").write_text(shipped("ioc", "gsme").flat + f"{FALSE_CLAIM}=1\n")
    (out / "tolerated.toml").write_text(TOLERATED)
    command = [sys.executable, "-m", "hanbench", "conform", "--device", "firmware:keeps-old-short-address"]
    command += ["--pics", str(out / "pics.txt"), "--tolerate", str(out / "tolerated.toml"), "--out", str(out)]
    command += ["--case", "HB-PICS-01", "--case", "HB-REJ-09", "--case", "HB-REJ-01", "--case", "HB-HTIM-01"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 1, done.stderr
    return out


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of a meter that dies at a frame."""
    out = tmp_path_factory.mktemp("fuzzed")
    command = [sys.executable, "-m", "hanbench", "conform", "--device", "firmware:dies-at-unknown-aps-command"]
    command += ["--fuzz-frames", "300", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 1, done.stderr
    return out


@pytest.fixture
def shown(browser: Any) -> Iterator[Callable[..., Any]]:
    """`shown(folder)`: the page there, which must complain of nothing."""
    pages, complaints = [], list[str]()

    def opened(folder: Path, width: int = 1300, **options: Any) -> Any:
        page = browser.new_page(viewport={"width": width, "height": 1000}, **options)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((folder / "report.html").as_uri())
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert complaints == []


@pytest.fixture(params=["folder", "fuzzed"])
def each_folder(request: pytest.FixtureRequest) -> Path:
    """The reports of a run of the cases, and of one of the fuzzer."""
    found: Path = request.getfixturevalue(request.param)
    return found


def test_the_page_says_what_was_tested_and_what_was_found(shown, folder):
    page = shown(folder)
    device = page.inner_text("#device")
    for each in ("Elster", "BK-G4E", "0x00000001", "0x1057", "seed", "case set", "an emulated Air"):
        assert each in device
    assert f"{FALSE_CLAIM} claimed, not observed" in page.inner_text("#mismatches")
    assert "mismatch" in page.locator("#claims tbody tr").first.inner_text()
    assert "1 of 3 cases that apply fails, and 1 more that is tolerated" in page.inner_text("#ruling")
    assert page.inner_text("#notice") == NOTICE
    assert "conform gsme: 1 pass, 2 fail (1 tolerated)" in page.inner_text("#badge")
    failed = page.inner_text("#failures")
    assert "it goes on under its old short address" in failed
    assert "tolerated until 2999-12-31: <i>known</i>" in failed
    detail = page.locator("#HB-REJ-09")
    assert "hanbench conform --dut gsme" in detail.locator(".command").inner_text()
    assert (folder / detail.locator("a").get_attribute("href")).exists()
    assert detail.locator(".frames tr").count() == 2
    assert "SE.HUB is not claimed" in page.inner_text("#untested")
    assert "tunnels" in page.inner_text("#untested")
    assert "back after" in page.inner_text("#margins")


def test_the_fuzzers_page_says_what_killed_the_device(shown, fuzzed):
    page = shown(fuzzed)
    assert "It died" in page.inner_text("#ruling")
    assert page.inner_text("#notice") == NOTICE
    assert "0x00000001" in page.inner_text("#device")
    kill = page.locator("#kill-1")
    assert "--fuzz-replay" in kill.locator(".command").inner_text()
    assert (fuzzed / kill.locator("a").get_attribute("href")).exists()
    octets = kill.locator(".octets")
    assert octets.count() == 1
    bytes.fromhex(octets.inner_text())
    page.emulate_media(media="print")
    assert kill.is_visible()
    assert page.locator("#sent tbody tr").count() == 9
    assert "may leave or move" in page.inner_text("#undone")


@pytest.mark.parametrize("medium", ["390 px", "print"])
def test_a_page_is_no_wider_than_its_medium(shown, each_folder, medium):
    page = shown(each_folder, 390 if medium == "390 px" else 718)  # A4 less its margins, at 96 dots an inch
    if medium == "print":
        page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
    cut = page.evaluate("[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth).length")
    assert cut == 0


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1300), ("light", 390)])
def test_axe_finds_nothing(shown, each_folder, axe, scheme, width):
    page = shown(each_folder, width, color_scheme=scheme)
    for summary in page.locator("#HB-REJ-01 > summary").all():
        summary.click()
    page.evaluate(axe)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
