"""General commands: each of them to each cluster, from every direction and address, and what a write really writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import BASIC, IDENTIFY
from hanbench.emulator.zcl.frame import CLUSTER, GLOBAL, TO_CLIENT, TO_SERVER, ZclFrame
from hanbench.emulator.zcl.records import AttributeRecord, ReportingConfiguration, ReportingQuery
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.types import UINT8, UINT16, TypedValue
from hanbench.harness.conform.cases.clusters import (
    AREA,
    FOREIGN_MAKER,
    UNKNOWN_ATTRIBUTE,
    UNKNOWN_COMMAND,
    UNSUPPORTED,
    ZCL_VERSION,
)
from hanbench.harness.conform.cases.common import DEVICE, JOINER, general, read, specific, value
from hanbench.harness.conform.cases.sweeping import Request, ask_all, described
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import ZCL
from hanbench.harness.conform.tester import Tester

SMART_ENERGY = 0x0109
IDENTIFY_TIME = 0x0000
IDENTIFY_COMMAND, IDENTIFY_QUERY = 0x00, 0x01
LASTING = 0xFFF0
"""Seconds of IdentifyTime that no wake period exceeds: 18 hours."""
DAY_S = 86_400.0
NO_SUCH = (Status.UNSUPPORTED_ATTRIBUTE, Status.UNREPORTABLE_ATTRIBUTE, Status.NOT_AUTHORIZED, Status.NOT_FOUND)
MAKERS_REFUSALS = (
    Status.UNSUP_MANUF_GENERAL_COMMAND,
    Status.UNSUP_MANUF_CLUSTER_COMMAND,
    Status.UNSUPPORTED_CLUSTER,
    *UNSUPPORTED,
)


class Sweep(NamedTuple):
    """A general command, as every cluster gets it."""

    name: str
    made: Callable[[], foundation.GeneralCommand]
    response: type[foundation.GeneralCommand]
    optional: bool
    """A device may refuse it as one that it does not have."""


_WRITE = (AttributeRecord(UNKNOWN_ATTRIBUTE, TypedValue(UINT8.id, 1)),)
_REPORTS = (ReportingConfiguration(0, UNKNOWN_ATTRIBUTE, UINT8.id, 60, 3600, 1),)
SWEEPS = (
    Sweep(
        "Read Attributes",
        lambda: foundation.ReadAttributes((UNKNOWN_ATTRIBUTE,)),
        foundation.ReadAttributesResponse,
        False,
    ),
    Sweep("Write Attributes", lambda: foundation.WriteAttributes(_WRITE), foundation.WriteAttributesResponse, False),
    Sweep(
        "Write Attributes Undivided",
        lambda: foundation.WriteAttributesUndivided(_WRITE),
        foundation.WriteAttributesResponse,
        False,
    ),
    Sweep(
        "Configure Reporting",
        lambda: foundation.ConfigureReporting(_REPORTS),
        foundation.ConfigureReportingResponse,
        True,
    ),
    Sweep(
        "Read Reporting Configuration",
        lambda: foundation.ReadReportingConfiguration((ReportingQuery(0, UNKNOWN_ATTRIBUTE),)),
        foundation.ReadReportingConfigurationResponse,
        True,
    ),
    Sweep(
        "Discover Attributes",
        lambda: foundation.DiscoverAttributes(UNKNOWN_ATTRIBUTE, 1),
        foundation.DiscoverAttributesResponse,
        True,
    ),
    Sweep(
        "Discover Commands Received",
        foundation.DiscoverCommandsReceived,
        foundation.DiscoverCommandsReceivedResponse,
        True,
    ),
    Sweep(
        "Discover Commands Generated",
        foundation.DiscoverCommandsGenerated,
        foundation.DiscoverCommandsGeneratedResponse,
        True,
    ),
    Sweep(
        "Discover Attributes Extended",
        lambda: foundation.DiscoverAttributesExtended(UNKNOWN_ATTRIBUTE, 1),
        foundation.DiscoverAttributesExtendedResponse,
        True,
    ),
)


def answered_once(t: Tester, what: str, request: Request, answers: list[Frame]) -> Frame:
    """Return the one answer to a request; it must come from where the request went, to where that came from."""
    t.require(len(answers) == 1, f"{what} is not answered once", *answers, expected="one answer", seen=len(answers))
    answer = answers[0]
    assert answer.aps is not None
    assert answer.nwk is not None
    assert answer.zcl is not None
    ends = (answer.nwk.dst, answer.aps.dst_endpoint, answer.aps.src_endpoint, answer.aps.profile)
    wanted = (t.side.own_short, t.side.own_endpoint, t.side.endpoint, SMART_ENERGY)
    wrong = f"the answer to {what} has other addresses"
    t.require(ends == wanted, wrong, answer, expected=str(wanted), seen=ends)
    t.require_equal(
        answer.zcl.direction, 1 - request.frame.direction, f"the answer to {what} goes the wrong way", answer
    )
    made = answer.zcl.manufacturer
    t.require_equal(made, request.frame.manufacturer, f"the answer to {what} has another maker's code", answer)
    t.require(answer.message is not None, f"the answer to {what} cannot be read", answer, expected="whole records")
    return answer


@AREA.case(
    28,
    "Each of its clusters answers each general command as it must",
    ZCL("2.5"),
    ZCL("2.4.1"),
    gate=f"({DEVICE}) & BAS.S",
    seconds=2 * DAY_S,
    wakes=60,
)
def each_command(t: Tester) -> None:
    t.step("The bench sends every general command to every cluster that the device serves, about an unknown attribute")
    served = described(t).inputs
    asked = [(sweep, Request(cluster, general(t, sweep.made()))) for cluster in served for sweep in SWEEPS]
    answers = ask_all(t, [request for _, request in asked])
    for (sweep, request), found in zip(asked, answers, strict=True):
        what = f"{sweep.name} to cluster 0x{request.cluster:04x}"
        answer = answered_once(t, what, request, found)
        _is_proper(t, what, sweep, answer)
    t.step("It sends a general command that does not exist to each of them")
    unknown = [Request(cluster, ZclFrame(GLOBAL, TO_SERVER, t.side.next_tsn(), UNKNOWN_COMMAND)) for cluster in served]
    for request, found in zip(unknown, ask_all(t, unknown), strict=True):
        what = f"an unknown general command to cluster 0x{request.cluster:04x}"
        answer = answered_once(t, what, request, found)
        _is_refusal(t, what, answer, UNKNOWN_COMMAND, UNSUPPORTED)
    t.step("It sends a command of its own to each of them that does not exist")
    own = [Request(cluster, specific(t, UNKNOWN_COMMAND)) for cluster in served]
    for request, found in zip(own, ask_all(t, own), strict=True):
        what = f"an unknown command of cluster 0x{request.cluster:04x}"
        answer = answered_once(t, what, request, found)
        _is_refusal(t, what, answer, UNKNOWN_COMMAND, UNSUPPORTED)


def _is_proper(t: Tester, what: str, sweep: Sweep, answer: Frame) -> None:
    """State that an answer is the response, about the attribute that was asked for; or that it refuses the command."""
    message = answer.message
    if sweep.optional and isinstance(message, foundation.DefaultResponse):
        _is_refusal(t, what, answer, sweep.made().COMMAND, UNSUPPORTED)
        return
    t.require(
        isinstance(message, sweep.response),
        f"{what} has an answer of another kind",
        answer,
        expected=sweep.response.__name__,
    )
    failed = getattr(message, "records", None) or getattr(message, "failures", None)
    if sweep.response.__name__.startswith("Discover"):
        return
    told = [(each.attribute, each.status) for each in failed or ()]
    good = [each[0] for each in told] == [UNKNOWN_ATTRIBUTE] and told[0][1] in NO_SUCH
    wanted = f"attribute 0x{UNKNOWN_ATTRIBUTE:04x}, UNSUPPORTED_ATTRIBUTE"
    t.require(good, f"{what} has another result", answer, expected=wanted, seen=told)


def _is_refusal(t: Tester, what: str, answer: Frame, command: int, statuses: tuple[int, ...]) -> None:
    message = answer.message
    good = isinstance(message, foundation.DefaultResponse)
    good = good and message.command == command and message.status in statuses
    words = " or ".join(f"0x{each:02x}" for each in statuses)
    t.require(good, f"{what} is not refused as it should be", answer, expected=f"Default Response with {words}")


@AREA.case(
    29,
    "What belongs to another maker, or goes the other way, it neither answers nor carries out",
    ZCL("2.4.1.1.2"),
    ZCL("2.4.1.1.3"),
    gate=f"({JOINER}) & BAS.S & IDN.S.A0000",
    wakes=16,
)
def not_for_it(t: Tester) -> None:
    t.step("The bench reads and discovers, and writes IdentifyTime, with the code of another maker")
    record = (AttributeRecord(IDENTIFY_TIME, TypedValue(UINT16.id, LASTING)),)
    makers = (
        ("a read", BASIC.id, general(t, foundation.ReadAttributes((ZCL_VERSION,)), manufacturer=FOREIGN_MAKER)),
        ("a list", BASIC.id, general(t, foundation.DiscoverAttributes(), manufacturer=FOREIGN_MAKER)),
        ("a write", IDENTIFY.id, general(t, foundation.WriteAttributes(record), manufacturer=FOREIGN_MAKER)),
        (
            "an Identify",
            IDENTIFY.id,
            specific(t, IDENTIFY_COMMAND, LASTING.to_bytes(2, "little"), manufacturer=FOREIGN_MAKER),
        ),
    )
    requests = [Request(cluster, frame) for _, cluster, frame in makers]
    for (what, _, _), request, found in zip(makers, requests, ask_all(t, requests), strict=True):
        named = f"{what} with another maker's code"
        answer = answered_once(t, named, request, found)
        _is_not_taken(t, named, answer)
    _identifies_for(t, 0, "it carries out what has another maker's code")
    t.step("It sends commands that go from servers to clients, of clusters that the device only serves")
    backwards = [
        Request(IDENTIFY.id, ZclFrame(CLUSTER, TO_CLIENT, t.side.next_tsn(), 0x40, LASTING.to_bytes(2, "little"))),
        Request(IDENTIFY.id, general(t, foundation.WriteAttributes(record), direction=TO_CLIENT)),
    ]
    for request, found in zip(backwards, ask_all(t, backwards), strict=True):
        for answer in found:
            status = getattr(answer.message, "status", Status.SUCCESS)
            good = isinstance(answer.message, foundation.DefaultResponse) and status != Status.SUCCESS
            good = good or _all_failed(answer.message)
            t.require(good, "it takes a command that goes the other way", answer, expected="an error, or silence")
            head = answer.zcl
            assert head is not None
            wrong = "the answer goes the same way as the request"
            t.require_equal(head.direction, 1 - request.frame.direction, wrong, answer)
    _identifies_for(t, 0, "it carries out a command that goes the other way")


def _is_not_taken(t: Tester, named: str, answer: Frame) -> None:
    """State that a frame with another maker's code is refused, or answered without anything of the library's own."""
    message = answer.message
    if isinstance(message, foundation.DefaultResponse):
        wanted = "UNSUP_MANUF_GENERAL_COMMAND or another error about support"
        t.require(message.status in MAKERS_REFUSALS, f"{named} has another status", answer, expected=wanted)
        return
    if isinstance(message, foundation.DiscoverAttributesResponse):
        t.require(not message.attributes, f"{named} has attributes of the library", answer, expected="an empty list")
        return
    t.require(
        _all_failed(message), f"{named} is taken for one of the library", answer, expected="UNSUPPORTED_ATTRIBUTE"
    )


def _all_failed(message: object) -> bool:
    """Whether a response has records, and all of them have an error."""
    records = getattr(message, "records", None) or getattr(message, "failures", None) or ()
    return bool(records) and all(each.status != Status.SUCCESS for each in records)


def _identifies_for(t: Tester, seconds: int, otherwise: str) -> Frame:
    """State that IdentifyTime is a value; return the answer that has it."""
    answer = read(t, IDENTIFY.id, IDENTIFY_TIME)
    t.require_equal(value(answer, IDENTIFY_TIME), seconds, otherwise, answer)
    return answer


@AREA.case(
    30,
    "It writes what it says that it wrote: all, nothing, or what it can",
    ZCL("2.5.3.3"),
    ZCL("2.5.4.3"),
    ZCL("2.5.6.3"),
    gate=f"({DEVICE}) & IDN.S.A0000 & BAS.S",
    wakes=16,
)
def really_writes(t: Tester) -> None:
    good = AttributeRecord(IDENTIFY_TIME, TypedValue(UINT16.id, LASTING))
    bad = AttributeRecord(UNKNOWN_ATTRIBUTE, TypedValue(UINT16.id, 1))
    t.step("The bench writes IdentifyTime and an attribute that does not exist, undivided")
    answers = t.ask(IDENTIFY.id, general(t, foundation.WriteAttributesUndivided((good, bad))))
    _failures(t, answers, {UNKNOWN_ATTRIBUTE})
    _identifies_for(t, 0, "it wrote a part of what is undivided")
    t.step("It writes the same divided")
    _failures(t, t.ask(IDENTIFY.id, general(t, foundation.WriteAttributes((bad, good)))), {UNKNOWN_ATTRIBUTE})
    _is_near(t, LASTING)
    t.step("It writes 0, and wants no response")
    stop = AttributeRecord(IDENTIFY_TIME, TypedValue(UINT16.id, 0))
    silent = general(t, foundation.WriteAttributesNoResponse((stop, bad)))
    answers = t.ask(IDENTIFY.id, silent)
    t.require(not answers, "it answers a write that wants no response", *answers, expected="no answer")
    _identifies_for(t, 0, "it did not write what wants no response")


def _failures(t: Tester, answers: list[Frame], wanted: set[int]) -> None:
    named = len(answers) == 1 and isinstance(answers[0].message, foundation.WriteAttributesResponse)
    t.require(named, "a write has another answer", *answers, expected="one Write Attributes Response")
    told = {each.attribute for each in answers[0].message.failures}
    t.require(told == wanted, "it names other attributes that were not written", *answers, expected=wanted, seen=told)  # type: ignore[arg-type]


def _is_near(t: Tester, seconds: int) -> None:
    """State that IdentifyTime counts down, second by second, from a value written in this step."""
    began = t.frames("write-attributes-response")[-1].seconds
    answer = read(t, IDENTIFY.id, IDENTIFY_TIME)
    left, passed = value(answer, IDENTIFY_TIME), answer.seconds - began
    t.require(
        isinstance(left, int) and abs(left - (seconds - passed)) <= 0.02 * passed + 3,
        "IdentifyTime does not count the seconds down",
        answer,
        expected=f"{seconds - passed:.0f} after {passed:.0f} s",
        seen=left,
    )


@AREA.case(
    31,
    "Asked whether it identifies itself, it answers while it does, and only then",
    ZCL("3.5.2.3"),
    gate=f"({DEVICE}) & IDN.S.A0000 & BAS.S",
    wakes=12,
)
def identifies(t: Tester) -> None:
    t.step("The bench sends Identify, and asks whether the device identifies itself")
    t.ask(IDENTIFY.id, specific(t, IDENTIFY_COMMAND, LASTING.to_bytes(2, "little")))
    answers = t.ask(IDENTIFY.id, specific(t, IDENTIFY_QUERY))
    named = len(answers) == 1 and answers[0].zcl is not None and answers[0].zcl.frame_type == CLUSTER
    t.require(named, "it does not say that it identifies itself", *answers, expected="one Identify Query Response")
    left = answers[0].message.timeout
    t.require(0 < left <= LASTING, "it tells another time", *answers, expected=f"at most {LASTING} s", seen=left)
    t.step("It ends that, and asks again")
    t.ask(IDENTIFY.id, specific(t, IDENTIFY_COMMAND, bytes(2)))
    _identifies_for(t, 0, "it goes on identifying itself")
    answers = t.ask(IDENTIFY.id, specific(t, IDENTIFY_QUERY))
    said = [each for each in answers if each.zcl is not None and each.zcl.frame_type == CLUSTER]
    t.require(not said, "it says that it identifies itself, and does not", *said, expected="no Identify Query Response")
