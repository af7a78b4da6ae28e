"""The NWK layer (Zigbee PRO R22, 3.3) and its commands (3.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hanbench.emulator.zigbee.nwk import commands
from hanbench.emulator.zigbee.nwk.frames import COMMAND, DATA, INTER_PAN, PROTOCOL_VERSION
from hanbench.harness.frames import words
from hanbench.harness.frames.located import security
from hanbench.harness.frames.located.cursor import Cursor, flags, number
from hanbench.harness.frames.located.mac import capability

_TYPES = {DATA: "Data", COMMAND: "Command", 2: "reserved", INTER_PAN: "Inter-PAN"}
_DISCOVERY = ("suppressed", "enabled", "reserved", "reserved")
_MULTICAST, _SECURED, _SOURCE_ROUTE, _DST_IEEE, _SRC_IEEE = 0x0100, 0x0200, 0x0400, 0x0800, 0x1000
_CONTROL = (
    ("multicast", 8),
    ("security", 9),
    ("source route", 10),
    ("destination EUI-64", 11),
    ("source EUI-64", 12),
    ("end device initiator", 13),
)
_RESERVED = 0xC000


class Head(NamedTuple):
    """What the layers inside need to know of a NWK frame."""

    type: int
    source: int | None = None
    source_ieee: int | None = None
    auxiliary: security.Auxiliary | None = None


def read(cursor: Cursor) -> Head:
    """Read the headers of a frame."""
    control = cursor.uint("frame control", 2, lambda value: f"0x{value:04x}")
    kind, version = control & 3, control >> 2 & 15
    first = (("frame type", _TYPES[kind]), ("protocol version", str(version)))
    cursor.parts(*first, ("route discovery", _DISCOVERY[control >> 6 & 3]), *flags(control, _CONTROL))
    if version != PROTOCOL_VERSION:
        raise cursor.failure(f"protocol version {PROTOCOL_VERSION}", str(version), 0)
    if kind == 2 or control & _RESERVED:
        raise cursor.failure("a frame type that is not reserved, and no reserved bits", f"0x{control:04x}", 0)
    if kind == INTER_PAN:
        return Head(kind)
    cursor.uint("destination", 2, words.short)
    source = cursor.uint("source", 2, words.short)
    cursor.uint("radius", 1)
    cursor.uint("sequence number", 1)
    if control & _DST_IEEE:
        cursor.uint("destination EUI-64", 8, words.ieee)
    source_ieee = cursor.uint("source EUI-64", 8, words.ieee) if control & _SRC_IEEE else None
    if control & _MULTICAST:
        cursor.uint("multicast control", 1)
    if control & _SOURCE_ROUTE:
        with cursor.group("source route"):
            relays = cursor.uint("relays", 1)
            cursor.uint("relay index", 1)
            for _ in range(relays):
                cursor.uint("relay", 2, words.short)
    return Head(kind, source, source_ieee, security.read(cursor) if control & _SECURED else None)


# --- commands ---------------------------------------------------------------------------------------------------------


def read_command(cursor: Cursor) -> str:
    """Read a command; return its name."""
    identifier = cursor.uint("command", 1)
    row = _COMMANDS.get(identifier)
    if row is None:
        raise cursor.failure("a NWK command, 1 to 12", number(identifier), cursor.at - 1)
    command, fields = row
    fields(cursor)
    name = words.title(command.__name__)
    cursor.finish(name)
    return name


def _route_request(cursor: Cursor) -> None:
    options = cursor.uint("options", 1, lambda value: f"0x{value:02x}")
    kinds = ("no", "with route record table", "without route record table", "reserved")
    cursor.parts(("many-to-one", kinds[options >> 3 & 3]), *flags(options, (("destination EUI-64", 5),)))
    cursor.uint("request ID", 1)
    cursor.uint("destination", 2, words.short)
    cursor.uint("path cost", 1)
    if options & 0x20:
        cursor.uint("destination EUI-64", 8, words.ieee)


def _route_reply(cursor: Cursor) -> None:
    options = cursor.uint("options", 1, lambda value: f"0x{value:02x}")
    cursor.parts(*flags(options, (("originator EUI-64", 4), ("responder EUI-64", 5))))
    cursor.uint("request ID", 1)
    cursor.uint("originator", 2, words.short)
    cursor.uint("responder", 2, words.short)
    cursor.uint("path cost", 1)
    for bit, name in ((0x10, "originator EUI-64"), (0x20, "responder EUI-64")):
        if options & bit:
            cursor.uint(name, 8, words.ieee)


def _network_status(cursor: Cursor) -> None:
    cursor.uint("status", 1)
    cursor.uint("destination", 2, words.short)


def _leave(cursor: Cursor) -> None:
    options = cursor.uint("options", 1, lambda value: f"0x{value:02x}")
    cursor.parts(*flags(options, (("rejoin", 5), ("request", 6), ("remove children", 7))))


def _route_record(cursor: Cursor) -> None:
    for _ in range(cursor.uint("relays", 1)):
        cursor.uint("relay", 2, words.short)


def _rejoin_response(cursor: Cursor) -> None:
    cursor.uint("short address", 2, words.short)
    cursor.uint("status", 1)


def _link_status(cursor: Cursor) -> None:
    options = cursor.uint("options", 1, lambda value: f"0x{value:02x}")
    cursor.parts(("entries", str(options & 31)), *flags(options, (("first frame", 5), ("last frame", 6))))
    for _ in range(options & 31):
        with cursor.group("link"):
            cursor.uint("neighbour", 2, words.short)
            costs = cursor.uint("costs", 1, lambda value: f"0x{value:02x}")
            cursor.parts(("incoming", str(costs & 7)), ("outgoing", str(costs >> 4 & 7)))


def _network_report(cursor: Cursor) -> None:
    options = cursor.uint("options", 1, lambda value: f"0x{value:02x}")
    cursor.parts(("entries", str(options & 31)), ("report", "PAN ID conflict" if options < 32 else "reserved"))
    cursor.uint("extended PAN ID", 8, words.ieee)
    for _ in range(options & 31):
        cursor.uint("PAN ID", 2, words.short)


def _network_update(cursor: Cursor) -> None:
    options = cursor.uint("options", 1, lambda value: f"0x{value:02x}")
    cursor.parts(("entries", str(options & 31)), ("update", "PAN ID" if options < 32 else "reserved"))
    cursor.uint("extended PAN ID", 8, words.ieee)
    cursor.uint("update ID", 1)
    for _ in range(options & 31):
        cursor.uint("PAN ID", 2, words.short)


def _timeout_request(cursor: Cursor) -> None:
    cursor.uint("timeout", 1, lambda value: "10 s" if not value else f"{2**value} min" if value < 15 else number(value))
    cursor.uint("configuration", 1)


def _timeout_response(cursor: Cursor) -> None:
    cursor.uint("status", 1)
    information = cursor.uint("parent information", 1, lambda value: f"0x{value:02x}")
    cursor.parts(*flags(information, (("polls keep alive", 0), ("timeout requests keep alive", 1))))


_COMMANDS: dict[int, tuple[type, Callable[[Cursor], None]]] = {
    command.ID: (command, fields)
    for command, fields in (
        (commands.RouteRequest, _route_request),
        (commands.RouteReply, _route_reply),
        (commands.NetworkStatus, _network_status),
        (commands.Leave, _leave),
        (commands.RouteRecord, _route_record),
        (commands.RejoinRequest, capability),
        (commands.RejoinResponse, _rejoin_response),
        (commands.LinkStatus, _link_status),
        (commands.NetworkReport, _network_report),
        (commands.NetworkUpdate, _network_update),
        (commands.EndDeviceTimeoutRequest, _timeout_request),
        (commands.EndDeviceTimeoutResponse, _timeout_response),
    )
}
