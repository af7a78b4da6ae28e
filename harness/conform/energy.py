"""An estimate of what a device draws from its battery, from its frames on the air.

It is an estimate from below: the bench sees what a device sends, not how long its receiver is on. Each transmission
counts with its back-off and its acknowledgement, each frame that the parent holds with the wait for it, each Beacon
Request with the time that a scan listens.
"""

from __future__ import annotations

from collections.abc import Iterable

from hanbench.emulator.clock import SECOND
from hanbench.emulator.radio.transmission import OCTET, PHY_OVERHEAD
from hanbench.harness.conform.frame import Frame

OVERHEAD_S = 0.004
"""Start of the radio, CSMA back-off and acknowledgement of a transmission (IEEE 802.15.4-2011, 5.1.1.4)."""
RECEIVED_S = 0.010
"""Wait for a frame that the parent holds."""
SCAN_S = 0.138
"""Time that a scan of exponent 3 listens on one channel (IEEE 802.15.4-2011, 5.1.2.1.2)."""
DAY_S = 86_400.0
YEAR_DAYS = 365.25


def radio_on(own: Iterable[Frame], received: int) -> float:
    """Return the seconds for which the radio was on at least. `own`: frames of the device; `received`: its parent's."""
    seconds = received * RECEIVED_S
    for frame in own:
        seconds += OVERHEAD_S + (len(frame.psdu) + PHY_OVERHEAD) * OCTET / SECOND
        seconds += SCAN_S if frame.name == "beacon-request" else 0.0
    return seconds


def years(on_s: float, during_s: float, *, radio_ma: float, sleep_ua: float, battery_mah: float) -> float:
    """Return how long a battery lasts if every day is like the time that was observed."""
    mean_ma = on_s / during_s * radio_ma + sleep_ua / 1000
    return battery_mah / mean_ma / 24 / YEAR_DAYS
