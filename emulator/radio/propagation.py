"""Link budgets: path loss, noise and the resulting bit errors.

Sources: log-distance path loss with the free-space loss of the first metre at 2.45 GHz; bit error rate of the
2.4 GHz O-QPSK PHY from IEEE 802.15.4-2006, Annex E.4.1.8. The exponent, the walls and the noise figure are
assumptions, which appear only here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb, exp, hypot, log1p, log10

Position = tuple[float, float]
"""Coordinates in metres."""

NOISE_FLOOR = -100.0
"""dBm in 2 MHz: thermal noise (-111 dBm) plus a noise figure of 11 dB."""
CCA_THRESHOLD = -75.0
"""dBm, energy above threshold (CCA mode 1; 8.2.7 allows at most 10 dB above the worst permitted sensitivity)."""
FIRST_METRE = 40.2
"""Path loss of the first metre, dB."""
EXPONENT = 3.0
"""Of path loss, in a furnished British house with brick walls: between free space (2) and heavy obstruction (4)."""
CO_CHANNEL_REJECTION = 2.0
"""Power ratio: a frame survives simultaneous frames if it has twice their power (3 dB), because signals of the same
modulation disturb a receiver more than noise does."""
NEAREST = 0.3
"""Minimum distance between two antennas, metres."""


@dataclass(frozen=True, slots=True)
class Link:
    """The radio link from a sender to a receiver."""

    rssi: float
    """Received power, dBm."""
    power: float
    """Received power, mW, for sums of interference."""
    log_bit_ok: float
    """Natural logarithm of the probability that one bit arrives: 0 or below."""
    rssi_dbm: int
    """`rssi` rounded, as a radio reports it."""
    lqi: int


def milliwatts(dbm: float) -> float:
    return float(10.0 ** (dbm / 10.0))


def dbm(milliwatt: float) -> float:
    return 10.0 * log10(milliwatt)


def path_loss(a: Position, b: Position) -> float:
    """Return the path loss between two positions, in dB."""
    distance = max(hypot(a[0] - b[0], a[1] - b[1]), NEAREST)
    return FIRST_METRE + 10.0 * EXPONENT * log10(distance)


@lru_cache(maxsize=4096)
def log_bit_ok(sinr: float) -> float:
    """Return ln(1 - bit error rate) at a signal-to-interference-and-noise ratio of `sinr` dB."""
    ratio = milliwatts(sinr)
    terms = ((-1.0) ** k * comb(16, k) * exp(20.0 * ratio * (1.0 / k - 1.0)) for k in range(2, 17))
    error = min(max(8.0 / 15.0 / 16.0 * sum(terms), 0.0), 0.5)
    return log1p(-error) if error > 1e-12 else 0.0


def lqi(rssi: float) -> int:
    """Return link quality from signal strength, as common transceivers do: 0 at the noise floor, 255 at -40 dBm."""
    return min(255, max(0, round((rssi - NOISE_FLOOR) * 255.0 / 60.0)))


def link(rssi: float, noise: float) -> Link:
    """Return the link that delivers `rssi` dBm into a background of `noise` mW."""
    return Link(rssi, milliwatts(rssi), log_bit_ok(round(rssi - dbm(noise), 2)), round(rssi), lqi(rssi))
