"""Ports at which a host finds a dongle: a pty, like a serial device, or a TCP port on this machine."""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import tty
from collections.abc import Callable
from contextlib import suppress
from errno import EACCES, EAGAIN, EBUSY
from pathlib import Path
from struct import pack
from typing import Protocol

from hanbench.emulator.dongle.lockstep import LockstepLine
from hanbench.emulator.dongle.octet_stream import OctetStream

LOOPBACK = "127.0.0.1"
"""Spinel has no authentication, so a port on another interface would give the radio to anyone who can reach it. Use
`ssh -L` to forward it."""


class PortError(OSError):
    """The port cannot be opened; the text gives the reason."""


class Port(Protocol):
    """The dongle's end of a serial line."""

    received: Callable[[bytes], None]
    """Called with the octets that the host wrote."""
    said: Callable[[str], None]
    """Called with a description of each event on the line."""

    @property
    def url(self) -> str:
        """The address that a host opens: a device path, or `socket://host:port`. Valid only while the port is open."""

    @property
    def blocked(self) -> bool:
        """The host does not read."""

    def open(self) -> None:
        """Open the port. Raises PortError."""

    def close(self) -> None:
        """Close the port, as unplugging the dongle does: the host's end hangs up. Has no effect on a closed port."""

    def write(self, octets: bytes) -> None:
        """Write to the host; the octets are lost if no host is connected."""


def _nothing(_: object) -> None:
    pass


class PtyPort:
    """A pseudo-terminal in raw mode.

    The port keeps a descriptor of the host's side open: without it, the line would hang up between two hosts.
    """

    def __init__(self, link: str | Path | None = None, lockstep: LockstepLine | None = None) -> None:
        """`link`: path of a symbolic link that always leads to the current pty."""
        self.received: Callable[[bytes], None] = _nothing
        self.said: Callable[[str], None] = _nothing
        self.link = None if link is None else Path(link)
        self._lockstep = lockstep
        self._descriptors: tuple[int, int] | None = None
        self._device = ""
        self._stream: OctetStream | None = None

    @property
    def url(self) -> str:
        return str(self.link or self._device)

    @property
    def device(self) -> str:
        """The path of the pty, such as /dev/pts/3."""
        return self._device

    @property
    def blocked(self) -> bool:
        return self._stream is not None and self._stream.blocked

    def open(self) -> None:
        try:
            dongle_end, host_end = os.openpty()
        except OSError as error:
            problem = f"this machine has no ptys (/dev/pts: {error.strerror}); expected tcp: in place of pty:"
            raise PortError(problem) from None
        tty.setraw(host_end)
        _own(host_end)
        self._descriptors = (dongle_end, host_end)
        self._device = os.ttyname(host_end)
        try:
            if self.link is not None:
                publish(self.link, self._device)
        except OSError:
            self.close()
            raise
        self._stream = OctetStream(dongle_end, lambda octets: self.received(octets), self._ended, self._lockstep)

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if self._descriptors is None:
            return
        if self._lockstep is not None:
            self._lockstep.disconnect()
        if self.link is not None:
            withdraw(self.link, self._device)
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = None

    def write(self, octets: bytes) -> None:
        if self._stream is not None:
            self._stream.write(octets)

    def _ended(self, reason: str) -> None:
        self.said(f"the pty failed: {reason}")


def publish(link: Path, target: str) -> None:
    """Make `link` lead to `target`, atomically.

    Raises PortError if `link` exists and is not a symbolic link to a device, or leads to the pty of a dongle that is
    in use.
    """
    if link.exists() and not link.is_symlink():
        raise PortError(f"{link} exists and is not a symbolic link")
    if link.is_symlink() and DEVICES not in link.readlink().parents:
        raise PortError(f"{link} is a symbolic link to {link.readlink()}, which is no pty; expected another name")
    if link.exists() and _is_owned(link):
        raise PortError(f"{link} is the port of a bench that is up; expected another id, or another XDG_RUNTIME_DIR")
    step = link.with_name(f".{link.name}.{os.getpid()}")
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        step.unlink(missing_ok=True)
        step.symlink_to(target)
        step.replace(link)
    except OSError as error:
        raise PortError(f"cannot create {link}: {error.strerror}") from None


DEVICES = Path("/dev")
"""Where ptys are, also one that is gone: a killed bench leaves its link."""
_WHOLE_FILE = pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
"""`struct flock` of Linux: all of the file, for the open file description that asks (fcntl(2))."""


def _own(pty: int) -> None:
    """Mark a pty as a dongle's, as long as this end of it is open. Hosts lock ptys otherwise (flock, TIOCEXCL)."""
    with suppress(OSError):
        fcntl.fcntl(pty, fcntl.F_OFD_SETLK, _WHOLE_FILE)


def _is_owned(link: Path) -> bool:
    """Return whether `link` leads to a pty that another dongle has marked."""
    try:
        pty = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        return error.errno == EBUSY  # a host has it to itself (TIOCEXCL)
    try:
        fcntl.fcntl(pty, fcntl.F_OFD_SETLK, _WHOLE_FILE)
    except OSError as error:
        return error.errno in (EACCES, EAGAIN)
    finally:
        os.close(pty)
    return False


def withdraw(link: Path, target: str) -> None:
    """Remove `link` if it still leads to `target`."""
    if link.is_symlink() and str(link.readlink()) == target:
        link.unlink(missing_ok=True)


class TcpPort:
    """A TCP port on this machine, for one host at a time."""

    def __init__(self, number: int = 0, lockstep: LockstepLine | None = None) -> None:
        """`number`: port number; 0 takes any free one, and takes the same one again after a replug."""
        self.received: Callable[[bytes], None] = _nothing
        self.said: Callable[[str], None] = _nothing
        self.number = number
        self._lockstep = lockstep
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None
        self._stream: OctetStream | None = None

    @property
    def url(self) -> str:
        return f"socket://{LOOPBACK}:{self.number}"

    @property
    def blocked(self) -> bool:
        return self._stream is not None and self._stream.blocked

    def open(self) -> None:
        listener = socket.socket()
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((LOOPBACK, self.number))
            listener.listen()
        except OSError as error:
            listener.close()
            raise PortError(f"cannot listen on TCP port {self.number}: {error.strerror}") from None
        listener.setblocking(False)
        self.number = listener.getsockname()[1]
        self._listener = listener
        asyncio.get_running_loop().add_reader(listener, self._accept)

    def close(self) -> None:
        self._hang_up()
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def write(self, octets: bytes) -> None:
        if self._stream is not None:
            self._stream.write(octets)

    def _accept(self) -> None:
        assert self._listener is not None
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        if self._connection is not None and _gone(self._connection):
            self._ended("end of file")
        if self._connection is not None:
            connection.close()
            self.said("rejected a second host")
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._stream = OctetStream(
            connection.fileno(), lambda octets: self.received(octets), self._ended, self._lockstep
        )
        self.said("a host has connected")

    def _ended(self, reason: str) -> None:
        self._drop()
        self.said(f"the host has disconnected: {reason}")

    def _hang_up(self) -> None:
        if self._connection is not None and self._lockstep is not None:
            self._lockstep.disconnect()
        self._drop()

    def _drop(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _gone(connection: socket.socket) -> bool:
    """Whether the other end has closed and nothing is left to read."""
    try:
        return not connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
