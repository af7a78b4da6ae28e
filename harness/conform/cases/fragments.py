"""Fragments: messages that come in several frames, and what is left of those that never end."""

from __future__ import annotations

from functools import partial
from itertools import chain

from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.fragmentation import header, split
from hanbench.harness.conform.case import Area
from hanbench.harness.conform.cases.common import JOINER, only, reading
from hanbench.harness.conform.frame import once
from hanbench.harness.conform.requirement import SE, ZIGBEE
from hanbench.harness.conform.tester import LISTEN_S, Tester

AREA = Area("FRA", "Fragments", gate=f"({JOINER}) & BAS.S & APS.FRAG")
BLOCK = 12
"""Octets of a fragment: small ones, for many of them."""
MANY = tuple(range(0x4000, 0x4014))
"""Attributes that nobody has."""
UNFINISHED, BURST = 12, 4
FULL = 34
"""Attributes: the request fits into one frame, and the answer does not."""
HEADER, RECORD = 3, 3
"""Octets of a ZCL header, and of a record that says that there is no such attribute."""


def _fragmented(t: Tester, octets: bytes, counter: int) -> list[bytes]:
    """Return the APS frames of a message to Basic, in blocks."""
    blocks = split(octets, BLOCK)
    return [
        t.side.apdu(BASIC.id, block, counter=counter, fragment=header(index, len(blocks)))
        for index, block in enumerate(blocks)
    ]


@AREA.case(
    1,
    "It takes a message in fragments, also if some come twice or others never come",
    ZIGBEE("2.2.8.4.5"),
    SE("5.2.2"),
    wakes=9,
    seconds=600,
)
def fragments(t: Tester) -> None:
    for name, each in (("once", 1), ("twice", 2)):
        t.step(f"A read of many attributes comes in fragments, each of them {name}")
        _takes(t, 0xA0 + each, each)
    t.step("The last fragments of some messages never come")
    for first in range(0xB0, 0xB0 + UNFINISHED, BURST):
        burst = [_fragmented(t, reading(t, *MANY).encode(), first + each)[:-1] for each in range(BURST)]
        t.when_awake(partial(t.side.send_apdus, *chain(*burst)))
        t.wait(t.within_wake(LISTEN_S))
    t.step("A whole message comes, and another in fragments")
    only(t, t.ask(BASIC.id, reading(t, 0x0000)), "read-attributes-response")
    _takes(t, 0xA9, 1)


def _takes(t: Tester, counter: int, each: int) -> None:
    """State that the device acknowledges each fragment of a message, and answers it once."""
    frame = reading(t, *MANY)
    parts = _fragmented(t, frame.encode(), counter)
    sent = [octets for octets in parts for _ in range(each)]
    t.when_awake(partial(t.side.send_apdus, *sent))
    t.wait(LISTEN_S)
    acks = [f.aps.fragment for f in t.acknowledgements_of(counter) if f.aps is not None]
    blocks = {0 if each.first else each.block for each in acks if each is not None}
    t.require_equal(blocks, set(range(len(parts))), "it does not acknowledge each fragment by its number")
    answers = once(t.answers_to(frame) + t.frames("fragment"))
    t.require(len(answers) == 1, "it does not answer a message in fragments once", *answers, expected="one answer")


@AREA.case(2, "What it sends in fragments is whole", ZIGBEE("2.2.8.4.5"), ZIGBEE("2.2.5.1.8"), wakes=3)
def sends_fragments(t: Tester) -> None:
    t.step("The hub asks for more attributes than an answer in one frame has room for")
    frame = reading(t, *range(0x4000, 0x4000 + FULL))
    t.when_awake(partial(t.side.send_zcl, BASIC.id, frame))
    t.wait(LISTEN_S)
    parts = [f for f in t.frames() if f.aps is not None and f.aps.fragment is not None and f.aps.type == aps.DATA]
    if not parts:
        t.step("It answers in one frame, with as many records as that has room for")
        t.require(len(once(t.answers_to(frame))) == 1, "it does not answer", expected="one answer")
        return
    pieces = {(0 if f.fragment.first else f.fragment.block): f for f in (p.aps for p in parts) if f and f.fragment}
    first = pieces.get(0)
    total = first.fragment.block if first is not None and first.fragment is not None else 0
    t.require_equal(set(pieces), set(range(total)), "fragments are missing, or there are more than it says", *parts)
    t.require(len({f.counter for f in pieces.values()}) == 1, "its fragments have several APS counters", *parts)
    octets = b"".join(pieces[index].payload for index in range(total))
    t.require_equal(len(octets), HEADER + RECORD * FULL, "its fragments do not make the whole answer", *parts)
