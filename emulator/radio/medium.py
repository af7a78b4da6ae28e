"""A medium: something on which frames are observed, whether emulated (`Air`) or heard by radios on a real air."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hanbench.emulator.radio.transmission import Transmission


class Medium(Protocol):
    """Observed frames, in order, with numbers."""

    observers: list[Callable[[Transmission], None]]
    """Called with each frame when it has ended, in order."""
    frames: int
    """Frames seen so far; the latest one's `number`."""

    def sniffed(self, transmission: Transmission) -> tuple[float, int]:
        """RSSI (dBm) and LQI of a frame, where it was seen."""
