"""What a meter has counted since the beginning of the day, the week and the month, off its register.

Days are those of GB legal time (`summer_time`). Weeks begin on Monday.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from hanbench.emulator.devices import Esme, Gsme
from hanbench.emulator.devices.summer_time import ahead
from hanbench.harness.control.node import Reading
from hanbench.harness.han.han import ZIGBEE_EPOCH

KILO = 1000


def consumption(meter: Esme | Gsme, name: str, unit: str) -> Iterator[Reading]:
    """Yield what a meter's register `name` has counted in each period so far, or since the meter was installed."""
    register = meter.flash.register
    if register is None:
        return
    now = ZIGBEE_EPOCH + timedelta(seconds=meter.utc)
    for period, began in periods(now).items():
        since = max(meter.elapsed - int((now - began).total_seconds()), register.start)
        yield Reading(f"{name} {period}", (register.counted(meter.elapsed) - register.counted(since)) / KILO, unit)


def periods(now: datetime) -> dict[str, datetime]:
    """Return when the day, the week and the month of a moment began, UTC."""
    day = (now + _ahead(now)).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = {"today": day, "this week": day - timedelta(days=day.weekday()), "this month": day.replace(day=1)}
    return {name: _utc(local) for name, local in begins.items()}


def _utc(midnight: datetime) -> datetime:
    """Return the UTC of a local midnight, at which the clocks never change."""
    return midnight - _ahead(midnight)


def _ahead(utc: datetime) -> timedelta:
    """Return how far GB legal time is ahead of UTC."""
    return timedelta(seconds=ahead(int((utc - ZIGBEE_EPOCH).total_seconds())))
