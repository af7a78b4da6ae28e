"""A station that sends and does not receive: the sender of a copied frame, or of a frame from a physical radio."""

from __future__ import annotations

from hanbench.emulator.radio.propagation import Link, Position
from hanbench.emulator.radio.transmission import Transmission


class SilentStation:
    """A `Station` that ignores everything it could receive."""

    tx_power = 0
    sending_from = sending_until = 0
    position: Position = (0.0, 0.0)

    def __init__(self, name: str, channel: int) -> None:
        self.name = name
        self.channel = channel

    def could_hear(self, transmission: Transmission) -> bool:
        return False

    def accepts(self, psdu: bytes, mode: int) -> bool:
        return False

    def frame_pending(self, psdu: bytes) -> bool:
        return False

    def hear(self, transmission: Transmission, link: Link | None, acked_pending: bool) -> None:
        pass

    def garbled(self) -> None:
        pass

    def sent(self, transmission: Transmission) -> None:
        pass

    def acknowledged(self, transmission: Transmission, pending: bool) -> None:
        pass

    def unacknowledged(self, transmission: Transmission) -> None:
        pass
