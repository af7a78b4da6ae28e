"""Contents of a hub's mirrors: each attribute as reported, each mirror for its own meter, and after power cuts."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zcl.clusters.metering import NO_MIRROR
from hanbench.emulator.zcl.frame import CLUSTER, TO_CLIENT, ZclFrame
from hanbench.emulator.zcl.records import AttributeRecord
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.types import UINT48, TypedValue
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import general, only, reading, records, refused, specific
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import SE, ZCL, ZIGBEE
from hanbench.harness.conform.sides import MeterSide

AREA = Area("HMCT", "Hub: what mirrors show", gate="SE.HUB & MIR.S")
SUMMATION, DEVICE_TYPE, NO_ATTRIBUTE = 0x0000, 0x0306, 0x7FFE
NO_COMMAND = 0x7E
MIRRORED = 127
"""What the device type of a mirror is more than that of its meter, for gas (SE 1.4a, table D-29)."""
REQUEST, REMOVE = 0x01, 0x02
ELECTRICITY = 424_242
"""Register that the electricity meter reports to its own mirror."""
SLEEPS_S = 15.0


def _asked(t: HubTester, side: MeterSide, command: int, name: str) -> Frame:
    frame = ZclFrame(CLUSTER, TO_CLIENT, side.next_tsn(), command, b"")
    if side is t.sleeper:
        with t.awake():
            return only(t, t.ask(METERING.id, frame, by=side), name)
    return only(t, t.ask(METERING.id, frame, by=side), name)


def _mirror_of(t: HubTester, side: MeterSide) -> int:
    endpoint: int = _asked(t, side, REQUEST, "request-mirror-response").message.endpoint_id
    return endpoint


def _reports(t: HubTester) -> dict[int, Any]:
    """Wake the gas meter; return the attributes of Metering that it reported, with types and values."""
    t.gsme.wake()
    t.wait(20)
    sent = t.frames("report-attributes", sender="gsme", cluster="Metering")
    t.bench_must(bool(sent), "the gas meter did not report")
    return {record.attribute: record.data for frame in sent for record in frame.message.records}


def _shown(t: HubTester, endpoint: int, attribute: int) -> Any:
    """Return the record of an attribute at a mirror."""
    answers = t.ask(METERING.id, reading(t, attribute), by=t.side.at(endpoint))
    return records(only(t, answers, "read-attributes-response")).get(attribute)


@AREA.case(
    1,
    "Each attribute that a meter reports is at its mirror, with its type and its value",
    SE("D.3.4.4"),
    SE("D.3.4.4.2"),
    seconds=600,
)
def each_attribute(t: HubTester) -> None:
    t.step("The gas meter reports")
    endpoint = _mirror_of(t, t.sleeper)
    reported = _reports(t)
    for attribute, data in sorted(reported.items()):
        t.step(f"The electricity meter reads attribute 0x{attribute:04x} of the mirror")
        record = _shown(t, endpoint, attribute)
        t.require(
            record is not None and record.data is not None, "the mirror does not have it", expected=str(data.value)
        )
        t.require_equal(record.data.type_id, data.type_id, "it is of another type at the mirror", form="#04x")
        if attribute != DEVICE_TYPE:
            t.require_equal(record.data.value, data.value, "it has another value at the mirror")


@AREA.case(
    2,
    "A report of some attributes leaves the others as they were",
    SE("D.3.4.4.2"),
    seconds=600,
)
def partial_report(t: HubTester) -> None:
    t.step("The gas meter reports all, and then its register alone")
    endpoint = _mirror_of(t, t.sleeper)
    reported = _reports(t)
    register = reported[SUMMATION].value + 7
    record = AttributeRecord(SUMMATION, TypedValue(UINT48.id, register))
    with t.awake():
        report = general(t, foundation.ReportAttributes((record,)), direction=TO_CLIENT)
        t.ask(METERING.id, report, by=t.sleeper.at(endpoint))
    t.step("The electricity meter reads the mirror")
    t.require_equal(_shown(t, endpoint, SUMMATION).data.value, register, "the mirror has another register")
    for attribute, data in sorted(reported.items()):
        if attribute in (SUMMATION, DEVICE_TYPE):
            continue
        shown = _shown(t, endpoint, attribute)
        kept = shown is not None and shown.data is not None and shown.data.value == data.value
        t.require(kept, f"attribute 0x{attribute:04x} is lost or changed", expected=str(data.value))


@AREA.case(
    3,
    "Two meters have two mirrors: what one reports, and that it gives its mirror back, is nothing to the other",
    SE("D.3.4.4.1"),
    SE("D.3.2.3.1.3"),
    ZIGBEE("2.4.4.2.6"),
    seconds=600,
)
def two_mirrors(t: HubTester) -> None:
    t.step("Both meters ask for a mirror")
    gas, electricity = _mirror_of(t, t.sleeper), _mirror_of(t, t.side)
    if electricity == NO_MIRROR:
        return  # it has one mirror, or gives none to a meter of this kind
    t.require(gas != electricity, "two meters have one mirror", expected="two endpoints", seen=gas)
    t.step("Both meters report")
    reported = _reports(t)[SUMMATION].value
    record = AttributeRecord(SUMMATION, TypedValue(UINT48.id, ELECTRICITY))
    report = general(t, foundation.ReportAttributes((record,)), direction=TO_CLIENT)
    t.ask(METERING.id, report, by=t.side.at(electricity))
    for endpoint, value in ((gas, reported), (electricity, ELECTRICITY)):
        t.require_equal(_shown(t, endpoint, SUMMATION).data.value, value, "a mirror shows the other meter's register")
    t.step("The electricity meter gives its mirror back")
    removed = _asked(t, t.side, REMOVE, "mirror-removed").message.removed_endpoint_id
    t.require_equal(removed, electricity, "it takes another mirror away")
    listed = t.ask_zdp(zdp.ActiveEpReq(short=0x0000))[0].message.endpoints
    t.require(gas in listed, "the other meter's mirror is gone", expected=str(gas), seen=listed)
    t.require(electricity not in listed, "the mirror is there still", expected="gone", seen=listed)
    t.require_equal(_shown(t, gas, SUMMATION).data.value, reported, "the other meter's mirror has lost its register")


@AREA.case(
    4,
    "After a power cut its mirrors show what was reported, or nothing, and no value of their own making",
    SE("D.3.4.4"),
    ZIGBEE("3.6.9"),
    needs=(Ability.POWER,),
    seconds=900,
)
def nothing_made_up(t: HubTester) -> None:
    t.step("The gas meter reports; then the hub loses its power")
    endpoint = _mirror_of(t, t.sleeper)
    reported = _reports(t)
    t.wait(SLEEPS_S)
    t.device.power_off()
    t.wait(20)
    t.device.power_on()
    t.wait(30)
    for attribute, data in sorted(reported.items()):
        if attribute == DEVICE_TYPE:
            continue
        t.step(f"The electricity meter reads attribute 0x{attribute:04x} of the mirror, before the next report")
        record = _shown(t, endpoint, attribute)
        known = record is not None and record.data is not None
        t.require(not known or record.data.value == data.value, "it makes a value up", expected=str(data.value))


@AREA.case(
    5,
    "It takes away no mirror that a meter does not have, and no report that is not under the link key",
    SE("D.3.2.3.1.3"),
    SE("5.4.6"),
    gate="SE.HUB & MIR.S & KEC.S",
)
def not_its_own(t: HubTester) -> None:
    t.step("The gas meter reports; the electricity meter, which has no mirror, gives one back")
    endpoint = _mirror_of(t, t.sleeper)
    reported = _reports(t)[SUMMATION].value
    removed = _asked(t, t.side, REMOVE, "mirror-removed").message.removed_endpoint_id
    t.require_equal(removed, NO_MIRROR, "it takes away a mirror that was not there", form="#06x")
    t.step("A report of the gas meter comes under the network key alone")
    record = AttributeRecord(SUMMATION, TypedValue(UINT48.id, reported + 1000))
    report = general(t, foundation.ReportAttributes((record,)), direction=TO_CLIENT)
    with t.awake():
        t.ask(METERING.id, report, by=t.sleeper.at(endpoint), secured=False)
    t.step("The electricity meter reads the mirror")
    t.require_equal(_shown(t, endpoint, SUMMATION).data.value, reported, "it takes a report without the link key")


@AREA.case(
    6,
    "A mirror answers as any server: for what it does not have, for writes, and for commands that it does not know",
    SE("D.3.4.4"),
    ZCL("2.5.1.3"),
    ZCL("2.5.3.3"),
    ZCL("2.5.12.2"),
    seconds=600,
)
def answers_as_server(t: HubTester) -> None:
    t.step("The gas meter reports; the electricity meter reads an attribute that there is not, beside the register")
    endpoint = _mirror_of(t, t.sleeper)
    reported = _reports(t)[SUMMATION].value
    mirror = t.side.at(endpoint)
    answers = t.ask(METERING.id, reading(t, NO_ATTRIBUTE, SUMMATION), by=mirror)
    found = records(only(t, answers, "read-attributes-response"))
    t.require(NO_ATTRIBUTE in found, "an attribute that was asked for has no record", expected="status 0x86")
    t.require_equal(found[NO_ATTRIBUTE].status, Status.UNSUPPORTED_ATTRIBUTE, "it has another status", form="#04x")
    t.require_equal(found[SUMMATION].data.value, reported, "the register beside it is another")
    t.step("It writes the register")
    record = AttributeRecord(SUMMATION, TypedValue(UINT48.id, 1))
    answers = t.ask(METERING.id, general(t, foundation.WriteAttributes((record,))), by=mirror)
    t.require(len(answers) == 1, "one answer is due", *answers, expected="a refusal", seen=len(answers))
    t.require_equal(_shown(t, endpoint, SUMMATION).data.value, reported, "whoever writes sets a mirror's register")
    t.step("It sends a command that there is not")
    answers = t.ask(METERING.id, specific(t, NO_COMMAND), by=mirror)
    refused(t, answers, NO_COMMAND, (Status.UNSUP_CLUSTER_COMMAND,), "an unknown command")
