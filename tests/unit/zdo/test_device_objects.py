"""What endpoint 0 answers, and how requests end."""

from __future__ import annotations

from typing import Any

import pytest

from hanbench.emulator.clock import SECOND
from hanbench.emulator.errors import DropReason
from hanbench.emulator.zigbee.aps.data import ApsStatus
from hanbench.emulator.zigbee.binding import Binding
from hanbench.emulator.zigbee.zdo import NodeAddress, ZdpStatus
from hanbench.emulator.zigbee.zdo import messages as zdp

HUB, METER, CHILD, STRANGER = 0x0000, 0x1234, 0x5678, 0x9999
HUB_IEEE, METER_IEEE, CHILD_IEEE = 0xA1, 0xB2, 0xC3
EVERYBODY = 0xFFFD


def test_addresses_are_told_of_the_node_and_its_children(net: Any) -> None:
    assert net.ask(zdp.NwkAddrReq(HUB_IEEE)).response == zdp.NwkAddrRsp(0, HUB_IEEE, HUB)
    assert net.ask(zdp.NwkAddrReq(CHILD_IEEE)).response == zdp.NwkAddrRsp(0, CHILD_IEEE, CHILD)
    assert net.ask(zdp.IeeeAddrReq(HUB)).response == zdp.IeeeAddrRsp(0, HUB_IEEE, HUB)
    assert net.ask(zdp.IeeeAddrReq(CHILD)).response == zdp.IeeeAddrRsp(0, CHILD_IEEE, CHILD)


def test_an_extended_response_lists_children_from_an_index(net: Any) -> None:
    response = net.ask(zdp.NwkAddrReq(HUB_IEEE, zdp.EXTENDED)).response
    assert response.associated == (0, (METER, CHILD))
    response = net.ask(zdp.IeeeAddrReq(HUB, zdp.EXTENDED, 1)).response
    assert response.associated == (1, (CHILD,))


def test_many_children_are_listed_in_parts_that_fit_a_frame(net: Any) -> None:
    net.hub_node.kids = [NodeAddress(0x1000 + n, 0x100 + n) for n in range(40)]
    seen: list[int] = []
    while len(seen) < 40:
        start, shorts = net.ask(zdp.NwkAddrReq(HUB_IEEE, zdp.EXTENDED, len(seen))).response.associated
        assert start == len(seen)
        seen += shorts
    assert seen == [short for _, short in net.hub_node.kids]
    assert max(len(each.payload) for each in net.sent) <= 82


def test_an_unknown_address_is_answered_to_unicast_but_not_to_broadcast(net: Any) -> None:
    assert net.ask(zdp.NwkAddrReq(0xFF)).status == ZdpStatus.DEVICE_NOT_FOUND
    assert net.ask(zdp.IeeeAddrReq(STRANGER)).status == ZdpStatus.DEVICE_NOT_FOUND
    assert net.say(0x0000, "01" + "ff00000000000000" + "0000", EVERYBODY) == []
    assert len(net.say(0x0000, "01" + "a100000000000000" + "0000", EVERYBODY)) == 1


def test_a_request_type_that_is_reserved_is_refused(net: Any) -> None:
    assert net.ask(zdp.NwkAddrReq(HUB_IEEE, 2)).status == ZdpStatus.INV_REQUESTTYPE


def test_descriptors_are_told(net: Any) -> None:
    assert net.ask(zdp.NodeDescReq(HUB)).response.descriptor == net.hub_node.node_descriptor
    assert net.ask(zdp.PowerDescReq(HUB)).response.descriptor == net.hub_node.power_descriptor
    assert net.ask(zdp.ActiveEpReq(HUB)).response.endpoints == (1, 2)
    assert net.ask(zdp.SimpleDescReq(HUB, 2)).response.descriptor == net.hub_node.endpoints[1]


@pytest.mark.parametrize(
    "request_", [zdp.NodeDescReq, zdp.PowerDescReq, zdp.ActiveEpReq, lambda short: zdp.SimpleDescReq(short, 1)]
)
def test_descriptors_of_others_are_not_kept(net: Any, request_: Any) -> None:
    assert net.ask(request_(CHILD)).status == ZdpStatus.NO_DESCRIPTOR
    assert net.ask(request_(STRANGER)).status == ZdpStatus.DEVICE_NOT_FOUND


def test_an_endpoint_that_is_not_there_is_not_active(net: Any) -> None:
    assert net.ask(zdp.SimpleDescReq(HUB, 9)).status == ZdpStatus.NOT_ACTIVE
    assert net.ask(zdp.SimpleDescReq(HUB, 0)).status == ZdpStatus.INVALID_EP
    assert net.ask(zdp.SimpleDescReq(HUB, 255)).status == ZdpStatus.INVALID_EP


@pytest.mark.parametrize(
    ("profile", "inputs", "outputs", "endpoints"),
    [
        (0x0109, (0x000A,), (), (1,)),
        (0x0109, (0x0000,), (), (1, 2)),
        (0x0109, (), (0x0702,), (1,)),
        (0x0109, (0x0700, 0x0702), (), (2,)),
        (0xFFFF, (0x0702,), (), (2,)),
        (0x0104, (0x0000,), (), ()),
        (0x0109, (), (), ()),
        (0x0109, (0x0700,), (0x000A,), ()),
    ],
)
def test_endpoints_match_by_profile_and_a_cluster(
    net: Any, profile: int, inputs: tuple[int, ...], outputs: tuple[int, ...], endpoints: tuple[int, ...]
) -> None:
    response = net.ask(zdp.MatchDescReq(HUB, profile, inputs, outputs)).response
    assert response == zdp.MatchDescRsp(0, HUB, endpoints)


def test_a_match_is_broadcast_and_only_matching_devices_answer(net: Any) -> None:
    reply = net.ask(zdp.MatchDescReq(EVERYBODY, 0x0109, (0x000A,), ()), EVERYBODY)
    assert (reply.source, reply.response.short, reply.response.endpoints) == (HUB, HUB, (1,))
    assert net.ask(zdp.MatchDescReq(EVERYBODY, 0x0109, (0x0700,), ()), EVERYBODY).response is None


def test_an_announcement_reaches_everybody(net: Any) -> None:
    heard: list[tuple[int, int, int]] = []
    net.hub.server.on_announce = lambda device: heard.append((device.short, device.ieee, device.capability))
    net.meter.announce()
    net.clock.run_for(SECOND)
    assert heard == [(METER, METER_IEEE, 0x8E)]
    assert [(each.dst, each.cluster) for each in net.sent] == [(EVERYBODY, 0x0013)]


def test_parents_sort_out_whose_child_it_is(net: Any) -> None:
    assert net.ask(zdp.ParentAnnce((CHILD_IEEE, 0x77))).response == zdp.ParentAnnceRsp(0, (CHILD_IEEE,))
    assert net.say(0x001F, "01" + "01" + "7700000000000000") == []


def binding(destination: int = METER_IEEE, source: int = HUB_IEEE, endpoint: int = 1) -> Binding:
    return Binding(source, endpoint, 0x0702, 3, destination=destination, destination_endpoint=1)


def test_bindings_are_made_listed_and_undone(net: Any) -> None:
    assert net.ask(zdp.BindReq(binding())).ok
    assert net.ask(zdp.BindReq(binding())).ok
    assert net.ask(zdp.MgmtBindReq(0)).response == zdp.MgmtBindRsp(0, 1, 0, (binding(),))
    assert net.hub_node.bindings.destinations(1, 0x0702) == (binding(),)
    assert net.hub_node.bindings.destinations(1, 0x0700) == ()
    assert net.ask(zdp.UnbindReq(binding())).ok
    assert net.ask(zdp.UnbindReq(binding())).status == ZdpStatus.NO_ENTRY
    assert len(net.hub_node.bindings) == 0


def test_a_full_binding_table_says_so_and_a_device_that_left_makes_room(net: Any) -> None:
    statuses = [net.ask(zdp.BindReq(binding(destination))).status for destination in (1, 2, 3)]
    assert statuses == [0, 0, ZdpStatus.TABLE_FULL]
    net.hub_node.bindings.forget(1)
    assert net.ask(zdp.BindReq(binding(3))).ok


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        (binding(source=METER_IEEE), ZdpStatus.NOT_SUPPORTED),
        (Binding(HUB_IEEE, 1, 0x0702, 2), ZdpStatus.NOT_SUPPORTED),
        (binding(endpoint=9), ZdpStatus.INVALID_EP),
    ],
)
def test_a_binding_that_is_not_ours_to_make_is_refused(net: Any, entry: Binding, status: ZdpStatus) -> None:
    assert net.ask(zdp.BindReq(entry)).status == status
    assert net.ask(zdp.UnbindReq(entry)).status == status
    assert len(net.hub_node.bindings) == 0


def test_the_neighbour_table_is_read_in_parts(net: Any) -> None:
    seen: list[int] = []
    while True:
        response = net.ask(zdp.MgmtLqiReq(len(seen))).response
        assert (response.total, response.start_index) == (5, len(seen))
        seen += [entry.short for entry in response.neighbors]
        if len(seen) >= response.total:
            break
    assert seen == [1, 2, 3, 4, 5]
    assert net.ask(zdp.MgmtLqiReq(200)).response == zdp.MgmtLqiRsp(0, 5, 200, ())


def test_a_device_is_told_to_leave(net: Any) -> None:
    assert net.ask(zdp.MgmtLeaveReq(0, zdp.REJOIN)).ok
    assert net.ask(zdp.MgmtLeaveReq(CHILD_IEEE, zdp.REMOVE_CHILDREN)).ok
    assert net.ask(zdp.MgmtLeaveReq(0x77)).status == ZdpStatus.DEVICE_NOT_FOUND
    assert net.hub_node.done == [
        ("leave", HUB_IEEE, True, False),
        ("leave", CHILD_IEEE, False, True),
        ("leave", 0x77, False, False),
    ]


def test_joining_is_permitted_with_an_answer_by_unicast_only(net: Any) -> None:
    assert net.ask(zdp.MgmtPermitJoiningReq(60)).ok
    net.meter.client.permit_joining(254, net.replies.append)
    net.clock.run_for(SECOND)
    assert [reply.ok for reply in net.replies] == [True]
    assert net.hub_node.done == [("permit", 60, True), ("permit", 254, True)]
    assert [each.src for each in net.sent] == [METER, HUB, METER]


def test_an_energy_scan_is_notified_as_often_as_asked_for(net: Any) -> None:
    answers = net.say(0x0038, "07" + "00180000" + "03" + "02")
    assert [each.payload.hex() for each in answers] == ["07" + "00" + "00180000" + "7011" + "0300" + "026e78"] * 2
    assert net.hub_node.done == [("scan", (11, 12), 3)] * 2


def test_a_change_of_channel_is_carried_out_without_an_answer(net: Any) -> None:
    net.meter.client.change_channel(20, 7)
    net.clock.run_for(SECOND)
    assert net.say(0x0038, "07" + "00180000" + "ff" + "08" + "0000") == []
    assert net.hub_node.done == [("channel", 20, 7), ("parameters", 0x1800, 8, 0)]
    assert [each.src for each in net.sent] == [METER, METER]


@pytest.mark.parametrize("octets", ["00180000fe01", "00000000fe01", "0018000006", "000000000301", "ff0700000301"])
def test_a_senseless_network_update_is_refused_and_not_carried_out(net: Any, octets: str) -> None:
    [answer] = net.say(0x0038, "07" + octets)
    assert answer.payload[:2] == bytes((7, ZdpStatus.INV_REQUESTTYPE))
    assert net.say(0x0038, "07" + octets, EVERYBODY) == []
    assert net.hub_node.done == []


@pytest.mark.parametrize("cluster", [0x0002, 0x0003, 0x0004, 0x0005, 0x0021, 0x0031, 0x0033, 0x0034])
def test_what_is_asked_of_one_device_is_not_answered_by_broadcast(net: Any, cluster: int) -> None:
    assert net.say(cluster, "01" + "00" * 24, EVERYBODY) == []
    assert net.hub_node.done == []


def test_what_hanbench_does_not_carry_out_is_not_supported(net: Any) -> None:
    [answer] = net.say(0x0032, "0900")
    assert (answer.cluster, answer.payload) == (0x8032, bytes((9, ZdpStatus.NOT_SUPPORTED)))
    assert net.say(0x0032, "0900", EVERYBODY) == []
    assert net.say(0x8032, "0900") == []
    assert net.say(0x0032, "") == []
    assert net.hub.counters == {DropReason.UNSUPPORTED: 4}


def test_a_malformed_message_is_counted_and_not_answered(net: Any) -> None:
    assert net.say(0x0002, "01") == []
    assert net.hub.counters == {DropReason.MALFORMED_ZDP: 1}


def test_a_request_that_nobody_answers_ends_when_it_was_said(net: Any) -> None:
    net.hub.server.handle = lambda *request: None
    net.meter.client.request(HUB, zdp.NodeDescReq(HUB), net.replies.append, 5 * SECOND)
    net.clock.run_until(5 * SECOND - 1)
    assert net.replies == []
    net.clock.run_for(60 * SECOND)
    [reply] = net.replies
    assert (reply.ok, reply.response, reply.delivery) == (False, None, None)


def test_an_undelivered_request_ends_with_the_aps_status(net: Any) -> None:
    net.hub_node.deaf = True
    reply = net.ask(zdp.NodeDescReq(HUB))
    assert (reply.ok, reply.delivery) == (False, ApsStatus.NO_ACK)


def test_only_the_right_response_answers(net: Any) -> None:
    net.hub.server.handle = lambda *request: None
    net.meter.client.request(HUB, zdp.NodeDescReq(HUB), net.replies.append)
    client = net.meter.client
    failed = zdp.NodeDescRsp(ZdpStatus.DEVICE_NOT_FOUND, HUB)
    assert not client.resolve(STRANGER, 1, failed)
    assert not client.resolve(HUB, 2, failed)
    assert not client.resolve(HUB, 1, zdp.PowerDescRsp(ZdpStatus.DEVICE_NOT_FOUND, HUB))
    assert client.resolve(HUB, 1, failed)
    assert not client.resolve(HUB, 1, failed)
    net.clock.run_for(60 * SECOND)
    assert [reply.response for reply in net.replies] == [failed]


def test_power_loss_forgets_requests_without_an_answer(net: Any) -> None:
    net.meter.client.request(HUB, zdp.NodeDescReq(HUB), net.replies.append)
    net.meter.client.cancel_all()
    net.clock.run_for(60 * SECOND)
    assert net.replies == []


def test_a_request_beyond_256_pending_ones_is_not_sent(net: Any) -> None:
    net.hub_node.deaf = True
    replies: list[Any] = []
    before = len(net.sent)
    for _ in range(258):
        net.meter.client.request(HUB, zdp.IeeeAddrReq(HUB), replies.append)
    assert len(net.sent) == before + 256
    net.clock.run_for(1)
    assert [reply.delivery for reply in replies] == [ApsStatus.NOT_SENT] * 2
