"""The table of verbs: every row is complete, and no value of the interface can carry a key."""

from __future__ import annotations

import inspect
import json
import pickle
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_type_hints

import msgspec
import pytest
from msgspec import inspect as shape

from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.control import answers, errors, events, requests
from hanbench.harness.control.calling import LONGEST, decode_request, verb_named
from hanbench.harness.control.errors import ERRORS, ControlError, ErrorKind
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.secret import Secret
from hanbench.harness.control.table import VERBS, Effect, Verb

# Issue 13: the verbs that the table must have.
ASKED = {
    *("state", "nodes", "node", "inject", "heal", "power", "check", "commission", "speed", "pause", "step"),
    *("scenario", "capture", "press", "table", "events"),
}


def leaves(info: shape.Type, seen: set[type]) -> Iterator[shape.Type]:
    """Every type inside a type."""
    match info:
        case shape.StructType(cls=cls, fields=fields):
            if cls not in seen:
                seen.add(cls)
                for field in fields:
                    yield from leaves(field.type, seen)
        case shape.Metadata(type=inner) | shape.VarTupleType(item_type=inner) | shape.ListType(item_type=inner):
            yield from leaves(inner, seen)
        case shape.TupleType(item_types=types) | shape.UnionType(types=types):
            for each in types:
                yield from leaves(each, seen)
        case shape.DictType(key_type=key, value_type=value):
            yield from leaves(key, seen)
            yield from leaves(value, seen)
        case _:
            yield info


def test_the_verbs_of_the_issue_are_there() -> None:
    assert set(VERBS) >= ASKED


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_verb_has_a_sentence_and_a_coroutine_of_its_types(verb: Verb) -> None:
    assert verb.sentence.endswith(".")
    module, _, name = verb.handler.partition(":")
    handler = getattr(import_module(f"hanbench.harness.control.handlers.{module}"), name)
    assert inspect.iscoroutinefunction(handler)
    hints = get_type_hints(handler)
    bench, request, answer = hints.values()
    assert (bench, request) == (LiveBench, verb.request)
    assert verb.answer.__name__ in repr(answer)


def test_every_error_of_the_module_is_in_the_table() -> None:
    named = {each for each in vars(errors).values() if isinstance(each, ErrorKind)}
    assert named == set(ERRORS.values())
    for kind in ERRORS.values():
        assert 400 <= kind.http_status < 600
        assert kind.remedy.endswith(".")


def test_what_breaks_something_says_so() -> None:
    breaking = {verb.name for verb in VERBS.values() if verb.effect is Effect.BREAKS}
    assert breaking == {"inject", "power", "press", "scenario"}


@pytest.mark.parametrize("kind", [*(each.answer for each in VERBS.values()), *events.EVENTS.values()])
def test_no_answer_and_no_event_can_carry_octets_or_anything(kind: type[Any]) -> None:
    found = list(leaves(shape.type_info(kind), set()))
    refused = (shape.BytesType, shape.ByteArrayType, shape.MemoryViewType, shape.AnyType, shape.CustomType)
    assert [each for each in found if isinstance(each, (*refused, shape.RawType))] == []


def test_a_key_cannot_be_encoded_and_shows_a_digest() -> None:
    key = Secret(bytes(range(16)))
    assert bytes(range(16)).hex() not in f"{key} {key!r}"
    for encode in (msgspec.json.encode, msgspec.to_builtins, json.dumps, pickle.dumps):
        with pytest.raises(TypeError):
            encode(key)


@pytest.mark.parametrize(
    ("verb", "octets", "code", "named"),
    [
        ("inject", b"{}", "invalid-request", "fault"),
        ("inject", b'{"fault": 1}', "invalid-request", "fault"),
        ("inject", b'{"fault": "flapping", "foult": 1}', "invalid-request", "did you mean fault"),
        ("inject", b'{"fault": "flapping", "wait_s": -1}', "invalid-request", "wait_s"),
        ("power", b'{"node": "gsme", "action": "of"}', "invalid-request", "did you mean off"),
        ("speed", b'{"speed": 0}', "invalid-request", "speed"),
        ("scenario", b'{"action": "play"}', "invalid-request", "scenario"),
        ("scenario", b'{"action": "stop", "text": "x"}', "invalid-request", "neither to stop it"),
        ("scenario", b'{"action": "play", "scenario": "a", "text": "x"}', "invalid-request", "`scenario` or `text`"),
        ("scenario", b'{"action": "play", "text": "%s"}' % (b"x" * 30_001), "invalid-request", "text"),
        ("commission", b'{"devices": ["esme", "esme"]}', "invalid-request", "twice"),
        ("state", b"[]", "invalid-request", "object"),
        ("state", b"{", "invalid-request", "JSON"),
        ("state", b"\xff", "invalid-request", "JSON"),
        ("state", b"[" * 40_000, "invalid-request", "JSON"),
        ("state", b" " * (LONGEST + 1), "too-large", "65536"),
    ],
)
def test_a_wrong_request_is_named_in_one_line(verb: str, octets: bytes, code: str, named: str) -> None:
    with pytest.raises(ControlError) as caught:
        decode_request(verb_named(verb), octets)
    assert caught.value.kind.code == code
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_verb_is_answered_with_the_nearest() -> None:
    with pytest.raises(ControlError, match="did you mean inject"):
        verb_named("inyect")


def test_the_faults_of_the_documents_are_those_of_the_catalogue() -> None:
    schema = msgspec.json.schema(requests.InjectRequest)["$defs"]["InjectRequest"]
    assert schema["properties"]["fault"]["enum"] == list(CATALOGUE)


def test_an_answer_survives_json() -> None:
    answer = answers.ActiveFaultList("ended", ("battery-dead",))
    assert msgspec.json.decode(msgspec.json.encode(answer), type=VERBS["inject"].answer) == answer
