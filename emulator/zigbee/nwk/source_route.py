"""Source routes in the NWK header (Zigbee PRO R22, 3.3.1.9 and 3.6.3.3), and the command that records them (3.4.5)."""

from __future__ import annotations

from typing import NamedTuple

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee.nwk.commands import RouteRecord
from hanbench.emulator.zigbee.nwk.frames import NwkFrame
from hanbench.emulator.zigbee.nwk.route_tables import MAX_SOURCE_ROUTE

FIRST_UNASSIGNED = 0xFFF8
"""Short addresses from here on are those of no device."""
_INDEX_AND_RELAY = 2


class Hop(NamedTuple):
    """Where a source-routed frame goes next."""

    to: int
    header: bytes
    """The NWK header with the index of the next relay."""


def next_hop(frame: NwkFrame, here: int) -> Hop:
    """The next hop of a source-routed frame that the relay `here` has received (3.6.3.3.2).

    The list begins beside the destination, and the index counts down. Raises NO_ROUTE if it does not name this relay.
    """
    index = frame.relay_index
    if index is None or index >= len(frame.relays) or frame.relays[index] != here:
        raise RemoteProtocolError(DropReason.NO_ROUTE, f"relay index {index} of a source route is not {here:#06x}")
    if index == 0:
        return Hop(frame.dst, frame.header)
    at = len(frame.header) - _INDEX_AND_RELAY * len(frame.relays) - 1
    header = frame.header[:at] + bytes((index - 1,)) + frame.header[at + 1 :]
    return Hop(frame.relays[index - 1], header)


def extended(record: RouteRecord, here: int) -> RouteRecord:
    """A Route Record as the relay `here` sends it on (3.6.3.5.5).

    Raises NO_ROUTE where the way is too long for a source route, or leads in a circle.
    """
    if len(record.relays) >= MAX_SOURCE_ROUTE or here in record.relays:
        raise RemoteProtocolError(DropReason.NO_ROUTE, f"a record of {len(record.relays)} relays")
    return RouteRecord((*record.relays, here))


def recorded(frame: NwkFrame, record: RouteRecord, sender: int, here: int) -> tuple[int, ...]:
    """The relays of a Route Record that has arrived at the concentrator `here` from the neighbour `sender`.

    Raises MALFORMED_NWK unless they are a way: its last relay is the neighbour, and no device is on it twice.
    """
    relays = record.relays
    way = (frame.src, *relays, here)
    if len(relays) > MAX_SOURCE_ROUTE or len(set(way)) < len(way) or max(way) >= FIRST_UNASSIGNED:
        raise RemoteProtocolError(DropReason.MALFORMED_NWK, f"a record of {len(relays)} relays")
    if way[-2] != sender:
        raise RemoteProtocolError(DropReason.MALFORMED_NWK, f"a record by {way[-2]:#06x} came from {sender:#06x}")
    return relays
