"""Frame rules: what is done on purpose to frames on the Air, as an ordered list of rules that each count what they met.

At the end of each frame every rule looks at it, in order. A rule that matches counts the frame, draws its chance, and
may act. Dropping wins over everything else; of several rules that corrupt, the first does. Delaying and duplicating
come after that: a delayed frame is not heard when it was sent, and a copy of it is on the air later; a duplicated frame
is heard, and a copy follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.radio.transmission import Transmission


class FrameAction(Enum):
    """What a rule does to a frame."""

    DELIVER = "deliver"
    """Nothing: the rule only counts, or marks a moment."""
    DROP = "lose"
    """No radio hears it."""
    CORRUPT_FCS = "garble"
    """It arrives with bit errors: every receiver's FCS check fails."""
    CORRUPT_PAYLOAD = "tamper"
    """It arrives changed under a right FCS: security has to find out."""
    DELAY = "delay"
    """No radio hears it now; a copy is on the air later."""
    DUPLICATE = "duplicate"
    """It is heard, and a copy is on the air later."""


_CORRUPTING = (FrameAction.CORRUPT_FCS, FrameAction.CORRUPT_PAYLOAD)
_SHORTEST = 5
"""Octets of a PSDU that holds a frame."""


def corrupted(psdu: bytes, action: FrameAction) -> bytes:
    """Return `psdu` (octets with FCS) as CORRUPT_FCS or CORRUPT_PAYLOAD leaves it; shorter octets stay as they are."""
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
    """Counts things that are alike, and says on which of them to act."""

    first: int = 1
    """The first of them to act on, from 1."""
    count: int | None = None
    """How many to act on; None: all that follow."""
    chance: float = 1.0
    """Of each one to be acted on, above 0 and at most 1."""
    random: Callable[[], float] = _certain
    """Draws from 0 up to 1; asked only where `chance` is below 1."""
    met: int = 0
    """How many there have been."""
    acted: int = 0
    """How many were acted on."""

    @property
    def over(self) -> bool:
        """As many were acted on as should be."""
        return self.count is not None and self.acted >= self.count

    def meet(self) -> bool:
        """Count one more; return whether to act on it."""
        self.met += 1
        if self.met < self.first or self.over:
            return False
        if self.chance < 1 and self.random() >= self.chance:
            return False
        self.acted += 1
        return True


@dataclass(slots=True, eq=False)
class FrameRule:
    """One rule about frames that are alike."""

    matches: Callable[[Transmission], bool]
    action: FrameAction
    occurrences: Occurrences = field(default_factory=Occurrences)
    delay: int = 0
    """Microseconds from the end of a frame to the start of its copy, for DELAY and DUPLICATE."""
    on_act: Callable[[], object] = lambda: None
    """Called each time that the rule acts."""

    def meet(self, transmission: Transmission) -> bool:
        """Look at a frame; return whether the rule acts on it."""
        if not self.matches(transmission) or not self.occurrences.meet():
            return False
        self.on_act()
        return True


class FrameVerdict(NamedTuple):
    """What becomes of one frame."""

    psdu: bytes
    """The octets on the air, which observers see."""
    heard: bool
    """Whether radios hear it now."""
    copies: tuple[int, ...] = ()
    """Microseconds after its end at which copies begin."""


def judge(rules: Iterable[FrameRule], transmission: Transmission) -> FrameVerdict:
    """Let every rule look at a frame, in order, and return what becomes of it."""
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
