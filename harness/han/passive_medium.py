"""The passive medium: the frames that the bench's physical radios send and receive."""

from __future__ import annotations

from hanbench.emulator.clock import SECOND
from hanbench.emulator.radio import Transmission
from hanbench.emulator.radio.observers import Observers
from hanbench.emulator.radio.silent_station import SilentStation
from hanbench.emulator.radio.transmission import OCTET, PHY_OVERHEAD
from hanbench.hardware.spinel_radio import Sighting, SpinelRadio

SAME_FRAME = SECOND // 10
"""Maximum time between two reports of the same frame by two radios, microseconds: serial lines delay reports."""
REMEMBERED = 64
"""Number of recent frames with which a new one is compared."""


class UnknownSender(SilentStation):
    """The sender of a frame on the air; only the bench's own radios have a name."""


class PassiveMedium:
    """The air, as far as the bench's own radios send and receive on it; each frame counts once."""

    def __init__(self) -> None:
        self.observers = Observers()
        self.frames = 0
        self._recent: list[Sighting] = []
        self._signal = (0.0, 0)

    def follow(self, radio: SpinelRadio) -> None:
        """Observe the frames of a radio."""
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
        self.observers.see(transmission)
