"""A real browser for tests, and reports of real runs to look at."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

JUDGES = Path(os.environ.get("HANBENCH_JUDGES", Path(__file__).parent.parent.parent / ".judges"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _without(reason: str) -> None:
    if os.environ.get("HANBENCH_REQUIRE_JUDGES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """The installed Chromium, without a window, driven by playwright.

    While it runs, playwright's event loop counts as running: no test that runs one of its own can share its module.
    """
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        _without("no Chromium is installed (Debian: apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _without("playwright is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which `.ci/judges.sh` fetches."""
    script = JUDGES / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        _without(f"axe-core is not in {JUDGES} (.ci/judges.sh fetches it)")
    return script.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def verified(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`verified(*options)`: the folder that `hanbench verify` filled, once for each set of options."""
    made: dict[tuple[str, ...], Path] = {}

    def folder(*options: str) -> Path:
        if options not in made:
            out = made[options] = tmp_path_factory.mktemp("verified")
            command = [sys.executable, "-m", "hanbench", "verify", "--jobs", "2", "--out", str(out), *options]
            done = subprocess.run(command, capture_output=True, text=True, timeout=900)
            assert done.returncode in (0, 1), done.stderr
        return made[options]

    return folder
