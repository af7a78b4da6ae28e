"""Where wrong firmwares take hold of an emulated device: what it sends, answers and measures."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.harness.conform.firmwares.model import Note, wrapped

SUMMATION = MeteringAttributes.CurrentSummationDelivered
UNIX_TO_2000 = 946_684_800
"""Seconds from 1970-01-01 to 2000-01-01."""


def change_sent(device: Any, change: Any) -> None:
    """Have `change` look at every APS message that the device sends; it returns the message to send."""

    def send(former: Any, request: Any, done: Any = None) -> None:
        former(change(request), done)

    wrapped(device.stack.aps, "send", send)


def change_answers(device: Any, change: Any) -> None:
    """Have `change` look at every ZCL answer of the device's endpoint: kind, command, payload, and the request."""

    def answer(
        former: Any, indication: Any, frame: Any, kind: int, command: int, payload: bytes, done: Any = None
    ) -> None:
        frame, kind, command, payload = change(frame, kind, command, payload)
        former(indication, frame, kind, command, payload, done)

    wrapped(device.endpoint, "_answer", answer)


def change_zdp(device: Any, note: Note, cluster: int, change: Any) -> None:
    """Have `change` look at the octets of every answer of the device profile in a cluster; it returns what is sent."""

    def changed(request: Any) -> Any:
        if request.profile == 0 and request.cluster == cluster:
            note()
            return request._replace(payload=change(request.payload))
        return request

    change_sent(device, changed)


def metering_of(device: Any) -> Any:
    """Return the Metering server of a meter."""
    return device.endpoint.servers[METERING.id]


def change_register(device: Any, note: Note, change: Any) -> None:
    """Have `change` turn the value of the register into another one, wherever it is read or reported."""
    metering = metering_of(device)
    value = metering.attributes._providers.get(SUMMATION.key, lambda: metering.get(SUMMATION))

    def read() -> int:
        note()
        return int(change(value()))

    metering.set(SUMMATION, read)


def omit_from_reports(device: Any, attribute: int) -> None:
    """Leave an attribute out of all reports."""

    def report(former: Any, dst: int, endpoint: int, cluster: int, attributes: Any, *rest: Any, **named: Any) -> int:
        kept = tuple(each for each in attributes if each != attribute)
        return int(former(dst, endpoint, cluster, kept, *rest, **named))

    wrapped(device.endpoint, "report", report)
