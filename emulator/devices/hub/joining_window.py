"""Opening a HAN to newcomers (SE 1.4a, 5.4.2.1)."""

from __future__ import annotations

from hanbench.emulator.clock import SECOND, Timer
from hanbench.emulator.zigbee.nwk.parent import LONGEST_PERMIT
from hanbench.emulator.zigbee.stack import CoordinatorStack

AGAIN = 240
"""Seconds after which a longer opening is repeated."""


class JoiningWindow:
    """One hub's HAN, open or closed. Smart Energy never opens a network for good, and for at most 254 s at a time."""

    def __init__(self, stack: CoordinatorStack) -> None:
        self._stack = stack
        self._timer: Timer | None = None

    def open(self, seconds: int) -> None:
        """Open the HAN for so long, here and at every router; 0 closes it."""
        stack = self._stack
        if self._timer is not None:
            self._timer.cancel()
        stack.parent.permit(seconds)
        stack.zdo.client.permit_joining(min(seconds, LONGEST_PERMIT))
        if seconds > LONGEST_PERMIT:
            self._timer = stack.clock.call_later(AGAIN * SECOND, self.open, seconds - AGAIN)
