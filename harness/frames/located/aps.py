"""The APS layer (Zigbee PRO R22, 2.2.5), its commands (4.4.10), and the stub of inter-PAN frames (SE 1.4, annex B)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hanbench.emulator.zigbee.aps.commands import Tunnel
from hanbench.emulator.zigbee.aps.frames import ACK, BROADCAST, COMMAND, DATA, GROUP, UNICAST
from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH
from hanbench.emulator.zigbee.security.keys import redacted
from hanbench.harness.frames import words
from hanbench.harness.frames.located import security
from hanbench.harness.frames.located.cursor import Cursor, flags, number

_TYPES = {DATA: "Data", COMMAND: "Command", ACK: "Acknowledgement", 3: "Inter-PAN"}
_DELIVERY = {UNICAST: "unicast", 1: "indirect", BROADCAST: "broadcast", GROUP: "group"}
_ACK_FORMAT, _SECURED, _EXTENDED = 0x10, 0x20, 0x80
_CONTROL = (("of a command", 4), ("security", 5), ("acknowledgement wanted", 6), ("extended header", 7))
PROFILES = {
    0x0000: "Zigbee Device Profile",
    0x0104: "Home Automation",
    0x0109: "Smart Energy",
    0xA1E0: "Green Power",
    0xC05E: "Light Link",
}
"""Public profiles."""
_FRAGMENTS = ("none", "first", "a later one", "reserved")


class Head(NamedTuple):
    """What the layers inside need to know of an APS frame."""

    type: int
    cluster: int | None = None
    profile: int | None = None
    is_fragment: bool = False
    auxiliary: security.Auxiliary | None = None


def _profile(value: int) -> str:
    return f"{words.short(value)} {PROFILES[value]}" if value in PROFILES else words.short(value)


def read(cursor: Cursor, cluster_name: Callable[[int], str], *, inter_pan: bool = False) -> Head:
    """Read the headers of a frame. `cluster_name`: the text of a cluster's number."""
    control = cursor.uint("frame control", 1, lambda value: f"0x{value:02x}")
    kind, delivery = control & 3, control >> 2 & 3
    cursor.parts(("frame type", _TYPES[kind]), ("delivery", _DELIVERY[delivery]), *flags(control, _CONTROL))
    if (kind == 3) is not inter_pan:
        raise cursor.failure("an inter-PAN frame" if inter_pan else "frame type 0 to 2", _TYPES[kind], 0)
    if delivery == 1:
        raise cursor.failure("a delivery mode that is not indirect", f"0x{control:02x}", 0)
    cluster = profile = None
    if inter_pan:
        if delivery == GROUP:
            cursor.uint("group", 2, words.short)
        return Head(kind, cursor.uint("cluster", 2, cluster_name), cursor.uint("profile", 2, _profile))
    if kind == DATA or (kind == ACK and not control & _ACK_FORMAT):
        if delivery == GROUP:
            cursor.uint("group", 2, words.short)
        else:
            cursor.uint("destination endpoint", 1)
        cluster = cursor.uint("cluster", 2, cluster_name)
        profile = cursor.uint("profile", 2, _profile)
        cursor.uint("source endpoint", 1)
    cursor.uint("counter", 1)
    is_fragment = bool(control & _EXTENDED) and _extended(cursor, kind)
    auxiliary = security.read(cursor) if control & _SECURED else None
    return Head(kind, cluster, profile, is_fragment, auxiliary)


def _extended(cursor: Cursor, kind: int) -> bool:
    with cursor.group("extended header"):
        control = cursor.uint("extended frame control", 1, lambda value: f"0x{value:02x}")
        fragment = control & 3
        cursor.parts(("fragment", _FRAGMENTS[fragment]))
        if not fragment:
            return False
        if fragment == 3:
            raise cursor.failure("a kind of fragment that is not reserved", f"0x{control:02x}", cursor.at - 1)
        cursor.uint("blocks" if fragment == 1 and kind == DATA else "block", 1)
        if kind == ACK:
            cursor.uint("received blocks", 1, lambda value: f"0x{value:02x}")
    return True


# --- commands ---------------------------------------------------------------------------------------------------------


def read_command(cursor: Cursor) -> str:
    """Read a command; return its name. Of a Tunnel, the APS frame in it is left.

    Keys are redacted, and octets that may hold one are not shown.
    """
    identifier = cursor.uint("command", 1)
    row = _COMMANDS.get(identifier)
    if row is None:
        at = cursor.at - 1
        cursor.rest("octets", hidden=True)
        raise cursor.failure("an APS command", number(identifier), at)
    name, fields = row
    fields(cursor)
    if identifier != Tunnel.ID:
        cursor.finish(name, hidden=True)
    return name


def _key(cursor: Cursor) -> None:
    octets = cursor.octets[cursor.at : min(cursor.at + KEY_LENGTH, cursor.end)]
    cursor.take("key", KEY_LENGTH, redacted(octets) if len(octets) == KEY_LENGTH else "")


def _transport_key(cursor: Cursor) -> None:
    kinds = {1: "network key", 3: "application link key", 4: "Trust Centre link key"}
    kind = cursor.uint("key type", 1, lambda value: kinds.get(value, number(value)))
    if kind not in kinds:
        at = cursor.at - 1
        cursor.rest("octets", hidden=True)
        raise cursor.failure("key type 1, 3 or 4", number(kind), at)
    _key(cursor)
    if kind == 1:
        cursor.uint("key sequence number", 1)
    cursor.uint("partner" if kind == 3 else "destination", 8, words.ieee)
    if kind == 3:
        cursor.uint("initiator", 1)
    else:
        cursor.uint("source", 8, words.ieee)


def _update_device(cursor: Cursor) -> None:
    statuses = ("secured rejoin", "unsecured join", "left", "Trust Centre rejoin")
    cursor.uint("device", 8, words.ieee)
    cursor.uint("short address", 2, words.short)
    cursor.uint("status", 1, lambda value: statuses[value] if value < len(statuses) else number(value))


def _remove_device(cursor: Cursor) -> None:
    cursor.uint("target", 8, words.ieee)


def _switch_key(cursor: Cursor) -> None:
    cursor.uint("key sequence number", 1)


def _request_key(cursor: Cursor) -> None:
    kinds = {2: "application link key", 4: "Trust Centre link key"}
    if cursor.uint("key type", 1, lambda value: kinds.get(value, number(value))) == 2:
        cursor.uint("partner", 8, words.ieee)


def _tunnel(cursor: Cursor) -> None:
    cursor.uint("destination", 8, words.ieee)


def _verify_key(cursor: Cursor) -> None:
    cursor.uint("key type", 1)
    cursor.uint("source", 8, words.ieee)
    cursor.take("hash of the key", KEY_LENGTH)


def _confirm_key(cursor: Cursor) -> None:
    cursor.uint("status", 1)
    cursor.uint("key type", 1)
    cursor.uint("destination", 8, words.ieee)


_COMMANDS: dict[int, tuple[str, Callable[[Cursor], None]]] = {
    0x05: ("Transport Key", _transport_key),
    0x06: ("Update Device", _update_device),
    0x07: ("Remove Device", _remove_device),
    0x08: ("Request Key", _request_key),
    0x09: ("Switch Key", _switch_key),
    Tunnel.ID: ("Tunnel", _tunnel),
    0x0F: ("Verify Key", _verify_key),
    0x10: ("Confirm Key", _confirm_key),
}
