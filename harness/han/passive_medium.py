"""A real air as a medium: the frames that the bench's own radios send and receive."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import SECOND
from hanbench.emulator.radio import Transmission
from hanbench.emulator.radio.silent_station import SilentStation
from hanbench.emulator.radio.transmission import OCTET, PHY_OVERHEAD
from hanbench.hardware.spinel_radio import Sighting, SpinelRadio

SAME_FRAME = SECOND // 10
"""A frame that two of our radios report is one frame, if no more time than this lies between: serial lines tarry."""
REMEMBERED = 64
"""Frames against which a new sighting is held."""


class UnknownSender(SilentStation):
    """The sender of a frame on a real air: only its name is known, and that only of the bench's own radios."""


class PassiveMedium:
    """A real air, as far as our own radios hear it: what they send, and what reaches them; each frame once."""

    def __init__(self) -> None:
        self.observers: list[Callable[[Transmission], None]] = []
        self.frames = 0
        self._recent: list[Sighting] = []
        self._signal = (0.0, 0)

    def follow(self, radio: SpinelRadio) -> None:
        """See what this radio sees."""
        radio.observers.append(lambda sighting: self._saw(radio.name, sighting))

    def sniffed(self, transmission: Transmission) -> tuple[float, int]:
        return self._signal

    def _saw(self, name: str, sighting: Sighting) -> None:
        for other in self._recent:
            if other.psdu == sighting.psdu and abs(other.time - sighting.time) < SAME_FRAME:
                return
        self._recent = [*self._recent[1 - REMEMBERED :], sighting]
        self.frames += 1
        start = sighting.time - (len(sighting.psdu) + PHY_OVERHEAD) * OCTET
        sender = UnknownSender(name if sighting.sent else "", sighting.channel)
        transmission = Transmission(sender, sighting.psdu, start, sighting.time)
        transmission.number = self.frames
        self._signal = (float(sighting.rssi), sighting.lqi)
        for observer in tuple(self.observers):
            observer(transmission)
