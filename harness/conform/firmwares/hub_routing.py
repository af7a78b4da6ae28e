"""Wrong hubs: frames that pass through, broadcasts, route requests, link costs."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zigbee.duplicate_table import DuplicateTable
from hanbench.emulator.zigbee.nwk.commands import LinkStatus
from hanbench.emulator.zigbee.nwk.forwarding import Relayed
from hanbench.emulator.zigbee.nwk.layer import BROADCAST_DELIVERY_TIME
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([], kind="hub")
SHORT_FRAME, TABLE_ENTRIES = 40, 40
"""Octets of an APS frame, and entries of a broadcast transaction table."""


@WRONG.add("hub-relays-without-end", "HRTE")
def relays_without_end(hub: Any, note: Note) -> None:
    """It passes frames on with the radius that they came with."""

    def encode(former: Any, frame: Any) -> bytes:
        if isinstance(frame, Relayed):
            note()
            frame.frame.radius += 1
        octets: bytes = former(frame)
        return octets

    wrapped(hub.stack.routing, "_encode", encode)


@WRONG.add("hub-relays-short-frames-alone", "HRTE")
def relays_short_frames(hub: Any, note: Note) -> None:
    """It drops long frames that are to pass through it."""

    def relay(former: Any, frame: Any, sender: int) -> None:
        if len(frame.payload) > SHORT_FRAME:
            note()
        else:
            former(frame, sender)

    wrapped(hub.stack.routing, "relay", relay)


@WRONG.add("hub-repeats-each-copy-of-a-broadcast", "HRTE")
def repeats_each_copy(hub: Any, note: Note) -> None:
    """It repeats a broadcast as often as it hears it."""

    class Forgetful(DuplicateTable):
        """A broadcast transaction table that remembers nothing."""

        def seen(self, key: Any, now: int) -> bool:
            if super().seen(key, now):
                note()
            return False

    hub.stack.nwk._broadcasts = Forgetful(BROADCAST_DELIVERY_TIME)


@WRONG.add("hub-answers-every-route-request", "HRTE")
def answers_every_route_request(hub: Any, note: Note) -> None:
    """It answers route requests for whatever device."""
    discovery = hub.stack.routing.discovery

    def is_here(former: Any, destination: int) -> bool:
        if not former(destination):
            note()
        return True

    wrapped(discovery, "_is_here", is_here)


@WRONG.add("hub-hides-its-children-from-routers", "HRTE")
def hides_children(hub: Any, note: Note) -> None:
    """It answers no route request for its end devices."""

    def is_here(former: Any, destination: int) -> bool:
        own: bool = destination == hub.stack.mac.short
        if not own and former(destination):
            note()
        return own

    wrapped(hub.stack.routing.discovery, "_is_here", is_here)


@WRONG.add("hub-drops-what-it-cannot-route", "HRTE")
def drops_in_silence(hub: Any, note: Note) -> None:
    """It drops frames for which it has no way, and tells nobody."""
    wrapped(hub.stack.routing, "_report", lambda former, frame, status: note())


@WRONG.add("hub-answers-distant-devices-straight", "HRTE")
def answers_straight(hub: Any, note: Note) -> None:
    """It takes every device for a neighbour, those behind routers as well."""

    def neighbor(former: Any, dst: int) -> int:
        if former(dst) != dst:
            note()
        return dst

    wrapped(hub.stack.routing, "neighbor", neighbor)


@WRONG.add("hub-never-measures-its-links", "HRTE")
def never_measures_links(hub: Any, note: Note) -> None:
    """Its Link Status has costs of 0."""

    def send(former: Any, dst: int, command: Any, **named: Any) -> None:
        if isinstance(command, LinkStatus):
            note()
            entries = tuple(each.replace(incoming_cost=0, outgoing_cost=0) for each in command.entries)
            command = command.replace(entries=entries)
        former(dst, command, **named)

    wrapped(hub.stack.nwk, "send_command", send)


@WRONG.add("hub-fills-its-broadcast-table", "HRTE")
def fills_broadcast_table(hub: Any, note: Note) -> None:
    """It remembers each broadcast for good, and takes no more of them when its table is full."""
    had: set[Any] = set()

    class Full(DuplicateTable):
        """A broadcast transaction table that no entry leaves."""

        def seen(self, key: Any, now: int) -> bool:
            if len(had) >= TABLE_ENTRIES:
                note()
                return True
            had.add(key)
            return super().seen(key, now)

    hub.stack.nwk._broadcasts = Full(BROADCAST_DELIVERY_TIME)
