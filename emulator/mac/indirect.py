"""The indirect queue: what a parent holds for children that sleep (IEEE 802.15.4-2011, 5.1.5).

An entry waits macTransactionPersistenceTime for the child's Data Request; a transmission that goes
unacknowledged leaves the entry in place, with its sequence number, for the child's next poll.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from hanbench.emulator.clock import Clock, Timer
from hanbench.emulator.radio.interface import Radio, TxStatus

PERSISTENCE = 7_680_000
"""Microseconds (0x01F4 superframe periods of 960 symbols)."""

Address = tuple[int, bool]
"""Short or extended address; True if extended."""


@dataclass(slots=True, eq=False)
class Held:
    """One frame that waits; `build(pending)` gives its PSDU."""

    build: Callable[[bool], bytes]
    done: Callable[[TxStatus | None], object] | None
    """Gets the outcome, or None if the child never came."""
    timer: Timer | None = None
    in_flight: bool = False


class IndirectQueue:
    """Frames held for sleepers, by address, first in first out."""

    def __init__(self, radio: Radio, clock: Clock) -> None:
        self._radio = radio
        self._clock = clock
        self._queues: dict[Address, deque[Held]] = {}

    def hold(
        self, address: Address, build: Callable[[bool], bytes], done: Callable[[TxStatus | None], object] | None
    ) -> None:
        """Queue a frame, and let the radio promise it in its acknowledgements."""
        held = Held(build, done)
        held.timer = self._clock.call_later(PERSISTENCE, self._expire, address, held)
        queue = self._queues.setdefault(address, deque())
        queue.append(held)
        if len(queue) == 1:
            self._radio.source_match_add(address[0], extended=address[1])

    def next(self, address: Address) -> tuple[Held, bool] | None:
        """The frame to send now to a child that polled, and whether more wait behind it."""
        queue = self._queues.get(address)
        if not queue or queue[0].in_flight:
            return None
        queue[0].in_flight = True
        return queue[0], len(queue) > 1

    def sent(self, address: Address, held: Held, status: TxStatus) -> None:
        """The frame went out; without acknowledgement it stays for the next poll."""
        held.in_flight = False
        if status in (TxStatus.NO_ACK, TxStatus.CHANNEL_ACCESS_FAILURE) and held.timer and held.timer.active:
            return
        self._remove(address, held)
        if held.done is not None:
            held.done(status)

    def waiting(self, address: Address) -> int:
        """How many frames wait for `address`."""
        return len(self._queues.get(address, ()))

    def purge(self, address: Address) -> None:
        """Drop what waits for a child that is gone."""
        for held in tuple(self._queues.get(address, ())):
            if not held.in_flight:
                self._expire(address, held)

    def _expire(self, address: Address, held: Held) -> None:
        if held.timer is not None:
            held.timer.cancel()
        if held.in_flight:
            return
        self._remove(address, held)
        if held.done is not None:
            held.done(None)

    def _remove(self, address: Address, held: Held) -> None:
        if held.timer is not None:
            held.timer.cancel()
        queue = self._queues.get(address)
        if queue is None or held not in queue:
            return
        queue.remove(held)
        if not queue:
            del self._queues[address]
            self._radio.source_match_remove(address[0], extended=address[1])
