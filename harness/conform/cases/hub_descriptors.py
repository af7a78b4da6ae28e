"""Descriptors of a hub, held against what it does: what they list is there, and what is there is found."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.devices.settings import SMART_ENERGY
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Area
from hanbench.harness.conform.cases.common import HUB, reading
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import SE, ZCL, ZIGBEE

AREA = Area("HDSC", "Hub: what its descriptors say", gate=HUB, seconds=1200)
HUB_SHORT = 0x0000
SUCCESS = 0
REVISION_ATTRIBUTE = 0xFFFD
NO_CLUSTER = 0x7BAD
PRIMARY_TRUST_CENTRE = 0x0001
REVISION_AT, OLDEST_REVISION = 9, 20
"""Bits of the server mask from which on it has the revision of the stack (R21 and later; earlier ones have 0)."""
FULL_FUNCTION, MAINS, LISTENS = 0x02, 0x04, 0x08
"""Bits of the MAC capabilities."""
SHORTEST_BUFFER = 82


def _one(t: HubTester, request: zdp.ZdpMessage) -> Frame:
    answers = t.ask_zdp(request)
    t.require(len(answers) == 1, "one answer is due", *answers, expected="one response", seen=len(answers))
    return answers[0]


def _descriptors(t: HubTester) -> list[Any]:
    listed = _one(t, zdp.ActiveEpReq(short=HUB_SHORT)).message.endpoints
    found = []
    for endpoint in listed:
        answer = _one(t, zdp.SimpleDescReq(short=HUB_SHORT, endpoint=endpoint))
        descriptor = answer.message.descriptor
        t.require(descriptor is not None, f"its active endpoint {endpoint} has no descriptor", answer)
        t.require_equal(descriptor.endpoint, endpoint, "the descriptor is of another endpoint", answer)
        found.append(descriptor)
    return found


@AREA.case(1, "Its node descriptor is that of a Trust Centre on the mains that listens", ZIGBEE("2.3.2.3"), SE("5.2"))
def node(t: HubTester) -> None:
    t.step("A meter asks for the node descriptor")
    answer = _one(t, zdp.NodeDescReq(short=HUB_SHORT))
    told = answer.message.descriptor
    t.require(told is not None, "it has no node descriptor", answer)
    wanted = FULL_FUNCTION | MAINS | LISTENS
    t.require_equal(told.capability & wanted, wanted, "its MAC capabilities are others", answer, form="#04x")
    mask = told.server_mask
    t.require(bool(mask & PRIMARY_TRUST_CENTRE), "it says that it is no Trust Centre", answer, seen=f"{mask:#06x}")
    revision = mask >> REVISION_AT
    t.require(revision in (0, *range(OLDEST_REVISION, 32)), "its stack has no such revision", answer, seen=revision)
    t.require(told.maximum_buffer >= SHORTEST_BUFFER, "its buffer is too short", answer, seen=told.maximum_buffer)


@AREA.case(
    2,
    "Each cluster that its descriptors list is found and answers, and no other one is found",
    ZIGBEE("2.4.4.2.7"),
    ZIGBEE("2.3.2.5"),
    ZCL("2.5.1.3"),
)
def clusters(t: HubTester) -> None:
    t.step("A meter reads all descriptors")
    found = _descriptors(t)
    for descriptor in found:
        endpoint = descriptor.endpoint
        for cluster in descriptor.inputs:
            t.step(f"It looks for the server 0x{cluster:04x}, and reads from it at endpoint {endpoint}")
            match = _one(t, zdp.MatchDescReq(HUB_SHORT, SMART_ENERGY, (cluster,), ()))
            t.require(endpoint in match.message.endpoints, "a server is not found", match, expected=str(endpoint))
            answers = t.ask(cluster, reading(t, REVISION_ATTRIBUTE, 0x0000), by=t.side.at(endpoint))
            t.require(len(answers) == 1, "a server does not answer", *answers, expected="one answer", seen=len(answers))
            refused = answers[0].name == "default-response" and answers[0].message.status == Status.UNSUPPORTED_CLUSTER
            t.require(not refused, "it lists a server that it does not have", answers[0], expected="an answer")
        for cluster in descriptor.outputs:
            t.step(f"It looks for the client 0x{cluster:04x}")
            match = _one(t, zdp.MatchDescReq(HUB_SHORT, SMART_ENERGY, (), (cluster,)))
            t.require(endpoint in match.message.endpoints, "a client is not found", match, expected=str(endpoint))
    t.step("It looks for a server that the hub does not have, and for one of another profile")
    known = found[0].inputs[0]
    for profile, cluster in ((SMART_ENERGY, NO_CLUSTER), (0x0105, known)):
        match = _one(t, zdp.MatchDescReq(HUB_SHORT, profile, (cluster,), ()))
        t.require(not match.message.endpoints, "it is found for what it does not have", match, expected="no endpoint")
