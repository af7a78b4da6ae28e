"""Lockstep with a host that is another program: virtual time stands still while the host has something to do.

The host and its radio talk about time by one vendor property of Spinel, LOCKSTEP (15360, the first of the range that
Spinel leaves to vendors), little-endian:

- The radio tells it after each frame to the host, and when the host's sleep is over: a number that counts these
  tellings (uint32), and the present time in microseconds (uint64).
- The host sets it, with transaction identifier 0, when it has nothing to do: the number that it was told last, and the
  time at which it wants to wake (uint64; 2^64 - 1: when a frame comes). There is no answer.

Virtual time runs while the newest telling has been answered, and no longer than until the host wants to wake.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hanbench.emulator.clock import Clock, ClockLoop, Timer
from hanbench.emulator.octets import Reader, le

PATIENCE_S = 30.0
"""Real seconds that a host may compute between two sleeps."""
LOOK_EVERY_S = 0.25
"""Real seconds between two looks whether the host still runs."""
FOR_EVER = 2**64 - 1


class HostTime:
    """What a radio and its host agree about time. It does nothing before `begin` and after `end`."""

    def __init__(self, clock: Clock, tell: Callable[[], None]) -> None:
        """`tell`: sends `encode()` to the host."""
        self._clock = clock
        self._tell = tell
        self._number = 0
        self._answered: asyncio.Future[None] | None = None
        self._wake: Timer | None = None
        self._waiting: asyncio.Task[None] | None = None
        self.active = False
        """Whether a host has power."""
        self.runs: Callable[[], bool] = lambda: True
        """Whether the host's program still runs; time goes on when it has ended."""
        self.on_silence: Callable[[float], None] = lambda seconds: None
        """Called if the host has computed for PATIENCE_S; time goes on then."""

    def begin(self) -> None:
        """Stop time until the host, which starts now, says that it sleeps."""
        self.active = True
        self._number = 0
        self._clock.post(self._clock.now, self._expect)

    def end(self) -> None:
        """Let time go on without a host."""
        self.active = False
        self._forget_wake()
        self._let_go()

    def told(self) -> None:
        """Note that a frame has gone to the host, and tell it the time."""
        if self.active:
            self._number = (self._number + 1) % 2**32
            self._stop()
            self._tell()

    def encode(self) -> bytes:
        """Return the value of the property: the number of the telling, and the time."""
        return le(self._number, 4) + le(self._clock.now, 8)

    def sleep(self, reader: Reader) -> None:
        """Take what the host sets: let time go on, unless it has not read all yet. Raises RemoteProtocolError."""
        number, until = reader.uint(4), reader.uint(8)
        reader.end()
        if number != self._number or not self.active:
            return
        self._forget_wake()
        if until != FOR_EVER:
            self._wake = self._clock.call_later(max(0, until - self._clock.now), self.told)
        self._let_go()

    def _expect(self) -> None:
        if self.active and self._number == 0:  # a host that was quick has been told the time already
            self._stop()

    def _forget_wake(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None

    def _stop(self) -> None:
        self._forget_wake()
        if self._answered is None:
            loop = asyncio.get_running_loop()
            self._answered = loop.create_future()
            if isinstance(loop, ClockLoop):
                loop.hold()
                self._waiting = loop.create_task(self._wait(loop, self._answered))

    def _let_go(self) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(None)
            loop = self._answered.get_loop()
            if isinstance(loop, ClockLoop):
                loop.release()
        self._answered = None

    async def _wait(self, loop: ClockLoop, answered: asyncio.Future[Any]) -> None:
        looks = 0
        while not answered.done():
            try:
                await loop.outside(asyncio.shield(answered), LOOK_EVERY_S)
            except TimeoutError:
                looks += 1
                silent = looks * LOOK_EVERY_S >= PATIENCE_S
                if answered.done() or (self.runs() and not silent):
                    continue
                self.end()
                if silent:
                    self.on_silence(PATIENCE_S)
