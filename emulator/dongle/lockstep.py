"""Octets under way between two ends in one process: while there are any, virtual time stands still.

With it, a HAN whose radios sit behind ptys runs in virtual time as one without: what a host writes at some microsecond
is read by its dongle at the same one. Under paced time there is nothing to hold, and nothing is done.
"""

from __future__ import annotations

import asyncio

from hanbench.emulator.clock import Clock, ClockLoop, PacedClock


class LockstepLine:
    """One line's octets, both ways together. The host's end attaches and detaches; the dongle's end hangs up."""

    def __init__(self, clock: Clock) -> None:
        self._lockstep = not isinstance(clock, PacedClock)
        self._attached = False
        self._under_way = 0
        self._loop: ClockLoop | None = None

    @property
    def unattached(self) -> bool:
        """Nobody is at the other end: what is written now would be read by a later host, or never."""
        return self._lockstep and not self._attached

    def attach(self) -> None:
        """The host has opened the port."""
        self.detach()
        self._attached = True

    def detach(self) -> None:
        """The host has closed it, or has seen it vanish: what was under way is lost."""
        self._attached = False
        self._count(-self._under_way)

    def disconnect(self) -> None:
        """The port vanishes; time stands still until the host has seen it."""
        self._count(-self._under_way)
        if self._attached:
            self._count(1)

    def written(self, octets: int) -> None:
        if self._attached:
            self._count(octets)

    def read(self, octets: int) -> None:
        self._count(-octets)

    def _count(self, octets: int) -> None:
        if not self._lockstep:
            return
        before, self._under_way = self._under_way, max(0, self._under_way + octets)
        if not before and self._under_way:
            loop = asyncio.get_running_loop()
            if isinstance(loop, ClockLoop):
                self._loop = loop
                loop.hold()
        elif before and not self._under_way and self._loop is not None:
            self._loop.release()
            self._loop = None
