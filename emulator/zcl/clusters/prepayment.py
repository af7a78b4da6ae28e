"""Prepayment, 0x0705 (SE 1.4a, annex D.7): credit, top-ups, debts and costs.

Top-ups and debts are kept as rows of attributes, the newest first; costs over days, weeks and months likewise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Annotated, Any

from hanbench.emulator.layout import Choice, FieldType, RecordType, Repeated, Rest
from hanbench.emulator.zcl.cluster import LIVE, READ, WRITE, Attribute, AttributeSet, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.fields import (
    Bitmap8,
    Bitmap16,
    Bitmap32,
    Enum8,
    Int32,
    Octstr,
    Uint8,
    Uint16,
    Uint32,
    UtcTime,
)
from hanbench.emulator.zcl.types import (
    BITMAP8,
    BITMAP16,
    ENUM8,
    INT32,
    OCTET_STRING,
    UINT8,
    UINT16,
    UINT32,
    UINT48,
    UTC_TIME,
)

TOP_UPS = 5
DEBTS = 3
DISABLED = 0xFFFFFFFF
"""No limit."""


class PaymentControl(IntFlag):
    """Bits of PaymentControlConfiguration."""

    DISCONNECTION_ENABLED = 1 << 0
    PREPAYMENT_ENABLED = 1 << 1
    CREDIT_MANAGEMENT_ENABLED = 1 << 2
    CREDIT_DISPLAY_ENABLED = 1 << 4
    ACCOUNT_BASE = 1 << 6
    CONTACTOR_FITTED = 1 << 7
    STANDING_CHARGE_CONFIGURATION = 1 << 8
    EMERGENCY_STANDING_CHARGE_CONFIGURATION = 1 << 9
    DEBT_CONFIGURATION = 1 << 10
    EMERGENCY_DEBT_CONFIGURATION = 1 << 11


class PrepaymentSnapshotPayloadType(IntEnum):
    """Content of a prepayment snapshot."""

    DEBT_CREDIT_STATUS = 0
    NOT_USED = 0xFF


@dataclass(frozen=True, slots=True)
class DebtCreditStatus:
    """The balance at a time: the payload of a snapshot."""

    accumulated_debt: Int32
    type_1_debt_remaining: Uint32
    type_2_debt_remaining: Uint32
    type_3_debt_remaining: Uint32
    emergency_credit_remaining: Int32
    credit_remaining: Int32


@dataclass(frozen=True, slots=True)
class TopUp:
    """One entry of the log of top-ups."""

    code: Octstr
    amount: Int32
    time: UtcTime


@dataclass(frozen=True, slots=True)
class Repayment:
    """One entry of the log of debts repaid."""

    collection_time: UtcTime
    amount_collected: Uint32
    debt_type: Enum8
    outstanding_debt: Uint32


def _top_ups() -> Iterator[Attribute]:
    for number in range(1, TOP_UPS + 1):
        base = 0x0100 + 0x10 * (number - 1)
        yield Attribute(base, UTC_TIME, LIVE, name=f"TopUpDateTime{number}")
        yield Attribute(base + 1, INT32, LIVE, name=f"TopUpAmount{number}")
        yield Attribute(base + 2, ENUM8, LIVE, name=f"OriginatingDevice{number}")
        yield Attribute(base + 3, OCTET_STRING, LIVE, name=f"TopUpCode{number}")


def _debts() -> Iterator[Attribute]:
    for number in range(1, DEBTS + 1):
        base = 0x0210 + 0x10 * (number - 1)
        yield Attribute(base, OCTET_STRING, LIVE, name=f"DebtLabel{number}")
        yield Attribute(base + 1, UINT32, LIVE, name=f"DebtAmount{number}")
        yield Attribute(base + 2, ENUM8, LIVE, name=f"DebtRecoveryMethod{number}")
        yield Attribute(base + 3, UTC_TIME, LIVE, name=f"DebtRecoveryStartTime{number}")
        yield Attribute(base + 4, UINT16, LIVE, name=f"DebtRecoveryCollectionTime{number}")
        yield Attribute(base + 6, ENUM8, LIVE, name=f"DebtRecoveryFrequency{number}")
        yield Attribute(base + 7, UINT32, LIVE, name=f"DebtRecoveryAmount{number}")
        yield Attribute(base + 9, UINT16, LIVE, name=f"DebtRecoveryTopUpPercentage{number}")


_PERIODS = (("Day", 0x051C, 8), ("Week", 0x0530, 5), ("Month", 0x0540, 13))
"""Name, first id, and how many earlier ones are kept."""


def _costs() -> Iterator[Attribute]:
    for period, base, kept in _PERIODS:
        names = [f"Current{period}", f"Previous{period}", *(f"Previous{period}{n}" for n in range(2, kept + 1))]
        for place, name in enumerate(names):
            for received, direction in enumerate(("Delivered", "Received")):
                id = base + 2 * place + received
                yield Attribute(id, UINT48, LIVE, name=f"{name}CostConsumption{direction}")


class PrepaymentAttributes(AttributeSet):
    """Attributes of the server."""

    # Prepayment information
    PaymentControlConfiguration = Attribute(0x0000, BITMAP16, LIVE)
    CreditRemaining = Attribute(0x0001, INT32, LIVE)
    EmergencyCreditRemaining = Attribute(0x0002, INT32, LIVE)
    CreditStatus = Attribute(0x0003, BITMAP8, LIVE)
    CreditRemainingTimestamp = Attribute(0x0004, UTC_TIME, LIVE)
    AccumulatedDebt = Attribute(0x0005, INT32, LIVE)
    OverallDebtCap = Attribute(0x0006, INT32, LIVE)
    EmergencyCreditLimit = Attribute(0x0010, UINT32, LIVE)
    EmergencyCreditThreshold = Attribute(0x0011, UINT32, LIVE)
    TotalCreditAdded = Attribute(0x0020, UINT48, LIVE)
    MaxCreditLimit = Attribute(0x0021, UINT32, LIVE)
    MaxCreditPerTopUp = Attribute(0x0022, UINT32, LIVE)
    FriendlyCreditWarning = Attribute(0x0030, UINT8, LIVE)
    LowCreditWarningLevel = Attribute(0x0031, UINT32, LIVE)
    IHDLowCreditWarningLevel = Attribute(0x0032, UINT32, LIVE | WRITE)
    InterruptSuspendTime = Attribute(0x0033, UINT8, LIVE)
    RemainingFriendlyCreditTime = Attribute(0x0034, UINT16, LIVE)
    NextFriendlyCreditPeriod = Attribute(0x0035, UTC_TIME, LIVE)
    CutOffValue = Attribute(0x0040, INT32, LIVE)
    TokenCarrierID = Attribute(0x0080, OCTET_STRING, LIVE | WRITE)
    TopUps = tuple(_top_ups())
    Debts = tuple(_debts())
    # Alarms
    PrepaymentAlarmStatus = Attribute(0x0400, BITMAP16, LIVE)
    PrepayGenericAlarmMask = Attribute(0x0401, BITMAP16, READ | WRITE)
    PrepaySwitchAlarmMask = Attribute(0x0402, BITMAP16, READ | WRITE)
    PrepayEventAlarmMask = Attribute(0x0403, BITMAP16, READ | WRITE)
    # Historical cost consumption
    HistoricalCostConsumptionFormatting = Attribute(0x0500, BITMAP8, LIVE)
    ConsumptionUnitOfMeasurement = Attribute(0x0501, ENUM8, LIVE)
    CurrencyScalingFactor = Attribute(0x0502, ENUM8, LIVE)
    Currency = Attribute(0x0503, UINT16, LIVE)
    HistoricalCostConsumption = tuple(_costs())
    HistoricalFreezeTime = Attribute(0x055C, UINT16, LIVE)
    ClusterRevision = Attribute(0xFFFD, UINT16)


_STATUS, _OTHER = RecordType(DebtCreditStatus), Rest()


def _snapshot(values: Mapping[str, Any]) -> FieldType:
    return _STATUS if values["snapshot_payload_type"] == PrepaymentSnapshotPayloadType.DEBT_CREDIT_STATUS else _OTHER


# --- client to server -----------------------------------------------------------------------------------------------


class SelectAvailableEmergencyCredit(ClusterCommand):
    """Use emergency credit."""

    command_issue_date_time: UtcTime
    originating_device: Enum8


class ChangeDebt(ClusterCommand):
    """Set one of the debts, or change it."""

    issuer_event_id: Uint32
    debt_label: Octstr
    debt_amount: Int32
    debt_recovery_method: Enum8
    debt_amount_type: Enum8
    debt_recovery_start_time: UtcTime
    debt_recovery_collection_time: Uint16
    debt_recovery_frequency: Enum8
    debt_recovery_amount: Int32
    debt_recovery_balance_percentage: Uint16


class EmergencyCreditSetup(ClusterCommand):
    """Limit and threshold of emergency credit."""

    issuer_event_id: Uint32
    start_time: UtcTime
    emergency_credit_limit: Uint32
    emergency_credit_threshold: Uint32


class ConsumerTopUp(ClusterCommand):
    """Top up by a code."""

    originating_device: Enum8
    top_up_code: Octstr


class CreditAdjustment(ClusterCommand):
    """Add to the credit, or take from it."""

    issuer_event_id: Uint32
    start_time: UtcTime
    credit_adjustment_type: Enum8
    credit_adjustment_value: Int32


class ChangePaymentMode(ClusterCommand):
    """Change between credit and prepayment."""

    provider_id: Uint32
    issuer_event_id: Uint32
    implementation_date_time: UtcTime
    proposed_payment_control_configuration: Bitmap16
    cut_off_value: Int32


class GetPrepaySnapshot(ClusterCommand):
    """Ask for one of the snapshots in a span of time."""

    earliest_start_time: UtcTime
    latest_end_time: UtcTime
    snapshot_offset: Uint8
    snapshot_cause: Bitmap32


class GetTopUpLog(ClusterCommand):
    """Ask for top-ups up to a time."""

    latest_end_time: UtcTime
    number_of_records: Uint8


class SetLowCreditWarningLevel(ClusterCommand):
    """From which credit on the customer is warned."""

    low_credit_warning_level: Uint32


class GetDebtRepaymentLog(ClusterCommand):
    """Ask for debt repayments up to a time."""

    latest_end_time: UtcTime
    number_of_records: Uint8
    debt_type: Enum8


class SetMaximumCreditLimit(ClusterCommand):
    """The most credit there may be, and that a top-up may bring."""

    provider_id: Uint32
    issuer_event_id: Uint32
    implementation_date_time: UtcTime
    maximum_credit_level: Uint32
    maximum_credit_per_top_up: Uint32


class SetOverallDebtCap(ClusterCommand):
    """The most debt that is recovered in a time."""

    provider_id: Uint32
    issuer_event_id: Uint32
    implementation_date_time: UtcTime
    overall_debt_cap: Int32


# --- server to client -----------------------------------------------------------------------------------------------


class PublishPrepaySnapshot(ClusterCommand):
    """A snapshot: the balance as it stood at a time."""

    snapshot_id: Uint32
    snapshot_time: UtcTime
    total_snapshots_found: Uint8
    command_index: Uint8
    total_number_of_commands: Uint8
    snapshot_cause: Bitmap32
    snapshot_payload_type: Enum8
    snapshot_payload: Annotated[DebtCreditStatus | bytes, Choice(_snapshot)]


class ChangePaymentModeResponse(ClusterCommand):
    """Credit terms of the payment mode."""

    friendly_credit: Bitmap8
    friendly_credit_calendar_id: Uint32
    emergency_credit_limit: Uint32
    emergency_credit_threshold: Uint32


class ConsumerTopUpResponse(ClusterCommand):
    """What became of a top-up."""

    result_type: Enum8
    top_up_value: Int32
    source_of_top_up: Enum8
    credit_remaining: Int32


class PublishTopUpLog(ClusterCommand):
    """Top-ups, the newest first."""

    command_index: Uint8
    total_number_of_commands: Uint8
    top_ups: Annotated[tuple[TopUp, ...], Repeated(RecordType(TopUp))]


class PublishDebtLog(ClusterCommand):
    """Debt repayments, the newest first."""

    command_index: Uint8
    total_number_of_commands: Uint8
    repayments: Annotated[tuple[Repayment, ...], Repeated(RecordType(Repayment))]


CLUSTER = Cluster(
    0x0705,
    "Prepayment",
    attributes=PrepaymentAttributes.rows,
    client_to_server=(
        Command(0x00, SelectAvailableEmergencyCredit),
        Command(0x02, ChangeDebt),
        Command(0x03, EmergencyCreditSetup),
        Command(0x04, ConsumerTopUp, response=ConsumerTopUpResponse),
        Command(0x05, CreditAdjustment),
        Command(0x06, ChangePaymentMode, response=ChangePaymentModeResponse),
        Command(0x07, GetPrepaySnapshot, response=PublishPrepaySnapshot),
        Command(0x08, GetTopUpLog, response=PublishTopUpLog),
        Command(0x09, SetLowCreditWarningLevel),
        Command(0x0A, GetDebtRepaymentLog, response=PublishDebtLog),
        Command(0x0B, SetMaximumCreditLimit),
        Command(0x0C, SetOverallDebtCap),
    ),
    server_to_client=(
        Command(0x01, PublishPrepaySnapshot),
        Command(0x02, ChangePaymentModeResponse),
        Command(0x03, ConsumerTopUpResponse),
        Command(0x05, PublishTopUpLog),
        Command(0x06, PublishDebtLog),
    ),
)
