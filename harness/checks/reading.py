"""What a meter must answer to show that it works: its identity, and its register under its link key.

The register stands in the cluster Metering, which Smart Energy devices use under their link key alone (SE 1.4a, 5.4.6):
a meter that answers the read of its identity may still have no key that the hub knows. The identity stands in the
cluster Basic, which needs no link key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from hanbench.emulator.devices import WanReply
from hanbench.emulator.zcl import Reply
from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.harness.checks.identity import IDENTITY, SERIAL, ExpectedIdentity
from hanbench.harness.han.han import Han

REGISTER = (MeteringAttributes.CurrentSummationDelivered.id,)
Difference = Callable[[Reply], str | None]
"""Returns in words how an answer shows that another device gave it; None if nothing shows that."""


class MeterRead(NamedTuple):
    """The result of reading a meter."""

    delivered: bool
    """Whether the hub received the requests over the WAN, and answered."""
    shortfall: str | None
    """What the answers lack, in words; None: the meter answered as itself, with all that was read."""


async def read_meter(han: Han, role: str, wait: float) -> MeterRead:
    """Read the identity and the register of the meter of a role, which must answer the hub within `wait` seconds."""
    expected = ExpectedIdentity.of(han, role)
    identity, register = await asyncio.gather(
        han.head_end.read(expected.ieee, BASIC.id, IDENTITY, timeout=wait),
        han.head_end.read(expected.ieee, METERING.id, (*REGISTER, *SERIAL), timeout=wait),
    )
    meter, within = role.upper(), f"within {int(wait)} s"
    shortfall = _shortfall(
        meter, "identity", identity, IDENTITY, within, partial(expected.difference, BASIC.id, proven=False)
    ) or _shortfall(
        meter, "register", register, REGISTER, within, partial(expected.difference, METERING.id, proven=True)
    )
    return MeterRead(identity.delivered and register.delivered, shortfall)


def _shortfall(
    meter: str, what: str, answer: WanReply, wanted: tuple[int, ...], within: str, difference: Difference
) -> str | None:
    if answer.reply is None or not answer.reply.ok:
        return f"the {meter} did not answer the read of its {what} {within}"
    if any(attribute not in answer.reply.values for attribute in wanted):
        return f"the {meter} answered, but without its {what}"
    other = difference(answer.reply)
    return None if other is None else f"the read of the {meter}'s {what} was answered {other}"
