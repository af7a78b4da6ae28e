"""Controllers outside this process: asked, waited for, and judged when they misbehave; nothing they do is fatal."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.clock import PacedClock
from harness.campaign.controllers import UnknownControllerError, controller_factory
from harness.migration import child_process, http_endpoint
from harness.migration.trace import Misbehaved
from harness.scenario import load_scenario, play, shipped
from profiles.rulesets import shipped as rulesets

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
GOOD = f"process:{sys.executable} {EXAMPLES / 'controller.py'}"
SCENARIO = "dormant-three-failures"


def played(spec: str, name: str = SCENARIO, **options):
    return play(load_scenario(shipped()[name], rulesets()), rulesets(), controller_factory(spec), seed="1", **options)


def faults(run) -> list[tuple[str, str]]:
    return [(record.kind, record.text) for record in run.records if isinstance(record, Misbehaved)]


@pytest.fixture
def child(tmp_path) -> Callable[[str], str]:
    """`child(body)`: a controller whose answer to each line of stdin is what the body of its loop prints."""

    def write(body: str) -> str:
        script = tmp_path / "controller.py"
        loop = "".join(f"    {line}\n" for line in body.splitlines())
        script.write_text(f"import json, os, sys, time\nfor line in sys.stdin:\n{loop}", encoding="utf-8")
        return f"process:{sys.executable} {script}"

    return write


@pytest.fixture(autouse=True)
def impatient(monkeypatch) -> None:
    monkeypatch.setattr(child_process, "PATIENCE", 0.5)
    for where in (child_process.ChildProcess, http_endpoint.HttpEndpoint):
        monkeypatch.setattr(where.__init__, "__defaults__", (0.5,))


# --- those that behave ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped())
def test_the_example_child_decides_every_story_as_the_rules_have_it(name, monkeypatch):
    monkeypatch.setattr(child_process.ChildProcess.__init__, "__defaults__", (10.0,))
    ours, theirs = played("reference", name), played(GOOD, name)
    assert theirs.as_expected
    assert faults(theirs) == []
    assert (theirs.outcome, theirs.checks) == (ours.outcome, ours.checks)


def test_a_child_decides_in_paced_time_too(monkeypatch):
    monkeypatch.setattr(child_process.ChildProcess.__init__, "__defaults__", (10.0,))
    start = time.monotonic()
    run = played(GOOD, clock=PacedClock(500_000))
    assert run.as_expected
    assert time.monotonic() - start < 30


# --- those that do not ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("time.sleep(60)", "silent", "no answer within 0.5 s"),
        ("pass", "silent", "no answer within 0.5 s"),
        ("sys.exit(3)", "crashed", "exit status 3"),
        ("raise ValueError('no idea')", "crashed", "exit status 1: ValueError: no idea"),
        ("os.kill(os.getpid(), 11)", "crashed", "signal 11"),
        ("print('{]', flush=True)", "not-json", "JSON is malformed"),
        ("print('{}', flush=True)", "not-json", "expected a list of actions"),
        ("sys.stdout.buffer.write(b'\\xff\\xfe\\n'); sys.stdout.flush()", "not-json", ""),
        ("print(json.dumps([{'action': 'dance'}]), flush=True)", "not-an-action", "Invalid value 'dance'"),
        ("print(json.dumps([{'action': 'close', 'outcome': 'well'}]), flush=True)", "not-an-action", "Invalid enum"),
        ("print(json.dumps([7]), flush=True)", "not-an-action", "Expected `object`"),
        ("print('[]\\n[]', flush=True); time.sleep(0.05)", "unasked", "more than one line for one turn"),
        ("sys.stdout.write('x' * 3_000_000); sys.stdout.flush()", "flood", "octets without an end"),
        ("sys.stdout.write('[]\\n' * 500_000)", "unasked", "more than one line"),
    ],
)
def test_misbehaviour_is_recorded_under_its_name_and_judged(child, body, kind, text):
    run = played(child(body))
    assert kind in dict(faults(run)), faults(run)
    assert text in dict(faults(run))[kind]
    assert not run.as_expected
    assert "in-turn" in {violation.property for violation in run.violations}


def test_an_action_out_of_turn_is_not_carried_out(child):
    commission = {"action": "commission-devices", "devices": ["esme"]}
    run = played(child(f"print(json.dumps({[commission, commission]!r}), flush=True)"))
    assert ("out-of-turn", "CommissionDevices while a check or a commissioning is under way") in faults(run)


def test_a_flood_of_actions_is_cut_off(child):
    check = {"action": "run-check", "not-before": "2022-04-04T08:00:00Z"}
    run = played(child(f"print(json.dumps({[check]!r} * 500), flush=True)"))
    assert ("too-many-actions", "more than 200") in faults(run)


def test_what_a_child_starts_itself_ends_with_it(child, tmp_path):
    mark = f"hanbench-test-{os.getpid()}"
    script = (
        f"import subprocess\nsubprocess.Popen(['sleep', '60', '{mark}'][:2], env=dict(MARK='{mark}'))\ntime.sleep(60)"
    )
    played(child(script))
    environments = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            environments.append(entry.read_bytes())
        except OSError:
            continue
    assert not [each for each in environments if f"MARK={mark}".encode() in each]


def open_files() -> list[str]:
    return sorted(entry.name for entry in Path("/proc/self/fd").iterdir())


def test_nothing_stays_open(child):
    files = open_files()
    for body in ("print('[]', flush=True)", "sys.exit(1)", "time.sleep(60)"):
        played(child(body))
    assert open_files() == files
    assert threading.active_count() == 1


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("process:", "a command that can be run"),
        ("process:no-such-program --x", "a command that can be run"),
        ("process:'unclosed", "No closing quotation"),
        ("reverence", "expected reference, wrong:NAME, module:attribute, process:COMMAND, http://"),
    ],
)
def test_a_controller_that_cannot_be_is_told_before_anything_runs(spec, said):
    with pytest.raises(UnknownControllerError, match=said):
        controller_factory(spec)


# --- behind a URL ---------------------------------------------------------------------------------------------------


@contextmanager
def endpoint(answer: Callable[[http.server.BaseHTTPRequestHandler, dict], None]) -> Iterator[str]:
    """An HTTP server on this machine that answers each POST with what `answer` writes."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            answer(self, json.loads(self.rfile.read(length)))

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def say(handler, body: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    with contextlib.suppress(OSError):  # whoever asked need not read to the end
        handler.wfile.write(body)


def test_an_endpoint_is_told_each_turn_and_can_tell_cases_apart():
    heard = []

    def answer(handler, turn):
        heard.append((handler.headers["Hanbench-Case"], turn["event"]["event"]))
        closing = [{"action": "close", "outcome": "retry"}] if turn["event"]["event"] == "tick" else []
        say(handler, json.dumps(closing).encode())

    with endpoint(answer) as url:
        first, second = played(url), played(url)
    assert first.outcome == second.outcome == "retry"
    cases = dict(heard)
    assert len(cases) == 2
    assert [event for case, event in heard if case == heard[0][0]] == ["installation-loaded", "tick"]


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (lambda handler, turn: time.sleep(1.5), "silent", "no answer within 0.5 s"),
        (lambda handler, turn: say(handler, b"[]", 500), "crashed", "HTTP status 500"),
        (lambda handler, turn: say(handler, b"{]"), "not-json", "JSON is malformed"),
        (lambda handler, turn: say(handler, b"x" * 3_000_000), "flood", "octets in one answer"),
        (lambda handler, turn: handler.connection.close(), "unreachable", ""),
    ],
)
def test_an_endpoint_that_misbehaves_is_judged(answer, kind, text):
    def once(handler, turn):
        if turn["event"]["event"] == "installation-loaded":
            answer(handler, turn)
        else:
            say(handler, b"[]")

    with endpoint(once) as url:
        run = played(url)
    assert kind in dict(faults(run)), faults(run)
    assert text in dict(faults(run))[kind]
    assert not run.as_expected


def test_an_endpoint_that_is_not_there_is_judged_too():
    run = played("http://127.0.0.1:1/")
    assert faults(run)[0] == ("unreachable", "[Errno 111] Connection refused")
    assert not run.as_expected
