"""A real browser for tests, and reports of real runs to look at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.cli.main import main

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _without(reason: str) -> None:
    if os.environ.get("HANBENCH_REQUIRE_JUDGES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """The installed Chromium, without a window, driven by playwright."""
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
def verified(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`verified(*options)`: the folder that `hanbench verify` filled, once for each set of options."""
    made: dict[tuple[str, ...], Path] = {}

    def folder(*options: str) -> Path:
        if options not in made:
            out = made[options] = tmp_path_factory.mktemp("verified")
            with pytest.raises(SystemExit):
                main(["verify", "--jobs", "2", "--out", str(out), *options])
        return made[options]

    return folder
