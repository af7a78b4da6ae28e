"""A controller in a child process: each turn is a line of JSON on its stdin, its actions are a line on its stdout.

Each case has its own process, which starts with the first turn; but a process whose first line is `MANY_CASES` is given
one case after the other, and `CASE_ENDED` between them. Virtual time stands still while an answer is awaited.
The code here never blocks on the pipes, whatever the process does to them, and keeps only the output that it needs.
"""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hanbench.emulator.clock import ClockLoop
from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, Turn, encode_turn
from hanbench.harness.controllers.answers import ANSWER_TIMEOUT, LONGEST_ANSWER, decode_actions
from hanbench.harness.controllers.process_group import (
    CHUNK,
    FAREWELL,
    Complaint,
    ProcessGroup,
    dismiss,
    ends_within,
    how_it_ended,
    last_words,
    take,
)
from hanbench.harness.foreign_json import NOT_JSON, decode

MANY_CASES = {"hanbench-controller": 1, "cases": "many"}
"""The first line of a process that plays many cases, before its first answer."""
CASE_ENDED = b'{"event":"case-ended"}\n'
"""What such a process is told, and does not answer, at the end of each case."""


class Processes:
    """The processes of one command, which start at their first turn."""

    def __init__(self, command: Sequence[str], timeout: float = ANSWER_TIMEOUT) -> None:
        """`timeout`: real seconds for an answer."""
        self.command = command
        self.timeout = timeout
        self.idle: ProcessGroup | None = None
        """A process that plays many cases and has none at present."""
        self.close = weakref.finalize(self, _end, self.__dict__)
        """Ends the idle process; called at the latest when hanbench ends."""

    def controller(self) -> ChildProcess:
        """Return the controller of one case."""
        return ChildProcess(self)

    def take(self) -> ProcessGroup | None:
        """Return the idle process, if there is one and it still runs."""
        idle, self.idle = self.idle, None
        if idle is not None and idle.status() is not None:
            idle.close()
            idle = None
        return idle


def _end(processes: dict[str, Any]) -> None:
    """Close the stdin of the idle process, and end it soon after; if there is one."""
    idle: ProcessGroup | None = processes["idle"]
    if idle is None:
        return
    try:
        dismiss(idle, Complaint())
    finally:
        idle.close()


class ChildProcess:
    """The controller of one case. The first turn starts its process; after `close` it has none."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._timeout = processes.timeout
        self._process: ProcessGroup | None = None
        self._new = True
        """Whether the process has not written anything yet."""
        self._many = False
        """Whether it plays many cases."""
        self._heard = bytearray()
        self._complaint = Complaint()
        self._waiting: asyncio.Future[bytes] | None = None
        self._over = False
        """Whether the process has closed its stdout."""
        self._gone = False
        """Whether the process gets no more turns."""

    async def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Send a turn and return the actions, as `RemoteController.handle`."""
        if self._gone:
            return ()
        try:
            process = self._process or self._start()
            self._listen(process)  # in virtual time, output after the last answer is still in the pipe
            if self._heard and not self._introduces_itself():
                raise ControllerFault("unasked", "it wrote more than one line for one turn")
            self._write_line(process, encode_turn(Turn(now, event)) + b"\n")
            answer = await self._answer(process)
            if self._new and _is_many_cases(answer):
                self._many = True
                answer = await self._answer(process)
            self._new = False
            return decode_actions(answer)
        except ControllerFault:
            self._gone = True
            if self._process is not None:
                self._process.kill()
            raise

    def _introduces_itself(self) -> bool:
        """Return whether what it wrote before it got a turn is `MANY_CASES`, or the beginning of that line."""
        line, end, rest = bytes(self._heard).partition(b"\n")
        return self._new and not rest and (_is_many_cases(line) if end else line.startswith(b"{"))

    def close(self) -> None:
        """Tell it that the case has ended, if it plays many; else close its stdin, and end it soon after."""
        process, self._process = self._process, None
        well, self._gone = not self._gone, True
        if process is None:
            return
        try:
            loop = asyncio.get_running_loop()
            loop.remove_reader(process.stdout)
            loop.remove_reader(process.stderr)
            if self._many and well and self._released(process):
                return
            dismiss(process, self._complaint)
        finally:
            if process is not self._processes.idle:
                process.close()

    def _released(self, process: ProcessGroup) -> bool:
        """Leave the process to the next case; False: it does not read, or wrote what nobody had asked for."""
        try:
            self._write_line(process, CASE_ENDED)
        except ControllerFault:
            return False
        if self._heard or self._processes.idle is not None:
            return False
        self._processes.idle = process
        return True

    def _start(self) -> ProcessGroup:
        idle = self._processes.take()
        self._new, self._many = idle is None, idle is not None
        try:
            self._process = process = idle or ProcessGroup(self._processes.command)
        except OSError as error:
            raise ControllerFault("crashed", f"cannot start it: {error.strerror}") from None
        loop = asyncio.get_running_loop()
        loop.add_reader(process.stdout, self._listen, process)
        loop.add_reader(process.stderr, self._overhear, process)
        return process

    def _write_line(self, process: ProcessGroup, line: bytes) -> None:
        try:
            if os.write(process.stdin.fileno(), line) < len(line):
                raise BlockingIOError
        except BlockingIOError:
            raise ControllerFault("silent", "it does not read its stdin") from None
        except OSError:
            raise self._parted(process, "stdin") from None

    async def _answer(self, process: ProcessGroup) -> bytes:
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        self._look(process)
        try:
            if isinstance(loop, ClockLoop):
                return await loop.outside(self._waiting, self._timeout)
            async with asyncio.timeout(self._timeout):
                return await self._waiting
        except TimeoutError:
            if process.status() is not None:  # a process that it started holds its stdout open
                raise self._crash(process) from None
            raise ControllerFault("silent", f"no answer within {self._timeout:g} s") from None
        finally:
            self._waiting = None

    def _listen(self, process: ProcessGroup) -> None:
        """Read its stdout."""
        octets = None if self._over else take(process.stdout, CHUNK)
        if octets:
            self._heard += octets
        if octets == b"" or len(self._heard) > LONGEST_ANSWER:
            self._over = octets == b""
            asyncio.get_running_loop().remove_reader(process.stdout)
        self._look(process)

    def _look(self, process: ProcessGroup) -> None:
        """Pass the first line to the turn that awaits it."""
        if self._waiting is None or self._waiting.done():
            return
        end = self._heard.find(b"\n")
        if end >= 0:
            line = bytes(self._heard[:end])
            del self._heard[: end + 1]
            self._waiting.set_result(line)
        elif len(self._heard) > LONGEST_ANSWER:
            self._waiting.set_exception(ControllerFault("flood", f"more than {LONGEST_ANSWER} octets in a line"))
        elif self._over:
            self._waiting.set_exception(self._parted(process, "stdout"))

    def _overhear(self, process: ProcessGroup) -> None:
        """Read its stderr."""
        octets = take(process.stderr, CHUNK)
        if octets == b"":
            asyncio.get_running_loop().remove_reader(process.stderr)
        self._complaint(octets or b"")

    def _parted(self, process: ProcessGroup, pipe: str) -> ControllerFault:
        """Return the fault of a process that closed a pipe, which it does as a rule because it ended."""
        if ends_within(process, FAREWELL, self._complaint):
            return self._crash(process)
        return ControllerFault("silent", f"it closed its {pipe}")

    def _crash(self, process: ProcessGroup) -> ControllerFault:
        """Return the fault of a process that ended: its status, and the last line of its stderr."""
        status = process.status()
        assert status is not None
        last_words(process, self._complaint)
        return ControllerFault("crashed", how_it_ended(status, self._complaint))


def _is_many_cases(line: bytes) -> bool:
    try:
        return bool(decode(line) == MANY_CASES)
    except NOT_JSON:
        return False
