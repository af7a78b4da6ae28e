"""Price's commands (SE 1.4a, D.4.2.3 and D.4.2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.layout import Counted, RecordType, Repeated
from hanbench.emulator.octets import Reader, bits
from hanbench.emulator.zcl.cluster import ClusterCommand, Command
from hanbench.emulator.zcl.fields import (
    Bitmap8,
    Bitmap32,
    Enum8,
    Octstr,
    OptionalBitmap8,
    OptionalEnum8,
    OptionalUint8,
    OptionalUint32,
    Uint8,
    Uint16,
    Uint24,
    Uint32,
    UtcTime,
)
from hanbench.emulator.zcl.types import UINT48


@dataclass(frozen=True, slots=True)
class MatrixPrice:
    """One price of a matrix: tier in the high four bits and block in the low ones, or a tier of up to 48."""

    tier_block_id: Uint8
    price: Uint32


@dataclass(frozen=True, slots=True)
class TierLabel:
    """Name of a tier for the customer."""

    tier_id: Uint8
    tier_label: Octstr


class Thresholds:
    """Rows of thresholds: an octet with the tier (high four bits) and their number (low four), then the thresholds."""

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


# --- client to server -----------------------------------------------------------------------------------------------


class GetCurrentPrice(ClusterCommand):
    """Ask for the price in force."""

    command_options: Bitmap8


class GetScheduledPrices(ClusterCommand):
    """Ask for the prices from a time on."""

    start_time: UtcTime
    number_of_events: Uint8


class PriceAcknowledgement(ClusterCommand):
    """A price has been received."""

    provider_id: Uint32
    issuer_event_id: Uint32
    price_ack_time: UtcTime
    price_control: Bitmap8


class GetBlockPeriods(ClusterCommand):
    """Ask for the block periods from a time on."""

    start_time: UtcTime
    number_of_events: Uint8
    tariff_type: OptionalBitmap8 = None


class GetConversionFactor(ClusterCommand):
    """Ask for conversion factors of gas volumes."""

    earliest_start_time: UtcTime
    min_issuer_event_id: Uint32
    number_of_commands: Uint8


class GetCalorificValue(ClusterCommand):
    """Ask for calorific values of gas."""

    earliest_start_time: UtcTime
    min_issuer_event_id: Uint32
    number_of_commands: Uint8


class GetTariffInformation(ClusterCommand):
    """Ask for tariffs."""

    earliest_start_time: UtcTime
    min_issuer_event_id: Uint32
    number_of_commands: Uint8
    tariff_type: Bitmap8


class GetPriceMatrix(ClusterCommand):
    """Ask for the prices of a tariff."""

    issuer_tariff_id: Uint32


class GetBlockThresholds(ClusterCommand):
    """Ask for the block thresholds of a tariff."""

    issuer_tariff_id: Uint32


class GetCO2Value(ClusterCommand):
    """Ask for CO2 values."""

    earliest_start_time: UtcTime
    min_issuer_event_id: Uint32
    number_of_commands: Uint8
    tariff_type: OptionalBitmap8 = None


class GetTierLabels(ClusterCommand):
    """Ask for the names of a tariff's tiers."""

    issuer_tariff_id: Uint32


class GetBillingPeriod(ClusterCommand):
    """Ask for billing periods."""

    earliest_start_time: UtcTime
    min_issuer_event_id: Uint32
    number_of_commands: Uint8
    tariff_type: OptionalBitmap8 = None


class GetConsolidatedBill(ClusterCommand):
    """Ask for bills of earlier billing periods."""

    earliest_start_time: UtcTime
    min_issuer_event_id: Uint32
    number_of_commands: Uint8
    tariff_type: OptionalBitmap8 = None


class CPPEventResponse(ClusterCommand):
    """Accept or reject a critical peak pricing event."""

    issuer_event_id: Uint32
    cpp_auth: Enum8


class GetCreditPayment(ClusterCommand):
    """Ask for credit payments."""

    latest_end_time: UtcTime
    number_of_records: Uint8


class GetCurrencyConversion(ClusterCommand):
    """Ask for a change of currency."""


class GetTariffCancellation(ClusterCommand):
    """Ask for the last cancelled tariff."""


# --- server to client -----------------------------------------------------------------------------------------------


class PublishPrice(ClusterCommand):
    """A price: the one in force or one to come."""

    provider_id: Uint32
    rate_label: Octstr
    issuer_event_id: Uint32
    current_time: UtcTime
    unit_of_measure: Enum8
    currency: Uint16
    price_trailing_digit_and_price_tier: Bitmap8
    number_of_price_tiers_and_register_tier: Bitmap8
    start_time: UtcTime
    duration_in_minutes: Uint16
    price: Uint32
    price_ratio: Uint8
    generation_price: OptionalUint32 = None
    generation_price_ratio: OptionalUint8 = None
    alternate_cost_delivered: OptionalUint32 = None
    alternate_cost_unit: OptionalEnum8 = None
    alternate_cost_trailing_digit: OptionalBitmap8 = None
    number_of_block_thresholds: OptionalUint8 = None
    price_control: OptionalBitmap8 = None
    number_of_generation_tiers: OptionalUint8 = None
    generation_tier: OptionalUint8 = None
    extended_number_of_price_tiers: OptionalUint8 = None
    extended_price_tier: OptionalUint8 = None
    extended_register_tier: OptionalUint8 = None


class PublishBlockPeriod(ClusterCommand):
    """A block period."""

    provider_id: Uint32
    issuer_event_id: Uint32
    block_period_start_time: UtcTime
    block_period_duration: Uint24
    block_period_control: Bitmap8
    block_period_duration_type: Bitmap8
    tariff_type: Bitmap8
    tariff_resolution_period: Enum8


class PublishConversionFactor(ClusterCommand):
    """A conversion factor of gas volumes."""

    issuer_event_id: Uint32
    start_time: UtcTime
    conversion_factor: Uint32
    conversion_factor_trailing_digit: Bitmap8


class PublishCalorificValue(ClusterCommand):
    """A calorific value of gas."""

    issuer_event_id: Uint32
    start_time: UtcTime
    calorific_value: Uint32
    calorific_value_unit: Enum8
    calorific_value_trailing_digit: Bitmap8


class PublishTariffInformation(ClusterCommand):
    """A tariff; prices, thresholds and labels follow in commands of their own."""

    provider_id: Uint32
    issuer_event_id: Uint32
    issuer_tariff_id: Uint32
    start_time: UtcTime
    tariff_type_and_charging_scheme: Bitmap8
    tariff_label: Octstr
    number_of_price_tiers_in_use: Uint8
    number_of_block_thresholds_in_use: Uint8
    unit_of_measure: Enum8
    currency: Uint16
    price_trailing_digit: Bitmap8
    standing_charge: Uint32
    tier_block_mode: Uint8
    block_threshold_multiplier: Uint24
    block_threshold_divisor: Uint24


class PublishPriceMatrix(ClusterCommand):
    """Prices of a tariff, by tier and block."""

    provider_id: Uint32
    issuer_event_id: Uint32
    start_time: UtcTime
    issuer_tariff_id: Uint32
    command_index: Uint8
    total_number_of_commands: Uint8
    sub_payload_control: Bitmap8
    prices: Annotated[tuple[MatrixPrice, ...], Repeated(RecordType(MatrixPrice))]


class PublishBlockThresholds(ClusterCommand):
    """Block thresholds of a tariff, by tier."""

    provider_id: Uint32
    issuer_event_id: Uint32
    start_time: UtcTime
    issuer_tariff_id: Uint32
    command_index: Uint8
    total_number_of_commands: Uint8
    sub_payload_control: Bitmap8
    thresholds: Annotated[tuple[tuple[int, tuple[int, ...]], ...], Thresholds()]


class PublishCO2Value(ClusterCommand):
    """A CO2 value."""

    provider_id: Uint32
    issuer_event_id: Uint32
    start_time: UtcTime
    tariff_type: Bitmap8
    co2_value: Uint32
    co2_value_unit: Enum8
    co2_value_trailing_digit: Bitmap8


class PublishTierLabels(ClusterCommand):
    """Names of a tariff's tiers."""

    provider_id: Uint32
    issuer_event_id: Uint32
    issuer_tariff_id: Uint32
    command_index: Uint8
    total_number_of_commands: Uint8
    labels: Annotated[tuple[TierLabel, ...], Counted(RecordType(TierLabel))]


class PublishBillingPeriod(ClusterCommand):
    """A billing period."""

    provider_id: Uint32
    issuer_event_id: Uint32
    billing_period_start_time: UtcTime
    billing_period_duration: Uint24
    billing_period_duration_type: Bitmap8
    tariff_type: Bitmap8


class PublishConsolidatedBill(ClusterCommand):
    """The bill of an earlier billing period."""

    provider_id: Uint32
    issuer_event_id: Uint32
    billing_period_start_time: UtcTime
    billing_period_duration: Uint24
    billing_period_duration_type: Bitmap8
    tariff_type: Bitmap8
    consolidated_bill: Uint32
    currency: Uint16
    bill_trailing_digit: Bitmap8


class PublishCPPEvent(ClusterCommand):
    """A critical peak pricing event."""

    provider_id: Uint32
    issuer_event_id: Uint32
    start_time: UtcTime
    duration_in_minutes: Uint16
    tariff_type: Bitmap8
    cpp_price_tier: Enum8
    cpp_auth: Enum8


class PublishCreditPayment(ClusterCommand):
    """A credit payment."""

    provider_id: Uint32
    issuer_event_id: Uint32
    credit_payment_due_date: UtcTime
    credit_payment_overdue_amount: Uint32
    credit_payment_status: Enum8
    credit_payment: Uint32
    credit_payment_date: UtcTime
    credit_payment_ref: Octstr


class PublishCurrencyConversion(ClusterCommand):
    """A change of currency."""

    provider_id: Uint32
    issuer_event_id: Uint32
    start_time: UtcTime
    old_currency: Uint16
    new_currency: Uint16
    conversion_factor: Uint32
    conversion_factor_trailing_digit: Bitmap8
    currency_change_control_flags: Bitmap32


class CancelTariff(ClusterCommand):
    """A tariff is cancelled."""

    provider_id: Uint32
    issuer_tariff_id: Uint32
    tariff_type: Bitmap8


CLIENT_TO_SERVER = (
    Command(0x00, GetCurrentPrice, response=PublishPrice),
    Command(0x01, GetScheduledPrices, response=PublishPrice),
    Command(0x02, PriceAcknowledgement),
    Command(0x03, GetBlockPeriods, response=PublishBlockPeriod),
    Command(0x04, GetConversionFactor, response=PublishConversionFactor),
    Command(0x05, GetCalorificValue, response=PublishCalorificValue),
    Command(0x06, GetTariffInformation, response=PublishTariffInformation),
    Command(0x07, GetPriceMatrix, response=PublishPriceMatrix),
    Command(0x08, GetBlockThresholds, response=PublishBlockThresholds),
    Command(0x09, GetCO2Value, response=PublishCO2Value),
    Command(0x0A, GetTierLabels, response=PublishTierLabels),
    Command(0x0B, GetBillingPeriod, response=PublishBillingPeriod),
    Command(0x0C, GetConsolidatedBill, response=PublishConsolidatedBill),
    Command(0x0D, CPPEventResponse),
    Command(0x0E, GetCreditPayment, response=PublishCreditPayment),
    Command(0x0F, GetCurrencyConversion, response=PublishCurrencyConversion),
    Command(0x10, GetTariffCancellation, response=CancelTariff),
)
SERVER_TO_CLIENT = (
    Command(0x00, PublishPrice),
    Command(0x01, PublishBlockPeriod),
    Command(0x02, PublishConversionFactor),
    Command(0x03, PublishCalorificValue),
    Command(0x04, PublishTariffInformation),
    Command(0x05, PublishPriceMatrix),
    Command(0x06, PublishBlockThresholds),
    Command(0x07, PublishCO2Value),
    Command(0x08, PublishTierLabels),
    Command(0x09, PublishBillingPeriod),
    Command(0x0A, PublishConsolidatedBill),
    Command(0x0B, PublishCPPEvent, response=CPPEventResponse),
    Command(0x0C, PublishCreditPayment),
    Command(0x0D, PublishCurrencyConversion),
    Command(0x0E, CancelTariff),
)
