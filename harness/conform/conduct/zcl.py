"""The ZCL frames of a device: each answer has its request, and is made as its request wants it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import ClassVar

from hanbench.emulator.clock import HOUR, SECOND
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.frame import CLUSTER, GLOBAL
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.harness.conform.conduct.counting import STUCK_AT, LastHour, Stuck
from hanbench.harness.conform.conduct.requests import Request, Requests
from hanbench.harness.conform.conduct.rule import Known, Rule
from hanbench.harness.conform.frame import Frame

READ_RESPONSE, DEFAULT_RESPONSE = 0x01, 0x0B
ANSWERS = {0x00: 0x01, 0x02: 0x04, 0x03: 0x04, 0x06: 0x07, 0x08: 0x09, 0x0C: 0x0D, 0x0E: 0x01, 0x0F: 0x10} | {
    0x11: 0x12,
    0x13: 0x14,
    0x15: 0x16,
}
"""General commands and the commands that answer them (ZCL r8, 2.5)."""
REPORT = 0x0A
MOST_AN_HOUR = 30
"""Times that one thing is asked for in an hour; a gas meter may ask twice in each of its wakes beside."""
SOON = SECOND
"""Time in which the same command is a repetition: a device that begins anew, and its numbers with it, takes longer."""


class Answers(Rule):
    """Each general answer has its request, and each request one (ZCL r8, 2.4.1.2, 2.5.12)."""

    CASE: ClassVar[str] = "HB-AIR-06"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._requests = Requests()

    def saw(self, frame: Frame) -> Iterator[str]:
        header, known = frame.aps, self.known
        if header is None or header.profile == 0:
            return
        if known.for_it(frame):
            self._requests.saw_fragment(frame)
            if frame.zcl is not None:
                self._requests.add(frame, frame.zcl.tsn)
        elif known.originated(frame) and _is_general_answer(frame):
            yield from self._judged(frame)

    def _judged(self, frame: Frame) -> Iterator[str]:
        header, zcl = frame.aps, frame.zcl
        assert header is not None
        assert zcl is not None
        asked = self._requests.of(frame, header.cluster, zcl.tsn)
        if asked is None:
            return
        if not asked:
            yield "it answers a command that nobody sent with this transaction number"
            return
        request = next((each for each in asked if header.counter in each.answers or not each.answers), None)
        if request is None:
            yield "it answers one command twice"
            return
        request.answers.add(header.counter)
        wrong = [_wrong(frame, each) for each in asked]
        if all(wrong):
            yield min(wrong)


def _is_general_answer(frame: Frame) -> bool:
    header = frame.zcl
    return header is not None and header.frame_type == GLOBAL and header.command in foundation.RESPONSES


def _wrong(frame: Frame, request: Request) -> str:
    """Return what is wrong with an answer to a request; empty: nothing."""
    zcl, asked, header, other = frame.zcl, request.frame.zcl, frame.aps, request.frame.aps
    assert zcl is not None
    assert asked is not None
    assert header is not None
    assert other is not None
    if zcl.direction == asked.direction:
        return "its answer has the direction of the request"
    if zcl.manufacturer != asked.manufacturer:
        return "its answer has not the manufacturer code of the request"
    if not zcl.disable_default_response:
        return "its answer asks for a Default Response"
    if header.dst_endpoint != other.src_endpoint:
        return "its answer goes to another endpoint than the request came from"
    if zcl.command == DEFAULT_RESPONSE:
        return _wrong_default(frame, request)
    if asked.frame_type != GLOBAL or ANSWERS.get(asked.command) != zcl.command:
        return "its answer is not the one that belongs to the request"
    if zcl.command == READ_RESPONSE and asked.command == 0x00:
        return _wrong_records(frame, request.frame)
    return ""


def _wrong_default(frame: Frame, request: Request) -> str:
    asked, message, header = request.frame.zcl, frame.message, request.frame.aps
    assert asked is not None
    assert header is not None
    if header.delivery != aps.UNICAST:
        return "it answers a broadcast with a Default Response"
    if asked.frame_type == GLOBAL and asked.command == DEFAULT_RESPONSE:
        return "it answers a Default Response with a Default Response"
    if message is not None and message.command != asked.command:
        return "its Default Response names another command than the request's"
    if message is not None and message.status == 0 and asked.disable_default_response:
        return "it sends a Default Response that the request does not want"
    return ""


def _wrong_records(frame: Frame, request: Frame) -> str:
    message, asked = frame.message, request.message
    if message is None or asked is None or not hasattr(message, "records"):
        return ""
    wanted = list(asked.attributes)
    for record in message.records:
        if record.attribute not in wanted:
            return f"it answers with attribute 0x{record.attribute:04x}, for which nobody asked"
        wanted.remove(record.attribute)
    return ""


class SaidTwice(Rule):
    """It sends each of its commands once: repetitions are the APS's (ZCL r8, 2.4.1.2; R22, 2.2.8.4)."""

    CASE: ClassVar[str] = "HB-AIR-06"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._sent: dict[tuple[int, int, int, bytes], tuple[int, int]] = {}
        """By start, destination, cluster and octets: when, and under which APS counter."""

    def saw(self, frame: Frame) -> Iterator[str]:
        header, packet, zcl = frame.aps, frame.nwk, frame.zcl
        if header is None or packet is None or zcl is None or not self.known.originated(frame):
            return
        if header.fragment is not None:
            return
        key = (self.known.starts, packet.dst, header.cluster, header.payload)
        at, counter = self._sent.get(key, (frame.time, header.counter))
        self._sent[key] = frame.time, header.counter
        if counter != header.counter and frame.time - at < SOON:
            yield "it sends one command twice, with the same transaction number"


class Numbers(Rule):
    """Its own commands have transaction numbers that change (ZCL r8, 2.4.1.2)."""

    CASE: ClassVar[str] = "HB-AIR-06"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._stuck: dict[int, Stuck] = defaultdict(Stuck)
        """By its endpoint."""

    def saw(self, frame: Frame) -> Iterator[str]:
        header, zcl = frame.aps, frame.zcl
        if header is None or zcl is None or frame.is_answer or not self.known.originated(frame):
            return
        if self._stuck[header.src_endpoint].after(zcl.tsn, header.counter):
            yield f"{STUCK_AT} commands in a row have the transaction number {zcl.tsn}"


class ReservedBits(Rule):
    """Frame type and reserved bits of the frame control are as the standard has them (ZCL r8, 2.4.1.1)."""

    CASE: ClassVar[str] = "HB-AIR-06"

    def saw(self, frame: Frame) -> Iterator[str]:
        if frame.zcl is None or not self.known.originated(frame) or frame.found.zcl is None:
            return
        control = frame.found.zcl[1][0]
        if control & 0xE0 or control & 0x03 not in (GLOBAL, CLUSTER):
            yield f"the ZCL frame control is 0x{control:02x}"


class AsksAgain(Rule):
    """What it was told it does not ask for again and again (SE 1.4a, 5.4.7: messages cost battery and bandwidth).

    A display may: it shows what is now.
    """

    CASE: ClassVar[str] = "HB-AIR-06"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._most = MOST_AN_HOUR + (2 * HOUR / SECOND / known.wake_s if known.kind == "gsme" else 0)
        self._asked: dict[tuple[int, int, bytes], LastHour] = defaultdict(LastHour)
        """By destination, cluster and content: when it asked, over the last hour."""
        self._pending: dict[tuple[int, int, int], tuple[int, int, bytes]] = {}

    def saw(self, frame: Frame) -> Iterator[str]:
        header, packet, zcl, known = frame.aps, frame.nwk, frame.zcl, self.known
        if header is None or packet is None or zcl is None or known.kind == "ihd" or header.fragment is not None:
            return
        own = zcl.frame_type == CLUSTER or (zcl.command != REPORT and not frame.is_answer)
        if own and known.originated(frame):
            content = (packet.dst, header.cluster, bytes((zcl.frame_type, zcl.command)) + zcl.payload)
            self._pending[packet.dst, header.cluster, zcl.tsn] = content
        answered = self._pending.pop((packet.src, header.cluster, zcl.tsn), None) if known.for_it(frame) else None
        if answered is None or not frame.is_answer:
            return
        times = self._asked[answered].after(frame.time)
        if times > self._most:
            yield f"it asks {times} times in an hour for what it was told"


RULES = (Answers, SaidTwice, Numbers, ReservedBits, AsksAgain)
