"""The medium interface: observed frames, emulated (`Air`) or received by physical radios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hanbench.emulator.radio.transmission import Transmission


class Medium(Protocol):
    """A source of observed frames, in order, with numbers."""

    observers: list[Callable[[Transmission], None]]
    """Called with each frame when it has ended, in order."""
    frames: int
    """Number of frames so far, which is the `number` of the latest one."""

    def sniffed(self, transmission: Transmission) -> tuple[float, int]:
        """Return RSSI (dBm) and LQI of a frame at the point of observation."""
