"""Safety of values: what may not be written or reset, reads at their limits, and numbers at theirs."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zcl.frame import GLOBAL, TO_SERVER, ZclFrame
from hanbench.emulator.zcl.records import AttributeRecord
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.types import TypedValue
from hanbench.harness.conform.cases.attributes import TOGETHER
from hanbench.harness.conform.cases.clusters import AREA, BROKEN, UNSUPPORTED, ZCL_VERSION
from hanbench.harness.conform.cases.common import JOINER, METER, general, read, reading, specific, value
from hanbench.harness.conform.cases.sweeping import Listed, Request, ask_all, data_of, described, listed, values_of
from hanbench.harness.conform.requirement import SE, ZCL
from hanbench.harness.conform.tester import Tester

RESET_TO_FACTORY = 0x00
SUMMATION = 0x0000
REFUSED = (Status.READ_ONLY, Status.NOT_AUTHORIZED)
NUMBERS = (*range(0x18, 0x30), 0x30, 0x31, 0xE2)
WRITABLE = {(METERING.id, 0x0307), (METERING.id, 0x0311)}
"""SiteID and CustomerIDNumber, which the library lets clients write."""
MOST_AT_ONCE = 25


def _other(data: TypedValue) -> TypedValue:
    """Return another value of the same type."""
    if data.type_id in NUMBERS:
        low = data.value if isinstance(data.value, int) else 0
        return TypedValue(data.type_id, low ^ 1)
    return TypedValue(data.type_id, b"XX" if data.type_id == 0x41 else "XX")


@AREA.case(
    38,
    "No client may write what it measures, counts in, or is",
    SE("D.3.2.2"),
    ZCL("2.5.3.3"),
    gate=f"({METER}) & MTR.S & BAS.S",
    seconds=3 * 86_400.0,
    wakes=60,
)
def not_writable(t: Tester) -> None:
    t.step("The bench writes another value to each attribute of Metering, and to what Basic says of the device")
    served = described(t).inputs
    found = [each for each in listed(t, METERING.id) if (each.cluster, each.attribute) not in WRITABLE]
    found += [each for each in listed(t, BASIC.id) if each.attribute < 0x0010] if BASIC.id in served else []
    before = values_of(t, found, TOGETHER)
    kept = [each for each in found if data_of(before[each.cluster, each.attribute]) is not None]
    requests = [Request(each.cluster, _write(t, each, before)) for each in kept]
    for each, answers in zip(kept, ask_all(t, requests), strict=True):
        named = f"attribute 0x{each.attribute:04x} of cluster 0x{each.cluster:04x}"
        statuses = [failure.status for answer in answers for failure in getattr(answer.message, "failures", ())]
        good = len(answers) == len(statuses) == 1 and statuses[0] in REFUSED
        t.require(good, f"a client may write {named}", *answers, expected="READ_ONLY or NOT_AUTHORIZED", seen=statuses)
    t.step("It reads the factors of the register again")
    for attribute in (0x0300, 0x0301, 0x0302, 0x0306):
        old = before.get((METERING.id, attribute))
        new = value(read(t, METERING.id, attribute), attribute)
        if old is not None and old.data is not None:
            t.require_equal(new, old.data.value, f"attribute 0x{attribute:04x} of Metering was written")


def _write(t: Tester, each: Listed, before: dict[tuple[int, int], Any]) -> ZclFrame:
    data = data_of(before[each.cluster, each.attribute])
    assert data is not None
    return general(t, foundation.WriteAttributes((AttributeRecord(each.attribute, _other(data)),)))


@AREA.case(
    39,
    "A reset of its attributes takes neither its network nor its register",
    ZCL("3.2.2.3.1"),
    gate=f"({JOINER}) & BAS.S",
    seconds=1200,
    wakes=8,
)
def survives_a_reset(t: Tester) -> None:
    metering = "MTR.S.REGISTER" in t.pics
    t.step("The bench sends Reset to Factory Defaults of Basic")
    before = value(read(t, METERING.id, SUMMATION), SUMMATION) if metering else 0
    request = Request(BASIC.id, specific(t, RESET_TO_FACTORY))
    (answers,) = ask_all(t, [request])
    for answer in answers:
        status = getattr(answer.message, "status", None)
        statuses = (Status.SUCCESS, Status.NOT_AUTHORIZED, *UNSUPPORTED)
        t.require(status in statuses, "it answers a reset otherwise", answer, expected="a Default Response")
    left = t.frames("leave")
    t.require(not left, "a client's reset has it leave its network", *left, expected="no Leave")
    t.step("It is in its network as before")
    t.never(
        "association-request", during=600, sender="anyone", otherwise="a client's reset takes it out of its network"
    )
    read(t, BASIC.id, ZCL_VERSION)
    if metering:
        after = value(read(t, METERING.id, SUMMATION), SUMMATION)
        t.require(after >= before, "a client's reset clears its register", expected=f"at least {before}", seen=after)


@AREA.case(
    40,
    "It answers a read of everything with as much as fits, in the order of the request",
    ZCL("2.5.1.3"),
    ZCL("2.5.2"),
    gate=f"({JOINER}) & BAS.S",
    seconds=86_400.0,
    wakes=30,
)
def everything(t: Tester) -> None:
    t.step("The bench reads all attributes of each cluster in one command")
    for cluster in described(t).inputs:
        ids = [each.attribute for each in listed(t, cluster)][:MOST_AT_ONCE]
        if not ids:
            continue
        start = len(t.every_frame())
        answers = t.ask(cluster, reading(t, *ids))
        if not answers and _in_fragments(t, cluster, start):
            continue  # It is whole, and longer than a frame: the bench's APS puts it together, and acknowledges it.
        good = len(answers) == 1 and isinstance(answers[0].message, foundation.ReadAttributesResponse)
        wrong = f"a read of all of cluster 0x{cluster:04x} is not answered once, in records that can be read"
        t.require(good, wrong, *answers, expected="one Read Attributes Response", seen=len(answers))
        records = answers[0].message.records
        told = [record.attribute for record in records]
        wrong = f"the answer to a read of all of cluster 0x{cluster:04x} is not in the order of the request"
        t.require(bool(told) and told == ids[: len(told)], wrong, *answers, expected=ids, seen=told)  # type: ignore[arg-type]
        odd = [record for record in records if record.data is None and record.status != Status.INSUFFICIENT_SPACE]
        odd = [record for record in odd if record.status not in (Status.WRITE_ONLY, Status.NOT_AUTHORIZED)]
        wrong = f"an attribute of cluster 0x{cluster:04x} is not there beside all others"
        t.require(not odd, wrong, *answers, expected="a value, or INSUFFICIENT_SPACE", seen=[f"{odd}"] if odd else "")


def _in_fragments(t: Tester, cluster: int, start: int) -> bool:
    """Whether the device has sent a message of a cluster in fragments since a frame."""
    return any(
        frame.number > start
        and frame.aps is not None
        and frame.aps.cluster == cluster
        and frame.aps.fragment is not None
        for frame in t.frames()
    )


@AREA.case(
    41,
    "It answers reads of nothing, of one attribute twice, and of half an attribute, once each",
    ZCL("2.5.1.1"),
    ZCL("2.5.12.2"),
    gate=f"({JOINER}) & BAS.S",
    wakes=8,
)
def odd_reads(t: Tester) -> None:
    t.step("The bench reads nothing, one attribute twice, and one and a half attributes")
    requests = [
        Request(BASIC.id, ZclFrame(GLOBAL, TO_SERVER, t.side.next_tsn(), 0x00, payload))
        for payload in (b"", bytes(4), b"\x00\x00\x04")
    ]
    nothing, twice, half = ask_all(t, requests)
    for what, answers in (("nothing", nothing), ("one attribute twice", twice), ("half an attribute", half)):
        t.require(len(answers) == 1, f"a read of {what} is not answered once", *answers, expected="one answer")
    told = [record.attribute for record in getattr(twice[0].message, "records", ())]
    t.require(told == [ZCL_VERSION] * 2, "one of two equal records is missing", *twice, expected="two", seen=told)
    for what, answers in (("nothing", nothing), ("half an attribute", half)):
        message = answers[0].message
        records = [record.attribute for record in getattr(message, "records", ())]
        status = getattr(message, "status", None)
        good = status in BROKEN if records == [] and status is not None else records in ([], [ZCL_VERSION])
        t.require(good, f"a read of {what} has another answer", *answers, expected="MALFORMED_COMMAND, or what it can")


@AREA.case(
    42,
    "It answers requests with the numbers 0 and 255, and two with one number, one after the other",
    ZCL("2.4.1.3"),
    gate=f"({JOINER}) & BAS.S",
    wakes=10,
)
def numbers(t: Tester) -> None:
    t.step("The bench reads under transaction numbers 0, 255, and 255 again")
    octets = foundation.encode(foundation.ReadAttributes((ZCL_VERSION,)))
    for number in (0, 255, 255):
        t.step(f"The bench reads under transaction number {number}")
        frame = ZclFrame(GLOBAL, TO_SERVER, number, foundation.ReadAttributes.COMMAND, octets)
        answers = t.ask(BASIC.id, frame)
        t.require(len(answers) == 1, f"a request with number {number} is not answered", *answers, expected="one answer")
