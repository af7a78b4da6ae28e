"""The identity of a device: what a check expects of it, and how an answer differs from that.

A device that hanbench emulates has the manufacturer and the model of its profile, and a serial number of its own. Of a
physical device the bench file states the EUI-64 alone.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from hanbench.emulator.zcl import Reply
from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.harness.han.han import Han

IDENTITY = (BasicAttributes.ManufacturerName.id, BasicAttributes.ModelIdentifier.id)
"""Attributes of the Basic cluster that a check reads."""
SERIAL = (MeteringAttributes.MeterSerialNumber.id,)
"""Attribute of the Metering cluster that a check reads beside the register: it comes under the link key."""


class ExpectedIdentity(NamedTuple):
    """The identity that the answers of a device must show."""

    ieee: int
    """EUI-64, which the link key proves."""
    values: dict[int, dict[int, Any]]
    """By cluster, then by attribute."""

    @classmethod
    def of(cls, han: Han, role: str) -> ExpectedIdentity:
        """Return the identity of the device of a role on `han`."""
        settings = han.settings.of(role)
        if not han.emulates(role):
            return cls(settings.ieee, {})
        basic = dict(zip(IDENTITY, (settings.maker, settings.model), strict=True))
        return cls(settings.ieee, {BASIC.id: basic, METERING.id: dict.fromkeys(SERIAL, settings.serial.encode())})

    def difference(self, cluster: int, reply: Reply, *, proven: bool = False) -> str | None:
        """Return how an answer shows that another device gave it, in words; None if nothing shows that.

        `proven`: the answer must have come under the link key of the device.
        """
        if reply.ieee != self.ieee and (proven or reply.ieee is not None):
            sender = "without its link key" if reply.ieee is None else f"under the link key of {reply.ieee:016x}"
            return f"{sender}, expected that of {self.ieee:016x}"
        for attribute, expected in self.values.get(cluster, {}).items():
            found = reply.values.get(attribute)
            if found is not None and found != expected:
                return f"as {_text(found)}, expected {_text(expected)}"
        return None


def _text(value: Any) -> str:
    return repr(value.decode(errors="replace") if isinstance(value, bytes) else value)
