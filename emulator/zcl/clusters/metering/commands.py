"""Metering's commands (SE 1.4a, D.3.2.3 and D.3.3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from hanbench.emulator.layout import U16, U24, Choice, FieldType, RecordType
from hanbench.emulator.zcl.cluster import Command, Counted, Field, Repeated, Rest
from hanbench.emulator.zcl.clusters.metering.values import SnapshotPayloadType
from hanbench.emulator.zcl.types import (
    BITMAP8,
    BITMAP32,
    BOOLEAN,
    ENUM8,
    UINT8,
    UINT16,
    UINT24,
    UINT32,
    UINT48,
    UTC_TIME,
)


@dataclass(frozen=True, slots=True)
class SnapshotSchedule:
    """One of the schedules in ScheduleSnapshot."""

    snapshot_schedule_id: Annotated[int, UINT8]
    snapshot_start_time: Annotated[int, UTC_TIME]
    snapshot_schedule: Annotated[int, U24]
    snapshot_payload_type: Annotated[int, ENUM8]
    snapshot_cause: Annotated[int, BITMAP32]


@dataclass(frozen=True, slots=True)
class SnapshotScheduleResponse:
    """What became of one of the schedules."""

    snapshot_schedule_id: Annotated[int, UINT8]
    snapshot_schedule_confirmation: Annotated[int, ENUM8]


@dataclass(frozen=True, slots=True)
class TouSnapshot:
    """Registers of a snapshot without billing: payload types 4 and 5."""

    current_summation: Annotated[int, UINT48]
    tier_summations: Annotated[tuple[int, ...], Counted(UINT48)] = ()


@dataclass(frozen=True, slots=True)
class TouBillingSnapshot:
    """Registers of a snapshot with the bill: payload types 0 and 1."""

    current_summation: Annotated[int, UINT48]
    bill_to_date: Annotated[int, UINT32]
    bill_to_date_time_stamp: Annotated[int, UTC_TIME]
    projected_bill: Annotated[int, UINT32]
    projected_bill_time_stamp: Annotated[int, UTC_TIME]
    bill_trailing_digit: Annotated[int, BITMAP8]
    tier_summations: Annotated[tuple[int, ...], Counted(UINT48)] = ()


@dataclass(frozen=True, slots=True)
class BitFieldAllocation:
    """Which commands the bits of a notification flags attribute stand for, from the lowest bit on."""

    cluster_id: Annotated[int, U16]
    manufacturer_code: Annotated[int, U16]
    command_identifiers: Annotated[tuple[int, ...], Counted(ENUM8)]


_SNAPSHOTS: Mapping[int, FieldType] = {
    SnapshotPayloadType.TOU_DELIVERED: RecordType(TouBillingSnapshot),
    SnapshotPayloadType.TOU_RECEIVED: RecordType(TouBillingSnapshot),
    SnapshotPayloadType.TOU_DELIVERED_NO_BILLING: RecordType(TouSnapshot),
    SnapshotPayloadType.TOU_RECEIVED_NO_BILLING: RecordType(TouSnapshot),
}


def _snapshot(values: Mapping[str, Any]) -> FieldType:
    """Block registers stay octets: how many there are of them is for the tariff to say."""
    return _SNAPSHOTS.get(values["snapshot_payload_type"], Rest())


CORE_CLIENT_TO_SERVER = (
    Command(
        0x00,
        "GetProfile",
        (Field("interval_channel", ENUM8), Field("end_time", UTC_TIME), Field("number_of_periods", UINT8)),
        response="GetProfileResponse",
    ),
    Command(0x01, "RequestMirrorResponse", (Field("endpoint_id", UINT16),)),
    Command(0x02, "MirrorRemoved", (Field("removed_endpoint_id", UINT16),)),
    Command(
        0x03,
        "RequestFastPollMode",
        (Field("fast_poll_update_period", UINT8), Field("duration", UINT8)),
        response="RequestFastPollModeResponse",
    ),
)
"""Those that every version of Smart Energy numbers alike."""

CORE_SERVER_TO_CLIENT = (
    Command(
        0x00,
        "GetProfileResponse",
        (
            Field("end_time", UTC_TIME),
            Field("status", ENUM8),
            Field("profile_interval_period", ENUM8),
            Field("intervals", Counted(UINT24)),
        ),
    ),
    Command(0x01, "RequestMirror", response="RequestMirrorResponse"),
    Command(0x02, "RemoveMirror", response="MirrorRemoved"),
    Command(
        0x03,
        "RequestFastPollModeResponse",
        (Field("applied_update_period", UINT8), Field("fast_poll_mode_end_time", UTC_TIME)),
    ),
)

_ISSUER = (Field("provider_id", UINT32), Field("issuer_event_id", UINT32))

CLIENT_TO_SERVER = (
    *CORE_CLIENT_TO_SERVER,
    Command(
        0x04,
        "ScheduleSnapshot",
        (
            Field("issuer_event_id", UINT32),
            Field("command_index", UINT8),
            Field("total_number_of_commands", UINT8),
            Field("snapshot_schedules", Repeated(RecordType(SnapshotSchedule))),
        ),
        response="ScheduleSnapshotResponse",
    ),
    Command(0x05, "TakeSnapshot", (Field("snapshot_cause", BITMAP32),), response="TakeSnapshotResponse"),
    Command(
        0x06,
        "GetSnapshot",
        (
            Field("earliest_start_time", UTC_TIME),
            Field("latest_end_time", UTC_TIME),
            Field("snapshot_offset", UINT8),
            Field("snapshot_cause", BITMAP32),
        ),
        response="PublishSnapshot",
    ),
    Command(
        0x07,
        "StartSampling",
        (
            Field("issuer_event_id", UINT32),
            Field("start_sampling_time", UTC_TIME),
            Field("sample_type", ENUM8),
            Field("sample_request_interval", UINT16),
            Field("max_number_of_samples", UINT16),
        ),
        response="StartSamplingResponse",
    ),
    Command(
        0x08,
        "GetSampledData",
        (
            Field("sample_id", UINT16),
            Field("earliest_sample_time", UTC_TIME),
            Field("sample_type", ENUM8),
            Field("number_of_samples", UINT16),
        ),
        response="GetSampledDataResponse",
    ),
    Command(
        0x09,
        "MirrorReportAttributeResponse",
        (Field("notification_scheme", UINT8), Field("notification_flags", Repeated(BITMAP32))),
    ),
    Command(0x0A, "ResetLoadLimitCounter", _ISSUER),
    Command(
        0x0B,
        "ChangeSupply",
        (
            *_ISSUER,
            Field("request_date_time", UTC_TIME),
            Field("implementation_date_time", UTC_TIME),
            Field("proposed_supply_status", ENUM8),
            Field("supply_control_bits", BITMAP8),
        ),
        response="SupplyStatusResponse",
    ),
    Command(0x0C, "LocalChangeSupply", (Field("proposed_supply_status", ENUM8),)),
    Command(
        0x0D,
        "SetSupplyStatus",
        (
            Field("issuer_event_id", UINT32),
            Field("supply_tamper_state", ENUM8),
            Field("supply_depletion_state", ENUM8),
            Field("supply_uncontrolled_flow_state", ENUM8),
            Field("load_limit_supply_state", ENUM8),
        ),
    ),
    Command(
        0x0E,
        "SetUncontrolledFlowThreshold",
        (
            *_ISSUER,
            Field("uncontrolled_flow_threshold", UINT16),
            Field("unit_of_measure", ENUM8),
            Field("multiplier", UINT16),
            Field("divisor", UINT16),
            Field("stabilisation_period", UINT8),
            Field("measurement_period", UINT16),
        ),
    ),
)

SERVER_TO_CLIENT = (
    *CORE_SERVER_TO_CLIENT,
    Command(
        0x04,
        "ScheduleSnapshotResponse",
        (Field("issuer_event_id", UINT32), Field("snapshot_responses", Repeated(RecordType(SnapshotScheduleResponse)))),
    ),
    Command(0x05, "TakeSnapshotResponse", (Field("snapshot_id", UINT32), Field("snapshot_confirmation", ENUM8))),
    Command(
        0x06,
        "PublishSnapshot",
        (
            Field("snapshot_id", UINT32),
            Field("snapshot_time", UTC_TIME),
            Field("total_snapshots_found", UINT8),
            Field("command_index", UINT8),
            Field("total_number_of_commands", UINT8),
            Field("snapshot_cause", BITMAP32),
            Field("snapshot_payload_type", ENUM8),
            Field("snapshot_payload", Choice(_snapshot)),
        ),
    ),
    Command(
        0x07,
        "GetSampledDataResponse",
        (
            Field("sample_id", UINT16),
            Field("sample_start_time", UTC_TIME),
            Field("sample_type", ENUM8),
            Field("sample_request_interval", UINT16),
            Field("samples", Counted(UINT24, U16)),
        ),
    ),
    Command(
        0x08,
        "ConfigureMirror",
        (
            Field("issuer_event_id", UINT32),
            Field("reporting_interval", UINT24),
            Field("mirror_notification_reporting", BOOLEAN),
            Field("notification_scheme", UINT8),
        ),
    ),
    Command(
        0x09,
        "ConfigureNotificationScheme",
        (
            Field("issuer_event_id", UINT32),
            Field("notification_scheme", UINT8),
            Field("notification_flag_order", BITMAP32),
        ),
    ),
    Command(
        0x0A,
        "ConfigureNotificationFlags",
        (
            Field("issuer_event_id", UINT32),
            Field("notification_scheme", UINT8),
            Field("notification_flag_attribute_id", U16),
            Field("bit_field_allocations", Repeated(RecordType(BitFieldAllocation))),
        ),
    ),
    Command(
        0x0B,
        "GetNotifiedMessage",
        (
            Field("notification_scheme", UINT8),
            Field("notification_flag_attribute_id", U16),
            Field("notification_flags", BITMAP32),
        ),
    ),
    Command(
        0x0C,
        "SupplyStatusResponse",
        (
            *_ISSUER,
            Field("implementation_date_time", UTC_TIME),
            Field("supply_status_after_implementation", ENUM8),
        ),
    ),
    Command(0x0D, "StartSamplingResponse", (Field("sample_id", UINT16),)),
)
