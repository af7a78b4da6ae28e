"""A sign: something in the capture that speaks for or against a fault, with the frames that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hanbench.harness.field.home import Home
from hanbench.harness.field.observation import Seen
from hanbench.harness.field.phases import Phases
from hanbench.harness.field.words import Number
from hanbench.profiles.diagnosis import DiagnosisRules

MOST_FRAMES = 8
"""Maximum number of frames to name for a sign."""


@dataclass(frozen=True)
class Sign:
    """One sign that was found."""

    id: str
    """As the classes in profiles/diagnosis name it."""
    text: str
    """What was found, in a sentence."""
    frames: tuple[int, ...] = ()
    """Numbers of frames that show it: the first ones."""
    count: int = 0
    """How many frames show it."""


@dataclass(frozen=True)
class Evidence:
    """What signs are looked for in."""

    home: Home
    phases: Phases
    rules: DiagnosisRules

    def is_gsme(self, ieee: int | None) -> bool:
        """Return whether an EUI-64 is the gas meter's."""
        return self.home.gsme is not None and ieee == self.home.gsme.ieee


Finder = Callable[[Evidence], Sign | None]
"""Looks for one sign; None: it is not there."""


def shown(id: str, text: str, frames: Iterable[Seen], *, least: int = 1) -> Sign | None:
    """Return a sign if at least so many frames show it. `{n}` in the text is their number (see `Number`)."""
    found = tuple(frames)
    if len(found) < least:
        return None
    return Sign(id, text.format(n=Number(len(found))), tuple(frame.number for frame in found[:MOST_FRAMES]), len(found))
