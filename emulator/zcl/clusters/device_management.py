"""Device Management, 0x0708 (SE 1.4a, annex D.10): who supplies, who lives here, and what is done with events.

The server is the ESI: it tells of a change of supplier or of tenancy, and of new passwords. The clients are meters
and displays: for each event that they know there is an attribute that says where it is logged and who hears of it.
Server commands that announce a change carry the time at which it takes effect, in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Annotated

from hanbench.emulator.layout import RecordType
from hanbench.emulator.zcl.cluster import Attribute, Cluster, Command, Counted, Field, FieldType, Repeated, when
from hanbench.emulator.zcl.clusters.event_ids import EVENT_IDS
from hanbench.emulator.zcl.types import BITMAP8, BITMAP32, ENUM8, OCTET_STRING, UINT8, UINT16, UINT32, UTC_TIME

IMMEDIATELY = 0x00000000
CANCELLED = 0xFFFFFFFF
"""Times of a change: now, and no longer."""


class WanStatus(IntEnum):
    """WANStatus (table D-168)."""

    NOT_AVAILABLE = 0
    AVAILABLE = 1


class ChangeControl(IntFlag):
    """What a change of supplier or tenancy brings with it (table D-164)."""

    PRE_SNAPSHOTS = 1 << 0
    POST_SNAPSHOTS = 1 << 1
    RESET_CREDIT_REGISTER = 1 << 2
    RESET_DEBIT_REGISTER = 1 << 3
    RESET_BILLING_PERIOD = 1 << 4
    CLEAR_TARIFF_PLAN = 1 << 5
    CLEAR_STANDING_CHARGE = 1 << 6
    BLOCK_HISTORICAL_LOAD_PROFILE = 1 << 7
    CLEAR_HISTORICAL_LOAD_PROFILE = 1 << 8
    CLEAR_IHD_DATA_CONSUMER = 1 << 9
    CLEAR_IHD_DATA_SUPPLIER = 1 << 10
    CLEAR_TRANSACTION_LOG = 1 << 13
    CLEAR_PREPAYMENT_DATA = 1 << 14


SUPPLY_OFF, SUPPLY_OFF_ARMED, SUPPLY_ON, SUPPLY_UNCHANGED = (state << 11 for state in range(4))
"""Two more bits of the change control: the contactor afterwards (table D-165)."""


class EventConfiguration(IntFlag):
    """What is done with an event (table D-177). The lowest three bits are the log: a `LogId` of Events, 0 is none."""

    PUSH_TO_WAN = 0x08
    PUSH_TO_HAN = 0x10
    RAISE_ALARM_ZIGBEE = 0x20
    RAISE_ALARM_PHYSICAL = 0x40


class ConfigurationControl(IntEnum):
    """By what SetEventConfiguration names its events (table D-173)."""

    LIST = 0
    EVENT_GROUP = 1
    LOG_TYPE = 2
    CONFIGURATION_MATCH = 3


@dataclass(frozen=True, slots=True)
class ConfiguredEvent:
    """One entry of ReportEventConfiguration."""

    event_id: Annotated[int, UINT16]
    event_configuration: Annotated[int, BITMAP8]


def _by(control: ConfigurationControl, name: str, kind: FieldType) -> Field:
    return Field(name, when(lambda values: values["configuration_control"] == control, kind))


def _supplier(first: int, received: str) -> tuple[Attribute, ...]:
    """The supplier of the energy delivered, or of that received, and who may follow."""
    return (
        Attribute(first, f"{received}ProviderID", UINT32),
        Attribute(first + 0x01, f"{received}ProviderName", OCTET_STRING),
        Attribute(first + 0x02, f"{received}ProviderContactDetails", OCTET_STRING),
        Attribute(first + 0x10, f"{received}ProposedProviderID", UINT32),
        Attribute(first + 0x11, f"{received}ProposedProviderName", OCTET_STRING),
        Attribute(first + 0x12, f"{received}ProposedProviderChangeDateTime", UTC_TIME),
        Attribute(first + 0x13, f"{received}ProposedProviderChangeControl", BITMAP32),
        Attribute(first + 0x14, f"{received}ProposedProviderContactDetails", OCTET_STRING),
    )


_OF_EVERY_CLUSTER = (
    Attribute(0xFFFD, "ClusterRevision", UINT16),
    Attribute(0xFFFE, "AttributeReportingStatus", ENUM8),
)

CLUSTER = Cluster(
    0x0708,
    "Device Management",
    attributes=(
        *_supplier(0x0100, ""),
        *_supplier(0x0120, "Received"),
        Attribute(0x0200, "ChangeOfTenancyUpdateDateTime", UTC_TIME),
        Attribute(0x0201, "ProposedTenancyChangeControl", BITMAP32),
        Attribute(0x0300, "WANStatus", ENUM8),
        Attribute(0x0400, "LowMediumThreshold", UINT32),
        Attribute(0x0401, "MediumHighThreshold", UINT32),
        *_OF_EVERY_CLUSTER,
    ),
    client_attributes=(
        Attribute(0x0000, "ProviderID", UINT32),
        Attribute(0x0010, "ReceivedProviderID", UINT32),
        *(Attribute(event_id, name, BITMAP8) for name, event_id in EVENT_IDS.items()),
        *_OF_EVERY_CLUSTER,
    ),
    client_to_server=(
        Command(0x00, "GetChangeOfTenancy", response="PublishChangeOfTenancy"),
        Command(0x01, "GetChangeOfSupplier", response="PublishChangeOfSupplier"),
        Command(0x02, "RequestNewPassword", (Field("password_type", ENUM8),), response="RequestNewPasswordResponse"),
        Command(0x03, "GetSiteID", response="UpdateSiteID"),
        Command(
            0x04,
            "ReportEventConfiguration",
            (
                Field("command_index", UINT8),
                Field("total_commands", UINT8),
                Field("event_configurations", Repeated(RecordType(ConfiguredEvent))),
            ),
        ),
        Command(0x05, "GetCIN", response="UpdateCIN"),
    ),
    server_to_client=(
        Command(
            0x00,
            "PublishChangeOfTenancy",
            (
                Field("provider_id", UINT32),
                Field("issuer_event_id", UINT32),
                Field("tariff_type", BITMAP8),
                Field("implementation_date_time", UTC_TIME),
                Field("proposed_tenancy_change_control", BITMAP32),
            ),
        ),
        Command(
            0x01,
            "PublishChangeOfSupplier",
            (
                Field("current_provider_id", UINT32),
                Field("issuer_event_id", UINT32),
                Field("tariff_type", BITMAP8),
                Field("proposed_provider_id", UINT32),
                Field("provider_change_implementation_time", UTC_TIME),
                Field("provider_change_control", BITMAP32),
                Field("proposed_provider_name", OCTET_STRING),
                Field("proposed_provider_contact_details", OCTET_STRING),
            ),
        ),
        Command(
            0x02,
            "RequestNewPasswordResponse",
            (
                Field("issuer_event_id", UINT32),
                Field("implementation_date_time", UTC_TIME),
                Field("duration_in_minutes", UINT16),
                Field("password_type", ENUM8),
                Field("password", OCTET_STRING),
            ),
        ),
        Command(
            0x03,
            "UpdateSiteID",
            (
                Field("issuer_event_id", UINT32),
                Field("site_id_time", UTC_TIME),
                Field("provider_id", UINT32),
                Field("site_id", OCTET_STRING),
            ),
        ),
        Command(
            0x04,
            "SetEventConfiguration",
            (
                Field("issuer_event_id", UINT32),
                Field("start_date_time", UTC_TIME),
                Field("event_configuration", BITMAP8),
                Field("configuration_control", ENUM8),
                _by(ConfigurationControl.LIST, "event_ids", Counted(UINT16)),
                _by(ConfigurationControl.EVENT_GROUP, "event_group_id", UINT16),
                _by(ConfigurationControl.LOG_TYPE, "log_id", ENUM8),
                _by(ConfigurationControl.CONFIGURATION_MATCH, "configuration_value_match", BITMAP8),
            ),
        ),
        Command(0x05, "GetEventConfiguration", (Field("event_id", UINT16),), response="ReportEventConfiguration"),
        Command(
            0x06,
            "UpdateCIN",
            (
                Field("issuer_event_id", UINT32),
                Field("cin_implementation_time", UTC_TIME),
                Field("provider_id", UINT32),
                Field("customer_id_number", OCTET_STRING),
            ),
        ),
    ),
)
