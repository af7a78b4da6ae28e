"""The asking side: each request's `done` is called exactly once."""

from __future__ import annotations

from typing import Any

import pytest

from hanbench.emulator.clock import SECOND
from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.zcl import Attribute, ReplyOutcome, Status, on
from hanbench.emulator.zcl.clusters import BASIC, METERING, basic, metering
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.emulator.zcl.foundation import DiscoverAttributesResponse
from hanbench.emulator.zcl.types import UINT8
from hanbench.emulator.zigbee.aps.data import ApsRequest, ApsStatus

METER = 0x1234


def test_a_read_ends_with_values_and_failures(han: Any) -> None:
    han.hub.read(METER, 1, METERING.id, (0x0000, 0x0308, 0x0777), han.replies.append)
    han.clock.run_for(60 * SECOND)
    [reply] = han.replies
    assert reply.outcome is ReplyOutcome.ANSWERED
    assert reply.ok
    assert reply.values == {0x0000: 0x010203040506, 0x0308: b"G4A0001"}
    assert reply.failures == {0x0777: Status.UNSUPPORTED_ATTRIBUTE}


def test_a_write_ends_with_failures(han: Any) -> None:
    han.hub.write(
        METER, 1, METERING.id, {MeteringAttributes.SiteID: b"there", MeteringAttributes.Status: 1}, han.replies.append
    )
    han.clock.run_for(SECOND)
    assert [reply.failures for reply in han.replies] == [{0x0200: Status.READ_ONLY}]
    assert han.metering.get(MeteringAttributes.SiteID) == b"there"
    han.hub.write(METER, 1, METERING.id, {MeteringAttributes.SiteID: b"x"}, han.replies.append, undivided=True)
    han.clock.run_for(SECOND)
    assert han.replies[1].failures == {}
    assert han.metering.get(MeteringAttributes.SiteID) == b"x"


def test_a_discovery_ends_with_the_response(han: Any) -> None:
    han.hub.discover(METER, 1, BASIC.id, han.replies.append)
    han.clock.run_for(SECOND)
    response = han.replies[0].response
    assert isinstance(response, DiscoverAttributesResponse)
    assert [each.attribute for each in response.attributes] == [0x0000, 0x0004]


def test_a_command_is_answered_by_the_command_of_the_table(han: Any) -> None:
    answer = metering.GetProfileResponse(end_time=9, status=0, profile_interval_period=0, intervals=(5,))
    han.metering.add(on(metering.GetProfile, lambda command, indication: answer))
    asked = metering.GetProfile(interval_channel=0, end_time=0, number_of_periods=1)
    han.hub.command(METER, 1, METERING.id, asked, han.replies.append)
    han.clock.run_for(60 * SECOND)
    [reply] = han.replies
    assert (reply.outcome, reply.command) == (ReplyOutcome.ANSWERED, answer)


def test_a_server_may_ask_a_client(han: Any) -> None:
    answer = metering.RequestMirrorResponse(endpoint_id=2)
    han.hub.clients[METERING.id].add(on(metering.RequestMirror, lambda command, indication: answer))
    han.meter.command(0x0000, 1, METERING.id, metering.RequestMirror(), han.replies.append)
    han.clock.run_for(SECOND)
    assert [reply.command for reply in han.replies] == [answer]


def test_a_command_without_response_is_answered_by_a_default_response(han: Any) -> None:
    outcome: list[Any] = [None]
    han.metering.add(on(metering.MirrorRemoved, lambda command, indication: outcome[0]))
    han.hub.command(METER, 1, METERING.id, metering.MirrorRemoved(1), han.replies.append)
    han.clock.run_for(SECOND)
    outcome[0] = Status.NOT_FOUND
    han.hub.command(METER, 1, METERING.id, metering.MirrorRemoved(1), han.replies.append)
    han.clock.run_for(SECOND)
    assert [(reply.outcome, reply.status) for reply in han.replies] == [
        (ReplyOutcome.ANSWERED, Status.SUCCESS),
        (ReplyOutcome.REFUSED, Status.NOT_FOUND),
    ]


def test_a_refused_request_ends_with_the_status(han: Any) -> None:
    han.meter.admit = lambda indication: Status.NOT_AUTHORIZED
    han.hub.read(METER, 1, METERING.id, (0,), han.replies.append)
    han.clock.run_for(60 * SECOND)
    assert [(reply.outcome, reply.status, reply.ok) for reply in han.replies] == [
        (ReplyOutcome.REFUSED, Status.NOT_AUTHORIZED, False)
    ]


def test_an_undelivered_request_ends_with_the_aps_status(han: Any) -> None:
    han.air.deaf.add(METER)
    han.hub.read(METER, 1, METERING.id, (0,), han.replies.append)
    han.clock.run_for(60 * SECOND)
    assert [(reply.outcome, reply.delivery) for reply in han.replies] == [(ReplyOutcome.UNDELIVERED, ApsStatus.NO_ACK)]


def test_silence_ends_in_a_timeout_when_it_was_said(han: Any) -> None:
    han.meter.close()
    han.hub.read(METER, 1, METERING.id, (0,), han.replies.append, 5 * SECOND)
    han.clock.run_until(5 * SECOND - 1)
    assert han.replies == []
    han.clock.run_for(60 * SECOND)
    assert [reply.outcome for reply in han.replies] == [ReplyOutcome.TIMEOUT]


def test_an_answer_after_the_timeout_has_no_effect(han: Any) -> None:
    han.hub.read(METER, 1, METERING.id, (0,), han.replies.append, 500)
    han.clock.run_for(60 * SECOND)
    assert [reply.outcome for reply in han.replies] == [ReplyOutcome.TIMEOUT]


@pytest.mark.parametrize(
    ("source", "cluster", "octets"),
    [
        (0x5555, METERING.id, "180101" + "0000002001"),
        (METER, BASIC.id, "180101" + "0000002001"),
        (METER, METERING.id, "180201" + "0000002001"),
        (METER, METERING.id, "18010b" + "0281"),
        (METER, METERING.id, "18010d" + "01"),
        (METER, METERING.id, "190100" + "00000000000000"),
    ],
    ids=[
        "another peer",
        "another cluster",
        "another sequence number",
        "default response to another command",
        "response to another command",
        "command of the cluster",
    ],
)
def test_only_the_right_response_answers(han: Any, source: int, cluster: int, octets: str) -> None:
    han.meter.close()
    han.hub.read(METER, 1, METERING.id, (0,), han.replies.append, 5 * SECOND)
    han.air.node(source).send(ApsRequest(0, cluster, bytes.fromhex(octets), 0x0109, src_endpoint=1, dst_endpoint=1))
    han.clock.run_for(4 * SECOND)
    assert han.replies == []
    han.clock.run_for(4 * SECOND)
    assert [reply.outcome for reply in han.replies] == [ReplyOutcome.TIMEOUT]


def test_a_malformed_response_leaves_the_request_waiting(han: Any) -> None:
    han.meter.close()
    han.hub.read(METER, 1, METERING.id, (0,), han.replies.append, 5 * SECOND)
    meter = han.air.node(METER)
    for octets in ("180101000000", "1801010000" + "0020" + "07"):
        meter.send(ApsRequest(0, METERING.id, bytes.fromhex(octets), 0x0109, src_endpoint=1, dst_endpoint=1))
    han.clock.run_for(SECOND)
    assert [reply.outcome for reply in han.replies] == [ReplyOutcome.ANSWERED]
    assert han.replies[0].values == {0: 7}
    assert sum(han.hub.counters.values()) == 1


def test_a_broadcast_is_done_once_it_is_sent(han: Any) -> None:
    han.hub.read(0xFFFD, 0xFF, METERING.id, (0,), han.replies.append)
    han.clock.run_for(60 * SECOND)
    assert [reply.outcome for reply in han.replies] == [ReplyOutcome.DELIVERED]


def test_without_done_no_answer_is_asked_for(han: Any) -> None:
    han.metering.add(on(metering.MirrorRemoved, lambda command, indication: None))
    han.hub.command(METER, 1, METERING.id, metering.MirrorRemoved(1))
    han.clock.run_for(SECOND)
    assert [each.src for each in han.air.sent] == [0]


def test_power_loss_forgets_requests_without_an_answer(han: Any) -> None:
    han.hub.read(METER, 1, METERING.id, (0,), han.replies.append)
    han.hub.close()
    han.clock.run_for(60 * SECOND)
    assert han.replies == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda hub, done: hub.command(METER, 1, METERING.id, basic.ResetToFactoryDefaults(), done),
        lambda hub, done: hub.command(METER, 1, METERING.id, metering.MirrorRemoved(None), done),  # type: ignore[arg-type]  # wrong on purpose
        lambda hub, done: hub.command(METER, 1, 0x0BAD, metering.RequestMirror(), done),
        lambda hub, done: hub.write(METER, 1, METERING.id, {BasicAttributes.PowerSource: 1}, done),
        lambda hub, done: hub.write(METER, 1, METERING.id, {Attribute(0x7777, UINT8): 1}, done),
        lambda hub, done: hub.report(METER, 1, METERING.id, (0,), done),
    ],
)
def test_what_no_table_has_is_our_mistake(han: Any, ask: Any) -> None:
    with pytest.raises(LocalProtocolError):
        ask(han.hub, han.replies.append)
    assert han.air.sent == []


def test_a_request_beyond_256_pending_ones_is_not_sent(han: Any) -> None:
    han.air.handlers.clear()
    for _ in range(258):
        han.hub.read(METER, 1, METERING.id, (0,), han.replies.append)
    assert len(han.air.sent) == 256
    assert len({each.payload[1] for each in han.air.sent}) == 256
    han.clock.run_for(SECOND)
    assert [(reply.outcome, reply.delivery) for reply in han.replies] == [
        (ReplyOutcome.UNDELIVERED, ApsStatus.NOT_SENT)
    ] * 2
    han.clock.run_for(60 * SECOND)
    assert len(han.replies) == 258


def test_a_command_without_an_answer_is_sent_beside_256_pending_requests(han: Any) -> None:
    han.air.handlers.clear()
    for _ in range(256):
        han.hub.read(METER, 1, METERING.id, (0,), han.replies.append)
    asked = metering.GetProfile(interval_channel=0, end_time=0, number_of_periods=1)
    han.hub.command(METER, 1, METERING.id, asked)
    assert len(han.air.sent) == 257
