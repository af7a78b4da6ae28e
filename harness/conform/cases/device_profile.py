"""The device profile: every request, every selector, and what is said of bindings and neighbours."""

from __future__ import annotations

from hanbench.emulator.devices.settings import SMART_ENERGY
from hanbench.emulator.zigbee.binding import Binding
from hanbench.emulator.zigbee.nwk.layer import RX_ON_DEVICES
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.cases.common import DEVICE, JOINER, ask_to_rejoin
from hanbench.harness.conform.cases.descriptors import AREA, NOBODY
from hanbench.harness.conform.cases.sweeping import ask_profile, described, octets_of
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import ZIGBEE
from hanbench.harness.conform.tester import LISTEN_S, Tester

SUCCESS, INV_REQUESTTYPE, NOT_FOUND, INVALID_EP, NOT_ACTIVE, NOT_SUPPORTED = 0x00, 0x80, 0x81, 0x82, 0x83, 0x84
NO_MATCH, NO_ENTRY, NO_DESCRIPTOR = 0x86, 0x88, 0x89
OTHER_ADDRESS = (INV_REQUESTTYPE, NOT_FOUND, NO_DESCRIPTOR)
"""Statuses about a device that is not the one that was asked."""
HOME_AUTOMATION = 0x0104
UNKNOWN_CLUSTER = 0x7BAD
STRANGER = 0x0011_2233_4455_6677
"""EUI-64 that no device of a bench has."""
RESERVED_TYPE = 0x05
OPTIONAL = {
    "Complex_Desc_req": 0x0010,
    "User_Desc_req": 0x0011,
    "Extended_Simple_Desc_req": 0x001D,
    "Extended_Active_EP_req": 0x001E,
    "Mgmt_Rtg_req": 0x0032,
    "Mgmt_Lqi_req": 0x0031,
    "Mgmt_Bind_req": 0x0033,
    "Mgmt_Cache_req": 0x0037,
    "a request that is not defined": 0x007F,
}
"""Requests that a device need not have, but must answer."""
UNDEFINED = 0x007F


def _one(t: Tester, what: str, number: int, answers: list[Frame]) -> Frame:
    """Return the one answer to a request; it must be addressed as an answer is, and have the request's number."""
    t.require(len(answers) == 1, f"{what} is not answered once", *answers, expected="one answer", seen=len(answers))
    answer = answers[0]
    assert answer.aps is not None
    assert answer.nwk is not None
    head = (answer.nwk.dst, answer.aps.dst_endpoint, answer.aps.src_endpoint, answer.secured)
    wanted = (t.side.own_short, 0, 0, False)
    t.require(head == wanted, f"the answer to {what} goes elsewhere", answer, expected=str(wanted), seen=head)
    t.require_equal(answer.aps.payload[:1].hex(), f"{number:02x}", f"the answer to {what} has another number", answer)
    t.require(
        len(answer.aps.payload) >= 2, f"the answer to {what} has no status", answer, expected="at least two octets"
    )
    return answer


def _ask(t: Tester, *named: tuple[str, zdp.ZdpMessage]) -> list[Frame]:
    """Return the one answer to each request. A message of the device profile that cannot be read fails the case."""
    answers = ask_profile(t, [octets_of(message) for _, message in named])
    found = [_one(t, what, *each) for (what, _), each in zip(named, answers, strict=True)]
    for (what, _), answer in zip(named, found, strict=True):
        t.require(answer.message is not None, f"the answer to {what} cannot be read", answer, expected="whole fields")
    return found


@AREA.case(8, "It answers requests that it does not support", ZIGBEE("2.4.4"), gate=DEVICE, wakes=8)
def unsupported(t: Tester) -> None:
    t.step("The bench sends each request that a device need not have, and one that is not defined")
    short = t.short.to_bytes(2, "little")
    octets = {0x0031: bytes(1), 0x0032: bytes(1), 0x0033: bytes(1), 0x0037: bytes(1), 0x001D: short + b"\x01\x00"}
    octets |= {0x001E: short + bytes(1)}
    requests = [(cluster, octets.get(cluster, short)) for cluster in OPTIONAL.values()]
    for (what, cluster), each in zip(OPTIONAL.items(), ask_profile(t, requests), strict=True):
        answer = _one(t, what, *each)
        assert answer.aps is not None
        status = answer.aps.payload[1]
        statuses = (NOT_SUPPORTED,) if cluster == UNDEFINED else (SUCCESS, NOT_SUPPORTED, NO_DESCRIPTOR)
        t.require(
            status in statuses,
            f"{what} has another status",
            answer,
            expected=" or ".join(f"0x{each:02x}" for each in statuses),
            seen=f"0x{status:02x}",
        )


@AREA.case(9, "Its answers have the length of their fields, and the number of the request", ZIGBEE("2.4.4.2"), wakes=6)
def lengths(t: Tester) -> None:
    t.step("The bench sends each request that a device must have")
    short, ieee = t.short, t.ieee
    asked: tuple[tuple[str, zdp.ZdpMessage], ...] = (
        ("NWK_addr_req", zdp.NwkAddrReq(ieee=ieee)),
        ("IEEE_addr_req", zdp.IeeeAddrReq(short=short)),
        ("Node_Desc_req", zdp.NodeDescReq(short=short)),
        ("Power_Desc_req", zdp.PowerDescReq(short=short)),
        ("Simple_Desc_req", zdp.SimpleDescReq(short=short, endpoint=t.side.endpoint)),
        ("Active_EP_req", zdp.ActiveEpReq(short=short)),
        ("Match_Desc_req", zdp.MatchDescReq(short, SMART_ENERGY, described(t).inputs[:1], ())),
    )
    for (what, _), answer in zip(asked, _ask(t, *asked), strict=True):
        assert answer.aps is not None
        seen, message = answer.aps.payload, answer.message
        t.require_equal(message.status, SUCCESS, f"{what} is refused", answer, form="#04x")
        whole = len(zdp.encode(0, message))
        t.require_equal(len(seen), whole, f"the answer to {what} is longer or shorter than its fields", answer)
        if message.short is not None:
            t.require_equal(message.short, short, f"the answer to {what} is of another device", answer, form="#06x")


@AREA.case(
    10,
    "It answers for no other device, and for no endpoint and request type that do not exist",
    ZIGBEE("2.4.4.2"),
    gate=JOINER,
    wakes=8,
)
def selectors(t: Tester) -> None:
    t.step("The bench asks for descriptors of an address that nobody has")
    other = t.short ^ NOBODY
    asked: tuple[tuple[str, zdp.ZdpMessage], ...] = (
        ("Node_Desc_req", zdp.NodeDescReq(short=other)),
        ("Power_Desc_req", zdp.PowerDescReq(short=other)),
        ("Simple_Desc_req", zdp.SimpleDescReq(short=other, endpoint=t.side.endpoint)),
        ("Active_EP_req", zdp.ActiveEpReq(short=other)),
        ("Match_Desc_req", zdp.MatchDescReq(other, SMART_ENERGY, (0,), ())),
        ("NWK_addr_req", zdp.NwkAddrReq(ieee=STRANGER)),
        ("IEEE_addr_req", zdp.IeeeAddrReq(short=other)),
    )
    for (what, _), answer in zip(asked, _ask(t, *asked), strict=True):
        _status(t, f"{what} about another device", answer, OTHER_ADDRESS)
        named = answer.message.short
        if "_Desc_" in what and named is not None:
            t.require_equal(named, other, f"{what} about another device names a third one", answer, form="#06x")
    t.step("It asks for endpoints 0 and 255, and for addresses with a request type that is reserved")
    wrong: tuple[tuple[str, zdp.ZdpMessage, tuple[int, ...]], ...] = (
        ("Simple_Desc_req of endpoint 0", zdp.SimpleDescReq(t.short, 0), (INVALID_EP, NOT_ACTIVE)),
        ("Simple_Desc_req of endpoint 255", zdp.SimpleDescReq(t.short, 0xFF), (INVALID_EP, NOT_ACTIVE)),
        ("NWK_addr_req of a reserved type", zdp.NwkAddrReq(t.ieee, RESERVED_TYPE), (INV_REQUESTTYPE,)),
        ("IEEE_addr_req of a reserved type", zdp.IeeeAddrReq(t.short, RESERVED_TYPE), (INV_REQUESTTYPE,)),
    )
    answers = _ask(t, *[(what, message) for what, message, _ in wrong])
    for (what, _, statuses), answer in zip(wrong, answers, strict=True):
        _status(t, what, answer, statuses)


def _status(t: Tester, what: str, answer: Frame, statuses: tuple[int, ...]) -> None:
    seen = answer.message.status
    wanted = " or ".join(f"0x{each:02x}" for each in statuses)
    t.require(seen in statuses, f"{what} has another status", answer, expected=wanted, seen=f"0x{seen:02x}")


@AREA.case(11, "It tells both its addresses, with its children from any index on", ZIGBEE("2.4.4.2.1"), wakes=6)
def addresses(t: Tester) -> None:
    t.step("The bench asks for both addresses, alone and with the children from two indexes on")
    asked: list[tuple[str, zdp.ZdpMessage]] = []
    for kind, start in ((zdp.SINGLE, 0), (zdp.EXTENDED, 0), (zdp.EXTENDED, 0x40)):
        asked.append(("NWK_addr_req", zdp.NwkAddrReq(t.ieee, kind, start)))
        asked.append(("IEEE_addr_req", zdp.IeeeAddrReq(t.short, kind, start)))
    for (what, message), answer in zip(asked, _ask(t, *asked), strict=True):
        found = answer.message
        pair = (found.status, found.ieee, found.short)
        t.require(
            pair == (SUCCESS, t.ieee, t.short),
            f"{what} has other addresses",
            answer,
            expected=f"{t.ieee:016x}, 0x{t.short:04x}",
            seen=pair,
        )
        asked_from = getattr(message, "start_index", 0)
        children = found.associated[1] if found.associated else ()
        t.require(
            not children or (asked_from == 0 and getattr(message, "request_type", 0) == zdp.EXTENDED),
            f"{what} has children that were not asked for",
            answer,
            expected=f"those from index {asked_from} on",
            seen=children,
        )


@AREA.case(
    12,
    "It answers a broadcast about its own address once, and none about another's",
    ZIGBEE("2.4.4.2.1"),
    gate=f"({JOINER}) & !HAN.POLL",
)
def broadcast_addresses(t: Tester) -> None:
    t.step("The bench asks all devices that listen who has the device's EUI-64")
    answers = t.ask_zdp(zdp.NwkAddrReq(ieee=t.ieee), broadcast=True)
    t.require(len(answers) == 1, "one answer is due", *answers, expected="one NWK_addr_rsp", seen=len(answers))
    t.require_equal(answers[0].message.short, t.short, "it tells another address", *answers, form="#06x")
    t.step("It asks who has an EUI-64 that nobody has, and for a cluster that nobody serves")
    t.ask_zdp(zdp.NwkAddrReq(ieee=STRANGER), broadcast=True)
    t.ask_zdp(zdp.MatchDescReq(RX_ON_DEVICES, SMART_ENERGY, (UNKNOWN_CLUSTER,), (UNKNOWN_CLUSTER,)), broadcast=True)
    t.ask_zdp(zdp.NodeDescReq(short=t.short ^ NOBODY), broadcast=True)
    said = t.frames(where=_is_response)
    t.require(not said, "it answers a broadcast that is about another device", *said, expected="no answer")


def _is_response(frame: Frame) -> bool:
    return frame.aps is not None and frame.aps.profile == 0 and frame.aps.cluster & zdp.RESPONSE != 0


@AREA.case(13, "It matches what its descriptor lists, and nothing else", ZIGBEE("2.4.4.2.7"), wakes=12)
def matches(t: Tester) -> None:
    t.step("The bench asks for the simple descriptor")
    descriptor = described(t)
    for clusters in (descriptor.inputs, descriptor.outputs):
        wrong = "its descriptor lists a cluster twice"
        t.require(len(set(clusters)) == len(clusters), wrong, expected="each once", seen=clusters)
    t.step("It asks by every selector which endpoint matches")
    served, used = descriptor.inputs, descriptor.outputs
    absent = next(each for each in (0x0500, 0x0006, 0x0300) if each not in (*served, *used))
    selectors: list[tuple[str, int, tuple[int, ...], tuple[int, ...], bool]] = [
        ("its last server cluster", SMART_ENERGY, served[-1:], (), True),
        ("a server cluster behind one that it lacks", SMART_ENERGY, (UNKNOWN_CLUSTER, served[0]), (), True),
        ("its server clusters under the profile of Home Automation", HOME_AUTOMATION, served[:3], used[:3], False),
        ("a cluster that it lacks", SMART_ENERGY, (absent,), (absent,), False),
        ("no cluster at all", SMART_ENERGY, (), (), False),
    ]
    if used:
        selectors.append(("its last client cluster", SMART_ENERGY, (), used[-1:], True))
        only_used = next((each for each in used if each not in served), None)
        if only_used is not None:
            selectors.append(("a client cluster as a server", SMART_ENERGY, (only_used,), (), False))
    asked = [(what, zdp.MatchDescReq(t.short, profile, inp, out)) for what, profile, inp, out, _ in selectors]
    for (what, *_, wanted), answer in zip(selectors, _ask(t, *asked), strict=True):
        found = answer.message
        matched = t.side.endpoint in (found.endpoints or ()) and found.status == SUCCESS
        t.require(
            matched is wanted and (wanted or found.status in (SUCCESS, NO_MATCH)),
            f"asked for {what}, it {'does not match' if wanted else 'matches'}",
            answer,
            expected=f"endpoint {t.side.endpoint}" if wanted else "SUCCESS or NO_MATCH, without that endpoint",
            seen=f"status 0x{found.status:02x}, endpoints {found.endpoints}",
        )


@AREA.case(
    14,
    "It keeps a binding that it took, and gives it up once",
    ZIGBEE("2.4.3.2.2"),
    ZIGBEE("2.4.3.2.3"),
    gate=JOINER,
    wakes=10,
)
def binds(t: Tester) -> None:
    t.step("The bench binds a cluster of the device to the hub")
    cluster = described(t).inputs[-1]
    binding = Binding(t.ieee, t.side.endpoint, cluster, destination=t.hub.storage.ieee, destination_endpoint=1)
    (bound,) = _ask(t, ("Bind_req", zdp.BindReq(binding)))
    taken = bound.message.status == SUCCESS
    t.step("It asks for the table of bindings")
    ((number, answers),) = ask_profile(t, [octets_of(zdp.MgmtBindReq(0))])
    table = _one(t, "Mgmt_Bind_req", number, answers).message
    if table is not None and table.status == SUCCESS:
        told = binding in (table.bindings or ())
        t.require(told is taken, "its table is not what it said of the binding", *answers, expected=f"there: {taken}")
    t.step("It unbinds twice, and binds for another device and an endpoint that does not exist")
    foreign = Binding(STRANGER, t.side.endpoint, cluster, destination=t.ieee, destination_endpoint=1)
    nowhere = Binding(t.ieee, 0xEE, cluster, destination=t.hub.storage.ieee, destination_endpoint=1)
    first, second, other, absent = _ask(
        t,
        ("Unbind_req", zdp.UnbindReq(binding)),
        ("a second Unbind_req", zdp.UnbindReq(binding)),
        ("Bind_req of another device", zdp.BindReq(foreign)),
        ("Bind_req of an endpoint that does not exist", zdp.BindReq(nowhere)),
    )
    t.require(
        (first.message.status == SUCCESS) is taken,
        "it does not give up the binding that it took",
        bound,
        first,
        expected="the status of Bind_rsp",
    )
    for what, answer in (("a second Unbind_req", second), ("Bind_req of another device", other)):
        t.require(answer.message.status != SUCCESS, f"{what} succeeds", answer, expected="an error")
    t.require(absent.message.status != SUCCESS, "it binds an endpoint that it lacks", absent, expected="INVALID_EP")


@AREA.case(
    15,
    "Its announce has its own addresses, and the capability of its descriptor",
    ZIGBEE("2.4.3.1.11"),
    gate=JOINER,
    wakes=4,
    times=("longest_rest_s",),
)
def announces(t: Tester) -> None:
    t.step("The bench asks for the node descriptor")
    (answer,) = _ask(t, ("Node_Desc_req", zdp.NodeDescReq(short=t.short)))
    described_as = answer.message.descriptor.capability
    t.step("The device is asked to rejoin, and announces itself")
    ask_to_rejoin(t)
    frame = t.expect(
        "device-announce", within=t.pixit.longest_rest_s, otherwise="it does not announce itself after a rejoin"
    )
    assert frame.nwk is not None
    assert frame.aps is not None
    found = frame.message
    t.require_equal(found.short, frame.nwk.src, "it announces another short address than its own", frame, form="#06x")
    t.require_equal(found.ieee, t.ieee, "it announces another EUI-64", frame, form="016x")
    wrong = "it announces another capability than its descriptor has"
    t.require_equal(found.capability, described_as, wrong, frame, answer, form="#04x")
    t.require(frame.nwk.dst >= RX_ON_DEVICES, "its announce is no broadcast", frame, expected="to 0xfffd")
    ends = (frame.aps.dst_endpoint, frame.aps.src_endpoint, frame.aps.profile)
    t.require(ends == (0, 0, 0), "its announce is not of the device profile", frame, expected="0, 0, 0", seen=ends)


@AREA.case(16, "It lists its neighbours from any index on, each once", ZIGBEE("2.4.4.3.2"), wakes=12)
def neighbours(t: Tester) -> None:
    t.step("The bench walks through the table of neighbours")
    found: list[int] = []
    total, start = 1, 0
    while start < total and start < 0x40:
        ((number, answers),) = ask_profile(t, [octets_of(zdp.MgmtLqiReq(start))])
        answer = _one(t, "Mgmt_Lqi_req", number, answers)
        page = answer.message
        if page is None or page.status == NOT_SUPPORTED:
            t.require(page is not None, "its table cannot be read", answer, expected="whole entries")
            return
        entries = [each.ieee for each in page.neighbors or ()]
        t.require_equal(page.start_index, start, "it begins at another index", answer)
        fits = start + len(entries) <= page.total and (bool(entries) or page.total == start)
        wrong = "its page is longer or shorter than its table"
        t.require(fits, wrong, answer, expected=f"entries of {page.total}", seen=f"{len(entries)} from {start} on")
        found, total, start = found + entries, page.total, start + max(1, len(entries))
    t.require(len(set(found)) == len(found), "it lists a neighbour twice", expected="each once", seen=found)
    t.require(t.ieee not in found, "it lists itself as a neighbour", expected="other devices", seen=found)
    t.wait(LISTEN_S)
