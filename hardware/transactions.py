"""Commands and answers on one Spinel line: pairs them, and times out commands without an answer. It has no port."""

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
"""Called with the answer, or with None if no answer came in time or the line is gone."""


class _Asked(NamedTuple):
    command: CommandId
    property: PropertyId
    value: bytes
    answered: Answered
    timeout: int


class _PendingTransaction(NamedTuple):
    asked: _Asked
    timer: Timer


class Transactions:
    """At most fifteen commands in progress; others wait in a queue. No command is ever repeated."""

    def __init__(self, clock: Clock, send: Callable[[bytes], None]) -> None:
        self.unsolicited: Callable[[SpinelFrame], None] = lambda frame: None
        self.malformed = 0
        """Number of frames with a correct CRC that could not be decoded."""
        self._clock = clock
        self._send = send
        self._decoder = hdlc.Decoder()
        self._pending: dict[int, _PendingTransaction] = {}
        self._waiting: deque[_Asked] = deque()
        self._last_tid = 0

    @property
    def garbled(self) -> int:
        """Chunks of octets that were not a frame."""
        return self._decoder.garbled

    def ask(self, command: CommandId, what: PropertyId, value: bytes, answered: Answered, timeout: int) -> None:
        """Send a command; `answered` is called once, at most `timeout` microseconds after it was sent."""
        asked = _Asked(command, what, value, answered, timeout)
        if len(self._pending) == len(frames.TIDS):
            self._waiting.append(asked)
        else:
            self._start(asked)

    def send_unanswered(self, frame: SpinelFrame) -> None:
        """Send a frame that has no answer."""
        self._send(hdlc.encode(frame.encode()))

    def feed(self, octets: bytes) -> None:
        """Process octets that arrived."""
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
        """End all commands without an answer, because the line is gone."""
        self._decoder.reset()
        pending, self._pending = self._pending, {}
        waiting, self._waiting = self._waiting, deque()
        for each in pending.values():
            each.timer.cancel()
            each.asked.answered(None)
        for asked in waiting:
            asked.answered(None)

    def _start(self, asked: _Asked) -> None:
        # Round robin, so that a late answer finds no transaction instead of a newer one.
        tids = [*range(self._last_tid + 1, 16), *range(1, self._last_tid + 1)]
        tid = next(each for each in tids if each not in self._pending)
        self._last_tid = tid
        timer = self._clock.call_later(asked.timeout, self._expired, tid)
        self._pending[tid] = _PendingTransaction(asked, timer)
        self.send_unanswered(SpinelFrame(tid, asked.command, asked.property, asked.value))

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
