"""Faults of frames on their way, and moments that frames mark: what a scenario says of `frames` and `on_frame`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hanbench.emulator.radio import FrameAction, FrameRule, Occurrences, Transmission
from hanbench.harness.case.pattern import FramePattern, ObservedFrame
from hanbench.harness.case.plan import FrameFaultSpec, FrameTrigger
from hanbench.harness.han.han import Han
from hanbench.harness.han.observer import Sightings

Note = Callable[[str], None]
"""Puts a comment on the frame that is on the air now."""
_DONE = {
    FrameAction.DROP: "lost",
    FrameAction.CORRUPT_FCS: "garbled",
    FrameAction.CORRUPT_PAYLOAD: "tampered with",
    FrameAction.DELAY: "delayed",
    FrameAction.DUPLICATE: "duplicated",
}


class FrameFaultInjector:
    """Everything that is done to frames of one HAN, and everything that waits for a frame.

    Each is a rule on the Air, those that wait before those that act. Frames cost nothing while there is none.
    """

    def __init__(self, han: Han, note: Note = lambda text: None) -> None:
        self._han = han
        self._note = note
        self._on_air: dict[str, FrameRule] = {}
        self._on_wan: dict[str, tuple[Occurrences, Callable[[], None]]] = {}
        self._watches: list[FrameRule] = []
        self._sightings: Sightings | None = None
        self._seen: tuple[Transmission, ObservedFrame] | None = None

    def begin(self, cause: str, what: FrameFaultSpec, over: Callable[[], None]) -> None:
        """Begin a fault. `over` is called when the last of `count` frames has been harmed."""
        random = self._han.random("disturbance", cause)
        occurrences = Occurrences(what.first, what.count, what.chance, random.random)
        if what.on == "wan":
            self._on_wan[cause] = occurrences, over
            self._han.wan.loses = self._wan_loses
            return
        acted = partial(self._acted, cause, what, occurrences, over)
        matches = partial(self._matches, what)
        delay = round(what.delay.total_seconds() * 1_000_000)
        self._on_air[cause] = FrameRule(matches, what.does, occurrences, delay, acted)
        self._apply()

    def end(self, cause: str) -> None:
        """End a fault. Harmless where there is none of this cause."""
        self._on_air.pop(cause, None)
        self._on_wan.pop(cause, None)
        self._apply()

    def watch(self, trigger: FrameTrigger, fire: Callable[[], None]) -> None:
        """Call `fire` once, when the frame is on the air that `trigger` means."""
        rule = FrameRule(partial(self._matches, trigger), FrameAction.DELIVER, Occurrences(trigger.nth, count=1))
        rule.on_act = partial(self._fired, rule, trigger, fire)
        self._watches.append(rule)
        self._apply()

    def met(self, cause: str) -> int:
        """How many frames, or messages on the WAN, a fault has met so far."""
        if cause in self._on_wan:
            return self._on_wan[cause][0].met
        return self._on_air[cause].occurrences.met if cause in self._on_air else 0

    def _apply(self) -> None:
        """Give the Air the rules of now."""
        self._han.air.frame_rules[:] = [*self._watches, *self._on_air.values()]

    def _matches(self, pattern: FramePattern, transmission: Transmission) -> bool:
        """Whether a frame is one of the pattern's. The first rule that looks has it dissected for all."""
        if self._sightings is None:
            self._sightings = Sightings(self._han)
        if self._seen is None or self._seen[0] is not transmission:
            self._seen = transmission, self._sightings(transmission)
        return pattern.matches(self._seen[1])

    def _fired(self, rule: FrameRule, trigger: FrameTrigger, fire: Callable[[], None]) -> None:
        self._watches.remove(rule)
        self._apply()
        self._note(f"hanbench: {trigger.words}, number {trigger.nth}: something begins")
        fire()

    def _acted(self, cause: str, what: FrameFaultSpec, occurrences: Occurrences, over: Callable[[], None]) -> None:
        if occurrences.over:
            over()
        self._note(f"hanbench: {_DONE[what.does]} by {cause}")

    def _wan_loses(self) -> bool:
        # Each counts its messages, whether another has lost this one already or not.
        return bool([each for each in tuple(self._on_wan.values()) if self._wan_strikes(*each)])

    def _wan_strikes(self, occurrences: Occurrences, over: Callable[[], None]) -> bool:
        acts = occurrences.meet()
        if acts and occurrences.over:
            over()
        return acts
