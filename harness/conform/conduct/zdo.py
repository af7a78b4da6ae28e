"""The messages of the device profile that a device sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk.layer import FIRST_BROADCAST
from hanbench.harness.conform.conduct.counting import STUCK_AT, Stuck
from hanbench.harness.conform.conduct.requests import Requests
from hanbench.harness.conform.conduct.rule import Known, Rule
from hanbench.harness.conform.frame import Frame

ANSWER = 0x8000
UNASKED = frozenset((0x8038,))
"""Clusters of answers that may come unasked: Mgmt_NWK_Update_notify."""
ABOUT_OTHERS = frozenset((0x8000, 0x8001))
"""Clusters of answers about a device that the request names: NWK_addr_rsp and IEEE_addr_rsp."""


def on_device_profile(frame: Frame) -> bool:
    """Return whether a frame has a message of the device profile."""
    header = frame.aps
    return header is not None and header.type == aps.DATA and header.profile == 0 and header.fragment is None


class Answers(Rule):
    """Each answer has its request, and each request one answer (R22, 2.4.4)."""

    CASE: ClassVar[str] = "HB-AIR-05"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._requests = Requests()

    def saw(self, frame: Frame) -> Iterator[str]:
        header, known = frame.aps, self.known
        if not on_device_profile(frame) or header is None or not header.payload:
            return
        if not header.cluster & ANSWER:
            if known.for_it(frame):
                self._requests.add(frame, header.payload[0])
            return
        if not known.originated(frame) or header.cluster in UNASKED:
            return
        asked = self._requests.of(frame, header.cluster & ~ANSWER, header.payload[0])
        if asked is None:
            return
        if not asked:
            yield "it answers a message of the device profile that nobody sent with this number"
            return
        open_request = next((each for each in asked if header.counter in each.answers or not each.answers), None)
        if open_request is None:
            yield "it answers one message of the device profile twice"
            return
        open_request.answers.add(header.counter)


class About(Rule):
    """What it says of itself is its own (R22, 2.4.3.1.11, 2.4.4.2)."""

    CASE: ClassVar[str] = "HB-AIR-05"

    def saw(self, frame: Frame) -> Iterator[str]:
        header, known, message = frame.aps, self.known, frame.message
        if not on_device_profile(frame) or header is None or message is None or not known.originated(frame):
            return
        if frame.name == "device-announce":
            if known.kind != "hub" and (message.ieee, message.short) != (known.ieee, known.short):
                yield "it announces another device than itself"
            elif known.capability not in (None, message.capability):
                yield f"it announces capabilities 0x{message.capability:02x}, and joined with 0x{known.capability:02x}"
        elif header.cluster in ABOUT_OTHERS:
            if known.kind != "hub" and message.status == 0 and message.ieee != known.ieee:
                yield "it answers for another device"
        elif header.cluster & ANSWER:
            about = getattr(message, "short", None)
            if about is not None and message.status == 0 and about != known.short and about >= FIRST_BROADCAST:
                yield f"its answer is about 0x{about:04x}, and not about its own address"


class Numbers(Rule):
    """Its own messages have numbers that change (R22, 2.4.2.8)."""

    CASE: ClassVar[str] = "HB-AIR-05"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._stuck = Stuck()

    def saw(self, frame: Frame) -> Iterator[str]:
        header = frame.aps
        if not on_device_profile(frame) or header is None or not header.payload or header.cluster & ANSWER:
            return
        if not self.known.originated(frame):
            return
        if self._stuck.after(header.payload[0], header.payload):
            yield f"{STUCK_AT} messages of the device profile have the number {header.payload[0]}"


RULES = (Answers, About, Numbers)
