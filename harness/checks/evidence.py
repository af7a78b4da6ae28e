"""The evidence of a check: the data frames between the hub and the meters while it ran, also over a repeater."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hanbench.emulator.mac.frames import short_data_ends
from hanbench.emulator.radio import Transmission
from hanbench.emulator.radio.medium import Medium

HUB, REPEATER, GAS_METER = "hub", "repeater", "gsme"
MOST = 200
"""Maximum number of frames to keep of one check, the first ones."""


class Evidence(NamedTuple):
    """One frame of the evidence."""

    number: int
    """Number in the capture, from 1."""
    time: int
    """Time at which the frame ended, microseconds."""
    sender: str
    receiver: str
    psdu: bytes = b""


class EvidenceRecorder:
    """Records the data frames between the hub and the meters while it is attached."""

    def __init__(self, medium: Medium, role_of: Callable[[int, int], str | None]) -> None:
        """`role_of` returns the device that has a short address in a PAN now."""
        self._medium = medium
        self._place_of = role_of
        self.seen: list[Evidence] = []

    def __enter__(self) -> EvidenceRecorder:
        self._medium.observers.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._medium.observers.remove(self)

    def __call__(self, transmission: Transmission) -> None:
        psdu = transmission.psdu
        ends = short_data_ends(psdu)
        if ends is None or len(self.seen) >= MOST:
            return
        pan_id, *shorts = ends
        sender, receiver = (self._place_of(short, pan_id) for short in shorts)
        if sender is not None and receiver is not None and not {HUB, REPEATER}.isdisjoint((sender, receiver)):
            self.seen.append(Evidence(transmission.number, transmission.end, sender, receiver, psdu))

    def between(self, meter: str) -> tuple[Evidence, ...]:
        """Return the frames from and to one meter; those of a repeater are the gas meter's."""
        ends = {meter, REPEATER} if meter == GAS_METER else {meter}
        return tuple(each for each in self.seen if not ends.isdisjoint((each.sender, each.receiver)))
