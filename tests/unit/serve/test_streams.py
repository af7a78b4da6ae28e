"""Server-sent events: resumed without a gap, batched, bounded; a slow reader loses frames and no decision.

The form of the stream is that of the HTML Living Standard, 9.2.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest

from hanbench.emulator.radio import Transmission
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.serve import http_server
from hanbench.harness.serve.sse import Streams
from tests.support.served import WAIT, Served, add_decision, add_frames, bench_thread, served, until


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Served]:
    """One bench on which nothing happens by itself: its clock hardly moves."""
    thread = bench_thread(tmp_path, speed=0.001)
    until(lambda: thread.bench.up)
    with served([thread]) as found:
        yield found


def bench(service: Served) -> BenchThread:
    return service.threads[0]


def test_a_stream_begins_with_where_it_begins_and_goes_on_with_what_happens(quiet: Served) -> None:
    with quiet.stream("/api/events?bench=virtual") as stream:
        assert stream.headers["content-type"] == "text/event-stream"
        begin = next(iter(stream))
        last = bench(quiet).journal.last
        assert begin.event == "begin"
        assert begin.data == {"bench": "virtual", "life": begin.data["life"], "after": last, "resumed": False}
        add_frames(bench(quiet), 3)
        assert [event["seq"] for event in islice(stream.events(), 3)] == [last + 1, last + 2, last + 3]


def test_a_stream_is_resumed_without_a_gap(quiet: Served) -> None:
    with quiet.stream("/api/events") as stream:
        next(iter(stream))
        add_frames(bench(quiet), 5)
        message = next(iter(stream))
        had = message.data[-1]["seq"]
        assert message.id.rpartition(":")[2] == str(had)
    add_frames(bench(quiet), 5)
    with quiet.stream("/api/events", Last_Event_ID=message.id) as stream:
        messages = iter(stream)
        assert next(messages).data["resumed"] is True
        assert next(messages).data[0]["seq"] == had + 1


@pytest.mark.parametrize(
    "id", ["virtual:00000000:3", "other:{life}:3", "virtual:{life}:99999", "x", "virtual:{life}:-1"]
)
def test_a_stream_of_another_life_is_not_resumed(quiet: Served, id: str) -> None:
    with quiet.stream("/api/events") as stream:
        life = next(iter(stream)).data["life"]
    with quiet.stream("/api/events?after=1", Last_Event_ID=id.format(life=life)) as stream:
        begin = next(iter(stream)).data
    assert begin == {"bench": "virtual", "life": life, "after": bench(quiet).journal.last, "resumed": False}


def test_a_page_that_knows_the_state_asks_for_what_followed(quiet: Served) -> None:
    last = quiet.get("/api/benches/virtual/state").json["last_event"]
    add_frames(bench(quiet), 2)
    add_decision(bench(quiet))
    with quiet.stream(f"/api/events?after={last}") as stream:
        found = list(islice(stream.events(), 3))
    assert [event["seq"] for event in found] == [last + 1, last + 2, last + 3]
    assert [event["kind"] for event in found] == ["frame", "frame", "decision"]


def test_kinds_are_chosen(quiet: Served) -> None:
    with quiet.stream("/api/events?kinds=decision&kinds=fault") as stream:
        next(iter(stream))
        add_frames(bench(quiet), 5)
        add_decision(bench(quiet))
        assert next(stream.events())["kind"] == "decision"


@pytest.mark.parametrize(
    "query", ["kinds=frames", "after=-1", "after=x", "after=1e3", f"after={'9' * 30}", "after=%C2%B2"]
)
def test_a_wrong_query_is_refused(quiet: Served, query: str) -> None:
    answer = quiet.get(f"/api/events?{query}")
    assert (answer.status, answer.code) == (400, "invalid-request")


def test_many_events_are_sent_in_few_messages(quiet: Served) -> None:
    # At most one message each 100 ms, so that a page redraws ten times a second at most.
    last = bench(quiet).journal.last
    with quiet.stream("/api/events") as stream:
        next(iter(stream))
        began, messages = time.monotonic(), 0
        add_frames(bench(quiet), 1000)
        for message in stream:
            messages += 1
            if message.data[-1]["seq"] == last + 1000:
                break
    assert messages <= 2 + (time.monotonic() - began) / 0.1


def test_a_slow_reader_loses_frames_is_told_how_many_and_loses_no_decision(quiet: Served) -> None:
    frames, decisions, line = 12_000, 300, "x" * 500
    last = bench(quiet).journal.last
    with slow(quiet) as connection:
        for _ in range(decisions):
            add_frames(bench(quiet), frames // decisions, line)
            add_decision(bench(quiet))
        events = list(until_number(connection, last + frames + decisions))
    seen = [event for event in events if event["kind"] != "lost"]
    lost = sum(event["frames"] for event in events if event["kind"] == "lost")
    assert lost > 0
    assert sum(event.get("others", 0) for event in events if event["kind"] == "lost") == 0
    assert sum(event["kind"] == "frame" for event in seen) + lost == frames
    assert [event["number"] for event in seen if event["kind"] == "decision"] == list(range(1, decisions + 1))
    assert all(one["seq"] < other["seq"] for one, other in pairwise(seen))


def slow(service: Served) -> socket.socket:
    """A client that has asked for the stream and reads nothing, with little room for what comes."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(WAIT)
    connection.connect(("127.0.0.1", service.port))
    connection.sendall(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    until(lambda: len(service.streams) == 1 and bench(service).journal._followers)
    return connection


def until_number(connection: socket.socket, last: int) -> Iterator[dict[str, Any]]:
    """Every event of a stream, up to this number."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    for line in response:
        if line.startswith(b"data: ["):
            batch = json.loads(line[6:])
            yield from batch
            if batch[-1]["seq"] >= last:
                return


def test_a_client_that_reads_nothing_loses_its_stream(quiet: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "STALLED_AFTER", 0.2)
    with slow(quiet):

        def gone() -> bool:
            add_frames(bench(quiet), 500, "x" * 2000)
            return len(quiet.streams) == 0

        until(gone)
        assert not bench(quiet).journal._followers
    assert quiet.refusals["too-slow"] == 1


def test_the_number_of_streams_is_bounded_and_a_closed_one_makes_room(tmp_path: Path) -> None:
    with served([bench_thread(tmp_path)], streams=lambda: Streams(most=2)) as service:
        with service.stream("/api/events"), service.stream("/api/overview/stream"):
            until(lambda: len(service.streams) == 2)
            for path in ("/api/events", "/api/overview/stream"):
                answer = service.get(path)
                assert (answer.status, answer.code) == (503, "too-many-streams")
        until(lambda: len(service.streams) == 0)
        with service.stream("/api/events") as stream:
            assert next(iter(stream)).event == "begin"


def test_a_bench_that_dies_is_shown_dead_with_why_while_others_go_on(tmp_path: Path) -> None:
    threads = [bench_thread(tmp_path, name) for name in ("one", "two")]
    with served(threads) as service, service.stream("/api/events?bench=one") as stream:
        assert service.get("/api/events").code == "unknown-bench"  # there are two: one must be named

        def full(transmission: Transmission) -> None:
            raise OSError(28, "No space left on device")

        threads[0].bench.street.medium.observers.append(full)
        for message in stream:
            last = message
        ended = last.data[-1]
        assert (ended["kind"], ended["failed"]) == ("ended", True)
        assert "No space left on device" in ended["reason"]
        assert service.get("/api/events?bench=one", Last_Event_ID=last.id).status == 204
        one = service.get("/api/benches").json[0]
        assert (one["bench"], one["up"]) == ("one", False)
        assert "No space left on device" in one["detail"]
        cards = {card["bench"]: card for card in service.get("/api/overview").json["benches"]}
        assert [(card["alive"], card["failed"]) for card in cards.values()] == [(False, True), (True, False)]
        assert service.get("/api/events?bench=one").status == 204
        state = service.get("/api/benches/one/state")
        assert (state.status, state.json["detail"]) == (200, one["detail"])  # its last state, for whoever looks at it
        answer = service.post("inject", {"fault": "battery-dead"}, bench="one")
        assert (answer.status, answer.code) == (503, "bench-ended")
        assert service.post("inject", {"fault": "battery-dead"}, bench="two").status == 200
        assert service.get("/api/benches/one/captures/main").body[:4] == b"\x0a\x0d\x0d\x0a"


def test_the_overview_streams_all_cards_and_then_those_that_have_changed(tmp_path: Path) -> None:
    threads = [bench_thread(tmp_path, name, speed=0.001) for name in ("one", "two")]
    until(lambda: all(thread.bench.up for thread in threads))
    with served(threads) as service, service.stream("/api/overview/stream") as stream:
        messages = iter(stream)
        assert {card["bench"] for card in next(messages).data} == {"one", "two"}
        add_decision(threads[1])
        changed = next(messages).data
        assert [card["bench"] for card in changed] == ["two"]
        assert changed[0]["decisions"] == 1


def test_a_fault_of_a_page_is_seen_by_another(tmp_path: Path) -> None:
    thread = bench_thread(tmp_path, speed=3600.0)
    until(lambda: thread.bench.up)
    with served([thread]) as service, service.stream("/api/events?kinds=fault&kinds=node") as stream:
        next(iter(stream))
        assert service.post("inject", {"fault": "battery-dead"}).json["active"] == ["battery-dead"]
        for event in stream.events():
            if event["kind"] == "node" and event["node"] == "gsme" and not event["state"].get("powered", True):
                break
        card = service.get("/api/overview").json["benches"][0]
        until(lambda: service.get("/api/overview").json["benches"][0]["faults"] == ["battery-dead"])
        nodes = {node["name"]: node for node in service.get("/api/overview").json["benches"][0]["nodes"]}
        assert nodes["hub"]["reachable"]
        assert card["bench"] == "virtual"
        until(lambda: not service.get("/api/overview").json["benches"][0]["nodes"][2]["reachable"])
