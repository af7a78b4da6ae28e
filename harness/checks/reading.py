"""What a meter must answer to show that it works: its identity, and its register under its link key.

The register stands in the cluster Metering, which Smart Energy devices use under their link key alone (SE 1.4a, 5.4.6):
a meter that answers the read of its identity may still have no key that the hub knows. The identity stands in the
cluster Basic, which needs no link key: an answer without one that says something else is asked for again under it. The
read of the register has a challenge, so that no answer to an earlier read passes for one to this (`challenge.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from hanbench.emulator.devices import WanReply
from hanbench.emulator.zcl import Reply, ReplyOutcome
from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.harness.checks.challenge import drawn, is_met
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
    expected, challenge = ExpectedIdentity.of(han, role), drawn(han)
    identity, register = await asyncio.gather(
        han.head_end.read(expected.ieee, BASIC.id, IDENTITY, timeout=wait),
        han.head_end.read(expected.ieee, METERING.id, (*REGISTER, *SERIAL, *challenge), timeout=wait),
    )
    meter, within = role.upper(), f"within {int(wait)} s"
    of_register = _shortfall(
        meter, "register", register, REGISTER, within, partial(expected.difference, METERING.id, proven=True)
    )
    if of_register is None and register.reply is not None and not is_met(challenge, register.reply):
        of_register = f"the read of the {meter}'s register was answered, but not for this request"
    of_identity = partial(
        _shortfall, meter, "identity", wanted=IDENTITY, within=within, difference=partial(expected.difference, BASIC.id)
    )
    if of_register is None and unproven(identity) and of_identity(identity) is not None:
        # Any holder of the network key can give that answer, and the meter itself has just proved to be there.
        identity = await han.head_end.read(expected.ieee, BASIC.id, IDENTITY, timeout=wait, secured=True)
    return MeterRead(identity.delivered and register.delivered, of_identity(identity) or of_register)


def unproven(answer: WanReply) -> bool:
    """Return whether an answer came that no link key proves."""
    reply = answer.reply
    return reply is not None and reply.outcome in (ReplyOutcome.ANSWERED, ReplyOutcome.REFUSED) and reply.ieee is None


def _shortfall(
    meter: str, what: str, answer: WanReply, wanted: tuple[int, ...], within: str, difference: Difference
) -> str | None:
    if answer.reply is None or not answer.reply.ok:
        return f"the {meter} did not answer the read of its {what} {within}"
    if any(attribute not in answer.reply.values for attribute in wanted):
        return f"the {meter} answered, but without its {what}"
    other = difference(answer.reply)
    return None if other is None else f"the read of the {meter}'s {what} was answered {other}"
