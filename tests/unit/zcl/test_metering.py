"""Metering beyond the commands that every version has: the payloads of SE 1.4a, annex D.3, by hand."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zcl import types as t
from hanbench.emulator.zcl.cluster import ClusterCommand
from hanbench.emulator.zcl.clusters import metering
from hanbench.emulator.zcl.clusters.metering import (
    CLUSTER,
    CLUSTER_SE_1_1,
    BitFieldAllocation,
    SnapshotSchedule,
    SnapshotScheduleResponse,
    TouBillingSnapshot,
    TouSnapshot,
)

ISSUER = {"provider_id": 0x01020304, "issuer_event_id": 5}
ISSUER_OCTETS = "04030201" + "05000000"
SNAPSHOT = {
    "snapshot_id": 7,
    "snapshot_time": 0x10,
    "total_snapshots_found": 1,
    "command_index": 0,
    "total_number_of_commands": 1,
    "snapshot_cause": 0x400,
}
SNAPSHOT_OCTETS = "07000000" + "10000000" + "01" + "00" + "01" + "00040000"

TO_SERVER: list[tuple[ClusterCommand, int, str]] = [
    (
        metering.ScheduleSnapshot(
            issuer_event_id=1,
            command_index=0,
            total_number_of_commands=1,
            snapshot_schedules=(SnapshotSchedule(9, 2, 0x030201, 4, 0x10000),),
        ),
        0x04,
        "01000000" + "00" + "01" + "09" + "02000000" + "010203" + "04" + "00000100",
    ),
    (metering.TakeSnapshot(snapshot_cause=0x400), 0x05, "00040000"),
    (
        metering.GetSnapshot(earliest_start_time=1, latest_end_time=2, snapshot_offset=3, snapshot_cause=0xFFFFFFFF),
        0x06,
        "01000000" + "02000000" + "03" + "ffffffff",
    ),
    (
        metering.StartSampling(
            issuer_event_id=1,
            start_sampling_time=0,
            sample_type=0,
            sample_request_interval=1800,
            max_number_of_samples=48,
        ),
        0x07,
        "01000000" + "00000000" + "00" + "0807" + "3000",
    ),
    (
        metering.GetSampledData(sample_id=2, earliest_sample_time=3, sample_type=0, number_of_samples=4),
        0x08,
        "0200" + "03000000" + "00" + "0400",
    ),
    (
        metering.MirrorReportAttributeResponse(notification_scheme=2, notification_flags=(1, 2, 3, 4, 5)),
        0x09,
        "02" + "01000000" + "02000000" + "03000000" + "04000000" + "05000000",
    ),
    (metering.ResetLoadLimitCounter(**ISSUER), 0x0A, ISSUER_OCTETS),
    (
        metering.ChangeSupply(
            **ISSUER, request_date_time=1, implementation_date_time=2, proposed_supply_status=1, supply_control_bits=1
        ),
        0x0B,
        ISSUER_OCTETS + "01000000" + "02000000" + "01" + "01",
    ),
    (metering.LocalChangeSupply(proposed_supply_status=2), 0x0C, "02"),
    (
        metering.SetSupplyStatus(
            issuer_event_id=1,
            supply_tamper_state=0,
            supply_depletion_state=1,
            supply_uncontrolled_flow_state=2,
            load_limit_supply_state=3,
        ),
        0x0D,
        "01000000" + "00010203",
    ),
    (
        metering.SetUncontrolledFlowThreshold(
            **ISSUER,
            uncontrolled_flow_threshold=0x0201,
            unit_of_measure=1,
            multiplier=1,
            divisor=1000,
            stabilisation_period=10,
            measurement_period=60,
        ),
        0x0E,
        ISSUER_OCTETS + "0102" + "01" + "0100" + "e803" + "0a" + "3c00",
    ),
]

TO_CLIENT: list[tuple[ClusterCommand, int, str]] = [
    (
        metering.ScheduleSnapshotResponse(
            issuer_event_id=1, snapshot_responses=(SnapshotScheduleResponse(9, 0), SnapshotScheduleResponse(8, 5))
        ),
        0x04,
        "01000000" + "0900" + "0805",
    ),
    (metering.TakeSnapshotResponse(snapshot_id=7, snapshot_confirmation=0), 0x05, "0700000000"),
    (
        metering.PublishSnapshot(
            **SNAPSHOT, snapshot_payload_type=4, snapshot_payload=TouSnapshot(0x060504030201, (1, 2))
        ),
        0x06,
        SNAPSHOT_OCTETS + "04" + "010203040506" + "02" + "010000000000" + "020000000000",
    ),
    (
        metering.PublishSnapshot(
            **SNAPSHOT, snapshot_payload_type=0, snapshot_payload=TouBillingSnapshot(1, 2, 3, 4, 5, 0x20)
        ),
        0x06,
        SNAPSHOT_OCTETS + "00" + "010000000000" + "02000000" + "03000000" + "04000000" + "05000000" + "20" + "00",
    ),
    (
        metering.PublishSnapshot(**SNAPSHOT, snapshot_payload_type=6, snapshot_payload=b"\xaa\xbb"),
        0x06,
        SNAPSHOT_OCTETS + "06" + "aabb",
    ),
    (
        metering.GetSampledDataResponse(
            sample_id=2, sample_start_time=3, sample_type=0, sample_request_interval=1800, samples=(1, 0xFFFFFF)
        ),
        0x07,
        "0200" + "03000000" + "00" + "0807" + "0200" + "010000" + "ffffff",
    ),
    (
        metering.ConfigureMirror(
            issuer_event_id=1, reporting_interval=1800, mirror_notification_reporting=True, notification_scheme=2
        ),
        0x08,
        "01000000" + "080700" + "01" + "02",
    ),
    (
        metering.ConfigureNotificationScheme(
            issuer_event_id=1, notification_scheme=0x81, notification_flag_order=0xFFF43210
        ),
        0x09,
        "01000000" + "81" + "1032f4ff",
    ),
    (
        metering.ConfigureNotificationFlags(
            issuer_event_id=1,
            notification_scheme=0x81,
            notification_flag_attribute_id=5,
            bit_field_allocations=(
                BitFieldAllocation(0x0703, 0, (0, 1)),
                BitFieldAllocation(0xFC00, 0x1031, (2,)),
            ),
        ),
        0x0A,
        "01000000" + "81" + "0500" + "0307" + "0000" + "02" + "0001" + "00fc" + "3110" + "01" + "02",
    ),
    (
        metering.GetNotifiedMessage(
            notification_scheme=1, notification_flag_attribute_id=0, notification_flags=0x10000
        ),
        0x0B,
        "01" + "0000" + "00000100",
    ),
    (
        metering.SupplyStatusResponse(**ISSUER, implementation_date_time=1, supply_status_after_implementation=2),
        0x0C,
        ISSUER_OCTETS + "01000000" + "02",
    ),
    (metering.StartSamplingResponse(sample_id=2), 0x0D, "0200"),
]


@pytest.mark.parametrize(
    ("message", "id", "octets"),
    [*TO_SERVER, *TO_CLIENT],
    ids=[type(row[0]).__name__ for row in (*TO_SERVER, *TO_CLIENT)],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(message: ClusterCommand, id: int, octets: str) -> None:
    _, row = CLUSTER.command(type(message))
    assert row.id == id
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (metering.ScheduleSnapshot, "01000000" + "00" + "01" + "09" + "02000000" + "010203" + "04" + "000001"),
        (metering.GetSnapshot, "01000000" + "03" + "ffffffff"),
        (metering.PublishSnapshot, SNAPSHOT_OCTETS + "04" + "010203040506" + "02" + "010000000000" + "02"),
        (metering.PublishSnapshot, SNAPSHOT_OCTETS + "00" + "010203040506" + "00"),
        (metering.GetSampledDataResponse, "0200" + "03000000" + "00" + "0807" + "0200" + "010000"),
        (metering.ConfigureNotificationFlags, "01000000" + "81" + "0500" + "0307" + "0000" + "02" + "00"),
        (metering.ConfigureNotificationFlags, "01000000" + "81" + "0500" + "03"),
        (metering.MirrorReportAttributeResponse, "01" + "020304"),
        (metering.ChangeSupply, ISSUER_OCTETS + "01000000" + "02000000" + "01"),
        (metering.SupplyStatusResponse, ISSUER_OCTETS),
    ],
)
def test_a_command_cut_short_is_malformed(command: type[ClusterCommand], octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        CLUSTER.command(command)[1].decode(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZCL


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (metering.GetProfile, metering.GetProfileResponse),
        (metering.ScheduleSnapshot, metering.ScheduleSnapshotResponse),
        (metering.TakeSnapshot, metering.TakeSnapshotResponse),
        (metering.GetSnapshot, metering.PublishSnapshot),
        (metering.StartSampling, metering.StartSamplingResponse),
        (metering.GetSampledData, metering.GetSampledDataResponse),
        (metering.ChangeSupply, metering.SupplyStatusResponse),
        (metering.LocalChangeSupply, None),
    ],
)
def test_what_answers_a_command(command: type[ClusterCommand], answer: type[ClusterCommand] | None) -> None:
    assert CLUSTER.command(command)[1].response is answer


@pytest.mark.parametrize(
    ("id", "name", "type"),
    [
        (0x001E, "CurrentBlockReceived", t.ENUM8),
        (0x0022, "LastBlockSwitchTime", t.UTC_TIME),
        (0x015F, "CurrentTier48SummationReceived", t.UINT48),
        (0x01FE, "CPP2SummationDelivered", t.UINT48),
        (0x0405, "CurrentPartialProfileIntervalStartTimeDelivered", t.UTC_TIME),
        (0x0416, "CurrentYearMinEnergyCarrierDemand", t.INT24),
        (0x0433, "PreviousWeekConsumptionReceived", t.UINT24),
        (0x0900, "CurrentNoTierBlock1SummationReceived", t.UINT48),
        (0x09FF, "CurrentTier15Block16SummationReceived", t.UINT48),
        (0x0C00, "AlternativeInstantaneousDemand", t.INT24),
        (0x0C08, "CurrentAlternativePartialProfileIntervalValueReceived", t.UINT24),
        (0x0C2D, "PreviousDay8AlternativeConsumptionReceived", t.UINT24),
        (0x0C5B, "PreviousMonth13AlternativeConsumptionReceived", t.UINT32),
    ],
)
def test_attributes_of_the_later_versions(id: int, name: str, type: t.DataType) -> None:
    assert (id, name, type) in [(row.id, row.name, row.type) for row in CLUSTER.attributes]


def test_before_se_1_2_there_are_profiles_mirrors_and_fast_polling_only() -> None:
    assert [row.name for row in CLUSTER_SE_1_1.client_to_server] == [
        "GetProfile",
        "RequestMirrorResponse",
        "MirrorRemoved",
        "RequestFastPollMode",
    ]
    assert [row.name for row in CLUSTER_SE_1_1.server_to_client] == [
        "GetProfileResponse",
        "RequestMirror",
        "RemoveMirror",
        "RequestFastPollModeResponse",
    ]
    assert not CLUSTER_SE_1_1.client_attributes


@pytest.mark.parametrize(
    "name",
    [
        "PreviousBlockPeriodConsumptionDelivered",
        "CurrentTier16SummationDelivered",
        "RemainingBatteryLifeInDays",
        "AlternativeUnitOfMeasure",
        "PreviousDay2ConsumptionDelivered",
        "ProposedChangeSupplyStatus",
        "CurrentNoTierBlock1SummationReceived",
        "AlternativeInstantaneousDemand",
    ],
)
def test_attributes_that_only_later_versions_have(name: str) -> None:
    assert name in {row.name for row in CLUSTER.attributes}
    assert name not in {row.name for row in CLUSTER_SE_1_1.attributes}


def test_what_a_gas_meter_of_before_se_1_2_reports() -> None:
    ids = {row.id for row in CLUSTER_SE_1_1.attributes}
    assert ids >= {0x0000, 0x0007, 0x0014, 0x0200, 0x0201, 0x0300, 0x0301, 0x0302, 0x0303, 0x0306, 0x0308}
