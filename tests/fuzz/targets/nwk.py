"""NWK frames, with and without security, commands, and the beacon payload."""

from __future__ import annotations

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zigbee.nwk import beacon, commands, frames
from hanbench.emulator.zigbee.security.ccm import cipher
from tests.fuzz.target import Target, readable, stable, unchanged
from tests.interop.han import NETWORK_KEY

_CIPHER = cipher(NETWORK_KEY)
_FIELDS = tuple(name for name in frames.NwkFrame.__slots__ if name not in ("header", "sealed"))


def _fields(frame: frames.NwkFrame) -> dict[str, object]:
    return {name: getattr(frame, name) for name in _FIELDS}


def _header(frame: frames.NwkFrame) -> bytes:
    """The frame's header, without its reserved bits."""
    return frames.header(
        frame.type,
        frame.dst,
        frame.src,
        frame.sequence,
        radius=frame.radius,
        secured=frame.secured,
        src_ieee=frame.src_ieee,
        dst_ieee=frame.dst_ieee,
        relays=frame.relays,
        relay_index=frame.relay_index,
        discover_route=frame.discover_route,
        end_device_initiator=frame.end_device_initiator,
    )


def _frame(octets: bytes) -> None:
    """A frame; sealed and opened again it has the same content."""
    frame = frames.decode(octets)
    if not frame.secured:
        unchanged(lambda each: _fields(frames.decode(each)), _header(frame) + frame.payload, _fields(frame))
        return
    plain = frame.sealed[14:-4]
    security = frames.FrameSecurity(_CIPHER, frame.counter, frame.key_sequence, frame.sender_ieee)
    sealed = frames.seal(_header(frame), plain, security)
    with readable(sealed):
        again = frames.decode(sealed)
        assert _fields(again) == _fields(frame)
        again.decrypt(_CIPHER)
        assert again.payload == plain
        if frame.radius:
            relayed = frames.decode(again.reseal(security))
            relayed.decrypt(_CIPHER)
            assert (relayed.payload, relayed.radius) == (plain, frame.radius - 1)
    frame.decrypt(_CIPHER)


def _command(octets: bytes) -> object:
    return stable(commands.decode, lambda command: command.encode(), octets)


def _beacon(octets: bytes) -> object:
    return stable(beacon.decode, beacon.BeaconPayload.encode, octets)


TARGETS = (
    Target("nwk.frame", _frame, (RemoteProtocolError,), 127),
    Target("nwk.command", _command, (RemoteProtocolError,), 127),
    Target("nwk.beacon", _beacon, (RemoteProtocolError,), 64),
)
