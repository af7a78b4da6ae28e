"""The attributes of Price (SE 1.4a, annex D.4.2.2), families of them made from their pattern.

Attributes for energy received have the same name with Received or Rx before it, and the top bit of the id set.
"""

from __future__ import annotations

from collections.abc import Iterator

from hanbench.emulator.zcl.cluster import LIVE, READ, WRITE, Attribute, AttributeSet
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


def _labels(base: int, prefix: str = "") -> Iterator[Attribute]:
    for tier in range(1, TIERS + 1):
        yield Attribute(base + tier - 1, OCTET_STRING, READ | WRITE, name=f"{prefix}Tier{tier}PriceLabel")


def _thresholds() -> Iterator[Attribute]:
    for tier in range(TIERS_WITH_BLOCKS + 1):
        base, prefix = 0x0100 + 0x10 * tier, f"Tier{tier}" if tier else ""
        for block in range(1, THRESHOLDS + 1):
            yield Attribute(base + block - 1, UINT48, LIVE, name=f"{prefix}Block{block}Threshold")
        yield Attribute(base + THRESHOLDS, UINT8, LIVE, name=f"{prefix}BlockThresholdCount")


def _block_prices(base: int, prefix: str = "") -> Iterator[Attribute]:
    for tier in range(TIERS_WITH_BLOCKS + 1):
        for block in range(1, BLOCKS + 1):
            name = f"Tier{tier}Block{block}Price" if tier else f"NoTierBlock{block}Price"
            yield Attribute(base + 0x10 * tier + block - 1, UINT32, LIVE, name=prefix + name)


def _tier_prices(base: int, prefix: str = "") -> Iterator[Attribute]:
    for tier in range(TIERS_WITH_BLOCKS + 1, TIERS + 1):
        yield Attribute(base + tier - 1, UINT32, LIVE, name=f"{prefix}PriceTier{tier}")


def _payments() -> Iterator[Attribute]:
    for number in range(1, PAYMENTS + 1):
        base = 0x0800 + 0x10 * number
        yield Attribute(base, UINT32, LIVE, name=f"CreditPayment{number}")
        yield Attribute(base + 1, UTC_TIME, LIVE, name=f"CreditPaymentDate{number}")
        yield Attribute(base + 2, OCTET_STRING, LIVE, name=f"CreditPaymentRef{number}")


def _received_thresholds() -> Iterator[Attribute]:
    for block in range(1, THRESHOLDS + 1):
        yield Attribute(RECEIVED + 0x0100 + block - 1, UINT48, LIVE, name=f"ReceivedBlock{block}Threshold")


class PriceAttributes(AttributeSet):
    """Attributes of the server."""

    TierLabels = tuple(_labels(0x0000))
    BlockThresholds = tuple(_thresholds())
    # Block period
    StartOfBlockPeriod = Attribute(0x0200, UTC_TIME, LIVE)
    BlockPeriodDuration = Attribute(0x0201, UINT24, LIVE)
    ThresholdMultiplier = Attribute(0x0202, UINT24, LIVE)
    ThresholdDivisor = Attribute(0x0203, UINT24, LIVE)
    BlockPeriodDurationType = Attribute(0x0204, BITMAP8, LIVE)
    # Commodity
    CommodityType = Attribute(0x0300, ENUM8, LIVE)
    StandingCharge = Attribute(0x0301, UINT32, LIVE)
    ConversionFactor = Attribute(0x0302, UINT32, LIVE)
    ConversionFactorTrailingDigit = Attribute(0x0303, BITMAP8, LIVE)
    CalorificValue = Attribute(0x0304, UINT32, LIVE)
    CalorificValueUnit = Attribute(0x0305, ENUM8, LIVE)
    CalorificValueTrailingDigit = Attribute(0x0306, BITMAP8, LIVE)
    BlockPrices = tuple(_block_prices(0x0400))
    TierPrices = tuple(_tier_prices(0x0500))
    # Tariff
    CPP1Price = Attribute(0x05FE, UINT32, LIVE)
    CPP2Price = Attribute(0x05FF, UINT32, LIVE)
    TariffLabel = Attribute(0x0610, OCTET_STRING, LIVE)
    NumberOfPriceTiersInUse = Attribute(0x0611, UINT8, LIVE)
    NumberOfBlockThresholdsInUse = Attribute(0x0612, UINT8, LIVE)
    TierBlockMode = Attribute(0x0613, ENUM8, LIVE)
    UnitOfMeasure = Attribute(0x0615, ENUM8, LIVE)
    Currency = Attribute(0x0616, UINT16, LIVE)
    PriceTrailingDigit = Attribute(0x0617, BITMAP8, LIVE)
    TariffResolutionPeriod = Attribute(0x0619, ENUM8, LIVE)
    CO2 = Attribute(0x0620, UINT32, LIVE)
    CO2Unit = Attribute(0x0621, ENUM8, LIVE)
    CO2TrailingDigit = Attribute(0x0622, BITMAP8, LIVE)
    # Billing
    CurrentBillingPeriodStart = Attribute(0x0700, UTC_TIME, LIVE)
    CurrentBillingPeriodDuration = Attribute(0x0701, UINT24, LIVE)
    LastBillingPeriodStart = Attribute(0x0702, UTC_TIME, LIVE)
    LastBillingPeriodDuration = Attribute(0x0703, UINT24, LIVE)
    LastBillingPeriodConsolidatedBill = Attribute(0x0704, UINT32, LIVE)
    # Credit payment
    CreditPaymentDueDate = Attribute(0x0800, UTC_TIME, LIVE)
    CreditPaymentStatus = Attribute(0x0801, ENUM8, LIVE)
    CreditPaymentOverDueAmount = Attribute(0x0802, UINT32, LIVE)
    PaymentDiscount = Attribute(0x080A, UINT32, LIVE)
    PaymentDiscountPeriod = Attribute(0x080B, ENUM8, LIVE)
    CreditPayments = tuple(_payments())
    # Energy received
    ReceivedTierLabels = tuple(_labels(RECEIVED, "Received"))
    ReceivedBlockThresholds = tuple(_received_thresholds())
    ReceivedStartOfBlockPeriod = Attribute(0x8200, UTC_TIME, LIVE)
    ReceivedBlockPeriodDuration = Attribute(0x8201, UINT24, LIVE)
    ReceivedThresholdMultiplier = Attribute(0x8202, UINT24, LIVE)
    ReceivedThresholdDivisor = Attribute(0x8203, UINT24, LIVE)
    ReceivedBlockPrices = tuple(_block_prices(RECEIVED + 0x0400, "Rx"))
    ReceivedTierPrices = tuple(_tier_prices(RECEIVED + 0x0500, "Received"))
    ReceivedTariffLabel = Attribute(0x8610, OCTET_STRING, LIVE)
    ReceivedNumberOfTariffTiersInUse = Attribute(0x8611, UINT8, LIVE)
    ReceivedNumberOfBlockThresholdsInUse = Attribute(0x8612, UINT8, LIVE)
    ReceivedTierBlockMode = Attribute(0x8613, ENUM8, LIVE)
    ReceivedTariffResolutionPeriod = Attribute(0x8615, ENUM8, LIVE)
    ReceivedCO2 = Attribute(0x8625, UINT32, LIVE)
    ReceivedCO2Unit = Attribute(0x8626, ENUM8, LIVE)
    ReceivedCO2TrailingDigit = Attribute(0x8627, BITMAP8, LIVE)
    ReceivedCurrentBillingPeriodStart = Attribute(0x8700, UTC_TIME, LIVE)
    ReceivedCurrentBillingPeriodDuration = Attribute(0x8701, UINT24, LIVE)
    ReceivedLastBillingPeriodStart = Attribute(0x8702, UTC_TIME, LIVE)
    ReceivedLastBillingPeriodConsolidatedBill = Attribute(0x8704, UINT32, LIVE)
    ClusterRevision = Attribute(0xFFFD, UINT16)


class PriceClientAttributes(AttributeSet):
    """Attributes of the client."""

    PriceIncreaseRandomizeMinutes = Attribute(0x0000, UINT8, READ | WRITE)
    PriceDecreaseRandomizeMinutes = Attribute(0x0001, UINT8, READ | WRITE)
    CommodityType = Attribute(0x0002, ENUM8)
