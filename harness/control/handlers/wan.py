"""`wan`: what a head end asks the hub over its WAN interface. What it finds out is no part of any check's verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zcl import Reply
from hanbench.emulator.zcl.clusters import BASIC, BY_ID, METERING
from hanbench.harness.checks.identity import IDENTITY, SERIAL
from hanbench.harness.checks.reading import REGISTER
from hanbench.harness.control.answers import WanAnswer, WanAttribute
from hanbench.harness.control.errors import NOT_EMULATED, ControlError
from hanbench.harness.control.handlers.tables import device_rows
from hanbench.harness.control.live_bench import LiveBench, Work
from hanbench.harness.control.live_home import LiveHome
from hanbench.harness.control.requests import WanRequest
from hanbench.harness.frames.words import ieee as shown_ieee
from hanbench.harness.han.han import Han

_READS = {"identity": (BASIC.id, IDENTITY), "register": (METERING.id, (*REGISTER, *SERIAL))}
"""What a check reads of a meter: a cluster and its attributes."""
_EUI64 = re.compile("[0-9a-f]{16}")


async def wan(bench: LiveBench, request: WanRequest) -> Work[WanAnswer]:
    """Ask the hub."""
    home, address = _asked(bench, request)
    han = home.han
    if not han.emulates("hub"):
        raise ControlError(NOT_EMULATED, "the hub is a physical device, whose WAN interface is not reached from here")

    async def done() -> WanAnswer:
        if address is None:
            return await _device_table(han)
        if request.ask == "mirror":
            return await _mirror(han, address)
        cluster, attributes = _READS.get(request.ask, (request.cluster, request.attributes))
        assert cluster is not None
        return await _read(han, address, cluster, attributes, request.timeout_s)

    return bench.work(done(), so_far=lambda: WanAnswer(progress="in-progress"))


def _asked(bench: LiveBench, request: WanRequest) -> tuple[LiveHome, int | None]:
    """Return the home whose hub is asked, and the EUI-64 of the device. Raises ControlError."""
    device = request.device
    if device is None:
        return bench.home(request.home), None
    if _EUI64.fullmatch(device):
        return bench.home(request.home), int(device, 16)
    if request.home is not None and "." not in device:
        device = bench.home(request.home).home.node(device)
    home, role = bench.node(device)
    return home, home.han.settings.of(role).ieee


async def _device_table(han: Han) -> WanAnswer:
    reply = await han.head_end.device_table()
    rows = device_rows(han.hub) if reply.delivered else ()
    return WanAnswer(progress="ended", delivered=reply.delivered, devices=rows)


async def _mirror(han: Han, address: int) -> WanAnswer:
    reply = await han.head_end.mirror_updated(address)
    updated = None if reply.value is None else reply.value / SECOND
    return WanAnswer(progress="ended", delivered=reply.delivered, updated=updated)


async def _read(han: Han, address: int, cluster: int, attributes: tuple[int, ...], timeout: float) -> WanAnswer:
    found = await han.head_end.read(address, cluster, attributes, timeout=timeout)
    reply: Reply | None = found.reply
    if reply is None:
        return WanAnswer(progress="ended", delivered=found.delivered, known=not found.delivered)
    return WanAnswer(
        progress="ended",
        delivered=found.delivered,
        outcome=reply.outcome.value,
        proven_by=None if reply.ieee is None else shown_ieee(reply.ieee),
        attributes=tuple(_attributes(cluster, reply)),
    )


def _attributes(cluster: int, reply: Reply) -> Iterator[WanAttribute]:
    for attribute, value in reply.values.items():
        yield WanAttribute(cluster, attribute, _name(cluster, attribute), _plain(value))
    for attribute, status in reply.failures.items():
        yield WanAttribute(cluster, attribute, _name(cluster, attribute), None, status)


def _name(cluster: int, attribute: int) -> str:
    table = BY_ID[cluster].server_table if cluster in BY_ID else {}
    return table[attribute].name if attribute in table else ""


def _plain(value: Any) -> float | str:
    """Return a value of ZCL as JSON has it."""
    if isinstance(value, bytes):
        text = value.decode("ascii", errors="replace")
        return text if text.isascii() and text.isprintable() else value.hex()
    return value if isinstance(value, int | float | str) else str(value)
