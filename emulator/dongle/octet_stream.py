"""A file descriptor (pty, socket, serial port) as a stream of octets on the event loop, without threads or blocking."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from hanbench.emulator.dongle.lockstep import LockstepLine

MOST_AT_ONCE = 65_536
BACKLOG = 65_536
"""Octets that may wait to be written before the stream counts as blocked."""


class OctetStream:
    """Reads and writes a descriptor without blocking. The caller still owns the descriptor and closes it."""

    def __init__(
        self,
        descriptor: int,
        received: Callable[[bytes], None],
        ended: Callable[[str], None],
        lockstep: LockstepLine | None = None,
    ) -> None:
        """`ended` is called once, with the reason, when the other end has gone; the stream is closed by then."""
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._received = received
        self._ended: Callable[[str], None] | None = ended
        self._lockstep = lockstep
        self._loop = asyncio.get_running_loop()
        self._backlog = bytearray()
        self._loop.add_reader(descriptor, self._readable)

    @property
    def blocked(self) -> bool:
        """More than BACKLOG octets wait because the other end does not read."""
        return len(self._backlog) > BACKLOG

    def write(self, octets: bytes) -> None:
        """Write `octets` as far as the descriptor takes them, and the rest when it takes more."""
        if self._ended is None:
            return
        if self._lockstep is not None:
            if self._lockstep.unattached:
                return
            self._lockstep.written(len(octets))
        if self._backlog:
            self._backlog += octets
            return
        self._backlog += octets
        self._writable()
        if self._backlog and self._ended is not None:
            self._loop.add_writer(self._descriptor, self._writable)

    def close(self) -> None:
        """Stop watching the descriptor."""
        if self._ended is None:
            return
        self._ended = None
        self._loop.remove_reader(self._descriptor)
        self._loop.remove_writer(self._descriptor)

    def _end(self, reason: str) -> None:
        ended = self._ended
        self.close()
        if ended is not None:
            ended(reason)

    def _readable(self) -> None:
        try:
            octets = os.read(self._descriptor, MOST_AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error.strerror or str(error))
            return
        if not octets:
            self._end("end of file")
            return
        # Handle the octets before noting their arrival: virtual time must stand still until their effects are complete.
        self._received(octets)
        if self._lockstep is not None:
            self._lockstep.read(len(octets))

    def _writable(self) -> None:
        try:
            written = os.write(self._descriptor, self._backlog)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error.strerror or str(error))
            return
        del self._backlog[:written]
        if not self._backlog:
            self._loop.remove_writer(self._descriptor)
