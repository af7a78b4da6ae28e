"""Faults of frames in transit, and triggers on frames: `frames` and `on_frame` of a scenario."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from hanbench.emulator.radio import FrameAction, FrameRule, Occurrences, Transmission
from hanbench.harness.case.pattern import FramePattern, ObservedFrame
from hanbench.harness.case.plan import FaultEvent, FrameFaultSpec, FrameTrigger
from hanbench.harness.han.han import Han
from hanbench.harness.han.observer import FrameObserver

Note = Callable[[str], None]
"""Adds a comment to the frame that is on the air now."""
_DONE = {
    FrameAction.DROP: "lost",
    FrameAction.CORRUPT_FCS: "garbled",
    FrameAction.CORRUPT_PAYLOAD: "tampered with",
    FrameAction.DELAY: "delayed",
    FrameAction.DUPLICATE: "duplicated",
}


class FrameTally(NamedTuple):
    """The number of frames, or of messages on the WAN, that a frame fault or a trigger met."""

    matched: int
    affected: int
    """Of a trigger: 1 if it fired."""


class EventTally(NamedTuple):
    """The tallies of one fault event of a plan; None: it has no trigger or no frame fault, or that never began."""

    trigger: FrameTally | None
    fault: FrameTally | None


class FrameFaultInjector:
    """All frame faults and frame triggers of one HAN.

    Each is a rule on the Air; triggers come before faults. Without any, frames cost nothing.
    """

    def __init__(self, han: Han, note: Note = lambda text: None) -> None:
        self._han = han
        self._note = note
        self._on_air: dict[str, FrameRule] = {}
        self._on_wan: dict[str, tuple[Occurrences, Callable[[], None]]] = {}
        self._watches: list[FrameRule] = []
        self._applied: list[FrameRule] = []
        self._met: dict[tuple[str, FramePattern], list[Occurrences]] = {}
        """By cause and pattern, over the whole run."""
        self._observe: FrameObserver | None = None
        self._seen: tuple[Transmission, ObservedFrame] | None = None

    def begin(self, cause: str, what: FrameFaultSpec, over: Callable[[], None]) -> None:
        """Begin a fault. `over` is called when the last of `count` frames has been affected."""
        random = self._han.random("disturbance", cause)
        occurrences = Occurrences(what.first, what.count, what.chance, random.random)
        self._met.setdefault((cause, what), []).append(occurrences)
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
        """End a fault. Has no effect if there is none of this cause."""
        self._on_air.pop(cause, None)
        self._on_wan.pop(cause, None)
        self._apply()

    def abandon(self) -> None:
        """End all faults and triggers."""
        self._on_air.clear()
        self._on_wan.clear()
        self._watches.clear()
        self._apply()

    def watch(self, cause: str, trigger: FrameTrigger, fire: Callable[[], None]) -> None:
        """Call `fire` once, when the frame of `trigger` is on the air; `cause` will begin or end then."""
        rule = FrameRule(partial(self._matches, trigger), FrameAction.DELIVER, Occurrences(trigger.nth, count=1))
        rule.on_act = partial(self._fired, rule, trigger, fire)
        self._met.setdefault((cause, trigger), []).append(rule.occurrences)
        self._watches.append(rule)
        self._apply()

    def tally(self, event: FaultEvent) -> EventTally:
        """Return what an event's trigger and its frame fault have met so far."""
        return EventTally(self._tally(event.cause, event.on_frame), self._tally(event.cause, event.frames))

    def _tally(self, cause: str, pattern: FramePattern | None) -> FrameTally | None:
        each = None if pattern is None else self._met.get((cause, pattern))
        return None if each is None else FrameTally(sum(one.met for one in each), sum(one.acted for one in each))

    def _apply(self) -> None:
        """Give the current rules to the Air, in place of those of before; other homes may have theirs there."""
        rules = self._han.air.frame_rules
        others = [each for each in rules if each not in self._applied]
        self._applied = [*self._watches, *self._on_air.values()]
        rules[:] = [*others, *self._applied]

    def _matches(self, pattern: FramePattern, transmission: Transmission) -> bool:
        """Return whether a frame of this home matches a pattern. It is dissected once, for the first rule that asks."""
        if self._han.name and self._han.role_at(transmission.sender.name) is None:
            return False
        if self._observe is None:
            self._observe = FrameObserver(self._han)
        if self._seen is None or self._seen[0] is not transmission:
            self._seen = transmission, self._observe(transmission)
        return pattern.matches(self._seen[1])

    def _fired(self, rule: FrameRule, trigger: FrameTrigger, fire: Callable[[], None]) -> None:
        self._watches.remove(rule)
        self._apply()
        self._note(f"hanbench: {trigger.words}, number {trigger.nth}: a trigger fires")
        fire()

    def _acted(self, cause: str, what: FrameFaultSpec, occurrences: Occurrences, over: Callable[[], None]) -> None:
        if occurrences.over:
            over()
        self._note(f"hanbench: {_DONE[what.does]} by {cause}")

    def _wan_loses(self) -> bool:
        # Each fault counts every message, whether or not another fault has lost it already.
        return bool([each for each in tuple(self._on_wan.values()) if self._wan_strikes(*each)])

    def _wan_strikes(self, occurrences: Occurrences, over: Callable[[], None]) -> bool:
        acts = occurrences.meet()
        if acts and occurrences.over:
            over()
        return acts
