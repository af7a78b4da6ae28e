"""Shrinking: the shortest sequence that still kills, as far as a bounded number of runs finds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")
Kills = Callable[[Sequence[T]], bool]


class _Spent(Exception):  # noqa: N818  the end of a budget, not an error
    """No run is left."""


def shrunk(frames: Sequence[T], kills: Kills[T], most_runs: int) -> tuple[T, ...]:
    """Return the shortest sequence found that kills: `frames`, of which it is known to, with some left out.

    First the last frame is found that is needed, by halves; then as many of those before it are left out as can be
    (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002). `kills` is called `most_runs`
    times at most.
    """
    left, best = most_runs, tuple(frames)

    def tried(candidate: Sequence[T]) -> bool:
        nonlocal left, best
        if not left:
            raise _Spent
        left -= 1
        if kills(candidate):
            best = min(best, tuple(candidate), key=len)
            return True
        return False

    with suppress(_Spent):
        _without(_prefix(best, tried), tried)
    return best


def _prefix(frames: tuple[T, ...], tried: Kills[T]) -> tuple[T, ...]:
    """Return the shortest beginning that kills."""
    lowest, highest = 1, len(frames)
    while lowest < highest:
        middle = (lowest + highest) // 2
        if tried(frames[:middle]):
            highest = middle
        else:
            lowest = middle + 1
    return frames[:highest]


def _without(frames: tuple[T, ...], tried: Kills[T]) -> None:
    """Leave out what can be left out before the last frame, in ever smaller parts."""
    before, last = frames[:-1], frames[-1:]
    if before and tried(last):
        return
    parts = 2
    while len(before) > 1:
        size = -(-len(before) // parts)
        for start in range(0, len(before), size):
            rest = before[:start] + before[start + size :]
            if tried(rest + last):
                before, parts = rest, max(2, parts - 1)
                break
        else:
            if size == 1:
                return
            parts = min(len(before), 2 * parts)
