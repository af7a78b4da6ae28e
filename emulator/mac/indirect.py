"""The indirect queue: frames that a parent keeps for sleeping children (IEEE 802.15.4-2011, 5.1.5).

A frame waits macTransactionPersistenceTime for the child's Data Request. A transmission that goes unacknowledged
leaves the frame in place, with its sequence number, for the child's next poll.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from hanbench.emulator.clock import Clock, Timer
from hanbench.emulator.errors import DropReason
from hanbench.emulator.radio.interface import Radio, TxStatus

PERSISTENCE = 7_680_000
"""Microseconds (0x01F4 superframe periods of 960 symbols)."""

MOST_FRAMES = 32
"""Frames that wait for one address."""
MOST_GUESTS = 16
"""Addresses that are no child's and for which frames wait: newcomers, and senders of unasked Data Requests."""


class MacAddress(NamedTuple):
    """The address of one device at the MAC."""

    value: int
    extended: bool = False
    """An EUI-64 instead of a short address."""


@dataclass(slots=True, eq=False)
class IndirectFrame:
    """One frame that waits; `encode(pending)` gives its PSDU."""

    encode: Callable[[bool], bytes]
    done: Callable[[TxStatus | None], object] | None
    """Gets the outcome, or None if the child did not poll in time."""
    timer: Timer | None = None
    in_flight: bool = False


class IndirectQueue:
    """Frames for sleepers, by address, first in first out. What finds no room is counted.

    The number of children is bounded by their parent; guests, whom anyone can invent, by `MOST_GUESTS`: the one that
    came first makes room. No flood of guests takes a child's place.
    """

    def __init__(self, radio: Radio, clock: Clock, counters: Counter[DropReason]) -> None:
        self._radio = radio
        self._clock = clock
        self._counters = counters
        self._queues: dict[MacAddress, deque[IndirectFrame]] = {}
        self._guests: dict[MacAddress, None] = {}

    def hold(
        self,
        address: MacAddress,
        encode: Callable[[bool], bytes],
        done: Callable[[TxStatus | None], object] | None,
        *,
        guest: bool = False,
    ) -> None:
        """Queue a frame; from now on the radio sets frame-pending when it acknowledges the child's Data Requests.

        `guest`: the address is not that of a child.
        """
        if guest and address not in self._queues:
            self._welcome(address)
        if self.waiting(address) >= MOST_FRAMES:
            self._counters[DropReason.TABLE_FULL] += 1
            if done is not None:
                self._clock.call_later(0, done, None)
            return
        frame = IndirectFrame(encode, done)
        frame.timer = self._clock.call_later(PERSISTENCE, self._expire, address, frame)
        queue = self._queues.setdefault(address, deque())
        queue.append(frame)
        if len(queue) == 1:
            self._radio.source_match_add(address.value, extended=address.extended)

    def _welcome(self, guest: MacAddress) -> None:
        if len(self._guests) >= MOST_GUESTS:
            self._counters[DropReason.TABLE_FULL] += 1
            oldest = next(iter(self._guests))
            del self._guests[oldest]
            self.purge(oldest)
        self._guests[guest] = None

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def next(self, address: MacAddress) -> IndirectFrame | None:
        """The frame to send now to a child that polled; it counts as in flight until `sent`."""
        queue = self._queues.get(address)
        if not queue or queue[0].in_flight:
            return None
        queue[0].in_flight = True
        return queue[0]

    def sent(self, address: MacAddress, frame: IndirectFrame, status: TxStatus) -> None:
        """Take note that a frame went out; without acknowledgement it stays for the next poll."""
        frame.in_flight = False
        if status in (TxStatus.NO_ACK, TxStatus.CHANNEL_ACCESS_FAILURE) and frame.timer and frame.timer.active:
            return
        self._remove(address, frame)
        if frame.done is not None:
            frame.done(status)

    def waiting(self, address: MacAddress) -> int:
        """The number of frames for `address`, one in flight included."""
        return len(self._queues.get(address, ()))

    def purge(self, address: MacAddress) -> None:
        """Drop the frames for a child that is gone."""
        for frame in tuple(self._queues.get(address, ())):
            if not frame.in_flight:
                self._expire(address, frame)

    def _expire(self, address: MacAddress, frame: IndirectFrame) -> None:
        if frame.timer is not None:
            frame.timer.cancel()
        if frame.in_flight:
            return
        self._remove(address, frame)
        if frame.done is not None:
            frame.done(None)

    def _remove(self, address: MacAddress, frame: IndirectFrame) -> None:
        if frame.timer is not None:
            frame.timer.cancel()
        queue = self._queues.get(address)
        if queue is None or frame not in queue:
            return
        queue.remove(frame)
        if not queue:
            del self._queues[address]
            self._guests.pop(address, None)
            self._radio.source_match_remove(address.value, extended=address.extended)
