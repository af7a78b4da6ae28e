"""Cluster tables: ids from zigbee.md section 4, codecs against hand-written octets."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Annotated

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.layout import Trailing
from hanbench.emulator.zcl import types as t
from hanbench.emulator.zcl.cluster import Attribute, AttributeSet, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.clusters import BY_ID, CLUSTERS, KEEP_ALIVE, METERING, metering
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.emulator.zcl.fields import Octstr, OptionalUint8, Uint8
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
    assert (id, name, type) in [(row.id, row.name, row.type) for row in METERING.attributes]


@pytest.mark.parametrize("cluster", CLUSTERS, ids=lambda cluster: cluster.name)
def test_ids_and_names_are_unique_within_a_table(cluster: Cluster) -> None:
    for rows in (cluster.attributes, cluster.client_attributes, cluster.client_to_server, cluster.server_to_client):
        assert len({row.key for row in rows}) == len(rows)
        assert len({row.name for row in rows}) == len(rows)
    assert BY_ID[cluster.id] is cluster


def test_the_attributes_of_mirroring_and_keep_alive_have_their_ids() -> None:
    assert BasicAttributes.PhysicalEnvironment.id == 0x0011
    assert [(row.id, row.type) for row in KEEP_ALIVE.attributes[:2]] == [(0, t.UINT8), (1, t.UINT16)]


@pytest.mark.parametrize(
    ("message", "direction", "id", "octets"),
    [
        (metering.GetProfile(interval_channel=0, end_time=0, number_of_periods=24), TO_SERVER, 0x00, "000000000018"),
        (metering.RequestMirrorResponse(endpoint_id=0xFFFF), TO_SERVER, 0x01, "ffff"),
        (metering.MirrorRemoved(removed_endpoint_id=0x0F), TO_SERVER, 0x02, "0f00"),
        (metering.RequestFastPollMode(fast_poll_update_period=5, duration=15), TO_SERVER, 0x03, "050f"),
        (
            metering.MirrorReportAttributeResponse(notification_scheme=1, notification_flags=(0x8002,)),
            TO_SERVER,
            0x09,
            "0102800000",
        ),
        (
            metering.GetProfileResponse(
                end_time=0x01020304, status=0, profile_interval_period=1, intervals=(1, 0xFFFFFF)
            ),
            TO_CLIENT,
            0x00,
            "04030201" + "0001" + "02" + "010000ffffff",
        ),
        (metering.RequestMirror(), TO_CLIENT, 0x01, ""),
        (metering.RemoveMirror(), TO_CLIENT, 0x02, ""),
        (
            metering.RequestFastPollModeResponse(applied_update_period=5, fast_poll_mode_end_time=1),
            TO_CLIENT,
            0x03,
            "0501000000",
        ),
    ],
)
def test_a_metering_command_lies_on_the_air_as_smart_energy_says(
    message: ClusterCommand, direction: int, id: int, octets: str
) -> None:
    found, row = METERING.command(type(message))
    assert (found, row.id, row.name) == (direction, id, type(message).__name__)
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


class Odd(ClusterCommand):
    """A command with a tail."""

    first: Uint8
    text: Octstr
    late: Annotated[int | None, Trailing(t.UINT16)] = None
    x: OptionalUint8 = None


ODD = Command(0x10, Odd)


def test_trailing_fields_may_be_left_out_from_the_end() -> None:
    assert ODD.encode(Odd(1, b"a")) == b"\x01\x01a"
    assert ODD.decode(b"\x01\x01a") == Odd(first=1, text=b"a", late=None, x=None)
    assert ODD.decode(b"\x01\x01a\x02\x00") == Odd(1, b"a", late=2)


def test_octets_of_a_later_revision_are_ignored() -> None:
    row = METERING.command(metering.RequestMirrorResponse)[1]
    assert row.decode(b"\x02\x00\x99") == metering.RequestMirrorResponse(2)


@pytest.mark.parametrize(
    "message",
    [
        Odd(1, "text"),  # type: ignore[arg-type]  # wrong on purpose
        Odd(1, b"", x=1),
        Odd(256, b""),
        Odd(None, b""),  # type: ignore[arg-type]  # wrong on purpose
        metering.RequestMirror(),
    ],
    ids=["of another type", "after one that is left out", "too large", "missing", "another command"],
)
def test_fields_that_do_not_fit_the_table_are_our_mistake(message: ClusterCommand) -> None:
    with pytest.raises(LocalProtocolError):
        ODD.encode(message)


@pytest.mark.parametrize("octets", ["", "01", "0102", "010261", "01000a"])
def test_a_command_cut_short_is_malformed(octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        ODD.decode(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZCL


@pytest.mark.parametrize("cluster", CLUSTERS, ids=lambda cluster: cluster.name)
def test_a_command_cannot_be_changed_and_says_its_fields(cluster: Cluster) -> None:
    for row in (*cluster.client_to_server, *cluster.server_to_client):
        assert list(row.message.field_names) == [each.name for each in row.fields]
        with pytest.raises(FrozenInstanceError):
            object.__new__(row.message).anything = 1


def test_a_row_has_the_name_of_its_assignment_and_a_family_its_own_names() -> None:
    class Own(AttributeSet):
        First = Attribute(0, t.UINT8)
        Rest = tuple(Attribute(number, t.UINT8, name=f"Number{number}") for number in (1, 2))

    assert [(row.id, row.name) for row in Own.rows] == [(0, "First"), (1, "Number1"), (2, "Number2")]


def test_a_manufacturer_adds_rows_without_touching_the_standard_table() -> None:
    register = Attribute(0x0000, t.UINT8, manufacturer=0x1031, name="OwnRegister")
    own = METERING.extended([register], [Command(0x00, Odd, manufacturer=0x1031)])
    assert register.key != MeteringAttributes.CurrentSummationDelivered.key
    assert own.server_table[register.key] is register
    assert register.key not in METERING.server_table
    assert own.command(Odd)[1].key != own.command(metering.GetProfile)[1].key


def test_two_commands_of_one_class_are_our_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        Cluster(1, "Twice", client_to_server=(Command(0, Odd),), server_to_client=(Command(1, Odd),))
