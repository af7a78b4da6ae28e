"""The observers of a medium: readers of octets that any transmitter may have sent, so that none of them ends a run.

An observer decodes what a stranger put on the air. One that fails on a frame is reported once, as a warning of one
line, and gets the next frame all the same; the medium, the other observers and whatever runs on the bench go on.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

from hanbench.emulator.radio.transmission import Transmission

Observer = Callable[[Transmission], object]


class ObserverWarning(RuntimeWarning):
    """An observer failed on a frame: a bug of the observer, or of the codec that it uses."""


class Observers(list[Observer]):
    """The observers of one medium, called in their order."""

    def __init__(self) -> None:
        super().__init__()
        self._reported: list[Observer] = []

    def see(self, transmission: Transmission) -> None:
        """Give every observer a frame that has ended; report those that fail on it, once each, as `ObserverWarning`.

        An OSError is raised: a capture that cannot be written is an error of the place to write, not of the frame.
        """
        failures: list[str] = []
        for observer in tuple(self):
            try:
                observer(transmission)
            except OSError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this observer and this frame only
                if observer not in self._reported:
                    self._reported.append(observer)
                    failures.append(_failure(observer, transmission, error))
        for failure in failures:
            warnings.warn(failure, ObserverWarning, stacklevel=2)


def _failure(observer: Observer, transmission: Transmission, error: Exception) -> str:
    """The failure in one line."""
    name = getattr(observer, "__qualname__", type(observer).__qualname__)
    said = " ".join(f"{type(error).__name__}: {error}".split())
    octets = len(transmission.psdu)
    return f"the observer {name} failed on a frame of {octets} octets, and gets the next one all the same ({said})"
