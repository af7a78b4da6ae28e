"""The medium interface: observed frames, emulated (`Air`) or received by physical radios."""

from __future__ import annotations

from typing import Protocol

from hanbench.emulator.radio.observers import Observers
from hanbench.emulator.radio.transmission import Transmission


class Medium(Protocol):
    """A source of observed frames, in order, with numbers."""

    observers: Observers
    """Called with each frame when it has ended, in order. One that fails is reported, and ends nothing."""
    frames: int
    """Number of frames so far, which is the `number` of the latest one."""

    def sniffed(self, transmission: Transmission) -> tuple[float, int]:
        """Return RSSI (dBm) and LQI of a frame at the point of observation."""
