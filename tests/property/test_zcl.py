"""ZCL codecs: parse and build are inverse, and junk ends in RemoteProtocolError and a count, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanbench.emulator.clock import VirtualClock
from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.layout import Layout
from hanbench.emulator.octets import Reader
from hanbench.emulator.zcl import ClusterServer, Endpoint, ZclFrame, on
from hanbench.emulator.zcl import foundation as zcl
from hanbench.emulator.zcl import frame as header
from hanbench.emulator.zcl import types as t
from hanbench.emulator.zcl import values as fast
from hanbench.emulator.zcl.clusters import BASIC, CLUSTERS, IDENTIFY, METERING
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.identify import IdentifyAttributes
from hanbench.emulator.zcl.clusters.metering import GetProfile, MeteringAttributes
from hanbench.emulator.zcl.codecs import Integer
from hanbench.emulator.zcl.records import AttributeRecord, ReadRecord
from hanbench.emulator.zigbee.aps.data import ApsIndication, ApsRequest

u8, u16 = st.integers(0, 0xFF), st.integers(0, 0xFFFF)


def attempt(parse: Callable[..., Any], *arguments: Any) -> Any:
    """What `parse` returns, or the reason for which it refuses. Any other exception escapes."""
    try:
        return parse(*arguments)
    except RemoteProtocolError as error:
        return error.reason


def numbers(kind: Integer) -> st.SearchStrategy[int]:
    """Every value of a type but its invalid one."""
    bits = 8 * (kind.size or 0)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if kind.signed else (0, (1 << bits) - 1)
    return st.integers(low, high).filter(lambda value: value != kind.invalid)


SCALARS = {kind.id: numbers(kind) for kind in t.TYPES if isinstance(kind, Integer)}
STRINGS = {
    t.OCTET_STRING.id: st.binary(max_size=254),
    t.CHARACTER_STRING.id: st.text(max_size=60),
    t.LONG_OCTET_STRING.id: st.binary(max_size=300),
    t.LONG_CHARACTER_STRING.id: st.text(max_size=80),
}
FLOATS = {
    t.SEMI_FLOAT.id: st.floats(width=16, allow_nan=False),
    t.SINGLE_FLOAT.id: st.floats(width=32, allow_nan=False),
    t.DOUBLE_FLOAT.id: st.floats(allow_nan=False),
}
OTHERS: dict[int, st.SearchStrategy[Any]] = {
    t.BOOLEAN.id: st.booleans(),
    t.KEY128.id: st.binary(min_size=16, max_size=16),
    t.TIME_OF_DAY.id: st.builds(t.TimeOfDay, u8, u8, u8, st.integers(0, 99)),
    t.DATE.id: st.builds(t.Date, u8, u8, u8, st.integers(1, 7)),
}
SIMPLE: dict[int, st.SearchStrategy[Any]] = {**SCALARS, **STRINGS, **FLOATS, **OTHERS}
simple_ids = st.sampled_from(sorted(SIMPLE))


@st.composite
def typed(draw: st.DrawFn, depth: int = 0) -> t.TypedValue:
    """A data type and a value of it."""
    if depth < 3 and draw(st.integers(0, 4)) == 0:
        if draw(st.booleans()):
            elements = draw(st.lists(typed(depth + 1), max_size=3))
            return t.TypedValue(t.STRUCTURE.id, elements)
        type_id = draw(simple_ids)
        values = draw(st.lists(SIMPLE[type_id], max_size=4))
        return t.TypedValue(draw(st.sampled_from((t.ARRAY.id, t.SET.id, t.BAG.id))), t.Collection(type_id, values))
    type_id = draw(simple_ids)
    return t.TypedValue(type_id, draw(SIMPLE[type_id]))


@given(typed())
def test_a_value_that_is_built_is_read_again(value: t.TypedValue) -> None:
    kind = t.type_of(value.type_id)
    reader = Reader(kind.encode_attribute(value.value), DropReason.MALFORMED_ZCL)
    assert kind.decode_attribute(reader) == value.value
    reader.end()


@given(st.sampled_from(t.TYPES), st.binary(max_size=64))
def test_octets_are_a_value_that_builds_to_an_equal_one_or_malformed(kind: t.DataType, octets: bytes) -> None:
    def decode(octets: bytes) -> Any:
        return kind.decode_attribute(Reader(octets, DropReason.MALFORMED_ZCL))

    value = attempt(decode, octets)
    assert value is DropReason.MALFORMED_ZCL or decode(kind.encode_attribute(value)) == value


@given(st.sampled_from(t.TYPES), st.one_of(st.none(), st.integers(), st.text(), st.binary(), st.lists(st.integers())))
def test_any_value_is_built_or_our_mistake(kind: t.DataType, value: Any) -> None:
    try:
        octets = kind.encode_attribute(value)
    except LocalProtocolError:
        return
    kind.decode_attribute(Reader(octets, DropReason.MALFORMED_ZCL))


frames = st.builds(
    ZclFrame, st.integers(0, 1), st.integers(0, 1), u8, u8, st.binary(max_size=40), st.none() | u16, st.booleans()
)


@given(frames)
def test_a_frame_that_is_built_is_read_again(frame: ZclFrame) -> None:
    assert header.decode(frame.encode()) == frame


@given(st.binary(max_size=24))
def test_octets_are_a_frame_or_malformed(octets: bytes) -> None:
    frame = attempt(header.decode, octets)
    assert frame is DropReason.MALFORMED_ZCL or header.decode(frame.encode()) == frame


@given(st.sampled_from(zcl.COMMANDS), st.binary(max_size=60))
def test_octets_are_a_general_command_or_malformed(kind: type[zcl.GeneralCommand], octets: bytes) -> None:
    message = attempt(zcl.decode, kind.COMMAND, octets)
    assert message is DropReason.MALFORMED_ZCL or zcl.decode(kind.COMMAND, zcl.encode(message)) == message


records = st.builds(AttributeRecord, u16, typed())


@given(st.lists(records, min_size=1, max_size=6))
def test_the_quick_way_reads_reports_as_the_careful_one(rows: list[Any]) -> None:
    octets = zcl.encode(zcl.ReportAttributes(tuple(rows)))
    assert fast.decode_report(octets) == {row.attribute: row.data.value for row in rows}


@given(st.binary(max_size=40))
def test_the_quick_way_refuses_what_the_careful_one_refuses(octets: bytes) -> None:
    careful = attempt(zcl.decode, zcl.ReportAttributes.COMMAND, octets)
    if isinstance(careful, zcl.ReportAttributes):
        # A report of nothing is no report: the quick way says so at once.
        careful = {row.attribute: row.data.value for row in careful.records} or DropReason.MALFORMED_ZCL
    assert attempt(fast.decode_report, octets) == careful


@given(st.lists(st.tuples(u16, st.one_of(typed(), st.integers(1, 255))), max_size=6))
def test_the_quick_way_reads_responses_as_the_careful_one(rows: list[tuple[int, Any]]) -> None:
    parts = []
    for attribute, data in rows:
        found = isinstance(data, t.TypedValue)
        parts.append(ReadRecord(attribute, 0 if found else data, data if found else None))
    values, failures = fast.decode_read_response(zcl.encode(zcl.ReadAttributesResponse(tuple(parts))))
    assert values == {attribute: data.value for attribute, data in rows if isinstance(data, t.TypedValue)}
    assert failures == {attribute: data for attribute, data in rows if isinstance(data, int)}


COMMANDS = [row for cluster in CLUSTERS for row in (*cluster.client_to_server, *cluster.server_to_client)]


@given(st.sampled_from(COMMANDS), st.binary(max_size=40))
def test_octets_are_a_clusters_command_or_malformed(row: Any, octets: bytes) -> None:
    command = attempt(row.decode, octets)
    assert command is DropReason.MALFORMED_ZCL or row.decode(row.encode(command)) == command


class Mute:
    """A transport that keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def register(self, endpoint: int, handler: Any) -> None:
        pass

    def send(self, request: ApsRequest, done: Any = None) -> None:
        self.sent.append(request.payload)


def meter(transport: Mute, clock: VirtualClock) -> Endpoint:
    values = {
        MeteringAttributes.CurrentSummationDelivered: 1,
        MeteringAttributes.Status: 0,
        MeteringAttributes.InstantaneousDemand: 0,
        MeteringAttributes.SiteID: b"",
        MeteringAttributes.GenericAlarmMask: 0,
    }
    servers = [
        ClusterServer(METERING, values, (on(GetProfile, lambda command, indication: None),)),
        ClusterServer(
            BASIC,
            {
                BasicAttributes.LocationDescription: "",
                BasicAttributes.PhysicalEnvironment: 0,
                BasicAttributes.DeviceEnabled: True,
            },
        ),
        ClusterServer(IDENTIFY, {IdentifyAttributes.IdentifyTime: 0}),
    ]
    return Endpoint(transport, clock, 1, 0x0109, 0x0501, servers=servers, clients=[METERING.id])


def indication(cluster: int, payload: bytes, broadcast: bool) -> ApsIndication:
    return ApsIndication(5, 1, 0xFFFF if broadcast else 1, 1, 0x0109, cluster, payload, False, broadcast, -50, 255)


valid = st.one_of(
    st.builds(lambda rows: (0x0A, zcl.encode(zcl.ReportAttributes(tuple(rows)))), st.lists(records, max_size=4)),
    st.builds(lambda rows: (0x02, zcl.encode(zcl.WriteAttributes(tuple(rows)))), st.lists(records, max_size=4)),
)
arbitrary = st.tuples(st.integers(0, 0x18), st.binary(max_size=40))
messages = st.builds(
    lambda control, tsn, body: bytes((control, tsn, body[0])) + body[1], st.integers(0, 0x1F), u8, arbitrary | valid
)


@given(st.lists(st.tuples(st.sampled_from((0, 3, 0x0702, 0x0700)), st.binary(max_size=30) | messages, st.booleans())))
def test_nothing_that_a_peer_sends_raises_or_outgrows_a_transfer(traffic: list[tuple[int, bytes, bool]]) -> None:
    transport, clock = Mute(), VirtualClock()
    endpoint = meter(transport, clock)
    for cluster, payload, broadcast in traffic:
        before = len(transport.sent)
        endpoint.receive(indication(cluster, payload, broadcast))
        assert len(transport.sent) - before <= 1
        if broadcast:
            assert all(answer[2] != zcl.DefaultResponse.COMMAND or answer[0] & 1 for answer in transport.sent[before:])
        clock.run_for(3_000_000)
    assert all(len(payload) <= 128 for payload in transport.sent)
    assert all(zcl.decode(each[2], each[3:]) for each in transport.sent if not each[0] & 5)


@given(st.binary(max_size=60))
def test_a_message_that_is_malformed_changes_nothing(octets: bytes) -> None:
    transport, clock = Mute(), VirtualClock()
    endpoint = meter(transport, clock)
    store = endpoint.servers[METERING.id].attributes
    names = (
        MeteringAttributes.CurrentSummationDelivered,
        MeteringAttributes.Status,
        MeteringAttributes.InstantaneousDemand,
        MeteringAttributes.SiteID,
        MeteringAttributes.GenericAlarmMask,
    )
    before = [store.get(name) for name in names]
    endpoint.receive(indication(METERING.id, b"\x00\x01\x02" + octets, False))
    if endpoint.counters[DropReason.MALFORMED_ZCL]:
        assert [store.get(name) for name in names] == before


def test_every_message_is_derived_from_its_annotations() -> None:
    for message in zcl.COMMANDS:
        layout: Layout = zcl.BY_COMMAND[message.COMMAND].layout
        assert tuple(member.name for member in layout.members) == message.field_names


@pytest.mark.parametrize("size", [1 << 12])
def test_a_long_run_of_nested_collections_ends_in_malformed(size: int) -> None:
    for head in (b"\x48\x01\x00", b"\x01\x00\x4c"):
        kind = t.ARRAY if head[0] == 0x48 else t.STRUCTURE
        with pytest.raises(RemoteProtocolError):
            kind.decode_attribute(Reader(head * size, DropReason.MALFORMED_ZCL))
