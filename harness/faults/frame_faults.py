"""Faults of frames on their way, and moments that frames mark: what a scenario says of `frames` and `on_frame`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hanbench.emulator.radio import Harm, Transmission
from hanbench.emulator.randomness import RandomSource
from hanbench.harness.case.plan import FrameFaultSpec, FrameTrigger
from hanbench.harness.han.han import Han
from hanbench.harness.han.observer import Sightings

Note = Callable[[str], None]
"""Puts a comment on the frame that is on the air now."""
_DONE = {Harm.DROP: "lost", Harm.CORRUPT_FCS: "garbled", Harm.CORRUPT_PAYLOAD: "tampered with"}


@dataclass(slots=True)
class _Active:
    """One disturbance at work."""

    what: FrameFaultSpec
    random: RandomSource
    over: Callable[[], None]
    seen: int = 0
    done: int = 0

    def strikes(self) -> bool:
        """One more of its frames came by: whether this is one that it harms. Calls `over` after the last."""
        self.seen += 1
        if self.seen < self.what.first or (self.what.count is not None and self.done >= self.what.count):
            return False
        if self.what.chance < 1 and self.random.random() >= self.what.chance:
            return False
        self.done += 1
        if self.done == self.what.count:
            self.over()
        return True


@dataclass(slots=True)
class _Watch:
    """Waits for the nth of some frames."""

    trigger: FrameTrigger
    fire: Callable[[], None]
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.trigger.nth


class FrameFaultInjector:
    """Everything that is done to frames of one HAN, and everything that waits for one.

    Frames cost nothing while there is neither.
    """

    def __init__(self, han: Han, note: Note = lambda text: None) -> None:
        self._han = han
        self._note = note
        self._on_air: dict[str, _Active] = {}
        self._on_wan: dict[str, _Active] = {}
        self._watches: list[_Watch] = []
        self._sightings: Sightings | None = None

    def begin(self, cause: str, what: FrameFaultSpec, over: Callable[[], None]) -> None:
        """Disturb from now on. `over` is called when the last of `count` frames has been harmed."""
        active = _Active(what, self._han.random("disturbance", cause), over)
        if what.on == "wan":
            self._on_wan[cause] = active
            self._han.wan.loses = self._wan_loses
        else:
            self._on_air[cause] = active
            self._look()

    def end(self, cause: str) -> None:
        """Disturb no more. Harmless where nothing is disturbed."""
        self._on_air.pop(cause, None)
        self._on_wan.pop(cause, None)
        self._look()

    def watch(self, trigger: FrameTrigger, fire: Callable[[], None]) -> None:
        """Call `fire` once, when the frame is on the air that `trigger` means."""
        self._watches.append(_Watch(trigger, fire))
        self._look()

    def _look(self) -> None:
        """Look at frames while there is reason to."""
        wanted = bool(self._on_air or self._watches)
        if wanted and self._sightings is None:
            self._sightings = Sightings(self._han)
        self._han.air.harmer = self._harm if wanted else None

    def _wan_loses(self) -> bool:
        # Each counts its messages, whether another has lost this one already or not.
        return bool([each for each in list(self._on_wan.values()) if each.strikes()])

    def _harm(self, transmission: Transmission) -> Harm | None:
        assert self._sightings is not None
        seen = self._sightings(transmission)
        for watch in [each for each in self._watches if each.trigger.matches(seen)]:
            watch.left -= 1
            if not watch.left:
                self._watches.remove(watch)
                self._look()
                self._note(f"hanbench: {watch.trigger.words}, number {watch.trigger.nth}: something begins")
                watch.fire()
        harms = []
        for cause, active in list(self._on_air.items()):
            if active.what.matches(seen) and active.strikes():
                harms.append(active.what.does)
                self._note(f"hanbench: {_DONE[active.what.does]} by {cause}")
        return Harm.DROP if Harm.DROP in harms else next(iter(harms), None)
