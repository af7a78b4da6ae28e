"""Gas in kilowatt hours: volume x correction x calorific value / 3.6, as on every GB gas bill.

The correction for temperature and pressure is 1.02264 (Gas (Calculation of Thermal Energy) Regulations 1996,
SI 1996/439). The calorific value is that of the network's day; the emulated home has one for good.
"""

from __future__ import annotations

CORRECTION = 1.02264
CALORIFIC_VALUE = 39.5
"""Megajoules in a cubic metre; in GB mostly between 38 and 41."""
MEGAJOULES = 3.6
"""In a kilowatt hour."""


def energy_of(cubic_metres: float, calorific_value: float = CALORIFIC_VALUE) -> float:
    """Return the energy of a volume of gas, kWh. `calorific_value`: MJ/m3."""
    return cubic_metres * CORRECTION * calorific_value / MEGAJOULES
