"""A controller in a process of its own: a turn is a line of JSON on its stdin, its actions are a line on its stdout.

One process a case, started with its first turn. Virtual time stands still while an answer is awaited.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from emulator.clock import ClockLoop
from harness.migration.controller import ControllerFault
from harness.migration.vocabulary import AnyAction, AnyEvent, Turn, encode_turn

PATIENCE = 10.0
"""Real seconds for one answer."""
FAREWELL = 2.0
"""Real seconds in which a process ends after its stdin was closed."""
LONGEST_ANSWER = 1 << 20
"""Octets."""


class ChildProcess:
    """One process, for one case. It is started by the first turn and gone after `close`."""

    def __init__(self, command: Sequence[str], patience: float = PATIENCE) -> None:
        self._command = command
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `close`
        self._heard = bytearray()
        self._waiting: asyncio.Future[bytes] | None = None
        self._gone = False

    async def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """As `RemoteController.handle`."""
        if self._gone:
            return ()
        if self._process is None:
            self._start()
        if b"\n" in self._heard:
            self._end()
            raise ControllerFault("unasked", "it said more than one line for one turn")
        self._tell(encode_turn(Turn(now, event)) + b"\n")
        return read_actions(await self._answer())

    def close(self) -> None:
        """Close its stdin, and see to it that it is gone soon after."""
        process, self._process = self._process, None
        self._gone = True
        if process is not None:
            assert process.stdin is not None
            assert process.stdout is not None
            asyncio.get_running_loop().remove_reader(process.stdout)
            with contextlib.suppress(OSError):
                process.stdin.close()
            try:
                process.wait(FAREWELL)
            except subprocess.TimeoutExpired:
                pass
            finally:
                _kill(process)
                process.stdout.close()
        self._complaints.close()

    def _start(self) -> None:
        try:
            # A session of its own: Ctrl-C is for us, and whatever it starts itself ends with it.
            self._process = process = subprocess.Popen(  # noqa: S603 - the command is the user's
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                start_new_session=True,
            )
        except OSError as error:
            self._gone = True
            raise ControllerFault("crashed", f"it cannot be started: {error.strerror}") from None
        assert process.stdin is not None
        assert process.stdout is not None
        os.set_blocking(process.stdin.fileno(), False)
        os.set_blocking(process.stdout.fileno(), False)
        asyncio.get_running_loop().add_reader(process.stdout, self._readable)

    def _tell(self, line: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            if os.write(self._process.stdin.fileno(), line) < len(line):
                raise BlockingIOError
        except BlockingIOError:
            self._end()
            raise ControllerFault("silent", "it does not read what it is told") from None
        except OSError:
            raise self._crash() from None

    async def _answer(self) -> bytes:
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        self._look()
        try:
            if isinstance(loop, ClockLoop):
                return await loop.outside(self._waiting, self._patience)
            async with asyncio.timeout(self._patience):
                return await self._waiting
        except TimeoutError:
            self._end()
            raise ControllerFault("silent", f"no answer within {self._patience:g} s") from None
        finally:
            self._waiting = None

    def _readable(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            octets = os.read(self._process.stdout.fileno(), LONGEST_ANSWER)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        if octets:
            self._heard += octets
            self._look()
            return
        asyncio.get_running_loop().remove_reader(self._process.stdout)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(self._crash())

    def _look(self) -> None:
        """Give the first line to whoever waits for it."""
        if self._waiting is None or self._waiting.done():
            return
        line, end, rest = bytes(self._heard).partition(b"\n")
        if end:
            self._heard = bytearray(rest)
            self._waiting.set_result(line)
        elif len(self._heard) > LONGEST_ANSWER:
            self._end()
            self._waiting.set_exception(ControllerFault("flood", f"more than {LONGEST_ANSWER} octets without an end"))

    def _crash(self) -> ControllerFault:
        """What to say of a process that is gone."""
        assert self._process is not None
        self._end()
        status = self._process.wait(FAREWELL)
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        self._complaints.seek(0)
        said = self._complaints.read().decode("utf-8", "replace").strip().splitlines()
        return ControllerFault("crashed", f"it ended with {how}" + (f": {said[-1][:200]}" if said else ""))

    def _end(self) -> None:
        """It will be asked nothing more."""
        self._gone = True
        if self._process is not None:
            _kill(self._process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def read_actions(line: bytes) -> list[Any]:
    """The elements of an answer; the session holds each against the vocabulary. Raises ControllerFault."""
    try:
        answer = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        raise ControllerFault("not-json", f"{error}: {line[:80]!r}") from None
    if not isinstance(answer, list):
        raise ControllerFault("not-json", f"expected a list of actions, got {line[:80]!r}")
    return answer
