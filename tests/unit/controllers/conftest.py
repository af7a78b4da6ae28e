"""Controllers outside this process, against one scenario: children from a few lines, endpoints from a function."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hanbench.harness.case.trace import ControllerFaulted
from hanbench.harness.controllers import child_process, http_endpoint, process_group
from hanbench.harness.controllers.lookup import controller_factory
from hanbench.harness.scenario import load_scenario, run_scenario, shipped
from hanbench.harness.scenario.run import ScenarioResult
from hanbench.profiles.rulesets import shipped as rulesets

SCENARIO = "dormant-three-failures"
DEADLINE = 0.5
"""Seconds for an answer, where none will come."""
Answer = Callable[[http.server.BaseHTTPRequestHandler, dict], None]


def _answers_within(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    for where in (child_process.Processes, http_endpoint.HttpEndpoint):
        monkeypatch.setattr(where.__init__, "__defaults__", (seconds,))


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy is no silent controller; one that will not end is not waited for."""
    for module in (child_process, process_group):
        monkeypatch.setattr(module, "FAREWELL", 0.3)
    _answers_within(monkeypatch, 60.0)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For controllers that never answer."""
    _answers_within(monkeypatch, DEADLINE)


@pytest.fixture
def prompt(run_with: Callable[..., ScenarioResult]) -> Iterator[None]:
    """The test ends soon: in ten of the deadlines above, and ten times what the reference takes just now, at most."""

    def reference() -> float:
        start = time.monotonic()
        run_with("reference")
        return time.monotonic() - start

    budget = 10 * DEADLINE + 10 * min(reference() for _ in range(2))
    start = time.monotonic()
    yield
    assert time.monotonic() - start < budget


@pytest.fixture
def run_with() -> Callable[..., ScenarioResult]:
    """`run_with(spec)`: a scenario with the controller that `spec` names."""

    def call(spec: str, name: str = SCENARIO, **options) -> ScenarioResult:
        scenario = load_scenario(shipped()[name], rulesets())
        return run_scenario(scenario, rulesets(), controller_factory(spec), seed="1", **options)

    return call


@pytest.fixture
def faults() -> Callable[[ScenarioResult], list[tuple[str, str]]]:
    """`faults(run)`: what the controller was found to do wrong, by kind and text."""

    def call(run: ScenarioResult) -> list[tuple[str, str]]:
        return [(record.kind, record.text) for record in run.records if isinstance(record, ControllerFaulted)]

    return call


# --- children ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def child(tmp_path) -> Callable[[str], str]:
    """`child(body)`: a controller whose answer to each line of stdin is what the body of its loop prints."""

    def write(body: str) -> str:
        script = tmp_path / "controller.py"
        loop = "".join(f"    {line}\n" for line in body.splitlines())
        script.write_text(
            f"import json, os, signal, subprocess, sys, time\nfor line in sys.stdin:\n{loop}", encoding="utf-8"
        )
        return f"process:{sys.executable} {script}"

    return write


@pytest.fixture
def left_over(monkeypatch, tmp_path) -> Callable[[], list[str]]:
    """`left_over()`: the processes that were started, directly or not, since the test began and still run."""
    mark = f"HANBENCH_TEST_MARK={tmp_path}"
    monkeypatch.setenv(*mark.split("="))

    def look() -> list[str]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark.encode() in (process / "environ").read_bytes().split(b"\0"):
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found

    return look


@pytest.fixture
def gone_soon(left_over: Callable[[], list[str]]) -> Callable[[], list[str]]:
    """As `left_over`, for what ends by itself: waits until nothing is left, for a minute at most."""

    def wait() -> list[str]:
        deadline = time.monotonic() + 60
        while (left := left_over()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return left

    return wait


@pytest.fixture
def nothing_stays_open() -> Iterator[None]:
    """The test leaves no descriptor and no thread open. Those of tests before it may end meanwhile."""

    def held() -> tuple[set[str], set[threading.Thread]]:
        return set(os.listdir("/proc/self/fd")), set(threading.enumerate())  # noqa: PTH208 - no descriptor of its own

    descriptors, threads = held()
    yield
    left = held()
    assert (left[0] - descriptors, left[1] - threads) == (set(), set())


# --- endpoints --------------------------------------------------------------------------------------------------------


@pytest.fixture
def endpoint() -> Callable[..., contextlib.AbstractContextManager[str]]:
    """`with endpoint(answer, tls=None) as url`: a server on this machine that answers each POST as `answer` writes."""
    return serving


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = 30

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            with contextlib.suppress(OSError):  # whoever asked need not read to the end
                answer(self, json.loads(self.rfile.read(length)))

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = False  # `server_close` waits for them

        def finish_request(self, request, client_address):
            if tls is None:
                super().finish_request(request, client_address)
            else:
                with tls.wrap_socket(request, server_side=True) as secured:
                    super().finish_request(secured, client_address)

        def handle_error(self, request, client_address):
            if not isinstance(sys.exception(), OSError):  # the other side gave up
                super().handle_error(request, client_address)

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def say() -> Callable[..., None]:
    """`say(handler, body, status=200, **headers)`: a whole answer."""

    def answer(handler, body: bytes, status: int = 200, reason: str | None = None, **headers: str) -> None:
        handler.send_response(status, reason)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def retry(say) -> Answer:
    """The answer of a controller that checks nothing and gives up when its time is up."""

    def answer(handler, turn) -> None:
        say(handler, b'[{"action": "close", "outcome": "retry"}]' if turn["event"]["event"] == "tick" else b"[]")

    return answer
