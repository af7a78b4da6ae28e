"""Mirrors of a hub: granted once, filled by their meters alone, read by others, and kept."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zcl.clusters.metering import NO_MIRROR
from hanbench.emulator.zcl.frame import CLUSTER, TO_CLIENT, ZclFrame
from hanbench.emulator.zcl.records import AttributeRecord
from hanbench.emulator.zcl.types import UINT48, TypedValue
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import general, read, reading, value
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import SE, ZCL, ZIGBEE

GATE = "SE.HUB & MIR.S"
AREA = Area("HMIR", "Hub: mirrors", gate=GATE)
SUMMATION, DEVICE_TYPE, PHYSICAL_ENVIRONMENT = 0x0000, 0x0306, 0x0011
MIRRORED_GAS = 128
"""MeteringDeviceType of a mirrored gas meter (SE 1.4a, table D-29)."""
REQUEST, REMOVE = 0x01, 0x02
"""Commands of the server of Metering."""
FALSE_VALUE = 999_999_999
SLEEPS_S = 15.0
"""Time after which the gas meter sleeps again."""


def _from_server(t: HubTester, command: int) -> ZclFrame:
    return ZclFrame(CLUSTER, TO_CLIENT, t.sleeper.next_tsn(), command, b"")


def _asked(t: HubTester, command: int, name: str, field: str) -> int:
    """Have the gas meter send a command about its mirror; return the endpoint in the one answer."""
    with t.awake():
        answers = [f for f in t.ask(METERING.id, _from_server(t, command), by=t.sleeper) if f.name == name]
    t.require(len(answers) == 1, "one answer is due", *answers, expected=f"one {name}", seen=len(answers))
    t.require(answers[0].secured, "the answer is not under the link key", answers[0], expected="APS security")
    endpoint: int = getattr(answers[0].message, field)
    return endpoint


def _granted(t: HubTester) -> int:
    endpoint = _asked(t, REQUEST, "request-mirror-response", "endpoint_id")
    t.require(1 <= endpoint <= 240, "it gives no mirror", expected="an endpoint, 1 to 240", seen=f"{endpoint:#06x}")
    return endpoint


def _endpoints(t: HubTester) -> tuple[int, ...]:
    answers = t.ask_zdp(zdp.ActiveEpReq(short=0x0000))
    return () if not answers else tuple(answers[0].message.endpoints)


def _reported(t: HubTester) -> int:
    """Wake the gas meter; return the register that it reported."""
    t.gsme.wake()
    t.wait(20)
    values = [_summation(frame) for frame in t.frames("report-attributes", sender="gsme", cluster="Metering")]
    found = [each for each in values if each is not None]
    t.bench_must(bool(found), "the gas meter did not report")
    return found[-1]


def _summation(frame: Frame) -> int | None:
    records = getattr(frame.message, "records", ())
    return next((each.data.value for each in records if each.attribute == SUMMATION), None)


def _at_mirror(t: HubTester, endpoint: int, attribute: int) -> object:
    """Return a value at the mirror, which the electricity meter reads; None: there is none."""
    for answer in t.ask(METERING.id, reading(t, attribute), by=t.side.at(endpoint)):
        if answer.name == "read-attributes-response":
            return value(answer, attribute)
    return None


@AREA.case(1, "It says that it has mirrors to give", SE("D.3.4.3"), ZCL("3.2.2.2.10"), gate=f"{GATE} & BAS.S.A0011")
def offers(t: HubTester) -> None:
    t.step("A meter reads PhysicalEnvironment")
    found = value(read(t, BASIC.id, PHYSICAL_ENVIRONMENT), PHYSICAL_ENVIRONMENT)
    t.require(bool(found), "it says that it has no mirrors", expected="not 0", seen=found)


@AREA.case(2, "It gives a gas meter a mirror, and the same one again", SE("D.3.4.4.1"), SE("D.3.2.3.1.2"))
def grants(t: HubTester) -> None:
    t.step("The gas meter asks for a mirror")
    first = _granted(t)
    t.step("It asks again")
    second = _granted(t)
    t.require_equal(second, first, "a meter that asks again gets another mirror")


@AREA.case(3, "Its mirror is an endpoint with Metering, as a device that others find", ZIGBEE("2.4.4.2.6"), SE("D.3.4"))
def found_by_others(t: HubTester) -> None:
    t.step("The gas meter asks for its mirror; the electricity meter asks for the hub's endpoints")
    endpoint = _granted(t)
    listed = _endpoints(t)
    t.require(endpoint in listed, "the mirror is no active endpoint", expected=str(endpoint), seen=listed)
    answers = t.ask_zdp(zdp.SimpleDescReq(short=0x0000, endpoint=endpoint))
    descriptor = answers[0].message.descriptor if answers else None
    t.require(descriptor is not None, "the mirror has no descriptor", *answers, expected="Simple Descriptor")
    served = () if descriptor is None else descriptor.inputs
    t.require(METERING.id in served, "the mirror serves no Metering", *answers, seen=served)


@AREA.case(4, "Others read at the mirror what the meter has reported", SE("D.3.4.4"))
def mirrors(t: HubTester) -> None:
    t.step("The gas meter reports; the electricity meter reads the mirror")
    endpoint = _granted(t)
    reported = _reported(t)
    shown = _at_mirror(t, endpoint, SUMMATION)
    t.require_equal(shown, reported, "the mirror has another register")


@AREA.case(5, "Its mirror says that it mirrors a gas meter", SE("D.3.2.2.4.7"))
def says_mirrored(t: HubTester) -> None:
    t.step("The gas meter reports; the electricity meter reads MeteringDeviceType of the mirror")
    endpoint = _granted(t)
    _reported(t)
    shown = _at_mirror(t, endpoint, DEVICE_TYPE)
    t.require_equal(shown, MIRRORED_GAS, "MeteringDeviceType is another")


@AREA.case(6, "It takes no report to a mirror from another device", SE("D.3.4.4"))
def own_meter_alone(t: HubTester) -> None:
    t.step("The gas meter reports; then the electricity meter reports a false register to that mirror")
    endpoint = _granted(t)
    reported = _reported(t)
    record = AttributeRecord(SUMMATION, TypedValue(UINT48.id, FALSE_VALUE))
    report = general(t, foundation.ReportAttributes((record,)), direction=TO_CLIENT)
    t.ask(METERING.id, report, by=t.side.at(endpoint))
    shown = _at_mirror(t, endpoint, SUMMATION)
    t.require_equal(shown, reported, "another device fills the mirror")


@AREA.case(7, "A meter gives its mirror back, and it is gone", SE("D.3.2.3.1.3"), SE("D.3.4.4.4"))
def removes(t: HubTester) -> None:
    t.step("The gas meter asks for its mirror, and gives it back")
    endpoint = _granted(t)
    removed = _asked(t, REMOVE, "mirror-removed", "removed_endpoint_id")
    t.require_equal(removed, endpoint, "it names another endpoint")
    t.require(removed != NO_MIRROR, "it had no mirror", expected=str(endpoint))
    t.step("The endpoint is gone")
    listed = _endpoints(t)
    t.require(bool(listed) and endpoint not in listed, "the mirror is there still", seen=listed)


def _kept(t: HubTester, disturb: Callable[[], None]) -> None:
    endpoint = _granted(t)
    disturb()
    t.step("The gas meter reports to the endpoint that it has, and the electricity meter reads it")
    reported = _reported(t)
    shown = _at_mirror(t, endpoint, SUMMATION)
    t.require_equal(shown, reported, "the mirror is not where it was")


@AREA.case(8, "Its mirrors are there after a power cut", SE("D.3.4.4"), ZIGBEE("3.6.9"), needs=(Ability.POWER,))
def after_power_cut(t: HubTester) -> None:
    t.step("The gas meter asks for its mirror; the hub loses its power")

    def cut() -> None:
        t.wait(SLEEPS_S)
        t.device.power_off()
        t.wait(20)
        t.device.power_on()
        t.wait(30)

    _kept(t, cut)


@AREA.case(9, "It gives no mirror to a meter that has no link key", SE("5.4.6"), SE("D.3.4"), gate=f"{GATE} & KEC.S")
def needs_link_key(t: HubTester) -> None:
    t.step("The electricity meter asks for a mirror under the network key alone")
    frame = ZclFrame(CLUSTER, TO_CLIENT, t.side.next_tsn(), REQUEST, b"")
    answers = t.ask(METERING.id, frame, secured=False)
    given = [f for f in answers if f.name == "request-mirror-response" and f.message.endpoint_id != NO_MIRROR]
    t.require(not given, "it gives a mirror to whoever has the network key", *given, expected="a refusal")
