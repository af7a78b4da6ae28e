"""Requests to begin from: each verb on the control socket, over HTTP and at a broker, with the fields of its schema."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec

from hanbench.harness.bench import flash_file
from hanbench.harness.control import openapi, wire
from hanbench.harness.control.errors import BUSY, ControlError
from hanbench.harness.control.schemas import components
from hanbench.harness.control.table import VERBS
from tests.fuzz.home import Home
from tests.fuzz.seeds.frames import Seeds
from tests.fuzz.targets.http import TOKEN

_HEAD = "Host: 127.0.0.1:8571\r\nOrigin: http://127.0.0.1:8571\r\n"
SEQUENCE = (
    b'{"schema":"hanbench/fuzz-sequence","version":1,"dut":"gsme","seed":"1",'
    b'"frames":[{"layer":"mac","knowledge":"outside","octets":"0102"}]}'
)
_VALUES: dict[str, Any] = {"string": "gsme", "integer": 3, "number": 1.5, "boolean": True, "array": [], "null": None}


def requests() -> Seeds:
    """Return requests of each verb."""
    found: Seeds = defaultdict(list)
    for number, name in enumerate(sorted(VERBS)):
        fields = _fields(VERBS[name].request.__name__)
        body = msgspec.json.encode(fields)
        found["control.request"].append(bytes((number,)) + body)
        found["control.line"].append(wire.encode_call(name, fields, "id", follow=name == "events").strip())
        found["mqtt.request"].append(bytes((number, 0, 2)) + msgspec.json.encode({**fields, "transaction": "t"}))
        found["control.answer"].append(bytes((number, 0)) + body)
        found["http.connection"].append(b"\xff" + _http(name, fields, body, ""))
        for target, extra in (("http.request", ""), ("http.guarded", f"Authorization: Bearer {TOKEN}\r\n")):
            found[target].append(_http(name, fields, body, extra))
    return found


def _fields(request: str) -> dict[str, Any]:
    """Return a value for each field of a request, as its schema has it."""
    fields = {}
    for name, schema in components()[request]["properties"].items():
        kinds = [schema, *schema.get("anyOf", ())]
        chosen = next((each for each in kinds if "type" in each or "enum" in each), {"type": "null"})
        fields[name] = chosen["enum"][0] if "enum" in chosen else _VALUES[chosen["type"]]
    return fields


def _http(name: str, fields: dict[str, Any], body: bytes, extra: str) -> bytes:
    verb = VERBS[name]
    path = openapi.path_of(verb).replace("{bench}", "virtual")
    if openapi.method_of(verb) == "get":
        query = "&".join(f"{key}={value}" for key, value in fields.items())
        return f"GET {path}?{query} HTTP/1.1\r\n{_HEAD}{extra}\r\n".encode()
    head = f"POST {path} HTTP/1.1\r\n{_HEAD}{extra}Content-Type: application/json\r\nIdempotency-Key: 0123456789\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def others() -> Seeds:
    """Return other requests of browsers, streams and answers."""
    paths = (
        "/",
        "/?token=x",
        "/openapi.json",
        openapi.BENCHES,
        openapi.KNOWN,
        openapi.STREAM + "?bench=virtual&after=0",
    )
    plain = [f"GET {path} HTTP/1.1\r\n{_HEAD}\r\n".encode() for path in paths]
    cookie = "GET / HTTP/1.1\r\nHost: lab-pc:80\r\nCookie: hanbench-80=abc; a=b\r\nSec-Fetch-Site: none\r\n\r\n"
    problem = msgspec.json.encode(ControlError(BUSY, "busy").problem)
    flash = _flash()
    return {
        "mqtt.receipt": [
            b'{"seq":4,"outbox":"OUTBOX"}\n{"seq":3}\nR{"seq":6}\n{"seq":99}\n{"seq":6,"outbox":"other"}\n{"seq":6}'
        ],
        "mqtt.home_assistant": [b"\x02\nonline", b"\0battery-empty\nON", b"\0battery-empty\nOFF", b"\1no\nON"],
        "mqtt.outbox": [b"\x20\0\0\1\1", bytes(4)],
        "campaign.store": [b"\x20\0\0\1\1", bytes(4)],
        "finished.flash": [bytes(msgspec.json.decode(flash, type=dict[str, msgspec.Raw])["flash"])],
        "finished.stale": [b'{"scenarios":[{"id":"case","capture":"case.pcapng","keys":"case.keys","trace":null}]}'],
        "http.request": plain,
        "http.guarded": [*plain, cookie.encode(), f"GET /?token={TOKEN} HTTP/1.1\r\nHost: lab-pc\r\n\r\n".encode()],
        "http.stream": [b'event: begin\nid: v:ab:0\ndata: {"resumed":false}\n\nid: v:ab:1\ndata: []\n\n'],
        "http.address": [b"http://127.0.0.1:8571", b"https://lab-pc/base/", b"http://[::1]:80"],
        "control.reply": [wire.encode_reply(wire.Reply("id", error=ControlError(BUSY, "busy").problem)).strip()],
        "control.answer": [b"\0\xff" + problem],
        "record.flash": [flash],
        "record.report": [b'{"version":1}'],
        "record.conform_report": [b'{"kind":"conform","version":1}'],
        "record.fuzz_sequence": [SEQUENCE],
        "record.conform_journal": [b'{"run":"run"}\n{"id":"HB-JOIN-01"}\n'],
    }


def _flash() -> bytes:
    return flash_file.encode(flash_file.flash_of(Home().han, "virtual", 1))
