"""The verbs over HTTP: each row of the table at its path, with answers as /openapi.json promises them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hanbench.harness.control.table import VERBS
from tests.support.served import Answer, Served, bench_thread, served, until

jsonschema = pytest.importorskip("jsonschema")  # comes with openapi-spec-validator


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A bench at two hours a second, on which a check ends soon."""
    thread = bench_thread(tmp_path_factory.mktemp("verbs"))
    until(lambda: thread.bench.up)
    with served([thread]) as found:
        yield found


@pytest.fixture(scope="module")
def document(service: Served) -> dict[str, Any]:
    answer = service.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json
    return found


def validated(document: dict[str, Any], path: str, method: str, answer: Answer) -> Any:
    """The value of an answer, which is as the document promises."""
    media_type = answer.headers["content-type"]
    schema = document["paths"][path][method]["responses"][str(answer.status)]["content"][media_type]["schema"]
    jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json)
    return answer.json


REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("pause", {}),
    ("pause", {"action": "off"}),
    ("speed", {"speed": 7200}),
    ("inject", {"fault": "battery-dead"}),
    ("heal", {"fault": "battery-dead"}),
    ("power", {"node": "esme", "action": "cycle"}),
    ("commission", {"devices": ["esme"]}),
    ("check", {}),
    ("wan", {"ask": "identity", "device": "esme"}),
    ("capture", {"action": "list"}),
    ("capture", {"action": "start"}),
    ("press", {"node": "gsme", "button": "button"}),
    ("scenario", {"action": "stop"}),
    ("step", {}),
    ("pause", {"action": "off"}),
]
QUERIES = {
    "node": "node=gsme",
    "table": "node=hub",
    "events": "after=1&limit=3&kinds=log&kinds=node",
    "frame": "number=1",
}


def test_every_verb_answers_as_the_document_promises(service: Served, document: dict[str, Any]) -> None:
    tried = set()
    for verb, fields in REQUESTS:
        answer = service.post(verb, fields)
        validated(document, f"/api/benches/{{bench}}/{verb}", "post", answer)
        assert answer.status == (409 if verb == "scenario" else 200), answer.body
        tried.add(verb)
    for verb in set(VERBS) - tried:
        answer = service.get(f"/api/benches/virtual/{verb}?{QUERIES.get(verb, '')}")
        validated(document, f"/api/benches/{{bench}}/{verb}", "get", answer)
        assert answer.status in (200, 404 if verb == "frame" else 200), answer.body


def test_other_answers_are_as_the_document_promises(service: Served, document: dict[str, Any]) -> None:
    for path in ("/api/benches", "/api/overview"):
        assert validated(document, path, "get", service.get(path))
    assert service.get("/asyncapi.json").json["asyncapi"] == "3.0.0"
    with service.stream("/api/overview/stream") as stream:
        card = next(iter(stream)).data[0]
    schema = document["paths"]["/api/overview/stream"]["get"]["responses"]["200"]["x-items"]
    jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(card)


@pytest.mark.parametrize(
    ("verb", "fields", "status", "code"),
    [
        ("inject", {"fault": "batery-dead"}, 404, "unknown-fault"),
        ("inject", {}, 400, "invalid-request"),
        ("inject", {"fault": "battery-dead", "wait": 1}, 400, "invalid-request"),
        ("heal", {"fault": "esme-dead"}, 409, "not-active"),
        ("power", {"node": "fridge", "action": "off"}, 404, "unknown-node"),
        ("scenario", {"action": "play", "scenario": "no-such"}, 404, "unknown-scenario"),
        ("capture", {"action": "stop", "capture": "99"}, 404, "unknown-capture"),
    ],
)
def test_errors_are_problem_details(
    service: Served, document: dict[str, Any], verb: str, fields: dict[str, Any], status: int, code: str
) -> None:
    answer = service.post(verb, fields)
    assert (answer.status, answer.code) == (status, code)
    problem = validated(document, f"/api/benches/{{bench}}/{verb}", "post", answer)
    assert problem["type"] == f"urn:hanbench:problem:{code}"
    assert problem["detail"]
    assert problem["remedy"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("node=gsm", "unknown-node"),
        ("", "invalid-request"),
        ("node=gsme&node=hub", "invalid-request"),
        ("node=gsme&x=1", "invalid-request"),
    ],
)
def test_wrong_queries_are_refused(service: Served, query: str, code: str) -> None:
    assert service.get(f"/api/benches/virtual/node?{query}").code == code


@pytest.mark.parametrize("number", ["x", "1.5", "true", "-1", "[1]", "NaN", "1e400"])
def test_a_number_in_a_query_is_a_number(service: Served, number: str) -> None:
    assert service.get(f"/api/benches/virtual/frame?number={number}").code == "invalid-request"


def test_head_is_as_get_without_the_body(service: Served) -> None:
    for path in ("/", "/api/benches/virtual/state", "/api/benches/virtual/captures/main"):
        answer = service.ask("HEAD", path)
        assert (answer.status, answer.body) == (200, b"")
        assert int(answer.headers["content-length"]) > 0


def test_a_capture_is_downloaded_whole_while_it_grows(service: Served, tmp_path: Path) -> None:
    answer = service.get("/api/benches/virtual/captures/main")
    assert answer.headers["content-type"] == "application/x-pcapng"
    assert answer.headers["content-disposition"] == 'attachment; filename="virtual.main.pcapng"'
    assert len(answer.body) == int(answer.headers["content-length"])
    file = service.threads[0].bench.captures.path
    assert file.read_bytes().startswith(answer.body)


def test_a_request_answers_in_time_and_its_work_goes_on(service: Served) -> None:
    service.post("pause", {"action": "on"})
    answer = service.post("check", {"wait_s": 0.05}).json
    assert answer["progress"] == "in-progress"
    with service.stream("/api/events?kinds=check") as stream:
        next(iter(stream))
        service.post("pause", {"action": "off"})
        event = next(event for event in stream.events() if event.get("check"))
    assert event["attempt"] == answer["attempt"]


def test_the_page_is_there_with_an_etag(service: Served) -> None:
    answer = service.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    again = service.get("/", If_None_Match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert json.loads(service.get("/openapi.json").body)["openapi"] == "3.1.0"
