"""Price, 0x0700 (SE 1.4a, annex D.4): what energy costs, and everything a tariff is made of.

An older device leaves out the tail of PublishPrice: all that follows `price_ratio` came with later versions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Annotated, Any

from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.layout import RecordType
from hanbench.emulator.octets import Reader, bits
from hanbench.emulator.zcl.cluster import Cluster, Command, Counted, Field, Repeated, Trailing
from hanbench.emulator.zcl.clusters.price_attributes import ATTRIBUTES, CLIENT_ATTRIBUTES
from hanbench.emulator.zcl.types import (
    BITMAP8,
    BITMAP32,
    ENUM8,
    OCTET_STRING,
    UINT8,
    UINT16,
    UINT24,
    UINT32,
    UINT48,
    UTC_TIME,
)

NOW = 0
"""Start time that means at once."""
UNTIL_CHANGED = 0xFFFF
"""Duration in minutes."""
REQUESTOR_LISTENS = 0x01
"""Command option of GetCurrentPrice: the requestor's receiver is on when idle."""


class PriceControl(IntFlag):
    """Price control of PublishPrice."""

    ACKNOWLEDGE = 1 << 0
    MORE_THAN_15_TIERS = 1 << 1


@dataclass(frozen=True, slots=True)
class MatrixPrice:
    """One price of a matrix: tier in the high four bits and block in the low ones, or a tier of up to 48."""

    tier_block_id: Annotated[int, UINT8]
    price: Annotated[int, UINT32]


@dataclass(frozen=True, slots=True)
class TierLabel:
    """What the customer knows a tier as."""

    tier_id: Annotated[int, UINT8]
    tier_label: Annotated[bytes, OCTET_STRING]


class Thresholds:
    """Rows of thresholds: tier in the high four bits of an octet and their number in the low ones, then so many."""

    def encode(self, value: Any) -> bytes:
        try:
            return b"".join([_row(tier, thresholds) for tier, thresholds in value])
        except (TypeError, ValueError) as error:
            raise LocalProtocolError(f"{value!r} is no rows of thresholds") from error

    def decode(self, reader: Reader) -> tuple[tuple[int, tuple[int, ...]], ...]:
        rows = []
        while reader.remaining:
            octet = reader.u8()
            rows.append((octet >> 4, tuple([UINT48.decode(reader) for _ in range(octet & 0x0F)])))
        return tuple(rows)


def _row(tier: int, thresholds: Sequence[int]) -> bytes:
    return bits(tier << 4 | bits(len(thresholds), 4), 8).to_bytes(1, "little") + b"".join(
        map(UINT48.encode, thresholds)
    )


_PROVIDER, _EVENT = Field("provider_id", UINT32), Field("issuer_event_id", UINT32)
_EARLIEST = Field("earliest_start_time", UTC_TIME)
_TYPE = Field("tariff_type", BITMAP8)
_START = Field("start_time", UTC_TIME)
_INDEX = (Field("command_index", UINT8), Field("total_number_of_commands", UINT8))


def _wanted(number: str, *, tariff: bool = False) -> tuple[Field, ...]:
    """What asks for information that has been published: from when on, not older than what, how many."""
    head = (_EARLIEST, Field("min_issuer_event_id", UINT32), Field(number, UINT8))
    return (*head, Field("tariff_type", Trailing(BITMAP8))) if tariff else head


_PUBLISH_PRICE = (
    _PROVIDER,
    Field("rate_label", OCTET_STRING),
    _EVENT,
    Field("current_time", UTC_TIME),
    Field("unit_of_measure", ENUM8),
    Field("currency", UINT16),
    Field("price_trailing_digit_and_price_tier", BITMAP8),
    Field("number_of_price_tiers_and_register_tier", BITMAP8),
    _START,
    Field("duration_in_minutes", UINT16),
    Field("price", UINT32),
    Field("price_ratio", UINT8),
    Field("generation_price", Trailing(UINT32)),
    Field("generation_price_ratio", Trailing(UINT8)),
    Field("alternate_cost_delivered", Trailing(UINT32)),
    Field("alternate_cost_unit", Trailing(ENUM8)),
    Field("alternate_cost_trailing_digit", Trailing(BITMAP8)),
    Field("number_of_block_thresholds", Trailing(UINT8)),
    Field("price_control", Trailing(BITMAP8)),
    Field("number_of_generation_tiers", Trailing(UINT8)),
    Field("generation_tier", Trailing(UINT8)),
    Field("extended_number_of_price_tiers", Trailing(UINT8)),
    Field("extended_price_tier", Trailing(UINT8)),
    Field("extended_register_tier", Trailing(UINT8)),
)

CLUSTER = Cluster(
    0x0700,
    "Price",
    attributes=ATTRIBUTES,
    client_attributes=CLIENT_ATTRIBUTES,
    client_to_server=(
        Command(0x00, "GetCurrentPrice", (Field("command_options", BITMAP8),), response="PublishPrice"),
        Command(0x01, "GetScheduledPrices", (_START, Field("number_of_events", UINT8)), response="PublishPrice"),
        Command(
            0x02,
            "PriceAcknowledgement",
            (_PROVIDER, _EVENT, Field("price_ack_time", UTC_TIME), Field("price_control", BITMAP8)),
        ),
        Command(
            0x03,
            "GetBlockPeriods",
            (_START, Field("number_of_events", UINT8), Field("tariff_type", Trailing(BITMAP8))),
            response="PublishBlockPeriod",
        ),
        Command(0x04, "GetConversionFactor", _wanted("number_of_commands"), response="PublishConversionFactor"),
        Command(0x05, "GetCalorificValue", _wanted("number_of_commands"), response="PublishCalorificValue"),
        Command(
            0x06,
            "GetTariffInformation",
            (_EARLIEST, Field("min_issuer_event_id", UINT32), Field("number_of_commands", UINT8), _TYPE),
            response="PublishTariffInformation",
        ),
        Command(0x07, "GetPriceMatrix", (Field("issuer_tariff_id", UINT32),), response="PublishPriceMatrix"),
        Command(0x08, "GetBlockThresholds", (Field("issuer_tariff_id", UINT32),), response="PublishBlockThresholds"),
        Command(0x09, "GetCO2Value", _wanted("number_of_commands", tariff=True), response="PublishCO2Value"),
        Command(0x0A, "GetTierLabels", (Field("issuer_tariff_id", UINT32),), response="PublishTierLabels"),
        Command(0x0B, "GetBillingPeriod", _wanted("number_of_commands", tariff=True), response="PublishBillingPeriod"),
        Command(
            0x0C, "GetConsolidatedBill", _wanted("number_of_commands", tariff=True), response="PublishConsolidatedBill"
        ),
        Command(0x0D, "CPPEventResponse", (_EVENT, Field("cpp_auth", ENUM8))),
        Command(
            0x0E,
            "GetCreditPayment",
            (Field("latest_end_time", UTC_TIME), Field("number_of_records", UINT8)),
            response="PublishCreditPayment",
        ),
        Command(0x0F, "GetCurrencyConversion", response="PublishCurrencyConversion"),
        Command(0x10, "GetTariffCancellation", response="CancelTariff"),
    ),
    server_to_client=(
        Command(0x00, "PublishPrice", _PUBLISH_PRICE),
        Command(
            0x01,
            "PublishBlockPeriod",
            (
                _PROVIDER,
                _EVENT,
                Field("block_period_start_time", UTC_TIME),
                Field("block_period_duration", UINT24),
                Field("block_period_control", BITMAP8),
                Field("block_period_duration_type", BITMAP8),
                _TYPE,
                Field("tariff_resolution_period", ENUM8),
            ),
        ),
        Command(
            0x02,
            "PublishConversionFactor",
            (_EVENT, _START, Field("conversion_factor", UINT32), Field("conversion_factor_trailing_digit", BITMAP8)),
        ),
        Command(
            0x03,
            "PublishCalorificValue",
            (
                _EVENT,
                _START,
                Field("calorific_value", UINT32),
                Field("calorific_value_unit", ENUM8),
                Field("calorific_value_trailing_digit", BITMAP8),
            ),
        ),
        Command(
            0x04,
            "PublishTariffInformation",
            (
                _PROVIDER,
                _EVENT,
                Field("issuer_tariff_id", UINT32),
                _START,
                Field("tariff_type_and_charging_scheme", BITMAP8),
                Field("tariff_label", OCTET_STRING),
                Field("number_of_price_tiers_in_use", UINT8),
                Field("number_of_block_thresholds_in_use", UINT8),
                Field("unit_of_measure", ENUM8),
                Field("currency", UINT16),
                Field("price_trailing_digit", BITMAP8),
                Field("standing_charge", UINT32),
                Field("tier_block_mode", UINT8),
                Field("block_threshold_multiplier", UINT24),
                Field("block_threshold_divisor", UINT24),
            ),
        ),
        Command(
            0x05,
            "PublishPriceMatrix",
            (
                _PROVIDER,
                _EVENT,
                _START,
                Field("issuer_tariff_id", UINT32),
                *_INDEX,
                Field("sub_payload_control", BITMAP8),
                Field("prices", Repeated(RecordType(MatrixPrice))),
            ),
        ),
        Command(
            0x06,
            "PublishBlockThresholds",
            (
                _PROVIDER,
                _EVENT,
                _START,
                Field("issuer_tariff_id", UINT32),
                *_INDEX,
                Field("sub_payload_control", BITMAP8),
                Field("thresholds", Thresholds()),
            ),
        ),
        Command(
            0x07,
            "PublishCO2Value",
            (
                _PROVIDER,
                _EVENT,
                _START,
                _TYPE,
                Field("co2_value", UINT32),
                Field("co2_value_unit", ENUM8),
                Field("co2_value_trailing_digit", BITMAP8),
            ),
        ),
        Command(
            0x08,
            "PublishTierLabels",
            (
                _PROVIDER,
                _EVENT,
                Field("issuer_tariff_id", UINT32),
                *_INDEX,
                Field("labels", Counted(RecordType(TierLabel))),
            ),
        ),
        Command(
            0x09,
            "PublishBillingPeriod",
            (
                _PROVIDER,
                _EVENT,
                Field("billing_period_start_time", UTC_TIME),
                Field("billing_period_duration", UINT24),
                Field("billing_period_duration_type", BITMAP8),
                _TYPE,
            ),
        ),
        Command(
            0x0A,
            "PublishConsolidatedBill",
            (
                _PROVIDER,
                _EVENT,
                Field("billing_period_start_time", UTC_TIME),
                Field("billing_period_duration", UINT24),
                Field("billing_period_duration_type", BITMAP8),
                _TYPE,
                Field("consolidated_bill", UINT32),
                Field("currency", UINT16),
                Field("bill_trailing_digit", BITMAP8),
            ),
        ),
        Command(
            0x0B,
            "PublishCPPEvent",
            (
                _PROVIDER,
                _EVENT,
                _START,
                Field("duration_in_minutes", UINT16),
                _TYPE,
                Field("cpp_price_tier", ENUM8),
                Field("cpp_auth", ENUM8),
            ),
            response="CPPEventResponse",
        ),
        Command(
            0x0C,
            "PublishCreditPayment",
            (
                _PROVIDER,
                _EVENT,
                Field("credit_payment_due_date", UTC_TIME),
                Field("credit_payment_overdue_amount", UINT32),
                Field("credit_payment_status", ENUM8),
                Field("credit_payment", UINT32),
                Field("credit_payment_date", UTC_TIME),
                Field("credit_payment_ref", OCTET_STRING),
            ),
        ),
        Command(
            0x0D,
            "PublishCurrencyConversion",
            (
                _PROVIDER,
                _EVENT,
                _START,
                Field("old_currency", UINT16),
                Field("new_currency", UINT16),
                Field("conversion_factor", UINT32),
                Field("conversion_factor_trailing_digit", BITMAP8),
                Field("currency_change_control_flags", BITMAP32),
            ),
        ),
        Command(0x0E, "CancelTariff", (_PROVIDER, Field("issuer_tariff_id", UINT32), _TYPE)),
    ),
)
