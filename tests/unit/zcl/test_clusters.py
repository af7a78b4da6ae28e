"""Cluster tables: ids from zigbee.md section 4, codecs against hand-written octets."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zcl import types as t
from hanbench.emulator.zcl.cluster import Attribute, Cluster, Command, Field, Trailing
from hanbench.emulator.zcl.clusters import BASIC, BY_ID, CLUSTERS, KEEP_ALIVE, METERING
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER


@pytest.mark.parametrize(
    ("id", "name", "type"),
    [
        (0x0000, "CurrentSummationDelivered", t.UINT48),
        (0x0007, "ReadingSnapshotTime", t.UTC_TIME),
        (0x000A, "DefaultUpdatePeriod", t.UINT8),
        (0x0012, "VolumePerReport", t.UINT16),
        (0x0014, "SupplyStatus", t.ENUM8),
        (0x0100, "CurrentTier1SummationDelivered", t.UINT48),
        (0x015F, "CurrentTier48SummationReceived", t.UINT48),
        (0x0200, "Status", t.BITMAP8),
        (0x0201, "RemainingBatteryLife", t.UINT8),
        (0x0205, "RemainingBatteryLifeInDays", t.UINT16),
        (0x0300, "UnitOfMeasure", t.ENUM8),
        (0x0301, "Multiplier", t.UINT24),
        (0x0302, "Divisor", t.UINT24),
        (0x0303, "SummationFormatting", t.BITMAP8),
        (0x0306, "MeteringDeviceType", t.BITMAP8),
        (0x0308, "MeterSerialNumber", t.OCTET_STRING),
        (0x0400, "InstantaneousDemand", t.INT24),
        (0x0420, "PreviousDay2ConsumptionDelivered", t.UINT24),
        (0x043B, "PreviousWeek5ConsumptionReceived", t.UINT24),
        (0x045B, "PreviousMonth13ConsumptionReceived", t.UINT32),
        (0x0500, "MaxNumberOfPeriodsDelivered", t.UINT8),
        (0x07FF, "CurrentTier15Block16SummationDelivered", t.UINT48),
    ],
)
def test_a_metering_attribute_has_its_id_name_and_type(id: int, name: str, type: t.DataType) -> None:
    row = METERING.attribute(name)
    assert (row.id, row.type) == (id, type)


@pytest.mark.parametrize("cluster", CLUSTERS, ids=lambda cluster: cluster.name)
def test_ids_and_names_are_unique_within_a_table(cluster: Cluster) -> None:
    for rows in (cluster.attributes, cluster.client_attributes, cluster.client_to_server, cluster.server_to_client):
        assert len({row.key for row in rows}) == len(rows)
        assert len({row.name for row in rows}) == len(rows)
    assert BY_ID[cluster.id] is cluster


def test_what_a_hub_says_of_mirrors_and_how_often_a_device_makes_sure_of_it() -> None:
    assert BASIC.attribute("PhysicalEnvironment").id == 0x0011
    assert [(row.id, row.type) for row in KEEP_ALIVE.attributes[:2]] == [(0, t.UINT8), (1, t.UINT16)]


@pytest.mark.parametrize(
    ("name", "direction", "id", "values", "octets"),
    [
        (
            "GetProfile",
            TO_SERVER,
            0x00,
            {"interval_channel": 0, "end_time": 0, "number_of_periods": 24},
            "000000000018",
        ),
        ("RequestMirrorResponse", TO_SERVER, 0x01, {"endpoint_id": 0xFFFF}, "ffff"),
        ("MirrorRemoved", TO_SERVER, 0x02, {"removed_endpoint_id": 0x0F}, "0f00"),
        ("RequestFastPollMode", TO_SERVER, 0x03, {"fast_poll_update_period": 5, "duration": 15}, "050f"),
        (
            "MirrorReportAttributeResponse",
            TO_SERVER,
            0x09,
            {"notification_scheme": 1, "notification_flags": (0x8002,)},
            "0102800000",
        ),
        (
            "GetProfileResponse",
            TO_CLIENT,
            0x00,
            {"end_time": 0x01020304, "status": 0, "profile_interval_period": 1, "intervals": (1, 0xFFFFFF)},
            "04030201" + "0001" + "02" + "010000ffffff",
        ),
        ("RequestMirror", TO_CLIENT, 0x01, {}, ""),
        ("RemoveMirror", TO_CLIENT, 0x02, {}, ""),
        (
            "RequestFastPollModeResponse",
            TO_CLIENT,
            0x03,
            {"applied_update_period": 5, "fast_poll_mode_end_time": 1},
            "0501000000",
        ),
    ],
)
def test_a_metering_command_lies_on_the_air_as_smart_energy_says(
    name: str, direction: int, id: int, values: dict[str, object], octets: str
) -> None:
    found, row = METERING.command(name)
    assert (found, row.id) == (direction, id)
    assert row.encode(**values).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == values


ODD = Command(
    0x10,
    "Odd",
    (
        Field("first", t.UINT8),
        Field("text", t.OCTET_STRING),
        Field("late", Trailing(t.UINT16)),
        Field("x", Trailing(t.UINT8)),
    ),
)


def test_trailing_fields_may_be_left_out_from_the_end() -> None:
    assert ODD.encode(first=1, text=b"a") == b"\x01\x01a"
    assert ODD.decode(b"\x01\x01a") == {"first": 1, "text": b"a", "late": None, "x": None}
    assert ODD.decode(b"\x01\x01a\x02\x00")["late"] == 2


def test_octets_of_a_later_revision_are_ignored() -> None:
    assert METERING.command("RequestMirrorResponse")[1].decode(b"\x02\x00\x99") == {"endpoint_id": 2}


@pytest.mark.parametrize(
    "values",
    [{"first": 1}, {"first": 1, "text": b"", "x": 1}, {"first": 256, "text": b""}, {"first": 1, "text": b"", "no": 1}],
)
def test_fields_that_do_not_fit_the_table_are_our_mistake(values: dict[str, object]) -> None:
    with pytest.raises(LocalProtocolError):
        ODD.encode(**values)


@pytest.mark.parametrize("octets", ["", "01", "0102", "010261", "01000a"])
def test_a_command_cut_short_is_malformed(octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        ODD.decode(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZCL


def test_a_manufacturer_adds_rows_without_touching_the_standard_table() -> None:
    own = METERING.extended([Attribute(0x0000, "OwnRegister", t.UINT8, manufacturer=0x1031)])
    assert own.attribute("OwnRegister").key != own.attribute("CurrentSummationDelivered").key
    with pytest.raises(LocalProtocolError):
        METERING.attribute("OwnRegister")


def test_two_commands_of_one_name_are_our_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        Cluster(1, "Twice", client_to_server=(Command(0, "A"),), server_to_client=(Command(1, "A"),))
