"""The MAC layer (IEEE 802.15.4-2011, 5.2 and 5.3), and the beacon payload of Zigbee PRO (R22, table 3-58)."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.mac.frames import ACK, BEACON, COMMAND, EXTENDED, NONE, SHORT, MacCommand
from hanbench.emulator.zigbee.nwk.beacon import PROTOCOL_ID
from hanbench.harness.frames import words
from hanbench.harness.frames.located.cursor import Cursor, flags, number

_TYPES = ("Beacon", "Data", "Acknowledgement", "Command")
_MODES = {NONE: "none", 1: "reserved", SHORT: "short", EXTENDED: "extended"}
_WIDTHS = {SHORT: 2, EXTENDED: 8}
_CONTROL = (("security", 3), ("frame pending", 4), ("acknowledgement wanted", 5), ("PAN ID compression", 6))
_CAPABILITY = (
    ("alternate coordinator", 0),
    ("full function device", 1),
    ("mains power", 2),
    ("receiver on when idle", 3),
    ("security", 6),
    ("allocate address", 7),
)
_ASSOCIATED = ("success", "PAN at capacity", "PAN access denied")
_LEAVES = {1: "coordinator wishes the device to leave", 2: "device wishes to leave"}


def capability(cursor: Cursor) -> None:
    """Read the capability information of a device."""
    cursor.parts(*flags(cursor.uint("capability", 1), _CAPABILITY))


def read(cursor: Cursor) -> tuple[str, bool]:
    """Read a frame without its FCS. Return its kind, and whether the octets that are left are its payload."""
    control = cursor.uint("frame control", 2, lambda value: f"0x{value:04x}")
    kind, dst_mode, version, src_mode = control & 7, control >> 10 & 3, control >> 12 & 3, control >> 14
    named = _TYPES[kind] if kind < len(_TYPES) else f"reserved ({kind})"
    addressing = (
        ("destination mode", _MODES[dst_mode]),
        ("frame version", str(version)),
        ("source mode", _MODES[src_mode]),
    )
    cursor.parts(("frame type", named), *flags(control, _CONTROL), *addressing)
    if kind >= len(_TYPES):
        raise cursor.failure("frame type 0 to 3", str(kind), 0)
    if version > 1 or control & 0x08:
        found = "MAC security" if version <= 1 else f"version {version}"
        raise cursor.failure("frame version 0 or 1 without MAC security, as Zigbee has it", found, 0)
    if 1 in (dst_mode, src_mode) or control & 0x0380:
        raise cursor.failure("no reserved bits in the frame control", f"0x{control:04x}", 0)
    cursor.uint("sequence number", 1)
    _addresses(cursor, dst_mode, src_mode, compressed=bool(control & 0x40))
    if kind == ACK:
        cursor.finish("the acknowledgement")
    elif kind == BEACON:
        _beacon(cursor)
    elif kind == COMMAND:
        return _command(cursor), False
    return named, kind not in (ACK, BEACON)


def _addresses(cursor: Cursor, dst_mode: int, src_mode: int, *, compressed: bool) -> None:
    if compressed and NONE in (dst_mode, src_mode):
        raise cursor.failure("both addresses beside PAN ID compression", "one or none", 0)
    if dst_mode != NONE:
        cursor.uint("destination PAN ID", 2, words.short)
        _address(cursor, "destination", dst_mode)
    if src_mode != NONE:
        if not compressed:
            cursor.uint("source PAN ID", 2, words.short)
        _address(cursor, "source", src_mode)


def _address(cursor: Cursor, name: str, mode: int) -> None:
    cursor.uint(name, _WIDTHS[mode], words.short if mode == SHORT else words.ieee)


# --- beacons ----------------------------------------------------------------------------------------------------------


def _beacon(cursor: Cursor) -> None:
    superframe = cursor.uint("superframe", 2, lambda value: f"0x{value:04x}")
    orders = (("beacon order", str(superframe & 15)), ("superframe order", str(superframe >> 4 & 15)))
    cursor.parts(*orders, *flags(superframe, (("PAN coordinator", 14), ("association permitted", 15))))
    slots = cursor.uint("guaranteed time slots", 1) & 7
    if slots:
        cursor.take("time slots", 1 + 3 * slots)
    pending = cursor.uint("pending addresses", 1)
    for _ in range(pending & 7):
        cursor.uint("pending short address", 2, words.short)
    for _ in range(pending >> 4 & 7):
        cursor.uint("pending EUI-64", 8, words.ieee)
    if cursor.remaining:
        with cursor.group("Zigbee beacon payload"):
            _network(cursor)


def _network(cursor: Cursor) -> None:
    if cursor.uint("protocol ID", 1) != PROTOCOL_ID:
        raise cursor.failure("protocol ID 0 (Zigbee)", f"0x{cursor.octets[cursor.at - 1]:02x}", cursor.at - 1)
    profile = cursor.uint("stack", 1, lambda value: f"0x{value:02x}")
    cursor.parts(("stack profile", str(profile & 15)), ("protocol version", str(profile >> 4)))
    capacity = cursor.uint("capacity", 1, lambda value: f"0x{value:02x}")
    cursor.parts(
        *flags(capacity, (("for routers", 2), ("for end devices", 7))), ("device depth", str(capacity >> 3 & 15))
    )
    cursor.uint("extended PAN ID", 8, words.ieee)
    cursor.uint("transmit offset", 3)
    cursor.uint("update ID", 1)
    cursor.finish("the beacon")


# --- commands ---------------------------------------------------------------------------------------------------------


def _command(cursor: Cursor) -> str:
    identifier = cursor.uint("command", 1)
    try:
        command = MacCommand(identifier)
    except ValueError:
        raise cursor.failure("a MAC command, 1 to 9", number(identifier), cursor.at - 1) from None
    if command in _FIELDS:
        _FIELDS[command](cursor)
    cursor.finish("the command")
    return words.title(command.name)


def _association(cursor: Cursor) -> None:
    cursor.uint("short address", 2, words.short)
    cursor.uint("status", 1, lambda value: _ASSOCIATED[value] if value < len(_ASSOCIATED) else number(value))


def _disassociation(cursor: Cursor) -> None:
    cursor.uint("reason", 1, lambda value: _LEAVES.get(value, number(value)))


def _realignment(cursor: Cursor) -> None:
    cursor.uint("PAN ID", 2, words.short)
    cursor.uint("coordinator", 2, words.short)
    cursor.uint("channel", 1)
    cursor.uint("short address", 2, words.short)
    if cursor.remaining:
        cursor.uint("channel page", 1)


def _slots(cursor: Cursor) -> None:
    cursor.uint("characteristics", 1, lambda value: f"0x{value:02x}")


_FIELDS: dict[MacCommand, Callable[[Cursor], None]] = {
    MacCommand.ASSOCIATION_REQUEST: capability,
    MacCommand.ASSOCIATION_RESPONSE: _association,
    MacCommand.DISASSOCIATION: _disassociation,
    MacCommand.COORDINATOR_REALIGNMENT: _realignment,
    MacCommand.GTS_REQUEST: _slots,
}
