"""A verb called by its name, with a request in JSON, as the socket gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from hanbench.harness.control.errors import (
    INVALID_REQUEST,
    TOO_LARGE,
    UNKNOWN_VERB,
    ControlError,
    unknown_name,
)
from hanbench.harness.control.requests import Request
from hanbench.harness.control.table import VERBS, Verb
from hanbench.harness.foreign_json import NOT_JSON, decode
from hanbench.profiles.explain import explain

if TYPE_CHECKING:
    from hanbench.harness.control.bench_thread import BenchThread

LONGEST = 65_536
"""Length of a request, octets."""


def verb_named(name: str) -> Verb:
    """Return a verb. Raises ControlError."""
    if name not in VERBS:
        raise unknown_name(UNKNOWN_VERB, "verb", name, VERBS)
    return VERBS[name]


def decode_request(verb: Verb, octets: bytes) -> Request[Any]:
    """Decode the request of a verb; no octets are an empty one. Raises ControlError, which names the field."""
    if len(octets) > LONGEST:
        raise ControlError(TOO_LARGE, f"{len(octets)} octets; expected at most {LONGEST}")
    try:
        fields = decode(octets) if octets.strip() else {}
    except NOT_JSON as error:
        raise ControlError(INVALID_REQUEST, f"expected JSON: {error}") from None
    return convert_request(verb, fields)


def convert_request(verb: Verb, fields: object) -> Request[Any]:
    """Make the request of a verb from plain values. Raises ControlError, which names the field."""
    if not isinstance(fields, dict):
        raise ControlError(INVALID_REQUEST, f"expected an object with the fields of {verb.name}")
    try:
        request: Request[Any] = msgspec.convert(fields, verb.request)
    except msgspec.ValidationError as error:
        found = explain(str(error), fields, verb.request)
        detail = f"{found.key}: {found.problem}" if found.key else found.problem
        raise ControlError(INVALID_REQUEST, f"{verb.name}: {detail}") from None
    return request


async def call(bench: BenchThread, name: str, octets: bytes) -> msgspec.Struct:
    """Call a verb on a bench, and return its answer. Raises ControlError."""
    answer: msgspec.Struct = await bench.perform(decode_request(verb_named(name), octets))
    return answer
