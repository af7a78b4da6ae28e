"""A serial port by its URL, on the event loop: pyserial opens and configures it; reads and writes never block."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import stat
from collections.abc import Callable
from typing import Protocol

import serial

from hanbench.emulator.dongle import LockstepLine, OctetStream
from hanbench.hardware.errors import PortUnavailableError

BAUD = 460_800
"""Default speed, bits per second: that of most RCP images for UART dongles; native USB ignores it."""
CONNECT_WAIT = 3.0
"""Seconds."""
SERIAL = "serial:"
SOCKET = "socket://"


class Opened(Protocol):
    """An open serial device or connection."""

    def fileno(self) -> int: ...

    def close(self) -> None: ...


def target(url: str) -> str:
    """Return the part of `url` that pyserial or a socket opens: `socket://host:port`, or a device path."""
    return url.removeprefix(SERIAL)


class SerialPort:
    """The host's end of a serial line: a tty, a pty, or a TCP connection to a serial server."""

    def __init__(
        self,
        url: str | Callable[[], str],
        *,
        baud: int = BAUD,
        rtscts: bool = False,
        lockstep: LockstepLine | None = None,
    ) -> None:
        """`url` may be a function, because a virtual dongle has a new pty after each replug.

        `lockstep`: set if the other end is in this process; virtual time then waits for octets in transit.
        """
        self.received: Callable[[bytes], None] = lambda octets: None
        self.ended: Callable[[str], None] = lambda reason: None
        """Called once for each opening, with the reason, when the other end has gone."""
        self._url = url
        self._baud = baud
        self._rtscts = rtscts
        self._lockstep = lockstep
        self._opened: Opened | None = None
        self._stream: OctetStream | None = None

    @property
    def url(self) -> str:
        """The URL as passed to the constructor."""
        return self._url() if callable(self._url) else self._url

    @property
    def here(self) -> bool:
        """Whether the other end is in this process."""
        return self._lockstep is not None

    async def open(self) -> None:
        """Open the port. Raises PortUnavailableError."""
        if self.here:
            opened = self._open()
        else:
            # An unreachable host takes seconds to fail.
            opened = await _in_thread(self._open)
        self._adopt(opened)

    def _open(self) -> Opened:
        where = target(self.url)
        try:
            if where.startswith(SOCKET):
                return _connect(where)
            _must_be_a_tty(where)
            # Exclusive, because two hosts on one dongle disturb each other.
            opened: Opened = serial.Serial(
                where, self._baud, rtscts=self._rtscts, timeout=0, write_timeout=0, exclusive=True
            )
            return opened
        except (serial.SerialException, OSError, ValueError) as error:
            raise PortUnavailableError(f"{where}: {_reason(error)}") from None

    def _adopt(self, opened: Opened) -> None:
        self._opened = opened
        if self._lockstep is not None:
            self._lockstep.attach()
        self._stream = OctetStream(opened.fileno(), lambda octets: self.received(octets), self._lost, self._lockstep)

    def close(self) -> None:
        """Close the port. Has no effect on a closed port."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if self._opened is not None:
            if self._lockstep is not None:
                self._lockstep.detach()
            # A device that has vanished takes its descriptor with it.
            with contextlib.suppress(OSError, serial.SerialException):
                self._opened.close()
            self._opened = None

    def write(self, octets: bytes) -> None:
        """Write to the other end; the octets are lost if the port is closed."""
        if self._stream is not None:
            self._stream.write(octets)

    def _lost(self, reason: str) -> None:
        self.close()
        self.ended(reason)


def _connect(where: str) -> socket.socket:
    """Connect without pyserial, which sleeps 0.3 s at close and so blocks the event loop."""
    host, _, number = where.removeprefix(SOCKET).rpartition(":")
    if not host or not re.fullmatch(r"[0-9]{1,5}", number) or not 0 < int(number) <= 65_535:
        raise ValueError("expected socket://HOST:PORT")
    connection = socket.create_connection((host.strip("[]"), int(number)), CONNECT_WAIT)
    # No Nagle delay: the answer to a poll would come too late.
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
        return "no such device; `hanbench doctor` lists the devices of this machine"
    if isinstance(error, PermissionError) or number == 13:
        return "no permission; install hardware/99-hanbench.rules, or join the group that owns the device"
    if isinstance(error, TimeoutError):
        return "the host does not answer"
    if number in (11, 16):
        return "another program has it open"
    text = str(error)
    if "exclusively lock" in text:
        return "another program has it open"
    if isinstance(error, ConnectionRefusedError) or "refused" in text:
        return "no server listens on this port"
    return text.splitlines()[0] if text else type(error).__name__


async def _in_thread(open_port: Callable[[], Opened]) -> Opened:
    """Open a port in a thread, without blocking the event loop. A port that opens after a cancellation is closed."""
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
