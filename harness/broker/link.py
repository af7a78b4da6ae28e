"""One connection to a broker: what is published is acknowledged, or an error; all that waits is bounded."""

from __future__ import annotations

import asyncio
import math
import secrets
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from hanbench.harness.broker.address import BrokerAddress
from hanbench.harness.broker.client import AT_A_TIME, Client, properties_of
from hanbench.harness.broker.errors import (
    REASONS,
    REFUSED,
    ConnectError,
    LinkLostError,
    PublishRefusedError,
    StarvedError,
    SubscribeRefusedError,
    connect_error,
)
from hanbench.harness.broker.message import Message, Outgoing, Will
from hanbench.harness.broker.not_connected import why_not_connected

A = TypeVar("A")

TIMEOUT = 10.0
"""Time for an answer of the broker, seconds."""
IN_FLIGHT = 100
"""Messages that wait for the broker's acknowledgement at a time."""
QUEUED = 1_000
"""Messages that wait to be read at a time; further ones are dropped, and counted."""
UNSENT = 1_000
"""Messages of QoS 0 that wait for the socket at a time; further ones are dropped, and counted."""
KEEPALIVE = 20
KEPT_IN_3_1_1 = 3600
"""Shortest session, in seconds, that is kept in MQTT 3.1.1 too, which keeps it for ever."""
NO_SUBSCRIBERS = 16
"""Reason code of PUBACK (MQTT 5.0, 3.4.2.1); not every broker gives it."""
LEAVING = 1.0
"""Time for the farewell, seconds."""
LONGEST_PACKET = 262_144
"""Octets of the longest message that is received; a broker of MQTT 5 drops longer ones."""
_OVERHEAD = 64
"""Octets of a PUBLISH beside topic and payload, with some to spare."""
_NO_VERSION = (1, 132)
_NODELAY = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)


class Link:
    """A connection to a broker, in MQTT 5, or in 3.1.1 where the broker knows no more."""

    def __init__(
        self,
        address: BrokerAddress,
        name: str,
        *,
        will: Will | None = None,
        session_expiry_s: int = 0,
        timeout_s: float = TIMEOUT,
        in_flight: int = IN_FLIGHT,
        queued: int = QUEUED,
        longest_packet: int = LONGEST_PACKET,
    ) -> None:
        """`name`: the client's, one at a time at a broker. `session_expiry_s`: time for which the broker keeps it."""
        self.address = address
        self.name = name
        self.version = 5
        """5, or 3 for MQTT 3.1.1, which has no properties and cannot refuse a message."""
        self.dropped_in = 0
        """Messages that came in faster than they were read."""
        self.dropped_out = 0
        """Messages of QoS 0 that the connection was too slow for."""
        self._will = will
        self._session_expiry_s = session_expiry_s
        self._timeout_s = timeout_s
        self._in_flight = in_flight
        self._slots: asyncio.Semaphore
        self._limit = queued
        self._longest_packet = longest_packet
        self._queue: deque[Message] = deque()
        self._arrived = asyncio.Event()
        self._proofs: dict[tuple[str, bytes], asyncio.Future[None]] = {}
        self._client: Client

    # --- life ---------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Connect. Raises ConnectError."""
        try:
            await self._connect()
        except ConnectError as error:
            if error.reason not in _NO_VERSION:
                raise
            self.version = 3
            await self._connect()
        allowed = self._client.receive_maximum
        self._slots = asyncio.Semaphore(self._in_flight if allowed >= AT_A_TIME else min(allowed, self._in_flight))
        self._client.lost.add_done_callback(lambda lost: self._arrived.set())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close(LEAVING)

    async def _connect(self) -> None:
        self._client = client = self._made()
        try:
            async with asyncio.timeout(self._timeout_s):
                await client.open()
        except aiomqtt.MqttCodeError as error:
            code = getattr(error.rc, "value", error.rc)
            raise connect_error(code if isinstance(code, int) else 0, str(self.address)) from None
        except (aiomqtt.MqttError, TimeoutError, OSError) as error:
            raise ConnectError(f"{self.address}: {why_not_connected(error, client.log.latest, self.address)}") from None

    def _made(self) -> Client:
        new = self.version == 5
        properties = properties_of(
            PacketTypes.CONNECT, SessionExpiryInterval=self._session_expiry_s, MaximumPacketSize=self._longest_packet
        )
        kept = self._session_expiry_s >= KEPT_IN_3_1_1
        will = self._will
        return Client(
            self.address.host,
            self.address.port,
            self._receive,
            username=self.address.user,
            password=self.address.password,
            identifier=self.name,
            protocol=aiomqtt.ProtocolVersion.V5 if new else aiomqtt.ProtocolVersion.V311,
            clean_session=None if new else not kept,
            clean_start=not self._session_expiry_s if new else paho.MQTT_CLEAN_START_FIRST_ONLY,
            properties=properties if new else None,
            will=None if will is None else _paho_will(will, new),
            tls_context=self.address.tls,
            keepalive=KEEPALIVE,
            timeout=self._timeout_s,
            socket_options=_NODELAY,
        )

    @property
    def session_present(self) -> bool:
        """Whether the broker still had this client's session, with its subscriptions."""
        return self._client.session_present

    # --- out ----------------------------------------------------------------------------------------------------------

    async def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        expiry_s: float | None = None,
        response_topic: str | None = None,
        correlation: bytes | None = None,
    ) -> bool:
        """Publish a message of QoS 1, and wait for the broker's acknowledgement. See `publish_all`."""
        return await self.publish_all((Outgoing(topic, payload, retain, expiry_s, response_topic, correlation),))

    async def publish_all(self, messages: Iterable[Outgoing]) -> bool:
        """Publish messages of QoS 1 in their order, and wait until the broker has acknowledged them all.

        Up to `in_flight` are under way at a time. Return False if the broker says that nobody has subscribed to one of
        them. Raises PublishRefusedError and LinkLostError, when the others that were sent have been answered or lost
        too.
        """
        heard = True
        sent = [(message, await self._post(message)) for message in messages]
        for message, ack in sent:
            reason = ack.result() if ack.done() else await self._in_time(ack)
            if reason >= 128:
                raise PublishRefusedError(message.topic, reason, REFUSED.get(reason, f"MQTT reason {reason}"))
            heard &= reason != NO_SUBSCRIBERS
        return heard

    def send_soon(self, topic: str, payload: bytes) -> None:
        """Publish a message of QoS 0; drop and count it if the connection is too slow. Raises LinkLostError."""
        if self._client.unsent >= UNSENT:
            self.dropped_out += 1
        else:
            self._client.send(topic, payload, 0, False, None)

    async def _post(self, message: Outgoing) -> asyncio.Future[int]:
        """Send a message as soon as there is a place for it; the future has the broker's reason code."""
        longest = self._client.longest_packet
        if longest is not None and len(message.payload) + len(message.topic) + _OVERHEAD > longest:
            raise PublishRefusedError(message.topic, 149, f"{len(message.payload)} octets are more than its limit")
        free = self._slots.acquire()
        await (self._in_time(free) if self._slots.locked() else free)
        try:
            ack = self._client.post(message.topic, message.payload, message.retain, self._properties(message))
        except BaseException:
            self._slots.release()
            raise
        ack.add_done_callback(self._settled)
        return ack

    def _settled(self, ack: asyncio.Future[int]) -> None:
        self._slots.release()

    def _properties(self, message: Outgoing) -> Properties | None:
        wanted = (message.expiry_s, message.response_topic, message.correlation)
        if self.version != 5 or wanted == (None, None, None):
            return None
        expiry = None if message.expiry_s is None else max(1, math.ceil(message.expiry_s))
        return properties_of(
            PacketTypes.PUBLISH,
            MessageExpiryInterval=expiry,
            ResponseTopic=message.response_topic,
            CorrelationData=message.correlation,
        )

    async def _in_time(self, wanted: Awaitable[A]) -> A:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await wanted
        except TimeoutError:
            raise LinkLostError(f"{self.address}: the broker did not answer within {self._timeout_s:g} s") from None

    # --- in -----------------------------------------------------------------------------------------------------------

    async def subscribe(self, *filters: str, retained: bool = True) -> None:
        """Subscribe to topics with QoS 1. Raises SubscribeRefusedError.

        `retained`: whether messages are wanted that the broker kept. MQTT 5 does not send them, and marks those that
        come in to be kept; 3.1.1 sends them, marked. Brokers also grant what the access list keeps from this user:
        `prove` tells.
        """
        handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE if retained else SubscribeOptions.RETAIN_DO_NOT_SEND
        options = SubscribeOptions(qos=1, retainAsPublished=not retained, retainHandling=handling)
        topics = [(each, options) if self.version == 5 else (each, 1) for each in filters]
        try:
            granted: Any = await self._client.subscribe(topics)  # type: ignore[arg-type]  # a list of both kinds
        except aiomqtt.MqttError as error:
            raise LinkLostError(f"the broker did not answer a subscription: {error}") from None
        for name, code in zip(filters, granted, strict=True):
            value = code.value if isinstance(code, ReasonCode) else int(code)
            if value >= 128:
                why = REFUSED.get(value, f"MQTT reason {value}")
                raise SubscribeRefusedError(f"the broker refuses the subscription of {name}: {why}")

    async def prove(self, topic: str, within_s: float = TIMEOUT / 2) -> None:
        """Send a message to a topic that is subscribed, and see that it comes back.

        Raises StarvedError if it does not, and PublishRefusedError if it cannot be sent.
        """
        proof = b'{"self-test":"' + secrets.token_hex(8).encode() + b'"}'
        arrived = self._proofs[topic, proof] = asyncio.get_running_loop().create_future()
        try:
            await self.publish(topic, proof, expiry_s=within_s)
            async with asyncio.timeout(within_s):
                await arrived
        except TimeoutError:
            raise StarvedError(
                f"the broker granted a subscription that {topic} belongs to, and delivers nothing: "
                "let this user read there in the access list"
            ) from None
        finally:
            del self._proofs[topic, proof]

    async def messages(self) -> AsyncIterator[Message]:
        """Yield what comes in. Raises LinkLostError when the connection ends."""
        while True:
            while self._queue:
                yield self._queue.popleft()
            if self._client.lost.done():
                raise LinkLostError(self._end())
            self._arrived.clear()
            await self._arrived.wait()

    def _receive(self, message: Message) -> None:
        proof = self._proofs.get((message.topic, message.payload))
        if proof is not None:
            if not proof.done():
                proof.set_result(None)
        elif len(self._queue) >= self._limit:
            self.dropped_in += 1
        else:
            self._queue.append(message)
            self._arrived.set()

    def _end(self) -> str:
        known = REASONS.get(self._client.end_reason or 0)
        why = f": {known.text}: {known.remedy}" if known is not None else ""
        return f"{self.address}: the connection ended{why}"


def _paho_will(will: Will, new: bool) -> aiomqtt.Will:
    properties = properties_of(PacketTypes.WILLMESSAGE, WillDelayInterval=will.delay_s) if new else None
    return aiomqtt.Will(will.topic, will.payload, 1, will.retain, properties)
