"""The count of the frames that a scenario's author expects, during a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from hanbench.emulator.radio import Transmission
from hanbench.harness.case.pattern import ObservedFrame, Phase
from hanbench.harness.han.han import Han
from hanbench.harness.han.observer import FrameObserver


class CountedFrames(Protocol):
    """A kind of frames to count."""

    @property
    def during(self) -> Phase:
        """The part of the story that counts."""

    def matches(self, seen: ObservedFrame) -> bool:
        """Return whether a frame is of this kind."""


class FrameCount:
    """Counts the expected frames; attaches to the medium only if there are any."""

    def __init__(self, han: Han, wanted: Sequence[CountedFrames]) -> None:
        self.counted = [0] * len(wanted)
        self.wanted = wanted
        self._phase: Phase = "anywhere"
        if wanted:
            self._observe = FrameObserver(han)
            han.medium.observers.append(self)

    def __call__(self, transmission: Transmission) -> None:
        seen = self._observe(transmission)
        for index, each in enumerate(self.wanted):
            if each.during in ("anywhere", self._phase) and each.matches(seen):
                self.counted[index] += 1

    @contextmanager
    def during(self, phase: Phase) -> Iterator[None]:
        """Count frames as belonging to `phase` while the context is open."""
        self._phase = phase
        try:
            yield
        finally:
            self._phase = "anywhere"
