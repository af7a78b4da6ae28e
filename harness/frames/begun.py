"""A dissection that has begun: most frames of a bench are never looked at, and need no more."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac.frames import MacFrame
from hanbench.harness.frames import words
from hanbench.harness.frames.dissected import MALFORMED, Dissected, Layer


class Begun:
    """A frame whose dissection has begun: its addresses are learnt, and the rest waits until it is looked at."""

    __slots__ = ("_dissect", "_found", "_lock", "mac", "psdu")

    def __init__(self, psdu: bytes, frame: MacFrame | None, dissect: Callable[[], Dissected], lock: Lock) -> None:
        self.psdu = psdu
        self.mac = frame
        """None: the octets are no frame of the MAC."""
        self._dissect = dissect
        self._lock = lock
        self._found: Dissected | None = None

    def end(self) -> Dissected:
        """Return the dissection, made at the first call, with the keys that are known by then; from any thread."""
        with self._lock:
            if self._found is None:
                try:
                    self._found = self._dissect()
                except RemoteProtocolError as error:
                    self._found = malformed(self.psdu, str(error))
            return self._found


def malformed(psdu: bytes, trouble: str) -> Dissected:
    """Return the dissection of octets that are no frame."""
    layers = (Layer("Octets", (("psdu", words.shown(psdu)), ("trouble", trouble))),)
    return Dissected(
        MALFORMED,
        source=None,
        destination=None,
        cluster=None,
        line=lambda: f"Malformed: {trouble}",
        layers=lambda: layers,
    )
