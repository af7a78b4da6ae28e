"""What was seen on the Air during a check, frame by frame, as far as it bears on the verdict."""

from __future__ import annotations

from typing import NamedTuple

from emulator.mac import frames
from emulator.radio import Air, Transmission
from emulator.radio.air_radio import AirRadio

MOST = 200
"""Frames kept of one check, the first ones: a check that shows more proves no more."""


class Evidence(NamedTuple):
    """One frame."""

    number: int
    """In the capture, from 1."""
    time: int
    """End of the frame, microseconds."""
    sender: str
    receiver: str


class Witness:
    """Notes the data frames between the hub and the meters while it is attached."""

    def __init__(self, air: Air, hub: AirRadio, meters: dict[str, AirRadio]) -> None:
        self._air = air
        self._hub = hub
        self._meters = meters
        self._short = {radio.config.short_address: name for name, radio in meters.items()}
        self.seen: list[Evidence] = []

    def __enter__(self) -> Witness:
        self._air.observers.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._air.observers.remove(self)

    def __call__(self, transmission: Transmission) -> None:
        psdu = transmission.psdu
        if psdu[0] & 7 != frames.DATA or len(self.seen) >= MOST:
            return
        sender = transmission.sender
        if sender is self._hub:
            receiver = self._short.get(psdu[5] | psdu[6] << 8)
        else:
            receiver = self._hub.name if sender.name in self._meters else None
        if receiver is not None:
            self.seen.append(Evidence(transmission.number, transmission.end, sender.name, receiver))

    def between(self, meter: str) -> tuple[Evidence, ...]:
        """Frames from and to one meter."""
        return tuple(each for each in self.seen if meter in (each.sender, each.receiver))
