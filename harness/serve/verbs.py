"""The verbs over HTTP: one path for each row of the table of verbs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hanbench.harness.control.calling import convert_request, decode_request
from hanbench.harness.control.errors import INVALID_REQUEST, ControlError
from hanbench.harness.control.openapi import BENCHES, method_of, path_of
from hanbench.harness.control.requests import Request as VerbRequest
from hanbench.harness.control.schemas import components
from hanbench.harness.control.table import VERBS, Verb
from hanbench.harness.foreign_json import NOT_JSON
from hanbench.harness.serve.benches import AnyBench, Benches
from hanbench.harness.serve.body import json_body
from hanbench.harness.serve.endpoint import Handler, json_answer, path
from hanbench.harness.serve.idempotency import Done, Idempotency
from hanbench.harness.serve.problems import Refusals


def verb_routes(benches: Benches, refusals: Refusals) -> Iterator[Route]:
    """Return the paths of all verbs."""
    remembered = Idempotency()
    for verb in VERBS.values():
        if method_of(verb) == "get":
            yield path(path_of(verb), get=_asked(verb, benches))
        else:
            yield path(path_of(verb), post=_posted(verb, benches, remembered, refusals))


def benches_route(benches: Benches) -> Route:
    """Return the path that tells the state of every bench."""

    async def states(request: Request) -> Response:
        return json_answer(await asyncio.gather(*(bench.state() for bench in benches)))

    return path(BENCHES, get=states)


def _asked(verb: Verb, benches: Benches) -> Handler:
    async def answer(request: Request) -> Response:
        bench = benches.named(request.path_params["bench"])
        asked = convert_request(verb, query_fields(verb, request.query_params.multi_items()))
        return json_answer(await bench.read(asked))

    return answer


def _posted(verb: Verb, benches: Benches, remembered: Idempotency, refusals: Refusals) -> Handler:
    async def answer(request: Request) -> Response:
        bench = benches.named(request.path_params["bench"])
        body = await json_body(request)
        asked = decode_request(verb, body)
        key = request.headers.get("idempotency-key")
        if key is None:
            return json_answer(await bench.thread.perform(asked))
        what = f"{bench.name} {verb.name} ".encode() + msgspec.json.encode(asked)
        done = await remembered.once(key, what, lambda: _done(bench, asked))
        if done.error is not None:
            return refusals.answer(done.error)
        return Response(done.answer, media_type="application/json")

    return answer


async def _done(bench: AnyBench, asked: VerbRequest[Any]) -> Done:
    try:
        return Done(msgspec.json.encode(await bench.thread.perform(asked)))
    except ControlError as error:
        return Done(b"", error)


def query_fields(verb: Verb, items: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the fields of a request from its query; arrays are repeated fields. Raises ControlError."""
    properties = components()[verb.request.__name__]["properties"]
    fields: dict[str, Any] = {}
    for name, text in items:
        kinds = _kinds(properties.get(name, {}))
        if "array" in kinds:
            fields.setdefault(name, []).append(text)
        elif name in fields:
            raise ControlError(INVALID_REQUEST, f"{verb.name}: {name}: found twice")
        else:
            fields[name] = _value(text) if kinds & {"integer", "number", "boolean"} else text
    return fields


def _kinds(schema: dict[str, Any]) -> set[str]:
    return {schema["type"]} if "type" in schema else {each.get("type", "") for each in schema.get("anyOf", ())}


def _value(text: str) -> Any:
    """Return a number or a truth value; what is none stays text, for the error to name it."""
    try:
        found = msgspec.json.decode(text.encode(errors="replace"))
    except NOT_JSON:
        return text
    return found if isinstance(found, int | float) else text
