"""Commands and answers over one Spinel line: who asked what, and who did not answer. No port of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from hanbench.emulator.clock import Clock, Timer
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.frames import SpinelFrame
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId

Answered = Callable[[SpinelFrame | None], None]
"""Gets the answer, or None: none came in time, or the line is gone."""


class _Asked(NamedTuple):
    command: CommandId
    property: PropertyId
    value: bytes
    answered: Answered
    patience: int


class _PendingTransaction(NamedTuple):
    asked: _Asked
    timer: Timer


class Transactions:
    """Fifteen commands may be under way at a time; more wait in turn. Nothing is ever sent twice."""

    def __init__(self, clock: Clock, send: Callable[[bytes], None]) -> None:
        self.unsolicited: Callable[[SpinelFrame], None] = lambda frame: None
        self.malformed = 0
        """Frames that came whole and made no sense."""
        self._clock = clock
        self._send = send
        self._decoder = hdlc.Decoder()
        self._pending: dict[int, _PendingTransaction] = {}
        self._waiting: deque[_Asked] = deque()
        self._last_tid = 0

    @property
    def garbled(self) -> int:
        """Stretches of octets that were no frame."""
        return self._decoder.garbled

    def ask(self, command: CommandId, what: PropertyId, value: bytes, answered: Answered, patience: int) -> None:
        """Send a command; `answered` is called once, within `patience` microseconds of its being sent."""
        asked = _Asked(command, what, value, answered, patience)
        if len(self._pending) == len(frames.TIDS):
            self._waiting.append(asked)
        else:
            self._start(asked)

    def tell(self, frame: SpinelFrame) -> None:
        """Send what has no answer."""
        self._send(hdlc.encode(frame.encode()))

    def feed(self, octets: bytes) -> None:
        """Take octets that came."""
        for payload in self._decoder.feed(octets):
            try:
                frame = frames.decode(payload)
            except RemoteProtocolError:
                self.malformed += 1
                continue
            if frame.tid == frames.UNSOLICITED:
                self.unsolicited(frame)
            elif frame.command in (CommandId.IS, CommandId.INSERTED, CommandId.REMOVED):
                self._answer(frame)

    def abandon(self) -> None:
        """The line is gone: nothing that was asked will be answered."""
        self._decoder.reset()
        pending, self._pending = self._pending, {}
        waiting, self._waiting = self._waiting, deque()
        for each in pending.values():
            each.timer.cancel()
            each.asked.answered(None)
        for asked in waiting:
            asked.answered(None)

    def _start(self, asked: _Asked) -> None:
        # In turn, so that an answer that comes too late finds nobody, rather than the next who asked.
        tids = [*range(self._last_tid + 1, 16), *range(1, self._last_tid + 1)]
        tid = next(each for each in tids if each not in self._pending)
        self._last_tid = tid
        timer = self._clock.call_later(asked.patience, self._expired, tid)
        self._pending[tid] = _PendingTransaction(asked, timer)
        self.tell(SpinelFrame(tid, asked.command, asked.property, asked.value))

    def _answer(self, frame: SpinelFrame) -> None:
        pending = self._pending.get(frame.tid)
        if pending is None or frame.property not in (pending.asked.property, PropertyId.LAST_STATUS):
            return
        self._end(frame.tid, frame)

    def _expired(self, tid: int) -> None:
        self._end(tid, None)

    def _end(self, tid: int, frame: SpinelFrame | None) -> None:
        pending = self._pending.pop(tid)
        pending.timer.cancel()
        if self._waiting:
            self._start(self._waiting.popleft())
        pending.asked.answered(frame)
