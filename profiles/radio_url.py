"""Where the radio of a device is: the texts of bench files, and what they mean."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from hanbench.profiles.explain import suggestion


class RadioKind(StrEnum):
    """The part of a radio's text before the colon."""

    AIR = "air"
    """A radio on this bench's Air, in this process."""
    PTY = "pty"
    """A radio on this bench's Air behind a virtual dongle on a pty; `pty:NAME` names a symbolic link to it."""
    TCP = "tcp"
    """A radio on this bench's Air behind a virtual dongle on a TCP port of this machine, such as `tcp:8123`."""
    SERIAL = "serial"
    """A physical dongle (`serial:/dev/ttyACM0`), or any device with RCP firmware on a serial port."""
    SOCKET = "socket"
    """A dongle behind a TCP connection: `socket://host:port`."""
    PHYSICAL = "physical"
    """The device is not emulated: it has its own radio."""


class RadioUrl(NamedTuple):
    """A radio, as in a bench file."""

    kind: RadioKind
    where: str
    """The part after the colon."""

    def __str__(self) -> str:
        return self.kind.value if self.kind is RadioKind.PHYSICAL else f"{self.kind.value}:{self.where}"

    @property
    def port(self) -> str | None:
        """The port that one radio can have; None: the radio has no port, or one of its own."""
        if not self.where or (self.kind is RadioKind.TCP and int(self.where) == 0):
            return None
        match self.kind:
            case RadioKind.SERIAL:
                return f"serial:{Path(self.where).resolve()}"  # /dev/serial/by-id has further names of a device
            case RadioKind.TCP:
                return f"tcp:{int(self.where)}"
        return str(self).lower() if self.kind is RadioKind.SOCKET else str(self)

    @property
    def inside(self) -> bool:
        """Whether the radio is on this bench's own Air."""
        return self.kind in (RadioKind.AIR, RadioKind.PTY, RadioKind.TCP)

    @property
    def outside(self) -> bool:
        """Whether an emulated device uses a dongle outside this process, whose air the bench does not model."""
        return self.kind in (RadioKind.SERIAL, RadioKind.SOCKET)


def parse_radio(text: str) -> RadioUrl:
    """Parse the radio of a bench file. Raises ValueError, which says what was expected."""
    if text == RadioKind.PHYSICAL:
        return RadioUrl(RadioKind.PHYSICAL, "")
    scheme, colon, where = text.partition(":")
    kinds = {kind.value: kind for kind in RadioKind if kind is not RadioKind.PHYSICAL}
    if not colon or scheme not in kinds:
        known = [f"{kind}:" for kind in kinds] + [RadioKind.PHYSICAL.value]
        raise ValueError(f"found {text!r}; expected one of {', '.join(known)}{suggestion(text, known)}")
    kind = kinds[scheme]
    problem = _problem(kind, where)
    if problem:
        raise ValueError(f"found {text!r}; expected {problem}")
    return RadioUrl(kind, where)


def _problem(kind: RadioKind, where: str) -> str | None:
    """Return what was expected instead of `where`, or None."""
    match kind:
        case RadioKind.AIR if where:
            return "nothing after air:"
        case RadioKind.TCP if where and not _is_port(where):
            return "tcp: or tcp:PORT with a port from 0 to 65535"
        case RadioKind.SERIAL if not where.startswith("/"):
            return "serial:/dev/..., the path of a serial device"
        case RadioKind.SOCKET:
            host, colon, port = where.removeprefix("//").rpartition(":")
            if not where.startswith("//") or not host or not colon or not _is_port(port):
                return "socket://HOST:PORT"
    return None


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) < 1 << 16
