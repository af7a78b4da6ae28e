"""Prepayment, 0x0705 (SE 1.4a, annex D.7): credit, top-ups, debts and what they have cost.

Top-ups and debts are kept as rows of attributes, the newest first; costs over days, weeks and months likewise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Annotated, Any

from hanbench.emulator.layout import Choice, RecordType, Rest
from hanbench.emulator.zcl.cluster import READ, REPORT, WRITE, Attribute, Cluster, Command, Field, FieldType, Repeated
from hanbench.emulator.zcl.codecs import DataType
from hanbench.emulator.zcl.types import (
    BITMAP8,
    BITMAP16,
    BITMAP32,
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
"""A limit that holds nothing back."""

_LIVE = READ | REPORT


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
    """What a prepayment snapshot holds."""

    DEBT_CREDIT_STATUS = 0
    NOT_USED = 0xFF


@dataclass(frozen=True, slots=True)
class DebtCreditStatus:
    """The balance at a time: the payload of a snapshot."""

    accumulated_debt: Annotated[int, INT32]
    type_1_debt_remaining: Annotated[int, UINT32]
    type_2_debt_remaining: Annotated[int, UINT32]
    type_3_debt_remaining: Annotated[int, UINT32]
    emergency_credit_remaining: Annotated[int, INT32]
    credit_remaining: Annotated[int, INT32]


@dataclass(frozen=True, slots=True)
class TopUp:
    """One entry of the log of top-ups."""

    code: Annotated[bytes, OCTET_STRING]
    amount: Annotated[int, INT32]
    time: Annotated[int, UTC_TIME]


@dataclass(frozen=True, slots=True)
class Repayment:
    """One entry of the log of debts repaid."""

    collection_time: Annotated[int, UTC_TIME]
    amount_collected: Annotated[int, UINT32]
    debt_type: Annotated[int, ENUM8]
    outstanding_debt: Annotated[int, UINT32]


def _live(*rows: tuple[int, str, DataType]) -> tuple[Attribute, ...]:
    return tuple(Attribute(id, name, type, _LIVE) for id, name, type in rows)


INFORMATION = (
    *_live(
        (0x0000, "PaymentControlConfiguration", BITMAP16),
        (0x0001, "CreditRemaining", INT32),
        (0x0002, "EmergencyCreditRemaining", INT32),
        (0x0003, "CreditStatus", BITMAP8),
        (0x0004, "CreditRemainingTimestamp", UTC_TIME),
        (0x0005, "AccumulatedDebt", INT32),
        (0x0006, "OverallDebtCap", INT32),
        (0x0010, "EmergencyCreditLimit", UINT32),
        (0x0011, "EmergencyCreditThreshold", UINT32),
        (0x0020, "TotalCreditAdded", UINT48),
        (0x0021, "MaxCreditLimit", UINT32),
        (0x0022, "MaxCreditPerTopUp", UINT32),
        (0x0030, "FriendlyCreditWarning", UINT8),
        (0x0031, "LowCreditWarningLevel", UINT32),
    ),
    Attribute(0x0032, "IHDLowCreditWarningLevel", UINT32, READ | WRITE | REPORT),
    *_live(
        (0x0033, "InterruptSuspendTime", UINT8),
        (0x0034, "RemainingFriendlyCreditTime", UINT16),
        (0x0035, "NextFriendlyCreditPeriod", UTC_TIME),
        (0x0040, "CutOffValue", INT32),
    ),
    Attribute(0x0080, "TokenCarrierID", OCTET_STRING, READ | WRITE | REPORT),
)

ALARMS = (
    Attribute(0x0400, "PrepaymentAlarmStatus", BITMAP16, _LIVE),
    Attribute(0x0401, "PrepayGenericAlarmMask", BITMAP16, READ | WRITE),
    Attribute(0x0402, "PrepaySwitchAlarmMask", BITMAP16, READ | WRITE),
    Attribute(0x0403, "PrepayEventAlarmMask", BITMAP16, READ | WRITE),
)


def _top_ups() -> Iterator[Attribute]:
    for number in range(1, TOP_UPS + 1):
        base = 0x0100 + 0x10 * (number - 1)
        yield from _live(
            (base, f"TopUpDateTime{number}", UTC_TIME),
            (base + 1, f"TopUpAmount{number}", INT32),
            (base + 2, f"OriginatingDevice{number}", ENUM8),
            (base + 3, f"TopUpCode{number}", OCTET_STRING),
        )


def _debts() -> Iterator[Attribute]:
    for number in range(1, DEBTS + 1):
        base = 0x0210 + 0x10 * (number - 1)
        yield from _live(
            (base, f"DebtLabel{number}", OCTET_STRING),
            (base + 1, f"DebtAmount{number}", UINT32),
            (base + 2, f"DebtRecoveryMethod{number}", ENUM8),
            (base + 3, f"DebtRecoveryStartTime{number}", UTC_TIME),
            (base + 4, f"DebtRecoveryCollectionTime{number}", UINT16),
            (base + 6, f"DebtRecoveryFrequency{number}", ENUM8),
            (base + 7, f"DebtRecoveryAmount{number}", UINT32),
            (base + 9, f"DebtRecoveryTopUpPercentage{number}", UINT16),
        )


_PERIODS = (("Day", 0x051C, 8), ("Week", 0x0530, 5), ("Month", 0x0540, 13))
"""Name, first id, and how many earlier ones are kept."""


def _costs() -> Iterator[Attribute]:
    for period, base, kept in _PERIODS:
        names = [f"Current{period}", f"Previous{period}", *(f"Previous{period}{n}" for n in range(2, kept + 1))]
        for place, name in enumerate(names):
            for received, direction in enumerate(("Delivered", "Received")):
                yield Attribute(base + 2 * place + received, f"{name}CostConsumption{direction}", UINT48, _LIVE)


HISTORY = (
    *_live(
        (0x0500, "HistoricalCostConsumptionFormatting", BITMAP8),
        (0x0501, "ConsumptionUnitOfMeasurement", ENUM8),
        (0x0502, "CurrencyScalingFactor", ENUM8),
        (0x0503, "Currency", UINT16),
    ),
    *_costs(),
    Attribute(0x055C, "HistoricalFreezeTime", UINT16, _LIVE),
)


def _snapshot(values: Mapping[str, Any]) -> FieldType:
    return _STATUS if values["snapshot_payload_type"] == PrepaymentSnapshotPayloadType.DEBT_CREDIT_STATUS else _OTHER


_STATUS, _OTHER = RecordType(DebtCreditStatus), Rest()
_EVENT = Field("issuer_event_id", UINT32)
_ISSUED = (Field("provider_id", UINT32), _EVENT, Field("implementation_date_time", UTC_TIME))
_INDEX = (Field("command_index", UINT8), Field("total_number_of_commands", UINT8))
_LATEST = (Field("latest_end_time", UTC_TIME), Field("number_of_records", UINT8))

CLUSTER = Cluster(
    0x0705,
    "Prepayment",
    attributes=(*INFORMATION, *_top_ups(), *_debts(), *ALARMS, *HISTORY, Attribute(0xFFFD, "ClusterRevision", UINT16)),
    client_to_server=(
        Command(
            0x00,
            "SelectAvailableEmergencyCredit",
            (Field("command_issue_date_time", UTC_TIME), Field("originating_device", ENUM8)),
        ),
        Command(
            0x02,
            "ChangeDebt",
            (
                _EVENT,
                Field("debt_label", OCTET_STRING),
                Field("debt_amount", INT32),
                Field("debt_recovery_method", ENUM8),
                Field("debt_amount_type", ENUM8),
                Field("debt_recovery_start_time", UTC_TIME),
                Field("debt_recovery_collection_time", UINT16),
                Field("debt_recovery_frequency", ENUM8),
                Field("debt_recovery_amount", INT32),
                Field("debt_recovery_balance_percentage", UINT16),
            ),
        ),
        Command(
            0x03,
            "EmergencyCreditSetup",
            (
                _EVENT,
                Field("start_time", UTC_TIME),
                Field("emergency_credit_limit", UINT32),
                Field("emergency_credit_threshold", UINT32),
            ),
        ),
        Command(
            0x04,
            "ConsumerTopUp",
            (Field("originating_device", ENUM8), Field("top_up_code", OCTET_STRING)),
            response="ConsumerTopUpResponse",
        ),
        Command(
            0x05,
            "CreditAdjustment",
            (
                _EVENT,
                Field("start_time", UTC_TIME),
                Field("credit_adjustment_type", ENUM8),
                Field("credit_adjustment_value", INT32),
            ),
        ),
        Command(
            0x06,
            "ChangePaymentMode",
            (*_ISSUED, Field("proposed_payment_control_configuration", BITMAP16), Field("cut_off_value", INT32)),
            response="ChangePaymentModeResponse",
        ),
        Command(
            0x07,
            "GetPrepaySnapshot",
            (
                Field("earliest_start_time", UTC_TIME),
                Field("latest_end_time", UTC_TIME),
                Field("snapshot_offset", UINT8),
                Field("snapshot_cause", BITMAP32),
            ),
            response="PublishPrepaySnapshot",
        ),
        Command(0x08, "GetTopUpLog", _LATEST, response="PublishTopUpLog"),
        Command(0x09, "SetLowCreditWarningLevel", (Field("low_credit_warning_level", UINT32),)),
        Command(0x0A, "GetDebtRepaymentLog", (*_LATEST, Field("debt_type", ENUM8)), response="PublishDebtLog"),
        Command(
            0x0B,
            "SetMaximumCreditLimit",
            (*_ISSUED, Field("maximum_credit_level", UINT32), Field("maximum_credit_per_top_up", UINT32)),
        ),
        Command(0x0C, "SetOverallDebtCap", (*_ISSUED, Field("overall_debt_cap", INT32))),
    ),
    server_to_client=(
        Command(
            0x01,
            "PublishPrepaySnapshot",
            (
                Field("snapshot_id", UINT32),
                Field("snapshot_time", UTC_TIME),
                Field("total_snapshots_found", UINT8),
                *_INDEX,
                Field("snapshot_cause", BITMAP32),
                Field("snapshot_payload_type", ENUM8),
                Field("snapshot_payload", Choice(_snapshot)),
            ),
        ),
        Command(
            0x02,
            "ChangePaymentModeResponse",
            (
                Field("friendly_credit", BITMAP8),
                Field("friendly_credit_calendar_id", UINT32),
                Field("emergency_credit_limit", UINT32),
                Field("emergency_credit_threshold", UINT32),
            ),
        ),
        Command(
            0x03,
            "ConsumerTopUpResponse",
            (
                Field("result_type", ENUM8),
                Field("top_up_value", INT32),
                Field("source_of_top_up", ENUM8),
                Field("credit_remaining", INT32),
            ),
        ),
        Command(0x05, "PublishTopUpLog", (*_INDEX, Field("top_ups", Repeated(RecordType(TopUp))))),
        Command(0x06, "PublishDebtLog", (*_INDEX, Field("repayments", Repeated(RecordType(Repayment))))),
    ),
)
