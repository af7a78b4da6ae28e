"""Metering's commands (SE 1.4a, D.3.2.3 and D.3.3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from hanbench.emulator.layout import U16, U24, Choice, Counted, FieldType, RecordType, Repeated, Rest
from hanbench.emulator.zcl.cluster import ClusterCommand, Command
from hanbench.emulator.zcl.clusters.metering.values import SnapshotPayloadType
from hanbench.emulator.zcl.fields import (
    Bitmap8,
    Bitmap32,
    Bool,
    Enum8,
    Uint8,
    Uint16,
    Uint24,
    Uint32,
    Uint48,
    UtcTime,
)
from hanbench.emulator.zcl.types import BITMAP32, ENUM8, UINT24, UINT48


@dataclass(frozen=True, slots=True)
class SnapshotSchedule:
    """One of the schedules in ScheduleSnapshot."""

    snapshot_schedule_id: Uint8
    snapshot_start_time: UtcTime
    snapshot_schedule: Annotated[int, U24]
    snapshot_payload_type: Enum8
    snapshot_cause: Bitmap32


@dataclass(frozen=True, slots=True)
class SnapshotScheduleResponse:
    """Result of one of the schedules."""

    snapshot_schedule_id: Uint8
    snapshot_schedule_confirmation: Enum8


@dataclass(frozen=True, slots=True)
class TouSnapshot:
    """Registers of a snapshot without billing: payload types 4 and 5."""

    current_summation: Uint48
    tier_summations: Annotated[tuple[int, ...], Counted(UINT48)] = ()


@dataclass(frozen=True, slots=True)
class TouBillingSnapshot:
    """Registers of a snapshot with the bill: payload types 0 and 1."""

    current_summation: Uint48
    bill_to_date: Uint32
    bill_to_date_time_stamp: UtcTime
    projected_bill: Uint32
    projected_bill_time_stamp: UtcTime
    bill_trailing_digit: Bitmap8
    tier_summations: Annotated[tuple[int, ...], Counted(UINT48)] = ()


@dataclass(frozen=True, slots=True)
class BitFieldAllocation:
    """The commands that the bits of a notification flags attribute announce, from the lowest bit on."""

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
    """Block registers stay octets: only the tariff says how many there are."""
    return _SNAPSHOTS.get(values["snapshot_payload_type"], Rest())


# --- client to server -----------------------------------------------------------------------------------------------


class GetProfile(ClusterCommand):
    """Ask for consumption interval by interval."""

    interval_channel: Enum8
    end_time: UtcTime
    number_of_periods: Uint8


class RequestMirrorResponse(ClusterCommand):
    """The endpoint of the mirror, or `NO_MIRROR`."""

    endpoint_id: Uint16


class MirrorRemoved(ClusterCommand):
    """The endpoint of the mirror that was removed, or `NO_MIRROR`."""

    removed_endpoint_id: Uint16


class RequestFastPollMode(ClusterCommand):
    """Ask for more frequent readings, for some minutes."""

    fast_poll_update_period: Uint8
    duration: Uint8


class ScheduleSnapshot(ClusterCommand):
    """Set schedules of snapshots."""

    issuer_event_id: Uint32
    command_index: Uint8
    total_number_of_commands: Uint8
    snapshot_schedules: Annotated[tuple[SnapshotSchedule, ...], Repeated(RecordType(SnapshotSchedule))]


class TakeSnapshot(ClusterCommand):
    """Take a snapshot now."""

    snapshot_cause: Bitmap32


class GetSnapshot(ClusterCommand):
    """Ask for one of the snapshots in a span of time."""

    earliest_start_time: UtcTime
    latest_end_time: UtcTime
    snapshot_offset: Uint8
    snapshot_cause: Bitmap32


class StartSampling(ClusterCommand):
    """Start a sampling session, or cancel one."""

    issuer_event_id: Uint32
    start_sampling_time: UtcTime
    sample_type: Enum8
    sample_request_interval: Uint16
    max_number_of_samples: Uint16


class GetSampledData(ClusterCommand):
    """Ask for the samples of a session."""

    sample_id: Uint16
    earliest_sample_time: UtcTime
    sample_type: Enum8
    number_of_samples: Uint16


class MirrorReportAttributeResponse(ClusterCommand):
    """Answer to a report to a mirror: notification flags for the meter."""

    notification_scheme: Uint8
    notification_flags: Annotated[tuple[int, ...], Repeated(BITMAP32)]


class ResetLoadLimitCounter(ClusterCommand):
    """Set the count of load limit events to 0."""

    provider_id: Uint32
    issuer_event_id: Uint32


class ChangeSupply(ClusterCommand):
    """Switch the supply, now or at a time."""

    provider_id: Uint32
    issuer_event_id: Uint32
    request_date_time: UtcTime
    implementation_date_time: UtcTime
    proposed_supply_status: Enum8
    supply_control_bits: Bitmap8


class LocalChangeSupply(ClusterCommand):
    """Switch the supply from a display in the home."""

    proposed_supply_status: Enum8


class SetSupplyStatus(ClusterCommand):
    """Set the effect of each event on the supply."""

    issuer_event_id: Uint32
    supply_tamper_state: Enum8
    supply_depletion_state: Enum8
    supply_uncontrolled_flow_state: Enum8
    load_limit_supply_state: Enum8


class SetUncontrolledFlowThreshold(ClusterCommand):
    """Set the flow from which on gas counts as flowing uncontrolled."""

    provider_id: Uint32
    issuer_event_id: Uint32
    uncontrolled_flow_threshold: Uint16
    unit_of_measure: Enum8
    multiplier: Uint16
    divisor: Uint16
    stabilisation_period: Uint8
    measurement_period: Uint16


# --- server to client -----------------------------------------------------------------------------------------------


class GetProfileResponse(ClusterCommand):
    """Consumption interval by interval, the newest first."""

    end_time: UtcTime
    status: Enum8
    profile_interval_period: Enum8
    intervals: Annotated[tuple[int, ...], Counted(UINT24)]


class RequestMirror(ClusterCommand):
    """Ask the hub for a mirror."""


class RemoveMirror(ClusterCommand):
    """Ask the hub to remove the mirror."""


class RequestFastPollModeResponse(ClusterCommand):
    """The update period that the meter keeps to, and until when."""

    applied_update_period: Uint8
    fast_poll_mode_end_time: UtcTime


class ScheduleSnapshotResponse(ClusterCommand):
    """Result of each schedule."""

    issuer_event_id: Uint32
    snapshot_responses: Annotated[tuple[SnapshotScheduleResponse, ...], Repeated(RecordType(SnapshotScheduleResponse))]


class TakeSnapshotResponse(ClusterCommand):
    """The snapshot that was taken, or why none was."""

    snapshot_id: Uint32
    snapshot_confirmation: Enum8


class PublishSnapshot(ClusterCommand):
    """A snapshot: registers as they stood at a time."""

    snapshot_id: Uint32
    snapshot_time: UtcTime
    total_snapshots_found: Uint8
    command_index: Uint8
    total_number_of_commands: Uint8
    snapshot_cause: Bitmap32
    snapshot_payload_type: Enum8
    snapshot_payload: Annotated[TouSnapshot | TouBillingSnapshot | bytes, Choice(_snapshot)]


class GetSampledDataResponse(ClusterCommand):
    """Samples of a session."""

    sample_id: Uint16
    sample_start_time: UtcTime
    sample_type: Enum8
    sample_request_interval: Uint16
    samples: Annotated[tuple[int, ...], Counted(UINT24, U16)]


class ConfigureMirror(ClusterCommand):
    """Set how the meter reports to its mirror."""

    issuer_event_id: Uint32
    reporting_interval: Uint24
    mirror_notification_reporting: Bool
    notification_scheme: Uint8


class ConfigureNotificationScheme(ClusterCommand):
    """Set the order of the words of notification flags."""

    issuer_event_id: Uint32
    notification_scheme: Uint8
    notification_flag_order: Bitmap32


class ConfigureNotificationFlags(ClusterCommand):
    """Set the commands that the bits of a notification flags attribute announce."""

    issuer_event_id: Uint32
    notification_scheme: Uint8
    notification_flag_attribute_id: Annotated[int, U16]
    bit_field_allocations: Annotated[tuple[BitFieldAllocation, ...], Repeated(RecordType(BitFieldAllocation))]


class GetNotifiedMessage(ClusterCommand):
    """Ask the hub for the commands that its notification flags announced."""

    notification_scheme: Uint8
    notification_flag_attribute_id: Annotated[int, U16]
    notification_flags: Bitmap32


class SupplyStatusResponse(ClusterCommand):
    """The state of the supply after a change."""

    provider_id: Uint32
    issuer_event_id: Uint32
    implementation_date_time: UtcTime
    supply_status_after_implementation: Enum8


class StartSamplingResponse(ClusterCommand):
    """The identifier of the session."""

    sample_id: Uint16


CORE_CLIENT_TO_SERVER = (
    Command(0x00, GetProfile, response=GetProfileResponse),
    Command(0x01, RequestMirrorResponse),
    Command(0x02, MirrorRemoved),
    Command(0x03, RequestFastPollMode, response=RequestFastPollModeResponse),
)
CORE_SERVER_TO_CLIENT = (
    Command(0x00, GetProfileResponse),
    Command(0x01, RequestMirror, response=RequestMirrorResponse),
    Command(0x02, RemoveMirror, response=MirrorRemoved),
    Command(0x03, RequestFastPollModeResponse),
)
"""Those that every version of Smart Energy numbers alike."""

CLIENT_TO_SERVER = (
    *CORE_CLIENT_TO_SERVER,
    Command(0x04, ScheduleSnapshot, response=ScheduleSnapshotResponse),
    Command(0x05, TakeSnapshot, response=TakeSnapshotResponse),
    Command(0x06, GetSnapshot, response=PublishSnapshot),
    Command(0x07, StartSampling, response=StartSamplingResponse),
    Command(0x08, GetSampledData, response=GetSampledDataResponse),
    Command(0x09, MirrorReportAttributeResponse),
    Command(0x0A, ResetLoadLimitCounter),
    Command(0x0B, ChangeSupply, response=SupplyStatusResponse),
    Command(0x0C, LocalChangeSupply),
    Command(0x0D, SetSupplyStatus),
    Command(0x0E, SetUncontrolledFlowThreshold),
)
SERVER_TO_CLIENT = (
    *CORE_SERVER_TO_CLIENT,
    Command(0x04, ScheduleSnapshotResponse),
    Command(0x05, TakeSnapshotResponse),
    Command(0x06, PublishSnapshot),
    Command(0x07, GetSampledDataResponse),
    Command(0x08, ConfigureMirror),
    Command(0x09, ConfigureNotificationScheme),
    Command(0x0A, ConfigureNotificationFlags),
    Command(0x0B, GetNotifiedMessage),
    Command(0x0C, SupplyStatusResponse),
    Command(0x0D, StartSamplingResponse),
)
