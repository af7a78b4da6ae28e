"""Device Management, 0x0708 (SE 1.4a, annex D.10): suppliers, tenants, and the treatment of events.

The server is the ESI: it tells of a change of supplier or of tenancy, and of new passwords. The clients are meters
and displays: for each event that they know, an attribute says where it is logged and to whom it is reported.
Server commands that announce a change carry the time at which it takes effect, in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Annotated

from hanbench.emulator.layout import Choice, Counted, FieldType, RecordType, Repeated, when
from hanbench.emulator.zcl.cluster import Attribute, AttributeSet, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.clusters.event_ids import EVENT_IDS
from hanbench.emulator.zcl.fields import Bitmap8, Bitmap32, Enum8, Octstr, Uint8, Uint16, Uint32, UtcTime
from hanbench.emulator.zcl.types import BITMAP8, BITMAP32, ENUM8, OCTET_STRING, UINT16, UINT32, UTC_TIME

IMMEDIATELY = 0x00000000
CANCELLED = 0xFFFFFFFF
"""Times of a change: now, and no longer."""


class WanStatus(IntEnum):
    """WANStatus (table D-168)."""

    NOT_AVAILABLE = 0
    AVAILABLE = 1


class ChangeControl(IntFlag):
    """Effects of a change of supplier or tenancy (table D-164)."""

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
    """Treatment of an event (table D-177). The lowest three bits are the log: a `LogId` of Events, 0 is none."""

    PUSH_TO_WAN = 0x08
    PUSH_TO_HAN = 0x10
    RAISE_ALARM_ZIGBEE = 0x20
    RAISE_ALARM_PHYSICAL = 0x40


class ConfigurationControl(IntEnum):
    """How SetEventConfiguration selects its events (table D-173)."""

    LIST = 0
    EVENT_GROUP = 1
    LOG_TYPE = 2
    CONFIGURATION_MATCH = 3


@dataclass(frozen=True, slots=True)
class ConfiguredEvent:
    """One entry of ReportEventConfiguration."""

    event_id: Uint16
    event_configuration: Bitmap8


def _by(control: ConfigurationControl, kind: FieldType) -> Choice:
    return when(lambda values: values["configuration_control"] == control, kind)


class DeviceManagementAttributes(AttributeSet):
    """Attributes of the server: the suppliers of the energy delivered and received, and those that may follow."""

    ProviderID = Attribute(0x0100, UINT32)
    ProviderName = Attribute(0x0101, OCTET_STRING)
    ProviderContactDetails = Attribute(0x0102, OCTET_STRING)
    ProposedProviderID = Attribute(0x0110, UINT32)
    ProposedProviderName = Attribute(0x0111, OCTET_STRING)
    ProposedProviderChangeDateTime = Attribute(0x0112, UTC_TIME)
    ProposedProviderChangeControl = Attribute(0x0113, BITMAP32)
    ProposedProviderContactDetails = Attribute(0x0114, OCTET_STRING)
    ReceivedProviderID = Attribute(0x0120, UINT32)
    ReceivedProviderName = Attribute(0x0121, OCTET_STRING)
    ReceivedProviderContactDetails = Attribute(0x0122, OCTET_STRING)
    ReceivedProposedProviderID = Attribute(0x0130, UINT32)
    ReceivedProposedProviderName = Attribute(0x0131, OCTET_STRING)
    ReceivedProposedProviderChangeDateTime = Attribute(0x0132, UTC_TIME)
    ReceivedProposedProviderChangeControl = Attribute(0x0133, BITMAP32)
    ReceivedProposedProviderContactDetails = Attribute(0x0134, OCTET_STRING)
    ChangeOfTenancyUpdateDateTime = Attribute(0x0200, UTC_TIME)
    ProposedTenancyChangeControl = Attribute(0x0201, BITMAP32)
    WANStatus = Attribute(0x0300, ENUM8)
    LowMediumThreshold = Attribute(0x0400, UINT32)
    MediumHighThreshold = Attribute(0x0401, UINT32)
    ClusterRevision = Attribute(0xFFFD, UINT16)
    AttributeReportingStatus = Attribute(0xFFFE, ENUM8)


class DeviceManagementClientAttributes(AttributeSet):
    """Attributes of the client."""

    ProviderID = Attribute(0x0000, UINT32)
    ReceivedProviderID = Attribute(0x0010, UINT32)
    EventConfigurations = tuple(Attribute(event_id, BITMAP8, name=name) for name, event_id in EVENT_IDS.items())
    ClusterRevision = Attribute(0xFFFD, UINT16)
    AttributeReportingStatus = Attribute(0xFFFE, ENUM8)


# --- client to server ---------------------------------------------------------------------------------------------


class GetChangeOfTenancy(ClusterCommand):
    """Ask for a change of tenancy."""


class GetChangeOfSupplier(ClusterCommand):
    """Ask for a change of supplier."""


class RequestNewPassword(ClusterCommand):
    """Ask for a new password."""

    password_type: Enum8


class GetSiteID(ClusterCommand):
    """Ask for the site identifier."""


class ReportEventConfiguration(ClusterCommand):
    """The device's treatment of events."""

    command_index: Uint8
    total_commands: Uint8
    event_configurations: Annotated[tuple[ConfiguredEvent, ...], Repeated(RecordType(ConfiguredEvent))]


class GetCIN(ClusterCommand):
    """Ask for the customer identification number."""


# --- server to client ---------------------------------------------------------------------------------------------


class PublishChangeOfTenancy(ClusterCommand):
    """A change of tenancy."""

    provider_id: Uint32
    issuer_event_id: Uint32
    tariff_type: Bitmap8
    implementation_date_time: UtcTime
    proposed_tenancy_change_control: Bitmap32


class PublishChangeOfSupplier(ClusterCommand):
    """A change of supplier."""

    current_provider_id: Uint32
    issuer_event_id: Uint32
    tariff_type: Bitmap8
    proposed_provider_id: Uint32
    provider_change_implementation_time: UtcTime
    provider_change_control: Bitmap32
    proposed_provider_name: Octstr
    proposed_provider_contact_details: Octstr


class RequestNewPasswordResponse(ClusterCommand):
    """A new password."""

    issuer_event_id: Uint32
    implementation_date_time: UtcTime
    duration_in_minutes: Uint16
    password_type: Enum8
    password: Octstr


class UpdateSiteID(ClusterCommand):
    """The site identifier from a time on."""

    issuer_event_id: Uint32
    site_id_time: UtcTime
    provider_id: Uint32
    site_id: Octstr


class SetEventConfiguration(ClusterCommand):
    """Set the treatment of events from a time on."""

    issuer_event_id: Uint32
    start_date_time: UtcTime
    event_configuration: Bitmap8
    configuration_control: Enum8
    event_ids: Annotated[tuple[int, ...] | None, _by(ConfigurationControl.LIST, Counted(UINT16))] = None
    event_group_id: Annotated[int | None, _by(ConfigurationControl.EVENT_GROUP, UINT16)] = None
    log_id: Annotated[int | None, _by(ConfigurationControl.LOG_TYPE, ENUM8)] = None
    configuration_value_match: Annotated[int | None, _by(ConfigurationControl.CONFIGURATION_MATCH, BITMAP8)] = None


class GetEventConfiguration(ClusterCommand):
    """Ask for the treatment of an event, or of all (`ALL_EVENTS`)."""

    event_id: Uint16


class UpdateCIN(ClusterCommand):
    """The customer identification number from a time on."""

    issuer_event_id: Uint32
    cin_implementation_time: UtcTime
    provider_id: Uint32
    customer_id_number: Octstr


CLUSTER = Cluster(
    0x0708,
    "Device Management",
    attributes=DeviceManagementAttributes.rows,
    client_attributes=DeviceManagementClientAttributes.rows,
    client_to_server=(
        Command(0x00, GetChangeOfTenancy, response=PublishChangeOfTenancy),
        Command(0x01, GetChangeOfSupplier, response=PublishChangeOfSupplier),
        Command(0x02, RequestNewPassword, response=RequestNewPasswordResponse),
        Command(0x03, GetSiteID, response=UpdateSiteID),
        Command(0x04, ReportEventConfiguration),
        Command(0x05, GetCIN, response=UpdateCIN),
    ),
    server_to_client=(
        Command(0x00, PublishChangeOfTenancy),
        Command(0x01, PublishChangeOfSupplier),
        Command(0x02, RequestNewPasswordResponse),
        Command(0x03, UpdateSiteID),
        Command(0x04, SetEventConfiguration),
        Command(0x05, GetEventConfiguration, response=ReportEventConfiguration),
        Command(0x06, UpdateCIN),
    ),
)
