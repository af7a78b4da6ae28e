"""Lockstep: virtual time stands still while octets are in transit between two ends of a line in one process.

A HAN whose radios are behind ptys then runs in virtual time as one without ptys: a dongle reads what the host writes at
the same microsecond. Under paced time, lockstep does nothing.
"""

from __future__ import annotations

import asyncio

from hanbench.emulator.clock import Clock, ClockLoop, PacedClock


class LockstepLine:
    """The octets in transit on one line, both ways together. The host attaches and detaches; the dongle disconnects."""

    def __init__(self, clock: Clock) -> None:
        self._lockstep = not isinstance(clock, PacedClock)
        self._attached = False
        self._under_way = 0
        self._loop: ClockLoop | None = None

    @property
    def unattached(self) -> bool:
        """No host has the port open, so octets written now would reach a later host or none."""
        return self._lockstep and not self._attached

    def attach(self) -> None:
        """Note that the host has opened the port."""
        self.detach()
        self._attached = True

    def detach(self) -> None:
        """Note that the host has closed the port or has seen it vanish; octets in transit are lost."""
        self._attached = False
        self._count(-self._under_way)

    def disconnect(self) -> None:
        """Note that the port vanishes, and stop virtual time until the host has seen it."""
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
