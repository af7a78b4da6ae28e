"""The decisions on their way from the outbox to a consumer, and its receipts on their way back.

Published with QoS 1, in order. A broker's acknowledgement is no proof: when it is killed it forgets what it had not yet
written, and it drops silently what is beyond its queues. So each connection begins with all that no consumer has
acknowledged, and a receipt that brings nothing new asks for what follows it once more.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from hanbench.harness.broker.link import Link
from hanbench.harness.broker.message import Message, Outgoing
from hanbench.harness.control.published import Receipt
from hanbench.harness.foreign_json import NOT_JSON, decode
from hanbench.harness.mqtt.outbox import Outbox
from hanbench.harness.mqtt.tally import Tally
from hanbench.harness.mqtt.topics import Topics

AT_A_TIME = 100
"""Decisions that are read from the outbox at a time."""
LONGEST_RECEIPT = 1_024
"""Octets."""
STALLED_S = 2.0
"""Time without a new receipt after which an old one asks for the decisions after it again, seconds."""
REFUSED_S = 30.0
"""Time until decisions are published again that the broker refused, seconds."""


class Decisions:
    """Publishes the decisions of one bench, over all its connections."""

    def __init__(self, outbox: Outbox, topics: Topics, tally: Tally) -> None:
        self._outbox = outbox
        self._topics = topics
        self._tally = tally
        self._sent = 0
        """`seq` of the latest decision that the broker has taken in this connection."""
        self._new = asyncio.Event()
        self._advanced_at = 0.0
        """When a receipt last brought something new, or was answered, seconds of `time.monotonic`."""
        self._dropped = outbox.state.dropped
        self._loop = asyncio.get_running_loop()
        outbox.on_change = self._changed

    def _changed(self) -> None:
        """Note that the outbox has changed; called in the thread that decides."""
        with suppress(RuntimeError):  # the service has ended
            self._loop.call_soon_threadsafe(self._new.set)

    async def run(self, link: Link) -> None:
        """Publish what is there and what comes. Raises LinkLostError and OutputError."""
        self._sent = self._advanced_at = 0
        while True:
            self._new.clear()
            if not await self.drain(link):
                await asyncio.sleep(REFUSED_S)
                continue
            await self._new.wait()

    async def drain(self, link: Link) -> bool:
        """Publish what is there, and return whether the broker took it. Raises LinkLostError and OutputError."""
        while rows := await asyncio.to_thread(self._outbox.after, self._sent, AT_A_TIME):
            begun = self._sent
            messages = [Outgoing(self._topics.decision, row.payload) for row in rows]
            if not await self._tally.publish(link, messages):
                return False
            if self._sent == begun:  # no receipt has asked for earlier ones meanwhile
                self._sent = rows[-1].seq
        self._tell_dropped()
        return True

    async def received(self, message: Message) -> None:
        """Take a receipt. Raises OutputError."""
        reason = await self._taken(message)
        if reason:
            self._tally.refused[reason] += 1
            self._tally.tell_once(f"a receipt on {self._topics.receipt} was refused: {reason}")

    async def _taken(self, message: Message) -> str:
        """Take a receipt, and return why it was refused, if it was."""
        if message.retain:
            return "retained-receipt"
        if len(message.payload) > LONGEST_RECEIPT:
            return "too-large"
        try:
            receipt = decode(message.payload, Receipt)
        except NOT_JSON:
            return "malformed-receipt"
        state = self._outbox.state
        if receipt.outbox not in ("", state.id):
            return "foreign-outbox"
        if receipt.seq > state.last:
            return "receipt-ahead"
        await self._acknowledged(receipt.seq, state.acked)
        return ""

    async def _acknowledged(self, seq: int, before: int) -> None:
        now = time.monotonic()
        if seq > before:
            self._advanced_at = now
            await asyncio.to_thread(self._outbox.acknowledge, seq)
        elif now - self._advanced_at > STALLED_S:
            self._advanced_at = now
            self._sent = before
            self._new.set()

    def _tell_dropped(self) -> None:
        dropped = self._outbox.state.dropped
        if dropped > self._dropped:
            text = f"the outbox is full: {dropped - self._dropped} decisions were dropped that nobody had acknowledged"
            self._dropped = dropped
            self._tally.tell_once(text)
