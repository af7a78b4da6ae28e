"""A real browser for tests, and reports of real runs to look at."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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


class Server:
    """`hanbench serve` as a process of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "hanbench", "serve", "--json", "--out", str(folder), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            pytest.fail(self.process.communicate()[1])
        self.address = str(json.loads(line)["address"])

    def end(self) -> None:
        """Stop it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """`serve(*options)`: a server on a free port, until the end of the module."""
    started: list[Server] = []

    def begin(*options: str) -> Server:
        port = () if "--port" in options else ("--port", "0")
        started.append(Server(tmp_path_factory.mktemp("served"), *port, *options))
        return started[-1]

    yield begin
    for server in started:
        if server.process.poll() is None:
            server.end()


class Visit:
    """A page of a server, and all that the browser complained of or asked the network for."""

    def __init__(self, browser: Any, width: int = 1400, **options: Any) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 1000}, **options)
        self.page.set_default_navigation_timeout(120_000)  # ms; a machine with forty runnable programs needs some
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Visit]]:
    """`visit(address, ...)`: a page that complains of nothing and asks no other host, as the test's end finds out.

    `refused`: HTTP status of an answer that the test provokes, of which the browser may complain.
    """
    visits: list[tuple[Visit, str, str]] = []

    def opened(address: str, at: str = "", refused: str = "", **options: Any) -> Any:
        seen = Visit(browser, **options)
        visits.append((seen, address, refused))
        seen.page.goto(f"{address}{at}")
        return seen.page

    yield opened
    for seen, _, _ in visits:
        seen.page.close()
    for seen, address, refused in visits:
        assert [each for each in seen.complaints if not refused or f"status of {refused}" not in each] == []
        assert [url for url in seen.requests if not url.startswith(address)] == []
