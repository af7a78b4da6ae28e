"""Price, 0x0700 (SE 1.4a, annex D.4): prices of energy, and the parts of a tariff.

An older device leaves out the tail of PublishPrice: all that follows `price_ratio` came with later versions.
"""

from __future__ import annotations

from enum import IntFlag

from hanbench.emulator.zcl.cluster import Cluster
from hanbench.emulator.zcl.clusters.price.attributes import PriceAttributes, PriceClientAttributes
from hanbench.emulator.zcl.clusters.price.commands import (
    CLIENT_TO_SERVER,
    SERVER_TO_CLIENT,
    CancelTariff,
    CPPEventResponse,
    GetBillingPeriod,
    GetBlockPeriods,
    GetBlockThresholds,
    GetCalorificValue,
    GetCO2Value,
    GetConsolidatedBill,
    GetConversionFactor,
    GetCreditPayment,
    GetCurrencyConversion,
    GetCurrentPrice,
    GetPriceMatrix,
    GetScheduledPrices,
    GetTariffCancellation,
    GetTariffInformation,
    GetTierLabels,
    MatrixPrice,
    PriceAcknowledgement,
    PublishBillingPeriod,
    PublishBlockPeriod,
    PublishBlockThresholds,
    PublishCalorificValue,
    PublishCO2Value,
    PublishConsolidatedBill,
    PublishConversionFactor,
    PublishCPPEvent,
    PublishCreditPayment,
    PublishCurrencyConversion,
    PublishPrice,
    PublishPriceMatrix,
    PublishTariffInformation,
    PublishTierLabels,
    TierLabel,
)

__all__ = [
    "CLUSTER",
    "NOW",
    "REQUESTOR_LISTENS",
    "UNTIL_CHANGED",
    "CPPEventResponse",
    "CancelTariff",
    "GetBillingPeriod",
    "GetBlockPeriods",
    "GetBlockThresholds",
    "GetCO2Value",
    "GetCalorificValue",
    "GetConsolidatedBill",
    "GetConversionFactor",
    "GetCreditPayment",
    "GetCurrencyConversion",
    "GetCurrentPrice",
    "GetPriceMatrix",
    "GetScheduledPrices",
    "GetTariffCancellation",
    "GetTariffInformation",
    "GetTierLabels",
    "MatrixPrice",
    "PriceAcknowledgement",
    "PriceAttributes",
    "PriceClientAttributes",
    "PriceControl",
    "PublishBillingPeriod",
    "PublishBlockPeriod",
    "PublishBlockThresholds",
    "PublishCO2Value",
    "PublishCPPEvent",
    "PublishCalorificValue",
    "PublishConsolidatedBill",
    "PublishConversionFactor",
    "PublishCreditPayment",
    "PublishCurrencyConversion",
    "PublishPrice",
    "PublishPriceMatrix",
    "PublishTariffInformation",
    "PublishTierLabels",
    "TierLabel",
]

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


CLUSTER = Cluster(
    0x0700,
    "Price",
    attributes=PriceAttributes.rows,
    client_to_server=CLIENT_TO_SERVER,
    server_to_client=SERVER_TO_CLIENT,
    client_attributes=PriceClientAttributes.rows,
)
