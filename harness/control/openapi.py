"""The OpenAPI 3.1 document of the verbs over HTTP, made from the table of verbs.

A verb that only reads is a GET whose fields are query parameters (arrays as repeated parameters); any other is a POST
whose body is its request. Errors are problem details (RFC 9457) with `code` and `remedy` beside the usual members.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from hanbench import __version__
from hanbench.harness.control.catalogue import Catalogue
from hanbench.harness.control.errors import INVALID_REQUEST, UNKNOWN_BENCH, UNKNOWN_CAPTURE, ErrorKind
from hanbench.harness.control.events import EVENTS
from hanbench.harness.control.http_errors import (
    EVERYWHERE,
    KEY_REUSED,
    TOO_MANY_STREAMS,
    UNSUPPORTED_MEDIA_TYPE,
)
from hanbench.harness.control.overview import BenchCard, Overview
from hanbench.harness.control.schemas import COMPONENTS, components, reference
from hanbench.harness.control.table import VERBS, Effect, Verb

BENCHES = "/api/benches"
BENCH = "/api/benches/{bench}"
STREAM = "/api/events"
CAPTURE = "/api/benches/{bench}/captures/{capture}"
OVERVIEW = "/api/overview"
OVERVIEW_STREAM = "/api/overview/stream"
KNOWN = "/api/catalogue"
PROBLEM_TYPE = "urn:hanbench:problem:"
"""Followed by the code of an error: the `type` of its problem details."""
PROBLEM_DETAILS = {
    "title": "ProblemDetails",
    "description": "An error (RFC 9457).",
    "type": "object",
    "properties": {
        "type": {"type": "string", "description": f"{PROBLEM_TYPE} and the code"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "remedy": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail", "code", "remedy"],
}
_BENCH_PARAMETER = {
    "name": "bench",
    "in": "path",
    "required": True,
    "description": "Name of a bench that is up",
    "schema": {"type": "string"},
}


def path_of(verb: Verb) -> str:
    """Return the path of a verb."""
    return f"{BENCH}/{verb.name}"


def method_of(verb: Verb) -> str:
    """Return the method of a verb: GET if it only reads."""
    return "get" if verb.effect is Effect.READS else "post"


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    paths: dict[str, Any] = {
        BENCHES: {"get": _benches()},
        OVERVIEW: {"get": _overview()},
        OVERVIEW_STREAM: {"get": _overview_stream()},
        KNOWN: {"get": _catalogue()},
        STREAM: {"get": _stream()},
        CAPTURE: {"get": _capture()},
        **{path_of(verb): {method_of(verb): _operation(verb)} for verb in VERBS.values()},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hanbench",
            "summary": "Control of benches that are up",
            "version": __version__,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "paths": paths,
        "components": {
            "schemas": {**components(), "ProblemDetails": PROBLEM_DETAILS},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}, {}],
    }


def _operation(verb: Verb) -> dict[str, Any]:
    mark = " May make a device unreachable." if verb.breaks else ""
    own = () if method_of(verb) == "get" else (UNSUPPORTED_MEDIA_TYPE, KEY_REUSED)
    operation: dict[str, Any] = {
        "operationId": verb.name,
        "summary": verb.sentence,
        "description": f"{verb.sentence}{mark}",
        "tags": [verb.effect.value],
        "parameters": [_BENCH_PARAMETER],
        "responses": {"200": json_response("The answer", reference(verb.answer)), **problems((*verb.all_errors, *own))},
        "x-breaks": verb.breaks,
    }
    if method_of(verb) == "get":
        operation["parameters"] = [_BENCH_PARAMETER, *_query(components()[verb.request.__name__])]
        return operation
    required = bool(components()[verb.request.__name__]["required"])
    operation["requestBody"] = {
        "required": required,
        "content": {"application/json": {"schema": reference(verb.request)}},
    }
    operation["parameters"] = [
        _BENCH_PARAMETER,
        {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "A request with a key that was used before gets the answer of then, and does nothing",
            "schema": {"type": "string", "maxLength": 64},
        },
    ]
    return operation


def _query(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": name in schema["required"], "schema": field}
        for name, field in schema["properties"].items()
    ]


def json_response(description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the response that is JSON by this schema."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def problems(kinds: Iterable[ErrorKind]) -> dict[str, Any]:
    """Return the responses of errors: one for each status, which lists their codes."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for kind in dict.fromkeys((*kinds, *EVERYWHERE)):
        by_status[kind.http_status].append(f"`{kind.code}`: {kind.title}.")
    content = {"application/problem+json": {"schema": {"$ref": f"{COMPONENTS}ProblemDetails"}}}
    return {
        str(status): {"description": " ".join(texts), "content": content} for status, texts in sorted(by_status.items())
    }


def _benches() -> dict[str, Any]:
    schema = {"type": "array", "items": {"$ref": f"{COMPONENTS}BenchState"}}
    return {
        "operationId": "benches",
        "summary": "Tell the state of every bench; the last one, of a bench that has ended.",
        "responses": {"200": json_response("The benches", schema), **problems(())},
    }


def _overview() -> dict[str, Any]:
    return {
        "operationId": "overview",
        "summary": "Tell a card of every bench, and the state of the service.",
        "responses": {"200": json_response("The overview", reference(Overview)), **problems(())},
    }


def _catalogue() -> dict[str, Any]:
    return {
        "operationId": "catalogue",
        "summary": "Tell the faults, scenarios and controllers that the verbs take, each fault with its symptom.",
        "responses": {"200": json_response("The catalogue", reference(Catalogue)), **problems(())},
    }


def _capture() -> dict[str, Any]:
    which = {"name": "capture", "in": "path", "required": True, "description": "Id of a capture (verb `capture`)"}
    return {
        "operationId": "download",
        "summary": "Download a capture (pcapng) as it is now, without keys.",
        "parameters": [_BENCH_PARAMETER, {**which, "schema": {"type": "string"}}],
        "responses": {
            "200": {"description": "The capture", "content": {"application/x-pcapng": {}}},
            **problems((UNKNOWN_BENCH, UNKNOWN_CAPTURE)),
        },
    }


def _overview_stream() -> dict[str, Any]:
    return {
        "operationId": "follow-overview",
        "summary": "Follow the cards of all benches, as server-sent events: first all, then those that have changed.",
        "responses": _stream_of(BenchCard),
    }


def _stream() -> dict[str, Any]:
    """Return the operation of the stream of events."""
    kinds = {"type": "array", "items": {"type": "string", "enum": list(EVENTS)}}
    return {
        "operationId": "follow",
        "summary": "Follow the events of a bench, as server-sent events, resumed by Last-Event-ID.",
        "description": "The first message (`event: begin`) tells where the stream begins, and whether it goes on where "
        "the client left off. Status 204: the bench has ended, and there are no more events.",
        "parameters": [
            {"name": "bench", "in": "query", "description": "Default: the only one", "schema": {"type": "string"}},
            {"name": "kinds", "in": "query", "description": "Kinds of events; default: all", "schema": kinds},
            {
                "name": "after",
                "in": "query",
                "description": "`seq` of the last event known; default: from now on",
                "schema": {"type": "integer", "minimum": 0},
            },
            {"name": "Last-Event-ID", "in": "header", "schema": {"type": "string"}},
        ],
        "responses": {
            **_stream_of(*EVENTS.values()),
            "204": {"description": "The bench has ended, and the client has all its events"},
            **problems((UNKNOWN_BENCH, INVALID_REQUEST, TOO_MANY_STREAMS)),
        },
    }


def _stream_of(*kinds: type[Any]) -> dict[str, Any]:
    """Return the responses of a stream whose messages are arrays of such values."""
    texts = {"type": "string", "description": "Server-sent events; the data of each is a JSON array"}
    answer = {
        "description": "The stream",
        "content": {"text/event-stream": {"schema": texts}},
        "x-items": {"anyOf": [reference(kind) for kind in kinds]},
    }
    return {"200": answer, **problems((TOO_MANY_STREAMS,))}
