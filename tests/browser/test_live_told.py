"""The live page when its answers are made up: what is hostile, dead, many, or wrong, and the reducer alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from hanbench.harness.control import openapi
from hanbench.harness.serve.guard import HEADERS
from hanbench.harness.serve.page_files import FOLDER

pytestmark = pytest.mark.timeout(300)
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\"><b>'&\u2028${1}"
CLOCK = {"clock": 100.0, "date": "2026-11-26T12:00:00Z", "speed": 1.0, "paused": False}
STATE = {
    "bench": "b",
    "title": "t",
    "seed": "1",
    "clock": CLOCK,
    "up": True,
    "detail": "",
    "rules": "tmad-v19",
    "nodes": ["hub", "gsme"],
    "faults": [],
    "scenario": None,
    "captures": [],
    "frames": 0,
    "checks": 0,
    "last_check": None,
    "decisions": 0,
    "last_event": 0,
    "folder": "f",
    "process": 1,
    "version": "1",
}
HUB = {"name": "hub", "role": "hub", "ieee": "00" * 8, "emulated": True, "joined": True}
GSME = {
    "name": "gsme",
    "role": "gsme",
    "ieee": "11" * 8,
    "emulated": True,
    "joined": True,
    "sleepy": True,
    "parent": "hub",
}
CARD = {
    "bench": "b",
    "title": "t",
    "alive": True,
    "failed": False,
    "up": True,
    "detail": "",
    "clock": CLOCK,
    "seed": "1",
    "rules": "tmad-v19",
    "nodes": [],
    "faults": [],
    "scenario": None,
    "verdict": None,
    "checks": 0,
    "decisions": 0,
    "decision": "",
    "frames": 0,
    "last_event": 0,
}


class Handler(SimpleHTTPRequestHandler):
    """The files of the page, with the headers of the real server, and answers that a test makes up."""

    server: ToldServer

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path in self.server.streams:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(self.server.streams[path])
            self.wfile.flush()
            self.server.closing.wait()
        elif path.startswith("/api/") or path == "/openapi.json":
            answers = self.server.answers
            body = json.dumps(answers[path.rsplit("/", 1)[1]]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            super().do_GET()

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


class ToldServer(ThreadingHTTPServer):
    """A server of the page whose answers a test makes up."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(FOLDER)))
        self.closing = Event()
        self.streams: dict[str, bytes] = {}
        self.answers: dict[str, Any] = {}
        self.address = f"http://127.0.0.1:{self.server_port}/"

    def tell(self, events: Iterable[Any], state: dict[str, Any], nodes: Iterable[Any], cards: Iterable[Any]) -> None:
        begin = json.dumps({"bench": state["bench"], "life": "1", "after": 0, "resumed": True})
        self.streams = {
            "/api/overview/stream": f"data: {json.dumps(list(cards))}\n\n".encode(),
            "/api/events": f"event: begin\ndata: {begin}\n\ndata: {json.dumps(list(events))}\n\n".encode(),
        }
        fault = dict.fromkeys(("name", "title", "subject", "layer", "symptom"), HOSTILE)
        self.answers = {
            "state": state,
            "nodes": {"nodes": list(nodes)},
            "campaigns": [],
            "catalogue": {"faults": [fault], "scenarios": [{"id": HOSTILE, "title": HOSTILE}], "controllers": []},
            "openapi.json": openapi.document(),
        }


@pytest.fixture(scope="module")
def server() -> Iterator[ToldServer]:
    """A server of the page."""
    with ToldServer() as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.closing.set()
        server.shutdown()


@pytest.fixture
def told(server: ToldServer, visit: Callable[..., Any]) -> Callable[..., Any]:
    """`told(at, events, state, nodes, cards)`: a page that is told these."""

    def opened(at: str, events: Any = (), state: Any = STATE, nodes: Any = (HUB, GSME), cards: Any = (CARD,)) -> Any:
        server.tell(events, state, nodes, cards)
        return visit(server.address, at)

    return opened


def event(kind: str, seq: int, clock: float = 100.0, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "seq": seq, "clock": clock, "date": "2026-11-26T12:00:00Z", **fields}


def check(attempt: int, verdict: str, detail: str = "") -> dict[str, Any]:
    when = {"started": "2026-11-26T12:00:00Z", "finished": "2026-11-26T12:00:00Z", "start": 1.0, "end": 2.0}
    return {"attempt": attempt, "verdict": verdict, "code": None, "cause": None, "detail": detail, "frames": [], **when}


def text(locator: Any) -> str:
    return " ".join(locator.inner_text().split())


def test_what_comes_from_outside_stays_text(told):
    words = dict.fromkeys(("title", "seed", "detail", "rules", "folder", "version"), HOSTILE)
    state = {**STATE, **words, "bench": HOSTILE, "faults": [HOSTILE], "captures": [HOSTILE]}
    state["scenario"] = {"id": HOSTILE, "title": HOSTILE, "controller": HOSTILE}
    reading = {"name": HOSTILE, "value": HOSTILE, "unit": HOSTILE, "at": None}
    node = {
        **GSME,
        "role": HOSTILE,
        "ieee": HOSTILE,
        "faults": [HOSTILE],
        "obstacles": [HOSTILE],
        "last_failure": HOSTILE,
    }
    node |= {
        "readings": [reading],
        "drops": {HOSTILE: 1},
        "link_key": HOSTILE,
        "network_key": 0,
        "network_key_fresh": False,
    }
    events = [
        event("log", 1, text=HOSTILE),
        event("frame", 2, number=1, channel=11, sender="hub", receiver=HOSTILE, name=HOSTILE, line=HOSTILE),
        event("fault", 3, fault=HOSTILE, phase=HOSTILE, detail=HOSTILE),
        event("check", 4, attempt=1, check=check(1, "fail", HOSTILE)),
        event("decision", 5, number=1, action={}, case=HOSTILE, text=HOSTILE, rule=HOSTILE, outcome=HOSTILE),
        event("scenario", 6, scenario=HOSTILE, phase=HOSTILE, detail=HOSTILE),
    ]  # fmt: skip
    page = told("#bench=%3C%2Fscript%3E%3Cimg%20src%3Dx%3E", events, state, [HUB, node])
    page.locator(".first-steps .outcome").wait_for()
    page.locator("#verbs summary").click()
    assert page.locator("img, .nodes script, main script").count() == 0
    assert "owned" not in (page.title(), page.evaluate("document.title"))
    for place in ("table.nodes", ".first-steps", "#faults", "#devices", "header.bar", "footer"):
        assert "onerror" in text(page.locator(place)), place


def test_a_hundred_benches_are_cards_with_the_dead_ones_first_and_why(told):
    cards = [{**CARD, "bench": f"home-{number}"} for number in range(1, 101)]
    cards[41] |= {"alive": False, "failed": True, "detail": "RadioError: the dongle is gone"}
    cards[6] |= {"faults": ["battery-dead"], "verdict": "fail", "decision": "asks for a check"}
    page = told("", cards=cards)
    page.locator(".benches > li").nth(99).wait_for()
    first = text(page.locator(".benches > li").first)
    assert first.startswith("home-42")
    assert "dead" in first
    assert "the dongle is gone" in first
    second = text(page.locator(".benches > li").nth(1))
    assert second.startswith("home-7 ")
    assert "battery-dead" in second
    assert "check fail" in second
    assert "asks for a check" in second
    assert page.title() == "100 benches, 1 dead \u2013 hanbench"
    page.get_by_label("Show").select_option("bad")
    assert page.locator(".benches > li").count() == 1


def test_a_bench_that_has_died_says_why_and_offers_no_verbs(told):
    page = told("#bench=b", [event("ended", 1, reason="RadioError: the dongle is gone", failed=True)])
    page.locator(".banner.bad", has_text="the dongle is gone").wait_for()
    assert page.title().startswith("dead")
    page.locator("table.nodes tbody tr").first.wait_for()
    assert page.locator(".verb, button.breaks, .first-steps").count() == 0


def test_a_mirror_that_is_fresher_than_its_meter_is_told(told):
    noon = 9000.0
    state = {**STATE, "clock": {**CLOCK, "clock": noon}}
    gsme = {**GSME, "mirror": {"endpoint": 32, "updated": noon}, "last_heard": 0.0, "wake_interval_s": 1800.0}
    page = told("#bench=b", state=state, nodes=[HUB, gsme])
    row = page.locator('tr[data-node="gsme"]')
    row.wait_for()
    assert "mirror 12:00, meter last heard 09:30: stale" in text(row)
    assert "Silent for 2 h 30 min" in text(row)


def test_packets_move_at_real_time_only_and_can_be_stopped(told):
    frames = [event("frame", 2, number=7, channel=11, sender="gsme", receiver="hub", name="report", line="a report")]
    page = told("#bench=b", frames)
    page.locator(".han .packets").wait_for(state="attached")
    page.get_by_label("packets move").uncheck()
    assert page.locator(".han .packets").count() == 0
    fast = told("#bench=b", frames, {**STATE, "clock": {**CLOCK, "speed": 60.0}})
    fast.locator("svg.han").wait_for()
    assert fast.locator(".han .packets").count() == 0


REDUCED = """async ([actions]) => {
  const { initial, reduce, clockNow } = await import("/store.js");
  const page = actions.reduce(reduce, initial());
  return { page, now: page.benches.b ? clockNow(page.benches.b, 3000) : null };
}"""


def reduced(page: Any, *actions: dict[str, Any]) -> dict[str, Any]:
    """The state of the page after these actions."""
    result: dict[str, Any] = page.evaluate(REDUCED, [[{"bench": "b", "at": 1000, **each} for each in actions]])
    return result


def test_the_reducer_keeps_events_once_in_order_and_within_bounds(told):
    page = told("#bench=b")
    frames = [event("frame", number, number=number) for number in range(1, 3001)]
    twice = [{"type": "events", "events": each} for each in (frames[:2000], frames[1000:], frames[2990:])]
    bench = reduced(page, *twice)["page"]["benches"]["b"]
    assert [each["number"] for each in bench["frames"]] == list(range(1001, 3001))
    assert bench["seq"] == 3000


def test_the_reducer_keeps_the_state_of_the_bench_up_to_date(told):
    page = told("#bench=b")
    events = [
        event("fault", 1, fault="battery-dead", phase="begun"),
        event("check", 2, attempt=1),
        event("clock", 3, speed=10.0, paused=False),
    ]
    told = reduced(page, {"type": "state", "state": STATE}, {"type": "events", "events": events})
    bench = told["page"]["benches"]["b"]
    assert bench["state"]["faults"] == ["battery-dead"]
    assert bench["checking"][""]["attempt"] == 1
    assert told["now"] == 120.0  # two real seconds at 10x after second 100
    events = [
        event("fault", 4, fault="battery-dead", phase="healed"),
        event("check", 5, attempt=1, check=check(1, "pass")),
        event("lost", 6, frames=12),
    ]
    bench = reduced(
        page,
        {"type": "state", "state": STATE},
        {"type": "events", "events": [event("log", 3, text="")]},
        {"type": "events", "events": events},
    )["page"]["benches"]["b"]
    assert bench["state"]["faults"] == []
    assert bench["checking"] == {}
    assert bench["state"]["last_check"]["verdict"] == "pass"
    assert bench["lost"]["frames"] == 12


def test_another_life_of_a_bench_begins_without_what_was_known(told):
    page = told("#bench=b")
    old = {"type": "events", "events": [event("frame", 1, number=1)]}
    same = reduced(page, {"type": "begin", "life": "1"}, old, {"type": "begin", "life": "1"})
    other = reduced(page, {"type": "begin", "life": "1"}, old, {"type": "begin", "life": "2"})
    assert len(same["page"]["benches"]["b"]["frames"]) == 1
    assert other["page"]["benches"]["b"]["frames"] == []
