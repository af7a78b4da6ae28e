"""Addresses and numbers: several requests at once, endpoints and profiles, stray responses, and its own commands."""

from __future__ import annotations

from itertools import pairwise

from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import BASIC, IDENTIFY, METERING
from hanbench.emulator.zcl.frame import GLOBAL, TO_CLIENT, TO_SERVER, ZclFrame
from hanbench.emulator.zcl.records import AttributeRecord
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.types import UINT8, TypedValue
from hanbench.emulator.zigbee.aps.data import ApsRequest
from hanbench.harness.conform.cases.clusters import AREA, ZCL_VERSION
from hanbench.harness.conform.cases.common import DEVICE, JOINER, general, reading
from hanbench.harness.conform.cases.sweeping import Request, ask_all
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.requirement import SE, ZCL
from hanbench.harness.conform.tester import LISTEN_S, Tester

SMART_ENERGY = 0x0109
DAY_S = 86_400.0
OTHER_ENDPOINT = 0x47
"""An endpoint of the bench from which nothing else comes."""


@AREA.case(
    32,
    "It answers each of several requests that come at once, to the endpoint that asked",
    ZCL("2.4.1.3"),
    gate=f"({JOINER}) & BAS.S & IDN.S.A0000",
    wakes=8,
)
def several(t: Tester) -> None:
    t.step("Requests of the same number come for two clusters, and for one from two endpoints, one behind the other")
    number = t.side.next_tsn()
    octets = foundation.encode(foundation.ReadAttributes((0x0000,)))
    frame = ZclFrame(GLOBAL, TO_SERVER, number, foundation.ReadAttributes.COMMAND, octets)
    other = general(t, foundation.ReadAttributes((0x0000,)))
    own, start = t.side.own_endpoint, len(t.every_frame())

    def send() -> None:
        t.side.send_zcl(BASIC.id, frame, secured=False)
        t.side.send_zcl(IDENTIFY.id, frame, secured=False)
        t.side.own_endpoint = OTHER_ENDPOINT
        t.side.send_zcl(BASIC.id, other, secured=False)
        t.side.own_endpoint = own

    t.when_awake(send)
    t.wait(LISTEN_S)
    heard = once(each for each in t.frames("read-attributes-response") if each.number > start)
    seen = sorted(
        (each.aps.cluster, each.zcl.tsn, each.aps.dst_endpoint)
        for each in heard
        if each.aps is not None and each.zcl is not None
    )
    wanted = sorted(
        (
            (BASIC.id, number, own),
            (IDENTIFY.id, number, own),
            (BASIC.id, other.tsn, OTHER_ENDPOINT),
        )
    )
    t.require(seen == wanted, "its answers are not those to the requests", *heard, expected=str(wanted), seen=seen)


@AREA.case(
    33,
    "It takes what is for any of its endpoints, and nothing of another profile",
    ZCL("2.3"),
    SE("5.4.6"),
    gate=f"({JOINER}) & BAS.S",
    wakes=8,
)
def addressed(t: Tester) -> None:
    t.step("The bench reads from endpoint 255: all endpoints that have the profile")
    own = t.side.endpoint
    frame = reading(t, ZCL_VERSION)
    answers = _asked(t, frame, endpoint=0xFF)
    t.require(len(answers) <= 1, "it answers more often than once", *answers, expected="once an endpoint")
    for answer in answers:
        assert answer.aps is not None
        wrong = "its answer comes from another endpoint than its own"
        t.require_equal(answer.aps.src_endpoint, own, wrong, answer)
    t.step(
        "It sends unknown commands to endpoint 0 and to an endpoint that does not exist, and reads by another profile"
    )
    for endpoint, profile in ((0x00, SMART_ENERGY), (0xEE, SMART_ENERGY), (own, 0x0104), (own, 0xC05E)):
        answers = _asked(t, reading(t, ZCL_VERSION), endpoint=endpoint, profile=profile)
        t.require(
            not answers,
            f"it answers at endpoint {endpoint} under the profile 0x{profile:04x}",
            *answers,
            expected="no answer",
        )
    t.step("It reads as it should be")
    t.require(bool(_asked(t, reading(t, ZCL_VERSION))), "it answers no more", expected="a response")


def _asked(t: Tester, frame: ZclFrame, endpoint: int | None = None, profile: int = SMART_ENERGY) -> list[Frame]:
    """Send a read of Basic to an endpoint under a profile, when the device is awake; return the answers."""
    start = len(t.every_frame())
    to = t.side.endpoint if endpoint is None else endpoint
    octets = frame.encode()
    request = ApsRequest(t.short, BASIC.id, octets, profile, t.side.own_endpoint, to, True)
    t.when_awake(lambda: t.side.send(request))
    t.wait(LISTEN_S)
    return [each for each in once(t.answers_to(frame)) if each.number > start]


@AREA.case(
    34,
    "It answers no response that it did not ask for",
    ZCL("2.5.12.2"),
    gate=f"({DEVICE}) & BAS.S",
    wakes=8,
)
def unasked(t: Tester) -> None:
    t.step("The bench sends responses to requests that the device never made")
    number = AttributeRecord(ZCL_VERSION, TypedValue(UINT8.id, 3))
    strays = (
        foundation.ReadAttributesResponse(()),
        foundation.WriteAttributesResponse(()),
        foundation.ConfigureReportingResponse(()),
        foundation.DiscoverAttributesResponse(True, ()),
        foundation.DefaultResponse(0x00, Status.UNSUPPORTED_CLUSTER),
        foundation.DefaultResponse(0x0B, Status.SUCCESS),
    )
    requests = [Request(BASIC.id, general(t, each, quiet=True)) for each in strays]
    requests.append(
        Request(BASIC.id, general(t, foundation.ReportAttributes((number,)), quiet=True, direction=TO_CLIENT))
    )
    for request, answers in zip(requests, ask_all(t, requests), strict=True):
        said = [each for each in answers if getattr(each.message, "status", 0) == Status.SUCCESS]
        wrong = f"it answers general command 0x{request.frame.command:02x}, which wants no answer"
        t.require(not said, wrong, *said, expected="no answer")


@AREA.case(
    35,
    "Its own commands of a day are numbered, addressed and built as they must be",
    ZCL("2.4.1"),
    gate=f"({JOINER}) & BAS.S",
    seconds=DAY_S + 600,
    wakes=2,
)
def own_commands(t: Tester) -> None:
    t.step("A day passes")
    t.wait(DAY_S)
    sent = [frame for frame in once(t.frames()) if frame.found.zcl is not None]
    for frame in sent:
        assert frame.aps is not None
        t.require(frame.zcl is not None, "it sends a ZCL frame that cannot be read", frame, expected="a whole header")
        reserved = frame.aps.payload[0] & 0xE2 if frame.aps.payload else 0
        t.require(reserved == 0, "it sets bits of the frame control that are reserved", frame, expected="zeros")
        ends = (frame.aps.profile, frame.aps.src_endpoint, frame.aps.dst_endpoint not in (0, 0xFF))
        wanted = (SMART_ENERGY, t.side.endpoint, True)
        t.require(ends == wanted, "it sends from or to another place", frame, expected=str(wanted), seen=ends)
    own = [frame for frame in sent if not frame.is_answer]
    for before, after in pairwise(own):
        assert before.zcl is not None
        assert after.zcl is not None
        wrong = "two commands of its own, one behind the other, have one number"
        t.require(before.zcl.tsn != after.zcl.tsn, wrong, before, after, expected="a number of its own each")
    metering = [frame for frame in own if frame.aps is not None and frame.aps.cluster == METERING.id]
    for frame in metering:
        t.require(frame.secured, "it sends Metering without the link key", frame, expected="APS security")
