"""Requests from a broker: checked, carried out once, and answered.

A request names its answer's topic and its Correlation Data (MQTT 5), or has a `transaction` in its payload, as with
zigbee2mqtt. What is retained, expired or not understood is not carried out.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import Any, NamedTuple

from hanbench.harness.broker.errors import BrokerError
from hanbench.harness.broker.link import Link
from hanbench.harness.broker.message import Message, Outgoing
from hanbench.harness.control.asyncapi import LONGEST_TRANSACTION
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.calling import LONGEST, convert_request, verb_named
from hanbench.harness.control.errors import BUSY, INTERNAL, INVALID_REQUEST, TOO_LARGE, UNKNOWN_VERB, ControlError
from hanbench.harness.control.published import Answered, encode_answer
from hanbench.harness.control.requests import Request
from hanbench.harness.control.table import VERBS, Effect
from hanbench.harness.foreign_json import NOT_JSON, decode
from hanbench.harness.mqtt.tally import Tally
from hanbench.harness.mqtt.topics import Topics

IN_WORK = 16
"""Requests that are worked on at a time."""
ANSWERED = 64
"""Requests that are answered at a time, `busy` included; further ones are dropped, and counted."""
REMEMBERED_S = 600.0
"""Time for which the same request with the same Correlation Data is not carried out again, seconds."""
REMEMBERED = 1_000
"""Number of requests that are remembered."""
ANSWER_EXPIRES_S = 600.0

Key = tuple[str, bytes, bytes]


class _Asked(NamedTuple):
    """A request as it came in."""

    verb: str
    fields: object
    transaction: str | None


class Requests:
    """Answers the requests to one bench, over all its connections."""

    def __init__(self, bench: BenchThread, topics: Topics, tally: Tally) -> None:
        self._bench = bench
        self._topics = topics
        self._tally = tally
        self._work: set[asyncio.Task[None]] = set()
        self._done: OrderedDict[Key, tuple[float, asyncio.Future[Answered]]] = OrderedDict()
        """Requests with Correlation Data, with their time and their answer."""

    def received(self, link: Link, message: Message) -> None:
        """Begin to answer a request."""
        if message.retain and not message.payload:
            return  # somebody lets the broker forget a retained request
        if message.expires_at is not None and message.expires_at <= time.monotonic():
            self._tally.refused["expired"] += 1
            return
        if len(self._work) >= ANSWERED:
            self._tally.refused["flood"] += 1
            return
        task = asyncio.get_running_loop().create_task(self._answer(link, message, len(self._work) >= IN_WORK))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _answer(self, link: Link, message: Message, busy: bool) -> None:
        verb = message.topic.rpartition("/")[2]
        where = message.response_topic or self._topics.response(verb)
        try:
            if not self._topics.may_answer_at(where):
                where, named = self._topics.response(verb), where[:100]
                detail = f"response topic {named!r}: expected one below {self._topics.response('')}"
                raise self._refused("response-topic", INVALID_REQUEST, detail)
            if busy:
                raise self._refused("busy", BUSY, f"{IN_WORK} requests are in work")
            answered = await self._once(verb, message)
        except ControlError as error:
            answered = _failed(error, _transaction(message.payload))
        payload = encode_answer(verb, answered)
        try:
            out = Outgoing(where, payload, expiry_s=ANSWER_EXPIRES_S, correlation=message.correlation)
            await self._tally.publish(link, (out,))
        except BrokerError:
            return  # the one who asked asks again, and gets the same answer

    async def _once(self, verb: str, message: Message) -> Answered:
        """Carry a request out, or wait for the answer to the same one. Raises ControlError.

        What has failed, and what only reads, may be asked again.
        """
        asked = self._decoded(verb, message)
        if message.correlation is None or verb not in VERBS or VERBS[verb].effect is Effect.READS:
            return await self._carried_out(asked)
        key = (message.topic, message.correlation, message.payload)
        self._forget_old()
        known = self._done.get(key)
        if known is not None:
            return await asyncio.shield(known[1])
        task = asyncio.ensure_future(self._carried_out(asked))
        self._done[key] = (time.monotonic(), task)
        answered = await asyncio.shield(task)
        if answered.status == "error":
            self._done.pop(key, None)
        return answered

    def _forget_old(self) -> None:
        before = time.monotonic() - REMEMBERED_S
        while self._done:
            key, (at, _) = next(iter(self._done.items()))
            if at > before and len(self._done) < REMEMBERED:
                return
            del self._done[key]

    async def _carried_out(self, asked: _Asked) -> Answered:
        try:
            request: Request[Any] = convert_request(verb_named(asked.verb), asked.fields)
            answer = await self._bench.perform(request)
        except ControlError as error:
            if error.kind in (INVALID_REQUEST, UNKNOWN_VERB):
                self._tally.refused[error.kind.code] += 1
            return _failed(error, asked.transaction)
        except Exception as error:  # noqa: BLE001 - a bug must reach the one who asked as an answer, not as silence
            return _failed(ControlError(INTERNAL, f"{type(error).__name__}: {error}"), asked.transaction)
        return Answered("ok", answer, transaction=asked.transaction)

    def _decoded(self, verb: str, message: Message) -> _Asked:
        """Decode a payload: the fields of the request, or an object with them in `request`. Raises ControlError."""
        if message.retain:
            raise self._refused("retained", INVALID_REQUEST, "a request must not be retained: it would be repeated")
        if len(message.payload) > LONGEST:
            detail = f"{len(message.payload)} octets; expected at most {LONGEST}"
            raise self._refused("too-large", TOO_LARGE, detail)
        try:
            fields = decode(message.payload) if message.payload.strip() else {}
        except NOT_JSON as error:
            raise self._refused("malformed", INVALID_REQUEST, f"expected JSON: {error}") from None
        if not isinstance(fields, dict):
            raise self._refused("malformed", INVALID_REQUEST, "expected an object with the fields of the request")
        transaction = fields.pop("transaction", None)
        if transaction is not None and not _is_transaction(transaction):
            expected = f"transaction: expected a text of at most {LONGEST_TRANSACTION} characters"
            raise self._refused("malformed", INVALID_REQUEST, expected)
        return _Asked(verb, fields["request"] if set(fields) == {"request"} else fields, transaction)

    def _refused(self, reason: str, kind: Any, detail: str) -> ControlError:
        self._tally.refused[reason] += 1
        return ControlError(kind, detail)


def _failed(error: ControlError, transaction: str | None) -> Answered:
    return Answered("error", {}, error.detail, error.problem, transaction)


def _transaction(payload: bytes) -> str | None:
    """Return the id of a request that is refused, if it has one."""
    if len(payload) > LONGEST:
        return None
    try:
        fields = decode(payload)
    except NOT_JSON:
        return None
    found = fields.get("transaction") if isinstance(fields, dict) else None
    return found if _is_transaction(found) else None


def _is_transaction(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TRANSACTION
