"""Reports: sent at once, and by configuration."""

from __future__ import annotations

from typing import Any

import pytest

from hanbench.emulator.clock import SECOND
from hanbench.emulator.errors import DropReason, LocalProtocolError
from hanbench.emulator.zcl import ReplyOutcome, ReportingConfiguration, Status
from hanbench.emulator.zcl import foundation as zcl
from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.emulator.zcl.records import ReportingQuery
from hanbench.emulator.zigbee.aps.data import ApsRequest

METER = 0x1234
DEMAND, STATUS = 0x0400, 0x0200


def configure(han: Any, *records: ReportingConfiguration) -> dict[int, int]:
    replies: list[Any] = []
    han.hub.configure_reporting(METER, 1, METERING.id, records, replies.append)
    han.clock.run_for(10_000)
    [reply] = replies
    assert reply.outcome is ReplyOutcome.ANSWERED
    failures: dict[int, int] = reply.failures
    return failures


def demand(minimum: int, maximum: int, change: int = 10) -> ReportingConfiguration:
    return ReportingConfiguration(0, DEMAND, 0x2A, minimum, maximum, change)


def test_a_report_carries_values_and_is_not_answered(han: Any) -> None:
    tsn = han.meter.report(0, 1, METERING.id, (0x0000, 0x0308), han.replies.append)
    han.clock.run_for(SECOND)
    assert han.reports == [{0x0000: 0x010203040506, 0x0308: b"G4A0001"}]
    assert [reply.outcome for reply in han.replies] == [ReplyOutcome.DELIVERED]
    [sent] = han.air.sent
    assert sent.payload.hex() == f"18{tsn:02x}0a" + "000025060504030201" + "08034107" + b"G4A0001".hex()


def test_a_report_reads_the_same_by_the_quick_and_the_careful_way(han: Any) -> None:
    han.meter.report(0, 1, METERING.id, (0x0000, 0x0200, 0x0308, 0x0400))
    han.clock.run_for(SECOND)
    message = zcl.decode(0x0A, han.air.sent[0].payload[3:])
    assert isinstance(message, zcl.ReportAttributes)
    assert {record.attribute: record.data.value for record in message.records} == han.reports[0]


def test_an_undelivered_report_says_so(han: Any) -> None:
    han.air.deaf.add(0)
    han.meter.report(0, 1, METERING.id, (0,), han.replies.append)
    han.clock.run_for(SECOND)
    assert [reply.outcome for reply in han.replies] == [ReplyOutcome.UNDELIVERED]


def test_a_report_may_be_refused_by_the_application(han: Any) -> None:
    han.hub.on_report = lambda *report: Status.NOT_AUTHORIZED
    han.meter.report(0, 1, METERING.id, (0,))
    han.clock.run_for(SECOND)
    assert han.air.sent[-1].payload.hex() == "10010b0a7e"


def test_a_report_that_wants_an_answer_gets_one(han: Any) -> None:
    meter = han.air.node(METER)
    meter.send(ApsRequest(0, METERING.id, bytes.fromhex("08090a" + "00021800"), 0x0109, src_endpoint=1, dst_endpoint=1))
    han.clock.run_for(SECOND)
    assert han.reports == [{STATUS: 0}]
    assert han.air.sent[-1].payload.hex() == "10090b0a00"


def test_a_report_of_a_cluster_that_nobody_follows_is_refused(han: Any) -> None:
    meter = han.air.node(METER)
    meter.send(ApsRequest(0, 0x0700, bytes.fromhex("18090a" + "00021800"), 0x0109, src_endpoint=1, dst_endpoint=1))
    han.clock.run_for(SECOND)
    assert han.air.sent[-1].payload.hex() == "10090b0ac3"


@pytest.mark.parametrize("records", ["00", "000025", "0000250605", "00007e01", "08034105aa", "000010" + "02"])
def test_a_malformed_report_is_counted_and_answered(han: Any, records: str) -> None:
    meter = han.air.node(METER)
    octets = bytes.fromhex("18090a" + records)
    meter.send(ApsRequest(0, METERING.id, octets, 0x0109, src_endpoint=1, dst_endpoint=1))
    han.clock.run_for(SECOND)
    assert han.reports == []
    assert han.hub.counters == {DropReason.MALFORMED_ZCL: 1}
    assert han.air.sent[-1].payload.hex() == "10090b0a80"


def test_reporting_an_attribute_that_is_not_there_is_our_mistake(han: Any) -> None:
    with pytest.raises(LocalProtocolError):
        han.meter.report(0, 1, METERING.id, (0x0777,))
    with pytest.raises(LocalProtocolError):
        han.meter.report(0, 1, 0x0700, (0,))


def test_the_maximum_interval_brings_reports_without_a_change(han: Any) -> None:
    assert configure(han, demand(1, 30)) == {}
    han.clock.run_for(95 * SECOND)
    assert han.reports == [{DEMAND: -5}] * 3


def test_a_change_is_reported_at_once_after_the_minimum_interval(han: Any) -> None:
    configure(han, demand(10, 0))
    han.clock.run_for(60 * SECOND)
    assert han.reports == []
    han.metering.set(MeteringAttributes.InstantaneousDemand, 4)
    han.clock.run_for(SECOND)
    assert han.reports == [], "a change of 9 is below the reportable change of 10"
    han.metering.set(MeteringAttributes.InstantaneousDemand, 5)
    han.clock.run_for(SECOND)
    assert han.reports == [{DEMAND: 5}]
    han.metering.set(MeteringAttributes.InstantaneousDemand, 50)
    han.clock.run_for(8 * SECOND)
    assert len(han.reports) == 1, "the minimum interval has not passed"
    han.clock.run_for(2 * SECOND)
    assert han.reports == [{DEMAND: 5}, {DEMAND: 50}]


def test_a_change_undone_within_the_minimum_interval_is_not_reported(han: Any) -> None:
    configure(han, demand(10, 0))
    han.metering.set(MeteringAttributes.InstantaneousDemand, 500)
    han.metering.set(MeteringAttributes.InstantaneousDemand, -5)
    han.clock.run_for(60 * SECOND)
    assert han.reports == []


def test_any_change_of_a_discrete_attribute_is_reported(han: Any) -> None:
    configure(han, ReportingConfiguration(0, STATUS, 0x18, 0, 0))
    han.metering.set(MeteringAttributes.Status, 2)
    han.clock.run_for(SECOND)
    assert han.reports == [{STATUS: 2}]


def test_attributes_that_fall_due_together_share_a_frame(han: Any) -> None:
    configure(han, demand(1, 30), ReportingConfiguration(0, STATUS, 0x18, 1, 30))
    han.clock.run_for(31 * SECOND)
    assert han.reports == [{DEMAND: -5, STATUS: 0}]


def test_a_value_from_a_callable_is_watched(han: Any) -> None:
    power = [100]
    han.metering.set(MeteringAttributes.InstantaneousDemand, lambda: power[0])
    configure(han, demand(5, 0))
    han.clock.run_for(60 * SECOND)
    assert han.reports == []
    power[0] = 200
    han.clock.run_for(2 * SECOND)
    assert han.reports == [{DEMAND: 200}]


def test_reports_larger_than_a_frame_are_split(han: Any) -> None:
    han.metering.set(MeteringAttributes.MeterSerialNumber, b"s" * 40)
    han.metering.set(MeteringAttributes.SiteID, b"t" * 40)
    configure(han, ReportingConfiguration(0, 0x0307, 0x41, 1, 30), ReportingConfiguration(0, 0x0308, 0x41, 1, 30))
    han.clock.run_for(31 * SECOND)
    assert han.reports == [{0x0307: b"t" * 40}, {0x0308: b"s" * 40}]


def test_reports_go_where_the_node_is_bound(han: Any) -> None:
    han.meter.bound = lambda cluster: [(0x0000, 1), (0x4321, 3)] if cluster == METERING.id else []
    configure(han, demand(1, 30))
    han.clock.run_for(31 * SECOND)
    assert [each.dst for each in han.air.sent if each.payload[2] == 0x0A] == [0x0000, 0x4321]


def test_a_configuration_can_be_read_and_taken_back(han: Any) -> None:
    configure(han, demand(1, 30))
    query = zcl.ReadReportingConfiguration(
        (ReportingQuery(0, DEMAND), ReportingQuery(0, STATUS), ReportingQuery(0, 0x7777), ReportingQuery(0, 0x0800))
    )
    han.hub.general(METER, 1, METERING.id, query, 0x09, han.replies.append)
    han.clock.run_for(SECOND)
    records = han.replies[0].response.records
    assert [record.status for record in records] == [
        Status.SUCCESS,
        Status.NOT_FOUND,
        Status.UNSUPPORTED_ATTRIBUTE,
        Status.UNREPORTABLE_ATTRIBUTE,
    ]
    assert (records[0].minimum, records[0].maximum, records[0].change) == (1, 30, 10)
    configure(han, demand(0, 0xFFFF))
    han.reports.clear()
    han.metering.set(MeteringAttributes.InstantaneousDemand, 5_000)
    han.clock.run_for(300 * SECOND)
    assert han.reports == []


def test_a_change_within_its_minimum_interval_joins_no_other_report(han: Any) -> None:
    configure(han, demand(60, 0), ReportingConfiguration(0, STATUS, 0x18, 0, 10))
    han.metering.set(MeteringAttributes.InstantaneousDemand, 500)
    han.clock.run_for(59 * SECOND)
    assert han.reports == [{STATUS: 0}] * 5
    han.clock.run_for(3 * SECOND)
    assert {DEMAND: 500} in [{DEMAND: each[DEMAND]} for each in han.reports if DEMAND in each]


@pytest.mark.parametrize(
    ("record", "status"),
    [
        (ReportingConfiguration(0, 0x7777, 0x2A, 1, 30, 1), Status.UNSUPPORTED_ATTRIBUTE),
        (ReportingConfiguration(0, 0x0800, 0x19, 1, 30), Status.UNREPORTABLE_ATTRIBUTE),
        (ReportingConfiguration(0, DEMAND, 0x21, 1, 30, 1), Status.INVALID_DATA_TYPE),
        (demand(31, 30), Status.INVALID_VALUE),
        (ReportingConfiguration(2, DEMAND), Status.INVALID_FIELD),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(han: Any, record: ReportingConfiguration, status: Status) -> None:
    assert configure(han, record) == {record.attribute: status}
    han.clock.run_for(300 * SECOND)
    assert han.reports == []


def test_a_removed_attribute_ends_its_reporting(han: Any) -> None:
    configure(han, demand(1, 30))
    han.metering.attributes.remove(MeteringAttributes.InstantaneousDemand)
    han.clock.run_for(300 * SECOND)
    assert han.reports == []


def test_a_closed_endpoint_reports_nothing(han: Any) -> None:
    configure(han, demand(1, 30))
    han.meter.close()
    han.clock.run_for(300 * SECOND)
    assert han.reports == []


def test_basic_attributes_are_not_reportable(han: Any) -> None:
    record = ReportingConfiguration(0, 0x0000, 0x20, 1, 30, 1)
    han.hub.configure_reporting(METER, 1, BASIC.id, [record], han.replies.append)
    han.clock.run_for(SECOND)
    assert han.replies[0].failures == {0: Status.UNREPORTABLE_ATTRIBUTE}
