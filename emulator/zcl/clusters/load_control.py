"""Demand Response and Load Control, 0x0701 (SE 1.4a, annex D.2): events that ask devices to use less.

The attributes are the client's: the device that sheds load says which group and class it is of.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Annotated

from hanbench.emulator.layout import Octets, Trailing
from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, AttributeSet, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.fields import (
    Bitmap8,
    Bitmap16,
    Int8,
    Int16,
    OptionalUint32,
    Uint8,
    Uint16,
    Uint32,
    UtcTime,
)
from hanbench.emulator.zcl.types import UINT8, UINT16

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
    """Devices that an event is for."""

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
    """Importance of an event; from EMERGENCY on, taking part is not voluntary."""

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
    """Ends of an event that are moved at random."""

    RANDOMIZE_START = 0x01
    RANDOMIZE_DURATION = 0x02


class CancelControl(IntFlag):
    """Cancellation of a running event: with its randomization, or at once."""

    RANDOMIZED_END = 0x01


class EventStatus(IntEnum):
    """State of an event at a device."""

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


class LoadControlAttributes(AttributeSet):
    """Attributes of the server."""

    ClusterRevision = Attribute(0xFFFD, UINT16)


class LoadControlClientAttributes(AttributeSet):
    """Attributes of the client: which events are for this device, and how far it may move their ends at random."""

    UtilityEnrollmentGroup = Attribute(0x0000, UINT8, READ | WRITE)
    StartRandomizationMinutes = Attribute(0x0001, UINT8, READ | WRITE)
    DurationRandomizationMinutes = Attribute(0x0002, UINT8, READ | WRITE)
    DeviceClassValue = Attribute(0x0003, UINT16, READ | WRITE)


class ReportEventStatus(ClusterCommand):
    """State of an event at the device."""

    issuer_event_id: Uint32
    event_status: Uint8
    event_status_time: UtcTime
    criticality_level_applied: Uint8
    cooling_temperature_set_point_applied: Int16
    heating_temperature_set_point_applied: Int16
    average_load_adjustment_percentage_applied: Int8
    duty_cycle_applied: Uint8
    event_control: Bitmap8
    signature_type: Uint8
    signature: Annotated[bytes | None, Trailing(Octets(SIGNATURE_OCTETS))] = None


class GetScheduledEvents(ClusterCommand):
    """Ask for the events from a time on."""

    start_time: UtcTime
    number_of_events: Uint8
    issuer_event_id: OptionalUint32 = None


# --- server to client ---------------------------------------------------------------------------------------------


class LoadControlEvent(ClusterCommand):
    """An event: use less from a time on, for so long."""

    issuer_event_id: Uint32
    device_class: Bitmap16
    utility_enrollment_group: Uint8
    start_time: UtcTime
    duration_in_minutes: Uint16
    criticality_level: Uint8
    cooling_temperature_offset: Uint8
    heating_temperature_offset: Uint8
    cooling_temperature_set_point: Int16
    heating_temperature_set_point: Int16
    average_load_adjustment_percentage: Int8
    duty_cycle: Uint8
    event_control: Bitmap8


class CancelLoadControlEvent(ClusterCommand):
    """An event is cancelled."""

    issuer_event_id: Uint32
    device_class: Bitmap16
    utility_enrollment_group: Uint8
    cancel_control: Bitmap8
    effective_time: UtcTime


class CancelAllLoadControlEvents(ClusterCommand):
    """All events are cancelled."""

    cancel_control: Bitmap8


CLUSTER = Cluster(
    0x0701,
    "Demand Response and Load Control",
    attributes=LoadControlAttributes.rows,
    client_attributes=LoadControlClientAttributes.rows,
    client_to_server=(
        Command(0x00, ReportEventStatus),
        Command(0x01, GetScheduledEvents, response=LoadControlEvent),
    ),
    server_to_client=(
        Command(0x00, LoadControlEvent, response=ReportEventStatus),
        Command(0x01, CancelLoadControlEvent, response=ReportEventStatus),
        Command(0x02, CancelAllLoadControlEvents),
    ),
)
