"""Frame rules: faults injected into frames on the Air, as an ordered list of rules, each with a counter.

At the end of each frame the Air applies every rule, in order. A rule that matches counts the frame, draws its chance,
and may act. Dropping takes precedence over everything else; of several corrupting rules, the first applies. Delaying
and duplicating come after that: radios do not hear a delayed frame when it is sent, and a copy of it is on the air
later; radios hear a duplicated frame, and a copy follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.radio.transmission import Transmission


class FrameAction(Enum):
    """The action of a rule on a frame."""

    DELIVER = "deliver"
    """Deliver the frame unchanged: the rule only counts, or marks a moment."""
    DROP = "lose"
    """No radio hears the frame."""
    CORRUPT_FCS = "garble"
    """The frame arrives with bit errors: every receiver's FCS check fails."""
    CORRUPT_PAYLOAD = "tamper"
    """The frame arrives changed under a correct FCS: only security can detect it."""
    DELAY = "delay"
    """No radio hears the frame now; a copy is on the air later."""
    DUPLICATE = "duplicate"
    """Radios hear the frame, and a copy is on the air later."""


_CORRUPTING = (FrameAction.CORRUPT_FCS, FrameAction.CORRUPT_PAYLOAD)
_SHORTEST = 5
"""Minimum octets of a PSDU that holds a frame."""


def corrupted(psdu: bytes, action: FrameAction) -> bytes:
    """Return `psdu` (octets with FCS) as CORRUPT_FCS or CORRUPT_PAYLOAD changes it; shorter ones stay unchanged."""
    if len(psdu) < _SHORTEST:
        return psdu
    if action is FrameAction.CORRUPT_FCS:
        return psdu[:-1] + bytes((psdu[-1] ^ 0x01,))
    mpdu = psdu[:-3] + bytes((psdu[-3] ^ 0x01,))
    return mpdu + fcs(mpdu)


def _certain() -> float:
    return 0.0


@dataclass(slots=True)
class Occurrences:
    """A counter of similar events, with the choice of those to act on."""

    first: int = 1
    """The first event to act on, from 1."""
    count: int | None = None
    """Number of events to act on; None: all that follow."""
    chance: float = 1.0
    """Probability of acting on an event, above 0 and at most 1."""
    random: Callable[[], float] = _certain
    """Draws from 0 up to 1; called only if `chance` is below 1."""
    met: int = 0
    """Number of events so far."""
    acted: int = 0
    """Number of events acted on."""

    @property
    def over(self) -> bool:
        """Whether `count` events have been acted on."""
        return self.count is not None and self.acted >= self.count

    def meet(self) -> bool:
        """Count one event; return whether to act on it."""
        self.met += 1
        if self.met < self.first or self.over:
            return False
        if self.chance < 1 and self.random() >= self.chance:
            return False
        self.acted += 1
        return True


@dataclass(slots=True, eq=False)
class FrameRule:
    """One rule: the frames that it matches, its action, and the occurrences to act on."""

    matches: Callable[[Transmission], bool]
    action: FrameAction
    occurrences: Occurrences = field(default_factory=Occurrences)
    delay: int = 0
    """Microseconds from the end of a frame to the start of its copy, for DELAY and DUPLICATE."""
    on_act: Callable[[], object] = lambda: None
    """Called each time the rule acts."""

    def meet(self, transmission: Transmission) -> bool:
        """Count a frame if it matches; return whether the rule acts on it."""
        if not self.matches(transmission) or not self.occurrences.meet():
            return False
        self.on_act()
        return True


class FrameVerdict(NamedTuple):
    """The outcome of the frame rules for one frame."""

    psdu: bytes
    """The octets on the air, as observers get them."""
    heard: bool
    """Whether radios hear the frame now."""
    copies: tuple[int, ...] = ()
    """Delays of the copies after the end of the frame, in microseconds."""


def judge(rules: Iterable[FrameRule], transmission: Transmission) -> FrameVerdict:
    """Apply every rule to a frame, in order, and return the outcome."""
    acting = [rule for rule in tuple(rules) if rule.meet(transmission)]
    actions = [rule.action for rule in acting]
    psdu = transmission.psdu
    if FrameAction.DROP in actions:
        return FrameVerdict(psdu, heard=False)
    corrupting = next((action for action in actions if action in _CORRUPTING), None)
    if corrupting is not None:
        psdu = corrupted(psdu, corrupting)
    copying = (FrameAction.DELAY, FrameAction.DUPLICATE)
    copies = tuple(rule.delay for rule in acting if rule.action in copying)
    return FrameVerdict(psdu, FrameAction.DELAY not in actions, copies)
