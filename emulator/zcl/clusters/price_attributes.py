"""The attributes of Price (SE 1.4a, annex D.4.2.2), families of them made from their pattern.

What exists for the other direction of energy has the same name with Received or Rx before it, and the top bit set.
"""

from __future__ import annotations

from collections.abc import Iterator

from hanbench.emulator.zcl.cluster import READ, REPORT, WRITE, Attribute
from hanbench.emulator.zcl.codecs import DataType
from hanbench.emulator.zcl.types import (
    BITMAP8,
    ENUM8,
    OCTET_STRING,
    UINT8,
    UINT16,
    UINT24,
    UINT32,
    UINT48,
    UTC_TIME,
)

RECEIVED = 0x8000
TIERS = 48
TIERS_WITH_BLOCKS = 15
BLOCKS = 16
THRESHOLDS = 15
PAYMENTS = 5

_LIVE = READ | REPORT


def _labels(base: int, prefix: str) -> Iterator[Attribute]:
    for tier in range(1, TIERS + 1):
        yield Attribute(base + tier - 1, f"{prefix}Tier{tier}PriceLabel", OCTET_STRING, READ | WRITE)


def _thresholds() -> Iterator[Attribute]:
    for tier in range(TIERS_WITH_BLOCKS + 1):
        base, name = 0x0100 + 0x10 * tier, f"Tier{tier}" if tier else ""
        for block in range(1, THRESHOLDS + 1):
            yield Attribute(base + block - 1, f"{name}Block{block}Threshold", UINT48, _LIVE)
        yield Attribute(base + THRESHOLDS, f"{name}BlockThresholdCount", UINT8, _LIVE)


def _block_prices(base: int, prefix: str) -> Iterator[Attribute]:
    for tier in range(TIERS_WITH_BLOCKS + 1):
        for block in range(1, BLOCKS + 1):
            name = f"Tier{tier}Block{block}Price" if tier else f"NoTierBlock{block}Price"
            yield Attribute(base + 0x10 * tier + block - 1, prefix + name, UINT32, _LIVE)


def _tier_prices(base: int, prefix: str) -> Iterator[Attribute]:
    for tier in range(TIERS_WITH_BLOCKS + 1, TIERS + 1):
        yield Attribute(base + tier - 1, f"{prefix}PriceTier{tier}", UINT32, _LIVE)


def _payments() -> Iterator[Attribute]:
    for number in range(1, PAYMENTS + 1):
        base = 0x0800 + 0x10 * number
        yield Attribute(base, f"CreditPayment{number}", UINT32, _LIVE)
        yield Attribute(base + 1, f"CreditPaymentDate{number}", UTC_TIME, _LIVE)
        yield Attribute(base + 2, f"CreditPaymentRef{number}", OCTET_STRING, _LIVE)


def _live(*rows: tuple[int, str, DataType]) -> tuple[Attribute, ...]:
    return tuple(Attribute(id, name, type, _LIVE) for id, name, type in rows)


BLOCK_PERIOD = _live(
    (0x0200, "StartOfBlockPeriod", UTC_TIME),
    (0x0201, "BlockPeriodDuration", UINT24),
    (0x0202, "ThresholdMultiplier", UINT24),
    (0x0203, "ThresholdDivisor", UINT24),
    (0x0204, "BlockPeriodDurationType", BITMAP8),
)
COMMODITY = _live(
    (0x0300, "CommodityType", ENUM8),
    (0x0301, "StandingCharge", UINT32),
    (0x0302, "ConversionFactor", UINT32),
    (0x0303, "ConversionFactorTrailingDigit", BITMAP8),
    (0x0304, "CalorificValue", UINT32),
    (0x0305, "CalorificValueUnit", ENUM8),
    (0x0306, "CalorificValueTrailingDigit", BITMAP8),
)
TARIFF = _live(
    (0x05FE, "CPP1Price", UINT32),
    (0x05FF, "CPP2Price", UINT32),
    (0x0610, "TariffLabel", OCTET_STRING),
    (0x0611, "NumberOfPriceTiersInUse", UINT8),
    (0x0612, "NumberOfBlockThresholdsInUse", UINT8),
    (0x0613, "TierBlockMode", ENUM8),
    (0x0615, "UnitOfMeasure", ENUM8),
    (0x0616, "Currency", UINT16),
    (0x0617, "PriceTrailingDigit", BITMAP8),
    (0x0619, "TariffResolutionPeriod", ENUM8),
    (0x0620, "CO2", UINT32),
    (0x0621, "CO2Unit", ENUM8),
    (0x0622, "CO2TrailingDigit", BITMAP8),
)
BILLING = _live(
    (0x0700, "CurrentBillingPeriodStart", UTC_TIME),
    (0x0701, "CurrentBillingPeriodDuration", UINT24),
    (0x0702, "LastBillingPeriodStart", UTC_TIME),
    (0x0703, "LastBillingPeriodDuration", UINT24),
    (0x0704, "LastBillingPeriodConsolidatedBill", UINT32),
)
CREDIT = _live(
    (0x0800, "CreditPaymentDueDate", UTC_TIME),
    (0x0801, "CreditPaymentStatus", ENUM8),
    (0x0802, "CreditPaymentOverDueAmount", UINT32),
    (0x080A, "PaymentDiscount", UINT32),
    (0x080B, "PaymentDiscountPeriod", ENUM8),
)
RECEIVED_SETS = (
    *(
        Attribute(RECEIVED + 0x0100 + block - 1, f"ReceivedBlock{block}Threshold", UINT48, _LIVE)
        for block in range(1, THRESHOLDS + 1)
    ),
    *_live(
        (0x8200, "ReceivedStartOfBlockPeriod", UTC_TIME),
        (0x8201, "ReceivedBlockPeriodDuration", UINT24),
        (0x8202, "ReceivedThresholdMultiplier", UINT24),
        (0x8203, "ReceivedThresholdDivisor", UINT24),
    ),
    *_block_prices(RECEIVED + 0x0400, "Rx"),
    *_tier_prices(RECEIVED + 0x0500, "Received"),
    *_live(
        (0x8610, "ReceivedTariffLabel", OCTET_STRING),
        (0x8611, "ReceivedNumberOfTariffTiersInUse", UINT8),
        (0x8612, "ReceivedNumberOfBlockThresholdsInUse", UINT8),
        (0x8613, "ReceivedTierBlockMode", ENUM8),
        (0x8615, "ReceivedTariffResolutionPeriod", ENUM8),
        (0x8625, "ReceivedCO2", UINT32),
        (0x8626, "ReceivedCO2Unit", ENUM8),
        (0x8627, "ReceivedCO2TrailingDigit", BITMAP8),
        (0x8700, "ReceivedCurrentBillingPeriodStart", UTC_TIME),
        (0x8701, "ReceivedCurrentBillingPeriodDuration", UINT24),
        (0x8702, "ReceivedLastBillingPeriodStart", UTC_TIME),
        (0x8704, "ReceivedLastBillingPeriodConsolidatedBill", UINT32),
    ),
)

ATTRIBUTES: tuple[Attribute, ...] = (
    *_labels(0x0000, ""),
    *_thresholds(),
    *BLOCK_PERIOD,
    *COMMODITY,
    *_block_prices(0x0400, ""),
    *_tier_prices(0x0500, ""),
    *TARIFF,
    *BILLING,
    *CREDIT,
    *_payments(),
    *_labels(RECEIVED, "Received"),
    *RECEIVED_SETS,
    Attribute(0xFFFD, "ClusterRevision", UINT16),
)
CLIENT_ATTRIBUTES = (
    Attribute(0x0000, "PriceIncreaseRandomizeMinutes", UINT8, READ | WRITE),
    Attribute(0x0001, "PriceDecreaseRandomizeMinutes", UINT8, READ | WRITE),
    Attribute(0x0002, "CommodityType", ENUM8),
)
