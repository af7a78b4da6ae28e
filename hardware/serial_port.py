"""A serial port by its URL, on the event loop: pyserial opens and sets it up, octets come and go without waiting."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
from collections.abc import Callable
from typing import Protocol

import serial

from hanbench.emulator.dongle import LockstepLine, OctetStream
from hanbench.hardware.errors import PortUnavailableError

BAUD = 460_800
"""The speed at which RCP images for UART dongles are usually built; native USB ignores it."""
CONNECT_WAIT = 3.0
"""Seconds."""
SERIAL = "serial:"
SOCKET = "socket://"


class Opened(Protocol):
    """A serial device or a connection."""

    def fileno(self) -> int: ...

    def close(self) -> None: ...


def target(url: str) -> str:
    """What pyserial is to open for `url`: `serial:/dev/...`, `socket://host:port`, or a device path."""
    return url.removeprefix(SERIAL)


class SerialPort:
    """One end of a serial line: a tty, a pty, or a TCP connection to something that has one."""

    def __init__(
        self,
        url: str | Callable[[], str],
        *,
        baud: int = BAUD,
        rtscts: bool = False,
        crossing: LockstepLine | None = None,
    ) -> None:
        """`url` may be a function: a virtual dongle has another pty after each replug.

        `crossing`: the other end is in this process too, and virtual time waits for what is under way.
        """
        self.received: Callable[[bytes], None] = lambda octets: None
        self.ended: Callable[[str], None] = lambda reason: None
        """Called once for each opening, when the other end is gone."""
        self._url = url
        self._baud = baud
        self._rtscts = rtscts
        self._crossing = crossing
        self._opened: Opened | None = None
        self._stream: OctetStream | None = None

    @property
    def url(self) -> str:
        """As it was given."""
        return self._url() if callable(self._url) else self._url

    @property
    def here(self) -> bool:
        """The other end is in this process."""
        return self._crossing is not None

    async def open(self) -> None:
        """Raises PortUnavailableError."""
        if self.here:
            opened = self._open()
        else:
            # A host that does not exist takes seconds to say so.
            opened = await _in_thread(self._open)
        self._adopt(opened)

    def _open(self) -> Opened:
        where = target(self.url)
        try:
            if where.startswith(SOCKET):
                return _connect(where)
            _must_be_a_tty(where)
            # For us alone: two hosts on one dongle ruin each other.
            opened: Opened = serial.Serial(
                where, self._baud, rtscts=self._rtscts, timeout=0, write_timeout=0, exclusive=True
            )
            return opened
        except (serial.SerialException, OSError, ValueError) as error:
            raise PortUnavailableError(f"{where}: {_reason(error)}") from None

    def _adopt(self, opened: Opened) -> None:
        self._opened = opened
        if self._crossing is not None:
            self._crossing.attach()
        self._stream = OctetStream(opened.fileno(), lambda octets: self.received(octets), self._lost, self._crossing)

    def close(self) -> None:
        """Harmless when closed."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if self._opened is not None:
            if self._crossing is not None:
                self._crossing.detach()
            # A device that is gone takes its descriptor with it.
            with contextlib.suppress(OSError, serial.SerialException):
                self._opened.close()
            self._opened = None

    def write(self, octets: bytes) -> None:
        """To the other end; lost when closed."""
        if self._stream is not None:
            self._stream.write(octets)

    def _lost(self, reason: str) -> None:
        self.close()
        self.ended(reason)


def _connect(where: str) -> socket.socket:
    """pyserial could do this too, but sleeps 0.3 s when it closes, and with it everything on this event loop."""
    host, _, number = where.removeprefix(SOCKET).rpartition(":")
    if not host or not number.isdecimal():
        raise ValueError("expected socket://HOST:PORT")
    connection = socket.create_connection((host.strip("[]"), int(number)), CONNECT_WAIT)
    # No waiting for more octets to send along: a poll's answer would come too late.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _must_be_a_tty(where: str) -> None:
    try:
        mode = os.stat(where).st_mode  # noqa: PTH116 - one call, for its errors
    except OSError as error:
        raise PortUnavailableError(f"{where}: {_reason(error)}") from None
    if not stat.S_ISCHR(mode):
        raise PortUnavailableError(f"{where}: not a serial device")


def _reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    if isinstance(error, FileNotFoundError) or number == 2:
        return "no such device; `hanbench doctor` lists those that are there"
    if isinstance(error, PermissionError) or number == 13:
        return "not allowed; install hardware/99-hanbench.rules, or join the group that owns the device"
    if isinstance(error, TimeoutError):
        return "nobody answers there"
    if number in (11, 16):
        return "another program has it open"
    text = str(error)
    if "exclusively lock" in text:
        return "another program has it open"
    if isinstance(error, ConnectionRefusedError) or "refused" in text:
        return "nothing listens there"
    return text.splitlines()[0] if text else type(error).__name__


async def _in_thread(open_port: Callable[[], Opened]) -> Opened:
    """Open a port without stopping the world. A port that opens after nobody waits for it any more is closed again."""
    loop = asyncio.get_running_loop()
    task = loop.run_in_executor(None, open_port)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(_close_unwanted)
        raise


def _close_unwanted(task: asyncio.Future[Opened]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()
