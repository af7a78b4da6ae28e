"""aiomqtt 2.x as hanbench needs it. What it does otherwise, and why that does not do:

- it reports a publish that the broker refused as done (`_on_publish` drops the reason code);
- a connection that breaks before CONNACK, as without a client certificate, shows as a time-out;
- it connects in the event loop's executor, whose end would have to be waited for;
- it makes a task for each message that it hands out, and logs once a publish.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hanbench.harness.broker.errors import LinkLostError
from hanbench.harness.broker.message import Message

CONNECT_TIMEOUT = 5.0
"""Time for TCP, and as much for TLS, seconds."""
AT_A_TIME = 20
"""Messages that are sent and not yet acknowledged; further ones wait in paho."""


class KeptLog(logging.Logger):
    """Keeps the latest warning of paho, which says why a connection broke, and prints nothing."""

    def __init__(self) -> None:
        super().__init__("hanbench.mqtt", logging.WARNING)
        self.latest = ""
        self.propagate = False

    def handle(self, record: logging.LogRecord) -> None:
        self.latest = record.getMessage()


class Client(aiomqtt.Client):
    """One connection."""

    def __init__(self, host: str, port: int, receive: Callable[[Message], None], **options: Any) -> None:
        self.log = KeptLog()
        self.session_present = False
        self.receive_maximum = 65_535
        """Messages that the broker takes at a time (MQTT 5.0, 3.2.2.3.3)."""
        self.longest_packet: int | None = None
        """Octets of the longest packet that the broker takes; None: no limit."""
        self.acks: dict[int, asyncio.Future[int]] = {}
        """Messages that wait for PUBACK; the future has its reason code."""
        self._receive = receive
        self._abandoned = False
        super().__init__(host, port, logger=self.log, max_inflight_messages=AT_A_TIME, **options)
        self._client.connect_timeout = CONNECT_TIMEOUT

    # --- life ---------------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect. Raises aiomqtt.MqttError and OSError."""
        loop, opened = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

        def settle(error: BaseException | None) -> None:
            if not opened.done():
                opened.set_result(None) if error is None else opened.set_exception(error)

        def connect() -> None:
            error: BaseException | None = None
            try:
                super(Client, self)._client_connect()
            except Exception as failed:  # noqa: BLE001 - it is raised where somebody waits
                error = failed
            if self._abandoned:
                self._drop()
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, error)

        Thread(target=connect, name="mqtt connect", daemon=True).start()
        try:
            await opened
            await self.__aenter__()
        except BaseException:
            self._abandoned = True
            if opened.done() and not opened.cancelled():
                self._drop()
            raise
        self._disconnected.add_done_callback(self._lost)

    async def close(self, within_s: float) -> None:
        """Take leave of the broker, and disconnect in any case."""
        with suppress(aiomqtt.MqttError, TimeoutError):
            async with asyncio.timeout(within_s):
                await self.__aexit__(None, None, None)
        self._drop()

    def _client_connect(self) -> None:
        """Do nothing where aiomqtt would connect: `open` has done it, in a thread of its own."""

    def _drop(self) -> None:
        with suppress(Exception):  # a socket may be gone in many ways
            self._client._sock_close()

    def _lost(self, disconnected: asyncio.Future[None]) -> None:
        disconnected.exception()
        for ack in self.acks.values():
            if not ack.done():
                ack.set_exception(LinkLostError("the connection to the broker ended"))
                ack.exception()  # whoever waits for it raises it; if nobody does, nothing is logged
        self.acks.clear()

    @property
    def end_reason(self) -> int | None:
        """MQTT's reason code with which the broker ended the connection; None: it gave none."""
        code = getattr(getattr(self._disconnected.exception(), "rc", None), "value", None)
        return code if isinstance(code, int) else None

    @property
    def lost(self) -> asyncio.Future[None]:
        """Done when the connection has ended."""
        return self._disconnected

    # --- paho's calls -------------------------------------------------------------------------------------------------

    def send(self, topic: str, payload: bytes, qos: int, retain: bool, properties: Properties | None) -> int:
        """Hand a message to paho, and return its number. Raises LinkLostError and ValueError."""
        info = self._client.publish(topic, payload, qos, retain, properties)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            raise LinkLostError("there is no connection to the broker")
        return info.mid

    def post(self, topic: str, payload: bytes, retain: bool, properties: Properties | None) -> asyncio.Future[int]:
        """Send a message of QoS 1, and return the future of its reason code. Raises LinkLostError and ValueError."""
        ack: asyncio.Future[int] = self._loop.create_future()
        self.acks[self.send(topic, payload, 1, retain, properties)] = ack
        return ack

    @property
    def unsent(self) -> int:
        """Number of packets that the socket has not taken yet."""
        return len(self._client._out_packet)

    def _on_connect(
        self, client: paho.Client, userdata: Any, flags: Any, reason_code: ReasonCode, properties: Any = None
    ) -> None:
        self.session_present = bool(flags.session_present)
        self.receive_maximum = getattr(properties, "ReceiveMaximum", self.receive_maximum)
        self.longest_packet = getattr(properties, "MaximumPacketSize", None)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_disconnect(
        self, client: paho.Client, userdata: Any, flags: Any, reason_code: ReasonCode, properties: Any = None
    ) -> None:
        if not self._connected.done():
            self._connected.set_exception(aiomqtt.MqttError("the broker closed the connection"))
        super()._on_disconnect(client, userdata, flags, reason_code, properties)

    def _on_publish(
        self, client: paho.Client, userdata: Any, mid: int, reason_code: ReasonCode, properties: Properties
    ) -> None:
        ack = self.acks.pop(mid, None)
        if ack is not None and not ack.done():
            ack.set_result(reason_code.value)

    def _on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        with suppress(UnicodeDecodeError):  # a topic that is not UTF-8, which no broker should let pass
            self._receive(_received(message))


def _received(message: paho.MQTTMessage) -> Message:
    given = getattr(message, "properties", None)
    expiry = getattr(given, "MessageExpiryInterval", None)
    return Message(
        message.topic,
        bytes(message.payload),
        message.retain,
        getattr(given, "ResponseTopic", None),
        getattr(given, "CorrelationData", None),
        None if expiry is None else time.monotonic() + expiry,
    )


def properties_of(packet: int, **values: Any) -> Properties:
    """Return properties of MQTT 5, without those that are None. `packet`: a type of `PacketTypes`."""
    made = Properties(packet)  # type: ignore[no-untyped-call]  # paho
    for name, value in values.items():
        if value is not None:
            setattr(made, name, value)
    return made
