"""An installed home, and frames for its devices: sound ones, broken ones, and those of somebody who has its keys.

An input is a sequence of frames, each with a device, a form and a length before it. The forms: a PSDU, an NPDU from the
neighbour, an APDU under the network key, a ZCL or ZDP message under the network key and the link key.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from hanbench.emulator.clock import MILLISECOND, VirtualClock
from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import Reception
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.frames import FrameSecurity
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.emulator.zigbee.storage import LinkKey
from hanbench.harness.han.han import Han
from hanbench.harness.han.installed import install
from tests.fuzz.checkpoint import Checkpoint
from tests.support.han import home_settings

SEED = "fuzz"
START = datetime(2022, 4, 4, tzinfo=UTC)
PSDU, NPDU, APDU, MESSAGE = range(4)
LONGEST_PSDU = 127
RADIUS = 30
_MOST = 12


class Injected(NamedTuple):
    """One frame of an input."""

    device: int
    form: int
    sender: int
    octets: bytes
    harm: int = 0
    """What is wrong with it, for targets that harm frames."""


def injected(octets: bytes) -> Iterator[Injected]:
    """Yield the frames of an input."""
    at = 0
    for _ in range(_MOST):
        if at + 2 > len(octets):
            return
        head, length = octets[at], octets[at + 1]
        yield Injected(head & 3, head >> 2 & 3, head >> 4 & 3, octets[at + 2 : at + 2 + length], head >> 6)
        at += 2 + length


def encoded(frames: list[Injected]) -> bytes:
    """Return the input of these frames."""
    return b"".join(
        bytes((each.device | each.form << 2 | each.sender << 4 | each.harm << 6, len(each.octets))) + each.octets
        for each in frames
    )


class Home:
    """An installed home without a display, and somebody beside it who may have its keys."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.han = Han(home_settings(seed=SEED), seed=SEED, start=START, clock=self.clock)
        install(self.han)
        self.clock.run_for(10 * MILLISECOND)
        self.devices: tuple[AnyDevice, ...] = tuple(self.han.devices)
        self._sequence = 0

    def receiver(self, frame: Injected) -> AnyDevice:
        """Return the device that gets a frame."""
        return self.devices[frame.device % len(self.devices)]

    def sender(self, frame: Injected) -> AnyDevice:
        """Return the device whose frame it is, or seems to be."""
        return self.devices[frame.sender % len(self.devices)]

    def psdu(self, frame: Injected) -> bytes:
        """Return a frame in its form, as it is on the air; empty: a device has left the network."""
        if frame.form == PSDU:
            mpdu = frame.octets[: LONGEST_PSDU - 2]
            return mpdu + fcs(mpdu)
        if self.sender(frame).storage.network is None:
            return b""
        if frame.form == NPDU:
            return self.hop(frame, frame.octets)
        apdu = frame.octets[:80] if frame.form == APDU else self.message(frame)
        return self.hop(frame, self.secured(frame, apdu))

    def hop(self, frame: Injected, npdu: bytes, *, pan: int = 0) -> bytes:
        """Return the MAC frame of an NPDU; empty: a device has left the network. `pan`: added to the PAN ID."""
        target, source = self.receiver(frame).storage.network, self.sender(frame).storage.network
        if target is None or source is None:
            return b""
        self._sequence = self._sequence + 1 & 0xFF
        pan_id = target.pan_id + pan & 0xFFFF
        return mac.data(self._sequence, pan_id, target.short, source.short, npdu[:114], ack=True)

    def secured(self, frame: Injected, apdu: bytes, key: bytes | None = None) -> bytes:
        """Return the NPDU of an APDU, under the network key or another one; empty: a device has left the network."""
        target, source = self.receiver(frame).storage.network, self.sender(frame).storage.network
        if target is None or source is None:
            return b""
        self._sequence = self._sequence + 1 & 0xFF
        security = self.sender(frame).stack.nwk.security.outgoing()
        if key is not None:
            security = FrameSecurity(cipher(key), *security[1:])
        return nwk.secured_data(target.short, source.short, self._sequence, apdu, security, RADIUS)

    def message(self, frame: Injected, key: bytes | None = None, back: int = 0) -> bytes:
        """Return the APDU of a message: its cluster, its endpoint, then its content.

        `key`: in the place of the link key. `back`: by how much its frame counter is too low.
        """
        octets, sender = frame.octets[:80], self.sender(frame)
        cluster, endpoint = int.from_bytes(octets[:2], "little"), (octets[2:3] or b"\0")[0]
        link = self.link(frame)
        self._sequence = self._sequence + 1 & 0xFF
        profile = 0x0109 if endpoint else 0
        header = aps.data_header(
            endpoint,
            cluster,
            profile,
            endpoint and 1,
            self._sequence,
            ack_request=bool(cluster & 1),
            secured=link is not None,
        )
        if link is None:
            return header + octets[3:60]
        counter = max(0, link.outgoing.next() - back)
        sealed = cipher(link.key if key is None else key)
        ieee = sender.storage.ieee
        return aps.secure(header, octets[3:60], sealed, KeyId.DATA, counter, ieee, extended_nonce=False)

    def link(self, frame: Injected) -> LinkKey | None:
        """Return the sender's link key with the receiver, for a message to an endpoint; None: there is none."""
        endpoint = (frame.octets[2:3] or b"\0")[0]
        return self.sender(frame).storage.link_keys.get(self.receiver(frame).storage.ieee) if endpoint else None

    def give(self, frame: Injected, psdu: bytes) -> None:
        """Let a device receive a frame."""
        radio = self.receiver(frame).stack.radio
        if radio.receiver is not None and len(psdu) >= 5:
            radio.receiver(Reception(psdu, -50, 200, self.clock.now, radio.config.channel, False))


@cache
def _kept() -> tuple[Home, Checkpoint]:
    home = Home()
    return home, Checkpoint(home)


def fresh_home() -> Home:
    """Return the home of this process as it was when it had been installed."""
    home, checkpoint = _kept()
    checkpoint.restore()
    return home
