"""Unicast frames on their way, and how a device that is no router sends them: everything goes to its parent."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.mac.layer import SendDone
from hanbench.emulator.zigbee.nwk import frames
from hanbench.emulator.zigbee.nwk.frames import FrameSecurity, NwkFrame


class Originated(NamedTuple):
    """A secured unicast frame of this device."""

    type: int
    dst: int
    src: int
    """The address of this device, or that of a child on whose behalf a command goes out."""
    sequence: int
    radius: int
    payload: bytes
    done: SendDone | None = None
    src_ieee: int | None = None
    dst_ieee: int | None = None

    def encode(self, security: FrameSecurity, relays: tuple[int, ...] = ()) -> bytes:
        """The NPDU; with `relays`, it is source-routed."""
        header = frames.header(
            self.type,
            self.dst,
            self.src,
            self.sequence,
            radius=self.radius,
            secured=True,
            src_ieee=self.src_ieee,
            dst_ieee=self.dst_ieee,
            relays=relays,
        )
        return frames.seal(header, self.payload, security)


class Relayed(NamedTuple):
    """A frame of another device that passes through this one."""

    frame: NwkFrame
    """Decrypted."""
    sender: int
    """The neighbour that it came from."""

    @property
    def dst(self) -> int:
        return self.frame.dst

    @property
    def src(self) -> int:
        return self.frame.src

    @property
    def type(self) -> int:
        return self.frame.type

    @property
    def done(self) -> SendDone | None:
        return None

    def encode(self, security: FrameSecurity) -> bytes:
        """The NPDU as this relay sends it on."""
        return self.frame.reseal(security)


class Forwarding:
    """The ways of an end device."""

    def __init__(self, parent: Callable[[], int]) -> None:
        """`parent` returns the short address of the parent."""
        self._parent = parent

    def neighbor(self, dst: int) -> int | None:
        """The neighbour to which frames for `dst` go; None if the way is to be found by `send`."""
        return self._parent()

    def send(self, frame: Originated) -> None:
        """Send a frame by a route, which is looked for if there is none."""
        raise LocalProtocolError("an end device has no routes")

    def relay(self, frame: NwkFrame, sender: int) -> None:
        """Send on a frame that another device has sent to a third one. Raises RemoteProtocolError."""
        raise RemoteProtocolError(DropReason.NOT_FOR_US)

    def route_requested(self, frame: NwkFrame, sender: int, lqi: int) -> None:
        """Take part in a route discovery. Raises RemoteProtocolError."""
