"""A controller in a child process: each turn is a line of JSON on its stdin, its actions are a line on its stdout.

Each case has its own process, which starts with the first turn. Virtual time stands still while an answer is awaited.
The code here never blocks on the pipes, whatever the process does to them, and keeps only the output that it needs.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import selectors
import time
from collections.abc import Sequence
from datetime import datetime

from hanbench.emulator.clock import ClockLoop
from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, Turn, encode_turn
from hanbench.harness.controllers.answers import ANSWER_TIMEOUT, LONGEST_ANSWER, decode_actions
from hanbench.harness.controllers.moved import hint_in
from hanbench.harness.controllers.process_group import ProcessGroup, take

FAREWELL = 2.0
"""Real seconds in which the process must end after hanbench closed its stdin, or after it closed a pipe itself."""
GLANCE = 0.02
"""Interval between checks of a process whose pipes stay open, real seconds."""
GLANCE_AT_AN_END = 0.002
"""The same, after it has closed both."""
CHUNK = 1 << 16
"""Octets to read at a time: the capacity of a pipe."""
MOST_CHUNKS = 16
"""Maximum number of reads from a pipe that another process may still write to."""
LAST_WORDS = 1 << 12
"""Octets of stderr to keep."""


class ChildProcess:
    """The process of one case. The first turn starts it; after `close` it is gone."""

    def __init__(self, command: Sequence[str], timeout: float = ANSWER_TIMEOUT) -> None:
        self._command = command
        self._timeout = timeout
        self._process: ProcessGroup | None = None
        self._heard = bytearray()
        self._complaint = b""
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
            if self._heard:
                raise ControllerFault("unasked", "it wrote more than one line for one turn")
            self._write_line(process, encode_turn(Turn(now, event)) + b"\n")
            return decode_actions(await self._answer(process))
        except ControllerFault:
            self._gone = True
            if self._process is not None:
                self._process.kill()
            raise

    def close(self) -> None:
        """Close its stdin, and end it soon after."""
        process, self._process = self._process, None
        self._gone = True
        if process is None:
            return
        try:
            loop = asyncio.get_running_loop()
            loop.remove_reader(process.stdout)
            loop.remove_reader(process.stderr)
            with contextlib.suppress(OSError):
                process.stdin.close()
            self._leaves(process)
        finally:
            process.close()

    def _start(self) -> ProcessGroup:
        try:
            self._process = process = ProcessGroup(self._command)
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

    def _overhear(self, process: ProcessGroup) -> bool:
        """Read its stderr; return whether there was any output."""
        octets = take(process.stderr, CHUNK)
        if octets == b"":
            asyncio.get_running_loop().remove_reader(process.stderr)
        self._note(octets or b"")
        return bool(octets)

    def _note(self, complaint: bytes) -> None:
        """Keep the end of its stderr."""
        self._complaint = (self._complaint + complaint)[-LAST_WORDS:]

    def _parted(self, process: ProcessGroup, pipe: str) -> ControllerFault:
        """Return the fault of a process that closed a pipe, which it does as a rule because it ended."""
        return self._crash(process) if self._leaves(process) else ControllerFault("silent", f"it closed its {pipe}")

    def _crash(self, process: ProcessGroup) -> ControllerFault:
        """Return the fault of a process that ended: its status, and the last line of its stderr."""
        status = process.status()
        assert status is not None
        process.kill()  # no process that it started may write to its stderr from here on
        for _ in range(MOST_CHUNKS):
            if not self._overhear(process):
                break
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        complaint = self._complaint.decode("utf-8", "replace").strip()
        said = complaint.splitlines()
        moved = hint_in(complaint)
        last = (f": {said[-1][:200]}" if said else "") + (f" ({moved})" if moved else "")
        return ControllerFault("crashed", f"it ended with {how}{last}")

    def _leaves(self, process: ProcessGroup) -> bool:
        """Return whether it ends by itself soon. Meanwhile read its output, or it would block on a full pipe."""
        deadline = time.monotonic() + FAREWELL
        with selectors.DefaultSelector() as pipes:
            for pipe in (process.stdout, process.stderr):
                pipes.register(pipe, selectors.EVENT_READ)
            while process.status() is None:
                if (left := deadline - time.monotonic()) <= 0:
                    return False
                for key, _ in pipes.select(min(left, GLANCE if pipes.get_map() else GLANCE_AT_AN_END)):
                    octets = take(key.fileobj, CHUNK)  # type: ignore[arg-type]
                    if octets == b"":
                        pipes.unregister(key.fileobj)
                    elif octets and key.fileobj is process.stderr:
                        self._note(octets)
        return True
