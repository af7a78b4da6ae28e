"""The latest frames of a bench, dissected if they are looked at: for the journal, and for a user who folds one out."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from functools import cached_property

from hanbench.emulator.clock import SECOND
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import Transmission
from hanbench.harness.bench.street import Street, StreetHome
from hanbench.harness.case.calendar import Calendar
from hanbench.harness.control.events import FrameSeen
from hanbench.harness.control.journal import Journal
from hanbench.harness.frames.begun import Begun, malformed
from hanbench.harness.frames.dissected import Dissected
from hanbench.harness.han.observer import FrameObserver


@dataclass
class KeptFrame:
    """One frame; it is dissected, and its text made, on demand, from any thread."""

    transmission: Transmission
    begun: Begun
    calendar: Calendar
    home: str
    sender: str | None
    receiver: str | None
    lqi: int
    seq: int = 0

    @cached_property
    def dissected(self) -> Dissected:
        """Its dissection. One that fails ends no follower: any stranger may have sent these octets."""
        try:
            return self.begun.end()
        except Exception as error:  # noqa: BLE001 - as `Observers` has it
            return malformed(self.transmission.psdu, f"hanbench itself failed: {type(error).__name__}: {error}")

    @cached_property
    def event(self) -> FrameSeen:
        """The frame as an event."""
        frame, dissected = self.transmission, self.dissected
        return FrameSeen(
            seq=self.seq,
            clock=frame.end / SECOND,
            date=self.calendar.date(frame.end),
            home=self.home,
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
    """An observer of the medium of a bench, which puts each frame into the journal, under the home that it is of."""

    def __init__(self, street: Street, journal: Journal, kept: int) -> None:
        self.frames_of: Counter[str] = Counter()
        """Number of frames so far, by home."""
        self._journal = journal
        self._kept = kept
        self._frames: OrderedDict[int, KeptFrame] = OrderedDict()
        self._street = street
        self._first = street.homes[0]
        self._homes = {home.name: home for home in street.homes}
        self._observers = {home.name: FrameObserver(home.han) for home in street.homes}
        street.medium.observers.append(self)

    def __call__(self, transmission: Transmission) -> None:
        home = self._home_of(transmission)
        of = home or self._first
        sender, receiver, begun = self._observers[of.name].begin(transmission)
        _, lqi = self._street.medium.sniffed(transmission)
        name = "" if home is None else home.name
        sender, receiver = (None if role is None else of.node(role) for role in (sender, receiver))
        frame = KeptFrame(transmission, begun, self._street.calendar, name, sender, receiver, lqi)
        self._frames[transmission.number] = frame
        if len(self._frames) > self._kept:
            self._frames.popitem(last=False)
        frame.seq = self._journal.add_frame(lambda: frame.event)
        self.frames_of[name] += 1

    def _home_of(self, transmission: Transmission) -> StreetHome | None:
        """Return the home whose radio sent a frame; of a foreign device, the home whose PAN the frame is in, if any."""
        home = self._homes.get(transmission.sender.name.rpartition(".")[0])
        if home is not None:
            return home
        pans = _pans(transmission.psdu)
        return next((each for each in self._homes.values() if not pans.isdisjoint(each.han.pan_ids)), None)

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


def _pans(psdu: bytes) -> set[int | None]:
    """Return the PANs that a frame names."""
    try:
        frame = mac.decode(psdu)
    except RemoteProtocolError:
        return set()
    return {frame.src_pan, frame.dst_pan}
