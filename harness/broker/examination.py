"""Tries out a broker as a bench and a controller would use it, and tells what works and what does not.

Each finding is one of `ok`, `warning` (it works, with a cost that is named) and `failed`. Everything happens below
`PREFIX/doctor-<random>/`, which no bench has, and nothing is left there.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from statistics import median
from typing import Literal

from msgspec import Struct

from hanbench.harness.broker.address import BrokerAddress
from hanbench.harness.broker.errors import BrokerError
from hanbench.harness.broker.link import Link

Verdict = Literal["ok", "warning", "failed"]

TRIPS = 20
SLOW_MS = 30.0
"""Round trip above which Nagle's algorithm is the likely cause: it waits for delayed acknowledgements of some 40 ms."""
SESSION_S = 60
KEPT_WITHIN_S = 5.0


class Finding(Struct, frozen=True):
    """What one trial found."""

    trial: str
    verdict: Verdict
    detail: str
    """What was found, and what to do."""


Trial = Callable[[Link, str], Awaitable[Finding]]
"""Tries something below a topic. Raises BrokerError."""


async def examine(address: BrokerAddress, *, discovery: str = "homeassistant") -> AsyncIterator[Finding]:
    """Try a broker out, and yield each finding. `discovery`: Home Assistant's prefix. Raises no BrokerError."""
    name = f"doctor-{secrets.token_hex(4)}"
    if address.exposes_password:
        yield Finding("encryption", "warning", "the password crosses the network unencrypted: use mqtts://")
    elif address.tls is not None:
        yield Finding("encryption", "ok", "TLS, the broker's certificate is trusted")
    try:
        async with Link(address, name) as link:
            yield _version(link)
            where = f"{address.prefix}/{name}"
            yield await _tried("publish", _publish, link, where)
            received = await _tried("receive", _receive, link, where)
            yield received
            if received.verdict == "ok":  # the others would wait in vain
                yield await _tried("kept messages", _kept, link, where)
                yield await _tried("round trip", _round_trip, link, where)
            yield await _tried("Home Assistant", _discovery, link, f"{discovery}/device/{name}/config")
        yield await _session_kept(address, f"{name}-session")
    except BrokerError as error:
        yield Finding("connection", "failed", str(error))


async def _tried(name: str, trial: Trial, link: Link, where: str) -> Finding:
    try:
        return await trial(link, where)
    except BrokerError as error:
        return Finding(name, "failed", str(error))


def _version(link: Link) -> Finding:
    if link.version == 5:
        return Finding("version", "ok", "MQTT 5")
    text = "MQTT 3.1.1: the broker cannot say that it refuses a message, and requests are answered without properties"
    return Finding("version", "warning", text)


async def _publish(link: Link, where: str) -> Finding:
    await link.publish(f"{where}/state", b"{}")
    if link.version == 5:
        return Finding("publish", "ok", f"messages below {link.address.prefix} are taken")
    return Finding("publish", "warning", "messages are acknowledged; whether they are refused, MQTT 3.1.1 does not say")


async def _receive(link: Link, where: str) -> Finding:
    await link.subscribe(f"{where}/request/+")
    await link.prove(f"{where}/request/self-test")
    return Finding("receive", "ok", f"messages below {link.address.prefix} arrive")


async def _kept(link: Link, where: str) -> Finding:
    """See that a retained message comes to a later subscription, and take it away again."""
    topic, payload = f"{where}/kept", secrets.token_hex(8).encode()
    await link.publish(topic, payload, retain=True)
    try:
        await link.subscribe(topic)
        found = await _comes(link, topic, payload)
    finally:
        await link.publish(topic, b"", retain=True)
    if not found:
        return Finding("kept messages", "failed", "retained messages are not kept: states are lost; allow them")
    hint = "whether they outlive a restart is the broker's choice (mosquitto: persistence true, autosave_interval)"
    return Finding("kept messages", "ok", f"retained messages are kept; {hint}")


async def _comes(link: Link, topic: str, payload: bytes) -> bool:
    """Return whether a message comes in time. Raises LinkLostError."""
    try:
        async with asyncio.timeout(KEPT_WITHIN_S):
            async for message in link.messages():
                if (message.topic, message.payload) == (topic, payload):
                    return True
    except TimeoutError:
        pass
    return False


async def _round_trip(link: Link, where: str) -> Finding:
    trips = []
    for _ in range(TRIPS):
        began = time.perf_counter()
        await link.prove(f"{where}/request/round-trip")
        trips.append((time.perf_counter() - began) * 1000)
    found = f"median {median(trips):.1f} ms, longest {max(trips):.1f} ms of {TRIPS}"
    if median(trips) < SLOW_MS:
        return Finding("round trip", "ok", found)
    return Finding("round trip", "warning", f"{found}: slow; on mosquitto, `set_tcp_nodelay true` can help")


async def _discovery(link: Link, topic: str) -> Finding:
    try:
        await link.publish(topic, b"", retain=True)
    except BrokerError as error:
        return Finding("Home Assistant", "warning", f"discovery is refused ({error})")
    return Finding("Home Assistant", "ok", "discovery messages are taken")


async def _session_kept(address: BrokerAddress, name: str) -> Finding:
    """Connect twice with a session that outlives the connection."""
    async with Link(address, name, session_expiry_s=SESSION_S):
        pass
    async with Link(address, name, session_expiry_s=SESSION_S) as link:
        kept = link.session_present
    async with Link(address, name):
        pass  # with a new session, which ends with the connection
    if kept:
        return Finding("sessions", "ok", "the broker keeps the session of a client that is away for a short time")
    text = "the broker does not keep sessions: what is sent to a client while it is away is lost"
    return Finding("sessions", "warning", text)
