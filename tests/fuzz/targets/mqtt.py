"""What comes from a broker: requests to a bench, receipts of decisions, Home Assistant's birth and its switches."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from hanbench.harness.broker.address import BrokerAddress
from hanbench.harness.broker.message import Message
from hanbench.harness.case.vocabulary import Close, Outcome
from hanbench.harness.control.asyncapi import request_topic
from hanbench.harness.control.events import DecisionMade
from hanbench.harness.control.table import VERBS
from hanbench.harness.files import OutputError
from hanbench.harness.mqtt.decisions import Decisions
from hanbench.harness.mqtt.home_assistant import STATUS
from hanbench.harness.mqtt.home_assistant_feed import HomeAssistant
from hanbench.harness.mqtt.options import BrokerOptions
from hanbench.harness.mqtt.outbox import FILE, Outbox
from hanbench.harness.mqtt.requests import Requests
from hanbench.harness.mqtt.tally import Tally
from hanbench.harness.mqtt.topics import Topics
from tests.fuzz import trees
from tests.fuzz.loop import on_loop
from tests.fuzz.patched import patched
from tests.fuzz.place import folder
from tests.fuzz.service import EndedBench
from tests.fuzz.target import Target

TOPICS = Topics("hanbench", "virtual")
OUTBOX = b"OUTBOX"
"""Stands in a receipt for the id of the outbox, which nobody can guess."""
_VERBS = sorted(VERBS)
_RESPONSES = ("", "hanbench/virtual/response/state", "$SYS/other", "hanbench/virtual/response/+", "\ud800")
_START = datetime(2022, 4, 4, tzinfo=UTC)
_DECISIONS, _TAKEN = 6, 2
"""Decisions in an outbox, and how many of them a consumer has."""
_TURNS = 50


class Listening:
    """The end of a link at which a bench publishes."""

    dropped_out = dropped_in = 0

    def __init__(self) -> None:
        self.published: list[Any] = []

    async def publish_all(self, messages: Any) -> None:
        self.published += messages


def _tally() -> Tally:
    return Tally(lambda text: None)


def _request(octets: bytes) -> None:
    """A request: the first octets choose verb, answer's topic, correlation and whether it is retained."""
    head, payload = octets[:3].ljust(3, b"\0"), octets[3:]
    verb = _VERBS[head[0] % len(_VERBS)] if head[0] < 0xF0 else payload[:20].decode(errors="replace")
    message = Message(
        request_topic(verb, "virtual", "hanbench"),
        payload,
        retain=head[2] & 1 == 1,
        response_topic=_RESPONSES[head[1] % len(_RESPONSES)] or None,
        correlation=payload[:4] if head[2] & 2 else None,
        expires_at=time.monotonic() - 1 if head[2] & 12 == 12 else None,
    )
    link = Listening()

    async def asked() -> None:
        requests = Requests(EndedBench(), TOPICS, _tally())  # type: ignore[arg-type]
        for _ in range(2):
            requests.received(link, message)  # type: ignore[arg-type]
        for _ in range(_TURNS):
            if not requests._work:
                return
            await asyncio.sleep(0)
        raise AssertionError("a request was not answered")

    on_loop(asked())
    for each in link.published:
        assert each.topic.startswith("hanbench/virtual/response/")
        answer = msgspec.json.decode(each.payload)
        assert b'"internal"' not in each.payload, answer


def _made() -> DecisionMade:
    made = Close(Outcome.RETRY)
    return DecisionMade(seq=1, clock=0.0, date=_START, case="home", number=1, action=made, text="Close: retry")


def filled(path: Path) -> Outbox:
    """Return an outbox with decisions, of which a consumer has some."""
    outbox = Outbox(path)
    for _ in range(_DECISIONS):
        outbox.store(_made())
    outbox.acknowledge(_TAKEN)
    return outbox


def _receipt(octets: bytes) -> None:
    """Receipts, a line each: what is refused changes nothing, and no decision goes that no receipt has named.

    A line that begins with `R` is a retained one.
    """
    outbox = filled(Path(":memory:"))

    async def received() -> None:
        tally = _tally()
        decisions = Decisions(outbox, TOPICS, tally)
        for line in octets.split(b"\n")[:8]:
            before, refused = outbox.state, tally.refused.total()
            payload = line.removeprefix(b"R").replace(OUTBOX, outbox.id.encode())
            await decisions.received(Message(TOPICS.receipt, payload, retain=line[:1] == b"R"))
            after = outbox.state
            assert tally.refused.total() == refused or after == before, f"{payload!r} was refused, and taken"
            assert before.acked <= after.acked <= _DECISIONS
            assert [each.seq for each in outbox.after(0, 99)] == list(range(after.acked + 1, _DECISIONS + 1))
            assert after.acked == before.acked or b"%d" % after.acked in payload

    try:
        on_loop(received())
    finally:
        outbox.close()


def _home_assistant(octets: bytes) -> None:
    """A message of Home Assistant: the first octet says where, and whether it is retained."""
    head, (name, _, payload) = octets[:1] or b"\0", octets[1:].partition(b"\n")
    fault = name.decode(errors="replace")
    topic = STATUS if head[0] & 2 else f"{TOPICS.base}/{TOPICS.bench}/home-assistant/fault/{fault}/set"

    async def received() -> None:
        address = BrokerAddress("localhost", 1883, TOPICS.base)
        feed = HomeAssistant(EndedBench(), BrokerOptions(address, commands=True), TOPICS, _tally())  # type: ignore[arg-type]
        feed.received(Message(topic, payload, retain=head[0] & 1 == 1))
        for _ in range(_TURNS):
            if not feed._work:
                return
            await asyncio.sleep(0)
        raise AssertionError("a switch was not worked on")

    on_loop(received())


def _template() -> bytes:
    path = folder() / "template.sqlite"
    filled(path).close()
    return path.read_bytes()


def _outbox(octets: bytes) -> None:
    """The file of an outbox with other octets in places: it is read and written, or refused as a whole."""
    path = folder() / FILE
    for suffix in ("-wal", "-shm"):
        path.with_name(f"{FILE}{suffix}").unlink(missing_ok=True)
    path.write_bytes(patched(_template, octets))
    outbox = Outbox(path)
    try:
        outbox.acknowledge(outbox.state.acked + 1)
        outbox.after(0, 99)
        outbox.store(_made())
        _ = outbox.state
    finally:
        outbox.close()


TARGETS = (
    Target("mqtt.request", _request, (), 2048, trees.behind(3, trees.json_text)),
    Target("mqtt.receipt", _receipt, (), 1200),
    Target("mqtt.home_assistant", _home_assistant, (), 128),
    Target("mqtt.outbox", _outbox, (OutputError,), 256),
)
