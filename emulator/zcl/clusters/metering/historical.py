"""Historical consumption, and the same in the alternative unit of measure (SE 1.4a, D.3.2.2.5 and D.3.2.2.13)."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import READ, REPORT, Attribute
from hanbench.emulator.zcl.codecs import DataType
from hanbench.emulator.zcl.types import INT24, UINT16, UINT24, UINT32, UINT48, UTC_TIME

_LIVE = READ | REPORT
_DIRECTIONS = ("Delivered", "Received")


def _both(first: int, name: str, kind: DataType) -> tuple[Attribute, ...]:
    """What was delivered, and what was received."""
    return tuple(Attribute(first + place, name + each, kind, _LIVE) for place, each in enumerate(_DIRECTIONS))


def _before(first: int, period: str, last: int, which: str, kind: DataType) -> tuple[Attribute, ...]:
    """A period's consumption, that of the period before it, and of those before, up to the one numbered `last`."""
    names = [f"Current{period}", f"Previous{period}", *(f"Previous{period}{n}" for n in range(2, last + 1))]
    return tuple(
        row for place, name in enumerate(names) for row in _both(first + 2 * place, f"{name}{which}Consumption", kind)
    )


def _set(high: int, which: str = "") -> tuple[Attribute, ...]:
    """The attributes of a set whose ids begin with `high`; `which` goes into each name."""
    return (
        Attribute(high, f"{which}InstantaneousDemand", INT24, _LIVE),
        *_before(high + 0x01, "Day", 1, which, UINT24),
        *_both(high + 0x05, f"Current{which}PartialProfileIntervalStartTime", UTC_TIME),
        *_both(high + 0x07, f"Current{which}PartialProfileIntervalValue", UINT24),
        Attribute(high + 0x09, f"CurrentDay{which}MaxPressure", UINT48, _LIVE),
        Attribute(high + 0x0A, f"CurrentDay{which}MinPressure", UINT48, _LIVE),
        Attribute(high + 0x0B, f"PreviousDay{which}MaxPressure", UINT48, _LIVE),
        Attribute(high + 0x0C, f"PreviousDay{which}MinPressure", UINT48, _LIVE),
        Attribute(high + 0x0D, f"CurrentDay{which}MaxDemand", INT24, _LIVE),
        Attribute(high + 0x0E, f"PreviousDay{which}MaxDemand", INT24, _LIVE),
        Attribute(high + 0x0F, f"CurrentMonth{which}MaxDemand", INT24, _LIVE),
        Attribute(high + 0x10, f"CurrentYear{which}MaxDemand", INT24, _LIVE),
        *(
            row
            for day in range(2, 9)
            for row in _both(high + 0x20 + 2 * (day - 2), f"PreviousDay{day}{which}Consumption", UINT24)
        ),
        *_before(high + 0x30, "Week", 5, which, UINT24),
        *_before(high + 0x40, "Month", 13, which, UINT32),
    )


_ENERGY_CARRIER_DEMAND = (
    "CurrentDayMaxEnergyCarrierDemand",
    "PreviousDayMaxEnergyCarrierDemand",
    "CurrentMonthMaxEnergyCarrierDemand",
    "CurrentMonthMinEnergyCarrierDemand",
    "CurrentYearMaxEnergyCarrierDemand",
    "CurrentYearMinEnergyCarrierDemand",
)

HISTORICAL_CONSUMPTION = (
    *_set(0x0400),
    *(Attribute(0x0411 + place, name, INT24, _LIVE) for place, name in enumerate(_ENERGY_CARRIER_DEMAND)),
    Attribute(0x045C, "HistoricalFreezeTime", UINT16, _LIVE),
)
ALTERNATIVE_HISTORICAL_CONSUMPTION = _set(0x0C00, "Alternative")
