"""The latest frames of a bench, dissected: for the journal, and for a user who folds one out."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

from hanbench.emulator.clock import SECOND
from hanbench.emulator.radio import Transmission
from hanbench.harness.control.events import FrameSeen
from hanbench.harness.control.journal import Journal
from hanbench.harness.frames.dissected import Dissected
from hanbench.harness.han.han import Han
from hanbench.harness.han.observer import FrameObserver


@dataclass
class KeptFrame:
    """One frame; its text is made on demand, from any thread."""

    transmission: Transmission
    dissected: Dissected
    sender: str | None
    receiver: str | None
    lqi: int
    log: FrameLog
    seq: int = 0

    @cached_property
    def event(self) -> FrameSeen:
        """The frame as an event."""
        frame, dissected = self.transmission, self.dissected
        return FrameSeen(
            seq=self.seq,
            clock=frame.end / SECOND,
            date=self.log.han.calendar.date(frame.end),
            number=frame.number,
            channel=frame.channel,
            sender=self.sender,
            receiver=self.receiver,
            name=dissected.name,
            line=dissected.line,
            cluster=dissected.cluster,
            octets=len(frame.psdu),
            lqi=self.lqi,
        )


class FrameLog:
    """An observer of one HAN's medium, which puts each frame into the journal."""

    def __init__(self, han: Han, journal: Journal, kept: int) -> None:
        self.han = han
        self._journal = journal
        self._kept = kept
        self._frames: OrderedDict[int, KeptFrame] = OrderedDict()
        self._observe = FrameObserver(han)
        han.medium.observers.append(self)

    def __call__(self, transmission: Transmission) -> None:
        seen, dissected = self._observe.with_dissection(transmission)
        _, lqi = self.han.medium.sniffed(transmission)
        frame = KeptFrame(transmission, dissected, seen.sender, seen.receiver, lqi, self)
        self._frames[transmission.number] = frame
        if len(self._frames) > self._kept:
            self._frames.popitem(last=False)
        frame.seq = self._journal.add_frame(lambda: frame.event)

    def get(self, number: int) -> KeptFrame | None:
        """Return a frame by its number; None: it is not kept."""
        return self._frames.get(number)

    def event(self, number: int) -> FrameSeen | None:
        """Return a frame as an event; None: it is not kept."""
        frame = self.get(number)
        return None if frame is None else frame.event

    @property
    def range(self) -> str:
        """Which frames are kept, in words."""
        if not self._frames:
            return "there was none yet"
        return f"those from {next(iter(self._frames))} to {next(reversed(self._frames))} are"
