"""A controller in a process of its own: a turn is a line of JSON on its stdin, its actions are a line on its stdout.

One process a case, started with its first turn. Virtual time stands still while an answer is awaited. Whatever it does
to its pipes, nothing here blocks, and no more of what it writes is kept than is needed.
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
from hanbench.harness.controllers.answers import LONGEST_ANSWER, PATIENCE, decode_actions
from hanbench.harness.controllers.moved import hint_in
from hanbench.harness.controllers.process_group import ProcessGroup, take

FAREWELL = 2.0
"""Real seconds in which a process ends after its stdin was closed, or after it closed a pipe itself."""
GLANCE = 0.02
"""Real seconds between two looks at a process whose pipes stay open."""
GLANCE_AT_AN_END = 0.002
"""The same, once both are closed."""
CHUNK = 1 << 16
"""Octets read at a time; as many as a pipe holds."""
MOST_CHUNKS = 16
"""Read from a pipe whose other end may still be written to."""
LAST_WORDS = 1 << 12
"""Octets of stderr that are kept."""


class ChildProcess:
    """One process, for one case. It is started by the first turn and gone after `close`."""

    def __init__(self, command: Sequence[str], patience: float = PATIENCE) -> None:
        self._command = command
        self._patience = patience
        self._process: ProcessGroup | None = None
        self._heard = bytearray()
        self._complaint = b""
        self._waiting: asyncio.Future[bytes] | None = None
        self._over = False
        """Its stdout is closed."""
        self._gone = False
        """It will be asked nothing more."""

    async def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """As `RemoteController.handle`."""
        if self._gone:
            return ()
        try:
            process = self._process or self._start()
            self._listen(process)  # in virtual time, what came after its last answer is still in the pipe
            if self._heard:
                raise ControllerFault("unasked", "it said more than one line for one turn")
            self._tell(process, encode_turn(Turn(now, event)) + b"\n")
            return decode_actions(await self._answer(process))
        except ControllerFault:
            self._gone = True
            if self._process is not None:
                self._process.kill()
            raise

    def close(self) -> None:
        """Close its stdin, and see to it that it is gone soon after."""
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
            raise ControllerFault("crashed", f"it cannot be started: {error.strerror}") from None
        loop = asyncio.get_running_loop()
        loop.add_reader(process.stdout, self._listen, process)
        loop.add_reader(process.stderr, self._overhear, process)
        return process

    def _tell(self, process: ProcessGroup, line: bytes) -> None:
        try:
            if os.write(process.stdin.fileno(), line) < len(line):
                raise BlockingIOError
        except BlockingIOError:
            raise ControllerFault("silent", "it does not read what it is told") from None
        except OSError:
            raise self._parted(process, "stdin") from None

    async def _answer(self, process: ProcessGroup) -> bytes:
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        self._look(process)
        try:
            if isinstance(loop, ClockLoop):
                return await loop.outside(self._waiting, self._patience)
            async with asyncio.timeout(self._patience):
                return await self._waiting
        except TimeoutError:
            if process.status() is not None:  # what it started holds its stdout open
                raise self._crash(process) from None
            raise ControllerFault("silent", f"no answer within {self._patience:g} s") from None
        finally:
            self._waiting = None

    def _listen(self, process: ProcessGroup) -> None:
        """Take what is on its stdout."""
        octets = None if self._over else take(process.stdout, CHUNK)
        if octets:
            self._heard += octets
        if octets == b"" or len(self._heard) > LONGEST_ANSWER:
            self._over = octets == b""
            asyncio.get_running_loop().remove_reader(process.stdout)
        self._look(process)

    def _look(self, process: ProcessGroup) -> None:
        """Give the first line to whoever waits for it."""
        if self._waiting is None or self._waiting.done():
            return
        end = self._heard.find(b"\n")
        if end >= 0:
            line = bytes(self._heard[:end])
            del self._heard[: end + 1]
            self._waiting.set_result(line)
        elif len(self._heard) > LONGEST_ANSWER:
            self._waiting.set_exception(ControllerFault("flood", f"more than {LONGEST_ANSWER} octets without an end"))
        elif self._over:
            self._waiting.set_exception(self._parted(process, "stdout"))

    def _overhear(self, process: ProcessGroup) -> bool:
        """Take what is on its stderr; whether there was any."""
        octets = take(process.stderr, CHUNK)
        if octets == b"":
            asyncio.get_running_loop().remove_reader(process.stderr)
        self._note(octets or b"")
        return bool(octets)

    def _note(self, complaint: bytes) -> None:
        """Keep the end of what it said on stderr."""
        self._complaint = (self._complaint + complaint)[-LAST_WORDS:]

    def _parted(self, process: ProcessGroup, pipe: str) -> ControllerFault:
        """What to say of a process that closed a pipe: as a rule because it ended."""
        return self._crash(process) if self._leaves(process) else ControllerFault("silent", f"it closed its {pipe}")

    def _crash(self, process: ProcessGroup) -> ControllerFault:
        """What to say of a process that ended: how, and its last words."""
        status = process.status()
        assert status is not None
        process.kill()  # nothing that it started writes to its stderr any more
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
        """Whether it ends by itself soon. What it still writes is taken meanwhile: it would wait for that."""
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
