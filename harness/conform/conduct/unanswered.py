"""Requests that a device takes, and leaves without the answer that is due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices.admission import needs_link_key
from hanbench.emulator.devices.settings import SMART_ENERGY
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.frame import GLOBAL
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.harness.conform.conduct.rule import Known, Rule
from hanbench.harness.conform.conduct.zcl import ANSWERS
from hanbench.harness.conform.frame import Frame

WRITES_SILENTLY = 0x05
"""Write Attributes No Response."""
MISSING = 2
"""Answers that do not come before a device is blamed: its power may have been cut over one."""
IN_TIME = 30 * SECOND
"""Longer than the repetitions of an answer take."""


class Unanswered(Rule):
    """What asks for an answer, and arrived, gets one (ZCL r8, 2.4.1.1.4, 2.5.12)."""

    CASE: ClassVar[str] = "HB-AIR-06"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._open: dict[tuple[int, int], Frame] = {}
        """Requests by who asked and APS counter, in the order of the air."""
        self._arrived: dict[tuple[int, int], int] = {}
        """When it acknowledged them."""
        self._missing = 0

    def saw(self, frame: Frame) -> Iterator[str]:
        header, packet, known = frame.aps, frame.nwk, self.known
        while self._arrived and frame.time - next(iter(self._arrived.values())) > IN_TIME:
            key = next(iter(self._arrived))
            del self._arrived[key]
            asked = self._open.pop(key, None)
            if asked is None:
                continue
            self._missing += 1
            if self._missing == MISSING:
                yield f"it does not answer: {asked.found.line}"
        if header is None or packet is None:
            return
        if known.for_it(frame) and _wants_answer(frame, known.endpoints):
            self._open[packet.src, header.counter] = frame
        elif known.originated(frame) and header.type == aps.ACK:
            key = packet.dst, header.counter
            if key in self._open:
                self._arrived.setdefault(key, frame.time)
        elif known.originated(frame) and (frame.zcl is not None or header.fragment is not None):
            for key, asked in tuple(self._open.items()):
                if key[0] == packet.dst and _answers(frame, asked):
                    del self._open[key]
                    self._arrived.pop(key, None)


def _answers(frame: Frame, asked: Frame) -> bool:
    """Return whether a frame is the answer to a request, or may be a part of it."""
    assert frame.aps is not None
    assert asked.aps is not None
    assert asked.zcl is not None
    if asked.aps.cluster != frame.aps.cluster:
        return False
    return frame.aps.fragment is not None or frame.answers(asked.zcl.tsn)


def _wants_answer(frame: Frame, endpoints: set[int]) -> bool:
    """Return whether an answer is due to a request that is sound, and under the key that it needs."""
    header, zcl = frame.aps, frame.zcl
    if header is None or zcl is None or frame.message is None or header.fragment is not None:
        return False
    if (header.delivery, header.profile) != (aps.UNICAST, SMART_ENERGY) or header.dst_endpoint not in endpoints:
        return False
    if not header.ack_request or (needs_link_key(header.cluster) and not header.secured):
        return False
    if zcl.frame_type == GLOBAL:
        unwanted = zcl.command in (*foundation.RESPONSES, WRITES_SILENTLY)
        return zcl.command in ANSWERS or not (unwanted or zcl.disable_default_response)
    return not zcl.disable_default_response


RULES = (Unanswered,)
