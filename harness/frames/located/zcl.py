"""The Zigbee Cluster Library (ZCL r8, 2.4) and the Zigbee Device Profile (R22, 2.4)."""

from __future__ import annotations

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.layout import RecordType
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.cluster import AttributeTable, Cluster, Command, key_of
from hanbench.emulator.zcl.clusters import BY_ID
from hanbench.emulator.zcl.frame import CLUSTER, GLOBAL, TO_CLIENT, TO_SERVER
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.emulator.zigbee.zdo.status import ZdpStatus
from hanbench.harness.frames import words
from hanbench.harness.frames.commands import FROM_OWNER, fitting, rows_of
from hanbench.harness.frames.located import values
from hanbench.harness.frames.located.cursor import Cursor, flags, number

_CONTROL = (("manufacturer specific", 2), ("default response disabled", 4))
SIDES = {"to-server": TO_SERVER, "to-client": TO_CLIENT}


def cluster_name(cluster: int) -> str:
    """Return a cluster as text: its number, and its name if it has one here."""
    known = BY_ID.get(cluster)
    return words.short(cluster) if known is None else f"{words.short(cluster)} {known.name}"


def zdp_name(cluster: int) -> str:
    """Return a cluster of the device profile as text."""
    known = zdp.BY_CLUSTER.get(cluster)
    return words.short(cluster) if known is None else f"{words.short(cluster)} {words.title(known.cls.__name__)}"


def _status(value: int) -> str:
    return _named(Status, value)


def _zdp_status(value: int) -> str:
    return _named(ZdpStatus, value)


def _named(kind: type[Status] | type[ZdpStatus], value: int) -> str:
    try:
        return f"0x{value:02x} {kind(value).name}"
    except ValueError:
        return f"0x{value:02x}"


# --- the device profile -----------------------------------------------------------------------------------------------


def read_zdp(cursor: Cursor, cluster: int) -> str:
    """Read a message of the device profile; return its name."""
    cursor.uint("transaction", 1)
    codec = zdp.BY_CLUSTER.get(cluster)
    if codec is None:
        at = cursor.at
        cursor.rest("octets")
        raise cursor.failure(
            "a message of the device profile that hanbench knows", f"cluster {words.short(cluster)}", at
        )
    name = words.title(codec.cls.__name__)
    values.read(cursor, codec.layout, values.Names(status=_zdp_status, address=True))
    cursor.finish(name)
    return name


# --- the cluster library ----------------------------------------------------------------------------------------------


def read_zcl(cursor: Cursor, cluster: int | None, direction: int | None) -> str:
    """Read a frame of a cluster; return its name. `direction`: overrules that of the frame."""
    control = cursor.uint("frame control", 1, lambda value: f"0x{value:02x}")
    kind, told = control & 3, control >> 3 & 1
    kinds = ("general command", "command of the cluster", "reserved", "reserved")
    sides = ("to server", "to client")
    cursor.parts(("frame type", kinds[kind]), ("direction", sides[told]), *flags(control, _CONTROL))
    if kind not in (GLOBAL, CLUSTER) or control & 0xE0:
        raise cursor.failure("frame type 0 or 1, and no reserved bits", f"0x{control:02x}", 0)
    manufacturer = cursor.uint("manufacturer", 2, words.short) if control & 4 else None
    cursor.uint("transaction", 1)
    towards = told if direction is None else direction
    known = None if cluster is None else BY_ID.get(cluster)
    if kind == GLOBAL:
        return _general(cursor, known, towards, manufacturer)
    return _of_cluster(cursor, cluster, known, towards, manufacturer)


def _general(cursor: Cursor, cluster: Cluster | None, towards: int, manufacturer: int | None) -> str:
    command = cursor.uint("command", 1, _general_name)
    codec = foundation.BY_COMMAND.get(command)
    if codec is None:
        raise cursor.failure("a general command, 0x00 to 0x16", number(command), cursor.at - 1)
    table = _table(cluster, (towards == TO_CLIENT) is (command in FROM_OWNER))
    name = words.title(codec.cls.__name__)
    _fields(cursor, codec, table, manufacturer)
    cursor.finish(name)
    return name


def _general_name(command: int) -> str:
    codec = foundation.BY_COMMAND.get(command)
    return f"0x{command:02x}" if codec is None else f"0x{command:02x} {words.title(codec.cls.__name__)}"


def _table(cluster: Cluster | None, of_server: bool) -> AttributeTable:
    if cluster is None:
        return {}
    return cluster.server_table if of_server else cluster.client_table


def _fields(cursor: Cursor, codec: RecordType, table: AttributeTable, manufacturer: int | None) -> None:
    def attribute(value: int) -> str:
        row = table.get(key_of(value, manufacturer))
        return words.short(value) if row is None else f"{words.short(value)} {row.name}"

    values.read(cursor, codec.layout, values.Names(attribute, _status))


def _of_cluster(
    cursor: Cursor, cluster: int | None, known: Cluster | None, towards: int, manufacturer: int | None
) -> str:
    def rows(command: int) -> tuple[Command, ...]:
        return () if cluster is None else rows_of(cluster, towards, command, manufacturer)

    def named(command: int) -> str:
        found = rows(command)
        return f"0x{command:02x} {words.title(found[0].name)}" if found else f"0x{command:02x}"

    at = cursor.at
    command = cursor.uint("command", 1, named)
    if not rows(command):
        cursor.rest("octets")
        raise cursor.failure(_expected(cluster, known, towards), number(command), at)
    row, before = _row(rows(command), cursor.octets[cursor.at : cursor.end])
    with cursor.group(f"{words.title(row.name)}{before}"):
        values.read(cursor, RecordType(row.message).layout, values.Names(status=_status))
    cursor.finish(words.title(row.name))
    return f"{words.title(row.name)}{before}"


def _row(rows: tuple[Command, ...], payload: bytes) -> tuple[Command, str]:
    """Return the row to read a payload by, and what to say of it; if it fits none, today's tells where it does not."""
    try:
        row, _ = fitting(rows, payload)
    except RemoteProtocolError:
        row = rows[0]
    return row, "" if row is rows[0] else " as before SE 1.2"


def _expected(cluster: int | None, known: Cluster | None, towards: int) -> str:
    if cluster is None:
        return "a cluster beside its command (--cluster)"
    if known is None:
        return f"a cluster that hanbench knows, not {words.short(cluster)}"
    return f"a command of {known.name} towards the {'client' if towards == TO_CLIENT else 'server'}"
