"""Descriptors: what the Zigbee Device Objects of a device answer."""

from __future__ import annotations

from hanbench.emulator.devices.settings import SMART_ENERGY
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.nwk.layer import RX_ON_DEVICES
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Area
from hanbench.harness.conform.cases.common import DEVICE
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import SE, ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("ZDO", "Descriptors", gate=DEVICE, wakes=2)
DEVICES = {"gsme": 0x0501, "esme": 0x0501, "ihd": 0x0502, "hub": 0x0500}
"""Device identifiers (SE 1.4a, table 5-13)."""
SUCCESS = 0x00
NOBODY = 0x0A50
"""What an address differs in from that of the device."""
NODE_OCTETS, POWER_OCTETS = 13, 2


def _answer(t: Tester, request: zdp.ZdpMessage, octets: int | None = None) -> Frame:
    """Return the one answer to a request; `octets`: of its payload, transaction number included."""
    answers = t.ask_zdp(request)
    t.require(len(answers) == 1, "one answer is due", *answers, expected="one response", seen=len(answers))
    answer = answers[0]
    assert answer.aps is not None
    length = len(answer.aps.payload)
    t.require(
        answer.message is not None and (octets is None or length >= octets),
        "the answer is cut short",
        answer,
        expected="a whole response" if octets is None else f"at least {octets} octets",
        seen=f"{length} octets",
    )
    t.require(
        answer.message.status == SUCCESS,
        "it refuses the request",
        answer,
        expected="SUCCESS",
        seen=answer.message.status,
    )
    return answer


@AREA.case(1, "Its power descriptor is whole", ZIGBEE("2.4.4.2.4"), ZIGBEE("2.3.2.4"))
def power(t: Tester) -> None:
    t.step("The bench asks for the power descriptor")
    answer = _answer(t, zdp.PowerDescReq(short=t.short), 1 + 1 + 2 + POWER_OCTETS)
    t.require_equal(answer.message.short, t.short, "it is of another device", answer, form="#06x")


@AREA.case(2, "Its endpoint is active", ZIGBEE("2.4.4.2.6"))
def endpoints(t: Tester) -> None:
    t.step("The bench asks for the active endpoints")
    answer = _answer(t, zdp.ActiveEpReq(short=t.short))
    listed = answer.message.endpoints
    t.require(
        t.side.endpoint in listed,
        "the endpoint of the PIXIT is not active",
        answer,
        expected=f"{t.side.endpoint}",
        seen=listed,
    )


@AREA.case(3, "Its simple descriptor is that of its kind", SE("table 5-13"), ZIGBEE("2.3.2.5"))
def simple(t: Tester) -> None:
    t.step("The bench asks for the simple descriptor")
    answer = _answer(t, zdp.SimpleDescReq(short=t.short, endpoint=t.side.endpoint))
    descriptor = answer.message.descriptor
    t.require(descriptor is not None, "there is no descriptor", answer, expected="a descriptor")
    t.require(
        (descriptor.profile, descriptor.device) == (SMART_ENERGY, DEVICES[t.kind]),
        "it is of another profile or kind",
        answer,
        expected=f"profile 0x0109, device 0x{DEVICES[t.kind]:04x}",
        seen=f"profile 0x{descriptor.profile:04x}, device 0x{descriptor.device:04x}",
    )


@AREA.case(4, "It tells its EUI-64", ZIGBEE("2.4.4.2.2"))
def ieee(t: Tester) -> None:
    t.step("The bench asks for the EUI-64 of the short address")
    answer = _answer(t, zdp.IeeeAddrReq(short=t.short))
    t.require_equal(answer.message.ieee, t.ieee, "it is that of another device", answer, form="016x")


@AREA.case(5, "An endpoint that it does not have has no descriptor", ZIGBEE("2.4.4.2.5"))
def no_endpoint(t: Tester) -> None:
    t.step("The bench asks for the descriptor of an endpoint that does not exist")
    answers = t.ask_zdp(zdp.SimpleDescReq(short=t.short, endpoint=0xEE))
    t.require(len(answers) == 1, "one answer is due", *answers, expected="one Simple_Desc_rsp", seen=len(answers))
    status = answers[0].message.status
    t.require(
        status in (0x82, 0x83),
        "it does not say that there is none",
        *answers,
        expected="INVALID_EP or NOT_ACTIVE",
        seen=f"0x{status:02x}",
    )


@AREA.case(
    6,
    "It names its own address when it is asked by broadcast who serves a cluster",
    ZIGBEE("2.4.4.2.7"),
    gate=f"({DEVICE}) & BAS.S & !HAN.POLL",
)
def match(t: Tester) -> None:
    t.step("The bench asks all devices that listen which of them serve Basic")
    request = zdp.MatchDescReq(RX_ON_DEVICES, SMART_ENERGY, (BASIC.id,), ())
    answers = t.ask_zdp(request, broadcast=True)
    t.require(len(answers) == 1, "one answer is due", *answers, expected="one Match_Desc_rsp", seen=len(answers))
    found = answers[0].message
    t.require(found.status == SUCCESS, "it does not match", answers[0], expected="SUCCESS", seen=found.status)
    t.require(
        found.short == t.short,
        "it names another address than its own",
        answers[0],
        expected=f"0x{t.short:04x}",
        seen=f"0x{found.short:04x}",
    )
    t.require(
        t.side.endpoint in (found.endpoints or ()),
        "the endpoint of the PIXIT does not match",
        answers[0],
        expected=f"endpoint {t.side.endpoint}",
        seen=found.endpoints,
    )


@AREA.case(7, "It does not answer for an address that is not its own", ZIGBEE("2.4.4.2.2"))
def foreign_address(t: Tester) -> None:
    t.step("The bench asks it for the EUI-64 of an address that nobody has")
    asked = t.short ^ NOBODY
    own = [f for f in t.ask_zdp(zdp.IeeeAddrReq(short=asked)) if f.message.status == SUCCESS]
    t.require(
        not own, "it answers for another address", *own, expected="DEVICE_NOT_FOUND", seen="SUCCESS" if own else ""
    )
