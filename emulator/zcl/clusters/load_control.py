"""Demand Response and Load Control, 0x0701 (SE 1.4a, annex D.2): events that ask devices to use less.

The attributes are the client's: the device that sheds load says which group and class it is of.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

from hanbench.emulator.layout import Octets
from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, Cluster, Command, Field, Trailing
from hanbench.emulator.zcl.types import BITMAP8, BITMAP16, INT8, INT16, UINT8, UINT16, UINT32, UTC_TIME

ALL_GROUPS = 0x00
"""Utility enrolment group of an event for every device of its class."""
NOW = 0x00000000
"""Start or effective time: at once."""
NO_OFFSET = 0xFF
"""Temperature offset (tenths of a degree Celsius) that is not used."""
NO_SET_POINT = -0x8000
"""Temperature set point (hundredths of a degree Celsius) that is not used."""
NO_LOAD_ADJUSTMENT = -0x80
"""Average load adjustment percentage that is not used."""
NO_DUTY_CYCLE = 0xFF
SIGNATURE_OCTETS = 42
"""Length of an ECDSA signature on sect163k1: r and s."""


class DeviceClass(IntFlag):
    """Which devices an event is for."""

    HVAC_COMPRESSOR_OR_FURNACE = 0x0001
    STRIP_OR_BASEBOARD_HEATERS = 0x0002
    WATER_HEATER = 0x0004
    POOL_PUMP = 0x0008
    SMART_APPLIANCES = 0x0010
    IRRIGATION_PUMP = 0x0020
    COMMERCIAL_AND_INDUSTRIAL_LOADS = 0x0040
    SIMPLE_LOADS = 0x0080
    EXTERIOR_LIGHTING = 0x0100
    INTERIOR_LIGHTING = 0x0200
    ELECTRIC_VEHICLE = 0x0400
    GENERATION_SYSTEMS = 0x0800


class CriticalityLevel(IntEnum):
    """How much an event matters; from EMERGENCY on, taking part is not voluntary."""

    GREEN = 1
    LEVEL_1 = 2
    LEVEL_2 = 3
    LEVEL_3 = 4
    LEVEL_4 = 5
    LEVEL_5 = 6
    EMERGENCY = 7
    PLANNED_OUTAGE = 8
    SERVICE_DISCONNECT = 9


class LoadControlEventControl(IntFlag):
    """Which ends of an event are moved at random."""

    RANDOMIZE_START = 0x01
    RANDOMIZE_DURATION = 0x02


class CancelControl(IntFlag):
    """How an event that runs is cancelled: with its randomization, or at once."""

    RANDOMIZED_END = 0x01


class EventStatus(IntEnum):
    """What became of an event at a device."""

    RECEIVED = 0x01
    STARTED = 0x02
    COMPLETED = 0x03
    OPTED_OUT = 0x04
    OPTED_IN = 0x05
    CANCELLED = 0x06
    SUPERSEDED = 0x07
    PARTIALLY_COMPLETED_OPT_OUT = 0x08
    PARTIALLY_COMPLETED_OPT_IN = 0x09
    COMPLETED_NO_PARTICIPATION = 0x0A
    INVALID_CANCEL = 0xF8
    INVALID_EFFECTIVE_TIME = 0xF9
    EXPIRED = 0xFB
    UNDEFINED_EVENT = 0xFD
    REJECTED = 0xFE


class SignatureType(IntEnum):
    """How a report is signed."""

    NONE = 0
    ECDSA = 1


CLUSTER = Cluster(
    0x0701,
    "Demand Response and Load Control",
    attributes=(Attribute(0xFFFD, "ClusterRevision", UINT16),),
    client_attributes=(
        Attribute(0x0000, "UtilityEnrollmentGroup", UINT8, READ | WRITE),
        Attribute(0x0001, "StartRandomizationMinutes", UINT8, READ | WRITE),
        Attribute(0x0002, "DurationRandomizationMinutes", UINT8, READ | WRITE),
        Attribute(0x0003, "DeviceClassValue", UINT16, READ | WRITE),
    ),
    client_to_server=(
        Command(
            0x00,
            "ReportEventStatus",
            (
                Field("issuer_event_id", UINT32),
                Field("event_status", UINT8),
                Field("event_status_time", UTC_TIME),
                Field("criticality_level_applied", UINT8),
                Field("cooling_temperature_set_point_applied", INT16),
                Field("heating_temperature_set_point_applied", INT16),
                Field("average_load_adjustment_percentage_applied", INT8),
                Field("duty_cycle_applied", UINT8),
                Field("event_control", BITMAP8),
                Field("signature_type", UINT8),
                Field("signature", Trailing(Octets(SIGNATURE_OCTETS))),
            ),
        ),
        Command(
            0x01,
            "GetScheduledEvents",
            (
                Field("start_time", UTC_TIME),
                Field("number_of_events", UINT8),
                Field("issuer_event_id", Trailing(UINT32)),
            ),
            response="LoadControlEvent",
        ),
    ),
    server_to_client=(
        Command(
            0x00,
            "LoadControlEvent",
            (
                Field("issuer_event_id", UINT32),
                Field("device_class", BITMAP16),
                Field("utility_enrollment_group", UINT8),
                Field("start_time", UTC_TIME),
                Field("duration_in_minutes", UINT16),
                Field("criticality_level", UINT8),
                Field("cooling_temperature_offset", UINT8),
                Field("heating_temperature_offset", UINT8),
                Field("cooling_temperature_set_point", INT16),
                Field("heating_temperature_set_point", INT16),
                Field("average_load_adjustment_percentage", INT8),
                Field("duty_cycle", UINT8),
                Field("event_control", BITMAP8),
            ),
            response="ReportEventStatus",
        ),
        Command(
            0x01,
            "CancelLoadControlEvent",
            (
                Field("issuer_event_id", UINT32),
                Field("device_class", BITMAP16),
                Field("utility_enrollment_group", UINT8),
                Field("cancel_control", BITMAP8),
                Field("effective_time", UTC_TIME),
            ),
            response="ReportEventStatus",
        ),
        Command(0x02, "CancelAllLoadControlEvents", (Field("cancel_control", BITMAP8),)),
    ),
)
