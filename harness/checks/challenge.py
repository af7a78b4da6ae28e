"""A challenge in a read of attributes: what shows that an answer was given to this request, and to no earlier one.

Zigbee has none: a secured answer is fresh if its counters are above those that the hub has seen (R22, 4.3.1.2 and
4.4.1.2), and is that of a request if its transaction number is, which has eight bits. An answer that was kept from the
hub while the meter lived passes both when its number comes round. So a read names attributes too that no device has. A
device answers each with UNSUPPORTED_ATTRIBUTE and its identifier (ZCL r8, 2.5.2), which an earlier answer does not.
"""

from __future__ import annotations

from hanbench.emulator.zcl import Reply
from hanbench.harness.han.han import Han

RESERVED = range(0x5000, 0xF000)
"""Attribute identifiers above those of clusters, up to 0x4FFF, and below the global ones (ZCL r8, inferred)."""
ATTRIBUTES = 2
"""Attributes of a challenge: one of 1.7 thousand million is that of an earlier read."""


def drawn(han: Han) -> tuple[int, ...]:
    """Return the attributes of a challenge for a read that begins now."""
    return tuple(han.random("challenge", str(han.clock.now)).sample(RESERVED, ATTRIBUTES))


def is_met(challenge: tuple[int, ...], reply: Reply) -> bool:
    """Return whether an answer tells of each attribute of a challenge, whatever it tells."""
    return all(each in reply.failures or each in reply.values for each in challenge)
