"""Answers that never reached the hub, and are played when their number comes round.

While the meter lives its answers to a check are kept from the hub, by jamming, and recorded: the hub has seen none of
their frame counters. Later the attacker polls in the meter's name, so that the hub asks again and again, each time with
the next transaction number of eight bits. Keys only tell here which answer is which, and which number a request has;
lengths, order and counting tell that too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.radio.frame_rules import FrameAction, FrameRule
from hanbench.emulator.radio.transmission import Transmission
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.harness.han.han import Han
from tests.redteam.answers import BASIC, METERING
from tests.redteam.attacker import Attacker
from tests.redteam.attacks import attack

DATA_REQUEST = b"\x04"
SHORTEST_ANSWER = 40
"""Octets; polls and acknowledgements are shorter, and reach the hub."""
POLLS_EVERY = 1.0
BETWEEN = 1.0
"""Seconds from the answer of the identity to that of the register: the hub has asked for it by then."""


@contextmanager
def kept_from_the_hub(han: Han) -> Iterator[None]:
    """Let the meter's answers be heard by the attacker, and by nobody else."""
    short = han.gsme.stack.nwk.network.short.to_bytes(2, "little")

    def is_answer(transmission: Transmission) -> bool:
        return len(transmission.psdu) >= SHORTEST_ANSWER and transmission.psdu[7:9] == short

    rule = FrameRule(is_answer, FrameAction.DROP)
    han.air.frame_rules.append(rule)
    try:
        yield
    finally:
        han.air.frame_rules.remove(rule)


def number_of(a: Attacker, psdu: bytes) -> tuple[int, int, int] | None:
    """Return source, cluster and transaction number of a message between hub and meter; None: it is none."""
    frame = a.opened(psdu)
    if frame is None or {frame.src, frame.dst} != {a.hub.short, a.gsme.short}:
        return None
    try:
        inner = aps.decode(frame.payload)
        if inner.type != aps.DATA or inner.cluster not in (BASIC, METERING):
            return None
        if inner.secured:
            sender = a.gsme if frame.src == a.gsme.short else a.hub
            inner.decrypt(cipher(a.link_key(a.han.gsme)), sender.ieee)
    except RemoteProtocolError:
        return None
    return frame.src, inner.cluster, inner.payload[1]


def kept_pairs(a: Attacker) -> dict[int, tuple[bytes, bytes]]:
    """Return recorded answers by the number of the first: of the identity, and of the register with the next one."""
    found: dict[tuple[int, int], bytes] = {}
    for psdu in a.recorded:
        told = number_of(a, psdu)
        if told is not None and told[0] == a.gsme.short:
            found.setdefault(told[1:], psdu)
    return {
        number: (identity, found[METERING, number + 1 & 0xFF])
        for (cluster, number), identity in found.items()
        if cluster == BASIC and (METERING, number + 1 & 0xFF) in found
    }


@attack
async def answers_kept_from_the_hub(a: Attacker) -> None:
    """Answers of the living meter that the hub never heard, when their transaction number comes round."""
    pairs = kept_pairs(a)
    assert pairs, "no answer was recorded"
    a.be(a.gsme.short)

    async def play(identity: bytes, register: bytes) -> None:
        await a.send(identity)
        await asyncio.sleep(BETWEEN)
        await a.send(register)

    def hear(psdu: bytes) -> None:
        told = number_of(a, psdu)
        if told is not None and told[:2] == (a.hub.short, BASIC) and (pair := pairs.pop(told[2], None)):
            a.later(play(*pair))

    a.ears.append(hear)
    while True:
        await a.send(a.command(DATA_REQUEST, src=a.gsme.short))
        await asyncio.sleep(POLLS_EVERY)
