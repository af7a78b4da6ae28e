"""Lines of a control socket: requests of clients, and answers of a bench."""

from __future__ import annotations

from typing import Any

import msgspec

from hanbench.harness.control import wire
from hanbench.harness.control.calling import decode_request, verb_named
from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.http_messages import Service, answer_in
from hanbench.harness.control.requests import Request
from hanbench.harness.control.table import VERBS
from tests.fuzz import trees
from tests.fuzz.target import Target, stable, unchanged

_VERBS = sorted(VERBS)


def _line(octets: bytes) -> None:
    """A request; made again from its parts it is the same."""
    wire.id_of(octets)
    asked = wire.decode_call(octets)
    request = decode_request(verb_named(asked.verb), bytes(asked.request))

    def read(each: bytes) -> tuple[str, bool, Request[Any]]:
        call = wire.decode_call(each)
        return call.id, call.follow, decode_request(verb_named(call.verb), bytes(call.request))

    encoded = wire.encode_call(asked.verb, request, asked.id, follow=asked.follow)
    unchanged(read, encoded, (asked.id, asked.follow, request))


def _request(octets: bytes) -> None:
    """The fields of a verb's request; the first octet chooses the verb."""
    verb = VERBS[_VERBS[(octets[0] if octets else 0) % len(_VERBS)]]
    request = decode_request(verb, octets[1:])
    unchanged(lambda each: decode_request(verb, each), msgspec.json.encode(request), request)
    Service.at("http://127.0.0.1:8571", "token").call("bench", request)


def _reply(octets: bytes) -> None:
    """A line of a bench, as a client reads it."""
    stable(wire.decode_reply, wire.encode_reply, octets)


def _answer(octets: bytes) -> None:
    """The answer to a verb over HTTP; the first octets choose verb and status."""
    verb = VERBS[_VERBS[(octets[0] if octets else 0) % len(_VERBS)]]
    try:
        request = decode_request(verb, b"")
    except ControlError:
        return
    answer_in(request, 200 if octets[1:2] < b"\x80" else 404, octets[2:])


TARGETS = (
    Target("control.line", _line, (ControlError,), 2048, trees.json_text),
    Target("control.request", _request, (ControlError,), 2048, trees.behind(1, trees.json_text)),
    Target("control.reply", _reply, (ControlError,), 4096, trees.json_text),
    Target("control.answer", _answer, (ControlError,), 4096, trees.behind(2, trees.json_text)),
)
