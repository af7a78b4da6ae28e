"""Dissection of APS data: messages of the device profile, general commands, commands of clusters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl import frame as zcl
from hanbench.emulator.zcl.cluster import AttributeTable, key_of
from hanbench.emulator.zcl.clusters import BY_ID
from hanbench.emulator.zcl.records import AttributeRecord, ReadRecord
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.frames import words
from hanbench.harness.frames.commands import FROM_OWNER, fitting, rows_of
from hanbench.harness.frames.dissected import MALFORMED, Layer

DEVICE_PROFILE = 0x0000


class Content(NamedTuple):
    """The dissected payload of an APS data frame."""

    name: str
    title: str
    cluster: str | None
    about: words.Fields
    """Its fields, without those of its header."""
    layer: Layer
    message: object = None
    """The decoded message; None: it is malformed or unknown."""

    @property
    def line(self) -> str:
        return words.said(f"{self.title}, {self.cluster}" if self.cluster else self.title, self.about)


def content(profile: int, cluster: int, payload: bytes) -> Content:
    """Dissect a payload; one that cannot be decoded is named malformed."""
    try:
        return _device_profile(cluster, payload) if profile == DEVICE_PROFILE else _zcl(cluster, payload)
    except RemoteProtocolError as error:
        known = BY_ID.get(cluster)
        where = known.name if known is not None else f"cluster {words.short(cluster)}"
        about = (("trouble", str(error)),)
        layer = Layer("APS payload", (*about, ("octets", words.shown(payload))))
        return Content(MALFORMED, f"Malformed payload ({where})", None, about, layer)


def _device_profile(cluster: int, payload: bytes) -> Content:
    tsn, message = zdp.decode(cluster, payload)
    name = type(message).__name__
    fields = words.of(message)
    return Content(
        words.kebab(name), words.title(name), None, fields, Layer("ZDP", (("transaction", str(tsn)), *fields)), message
    )


def _zcl(cluster: int, payload: bytes) -> Content:
    frame = zcl.decode(payload)
    known = BY_ID.get(cluster)
    where = known.name if known is not None else words.short(cluster)
    message: object = None
    server_to_client = frame.direction == zcl.TO_CLIENT
    if frame.frame_type == zcl.GLOBAL:
        message = general = foundation.decode(frame.command, frame.payload)
        name = type(general).__name__
        of_server = server_to_client is (frame.command in FROM_OWNER)
        fields = _general(general, _attributes(cluster, of_server), frame)
    else:
        name, fields, message = _command(cluster, frame)
    header = (("direction", "to client" if server_to_client else "to server"), ("transaction", str(frame.tsn)))
    layer = Layer(f"ZCL {where}", (*header, *fields))
    return Content(words.kebab(name), words.title(name), where, fields, layer, message)


def _command(cluster: int, frame: zcl.ZclFrame) -> tuple[str, words.Fields, object]:
    """Dissect a command of a cluster; one that is not as Smart Energy has it today may be as it was before SE 1.2."""
    rows = rows_of(cluster, frame.direction, frame.command, frame.manufacturer)
    if not rows:
        return f"Command{frame.command:02X}", (("payload", words.shown(frame.payload)),), None
    row, message = fitting(rows, frame.payload)
    before = () if row is rows[0] else (("as before", "SE 1.2"),)
    return row.name, (*before, *words.of(message)), message


def _attributes(cluster: int, of_server: bool) -> AttributeTable | None:
    known = BY_ID.get(cluster)
    if known is None:
        return None
    return known.server_table if of_server else known.client_table


def _general(message: foundation.GeneralCommand, table: AttributeTable | None, frame: zcl.ZclFrame) -> words.Fields:
    def name(attribute: int) -> str:
        row = table.get(key_of(attribute, frame.manufacturer)) if table is not None else None
        return row.name if row is not None else words.short(attribute)

    match message:
        case foundation.ReadAttributes():
            return (("attributes", ", ".join(map(name, message.attributes))),)
        case foundation.DefaultResponse():
            return (("command", f"0x{message.command:02x}"), ("status", _status(message.status)))
        case _:
            records: Any = getattr(message, "records", None)
            if records is not None:
                return tuple(_records(records, name))
            return words.of(message)


def _records(records: Iterable[Any], name: Any) -> Iterable[tuple[str, str]]:
    for record in records:
        if isinstance(record, ReadRecord | AttributeRecord):
            value = _status(record.status) if isinstance(record, ReadRecord) and record.data is None else None
            yield name(record.attribute), words.shown(record.data.value) if value is None else value  # type: ignore[union-attr]
        else:
            yield "record", words.shown(record)


def _status(number: int) -> str:
    try:
        return words.shown(Status(number))
    except ValueError:
        return f"0x{number:02x}"
