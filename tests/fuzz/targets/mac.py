"""MAC frames and beacons."""

from __future__ import annotations

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac import frames
from tests.fuzz.target import Target, stable


def _frame(octets: bytes) -> object:
    frames.short_data_ends(octets)
    return stable(frames.decode, frames.MacFrame.encode, octets)


def _beacon(octets: bytes) -> object:
    return stable(frames.decode_beacon, frames.BeaconContent.encode, octets)


TARGETS = (
    Target("mac.frame", _frame, (RemoteProtocolError,), 127),
    Target("mac.verify", frames.verify, (RemoteProtocolError,), 127),
    Target("mac.beacon", _beacon, (RemoteProtocolError,), 127),
)
