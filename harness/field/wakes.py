"""How often a gas meter wakes, from the frames that it sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median

from hanbench.emulator.clock import SECOND
from hanbench.harness.field.home import POLL
from hanbench.harness.field.observation import Seen
from hanbench.profiles.diagnosis import DiagnosisRules

_GAPS = (60 * SECOND, 20 * SECOND, 5 * SECOND, 2 * SECOND)
"""Pauses that may part two wakes, longest first."""
_RHYTHM_GAPS = 9
_RHYTHM_SPAN = 300 * SECOND
"""A rhythm has so many gaps and lasts so long at least: a meter that has just joined talks fast for some minutes."""
_ALIKE, _REGULAR, _EARLY = 0.25, 0.6, 0.1
"""Most gaps of a rhythm differ by no more than this share from the median, and few are shorter: a sniffer misses
wakes, and invents none."""
_FEW = 3


class WakesFrom(StrEnum):
    """Where the time between two wakes is known from."""

    TOLD = "told"
    MEASURED = "measured"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Wakes:
    """The wakes of a gas meter; microseconds."""

    begins: tuple[int, ...]
    """Of the wakes that the capture has."""
    interval: int
    known: WakesFrom
    gap: int
    """Frames that are further apart belong to two wakes."""


def wakes_of(own: Sequence[Seen], rules: DiagnosisRules, told: int | None = None) -> Wakes:
    """Return the wakes of the meter whose frames these are. `told`: the time between two of them, if it is known.

    A shorter time than the assumed one needs a rhythm, and polls alone make none: a meter that waits for something
    polls fast, and reports as rarely as ever.
    """
    usual, assumed = rules.wake_gap_s * SECOND, rules.wake_interval_s * SECOND
    if told is not None:
        gap = min(usual, told // 2)
        return Wakes(_begins(own, gap), told, WakesFrom.TOLD, gap)
    talk = [frame for frame in own if frame.name != POLL]
    for gap in _GAPS:
        rhythm = _rhythm(_begins(talk, gap))
        if rhythm is not None and rhythm < assumed:
            return Wakes(_begins(own, gap), rhythm, WakesFrom.MEASURED, gap)
    begins = _begins(own, usual)
    gaps = [later - earlier for earlier, later in pairwise(begins)]
    between = 0 if not gaps else int(median(gaps)) if len(gaps) >= _FEW else max(gaps)
    # Meters keep no strict time: some seconds less than what is assumed are no shorter rhythm.
    if between >= assumed * (1 - _ALIKE):
        return Wakes(begins, between, WakesFrom.MEASURED, usual)
    return Wakes(begins, assumed, WakesFrom.ASSUMED, usual)


def _begins(own: Sequence[Seen], gap: int) -> tuple[int, ...]:
    begins: list[int] = []
    last: int | None = None
    for frame in own:
        if last is None or frame.time - last > gap:
            begins.append(frame.time)
        last = frame.time
    return tuple(begins)


def _rhythm(begins: Sequence[int]) -> int | None:
    """Return the time between two wakes if it is regular for long enough; None: there is no rhythm."""
    gaps = [later - earlier for earlier, later in pairwise(begins)]
    if len(gaps) < _RHYTHM_GAPS or begins[-1] - begins[0] < _RHYTHM_SPAN:
        return None
    middle = int(median(gaps))
    alike = sum(abs(gap - middle) <= _ALIKE * middle for gap in gaps)
    early = sum(gap < (1 - _ALIKE) * middle for gap in gaps)
    return middle if alike >= _REGULAR * len(gaps) and early <= _EARLY * len(gaps) else None
