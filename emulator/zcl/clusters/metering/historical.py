"""Historical consumption, and the same in the alternative unit of measure (SE 1.4a, D.3.2.2.5 and D.3.2.2.13)."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import LIVE, Attribute
from hanbench.emulator.zcl.codecs import DataType
from hanbench.emulator.zcl.types import INT24, UINT24, UINT32, UINT48, UTC_TIME

_DIRECTIONS = ("Delivered", "Received")


def _both(first: int, name: str, kind: DataType) -> tuple[Attribute, ...]:
    """What was delivered, and what was received."""
    return tuple(Attribute(first + place, kind, LIVE, name=name + each) for place, each in enumerate(_DIRECTIONS))


def _before(first: int, period: str, last: int, which: str, kind: DataType) -> tuple[Attribute, ...]:
    """A period's consumption, that of the period before it, and of those before, up to the one numbered `last`."""
    names = [f"Current{period}", f"Previous{period}", *(f"Previous{period}{n}" for n in range(2, last + 1))]
    return tuple(
        row for place, name in enumerate(names) for row in _both(first + 2 * place, f"{name}{which}Consumption", kind)
    )


def _set(high: int, which: str = "") -> tuple[Attribute, ...]:
    """The attributes of a set that the two units of measure have alike: ids from `high` on, `which` in each name."""
    return (
        *_before(high + 0x01, "Day", 1, which, UINT24),
        *_both(high + 0x05, f"Current{which}PartialProfileIntervalStartTime", UTC_TIME),
        *_both(high + 0x07, f"Current{which}PartialProfileIntervalValue", UINT24),
        Attribute(high + 0x09, UINT48, LIVE, name=f"CurrentDay{which}MaxPressure"),
        Attribute(high + 0x0A, UINT48, LIVE, name=f"CurrentDay{which}MinPressure"),
        Attribute(high + 0x0B, UINT48, LIVE, name=f"PreviousDay{which}MaxPressure"),
        Attribute(high + 0x0C, UINT48, LIVE, name=f"PreviousDay{which}MinPressure"),
        Attribute(high + 0x0D, INT24, LIVE, name=f"CurrentDay{which}MaxDemand"),
        Attribute(high + 0x0E, INT24, LIVE, name=f"PreviousDay{which}MaxDemand"),
        Attribute(high + 0x0F, INT24, LIVE, name=f"CurrentMonth{which}MaxDemand"),
        Attribute(high + 0x10, INT24, LIVE, name=f"CurrentYear{which}MaxDemand"),
        *(
            row
            for day in range(2, 9)
            for row in _both(high + 0x20 + 2 * (day - 2), f"PreviousDay{day}{which}Consumption", UINT24)
        ),
        *_before(high + 0x30, "Week", 5, which, UINT24),
        *_before(high + 0x40, "Month", 13, which, UINT32),
    )


HISTORICAL_CONSUMPTION = _set(0x0400)
ALTERNATIVE_HISTORICAL_CONSUMPTION = _set(0x0C00, "Alternative")
