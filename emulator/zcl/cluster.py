"""How a cluster is written down: attributes and commands as tables, in the shape of the specification's own.

    METERING = Cluster(
        0x0702,
        "Metering",
        attributes=(Attribute(0x0000, "CurrentSummationDelivered", UINT48, READ | REPORT), ...),
        client_to_server=(Command(0x01, "RequestMirrorResponse", (Field("endpoint_id", UINT16),)), ...),
        server_to_client=(Command(0x01, "RequestMirror", response="RequestMirrorResponse"), ...),
    )

The codec of each command is derived from its fields once. Field names are the specification's, in snake case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any, NamedTuple

from hanbench.emulator.errors import DropReason, LocalProtocolError
from hanbench.emulator.layout import Counted, FieldType, Layout, Repeated, Rest, Trailing, when
from hanbench.emulator.layout import Field as Field
from hanbench.emulator.octets import Reader
from hanbench.emulator.zcl.codecs import DataType
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER

__all__ = [
    "READ",
    "REPORT",
    "WRITE",
    "Access",
    "Attribute",
    "Cluster",
    "Command",
    "Counted",
    "Field",
    "FieldType",
    "Repeated",
    "Rest",
    "Trailing",
    "when",
]


class Access(IntFlag):
    """What a peer may do with an attribute; the bits of Discover Attributes Extended (ZCL r8, 2.5.23.1.6)."""

    READ = 1
    WRITE = 2
    REPORT = 4


READ, WRITE, REPORT = Access.READ, Access.WRITE, Access.REPORT


@dataclass(frozen=True, slots=True)
class Attribute:
    """One row of an attribute table."""

    id: int
    name: str
    type: DataType
    access: Access = READ
    manufacturer: int | None = None
    """Manufacturer code; None for what the standard defines."""

    @property
    def key(self) -> int:
        """Unique in the cluster: the id, and the manufacturer code above it."""
        return key_of(self.id, self.manufacturer)


@dataclass(frozen=True, slots=True)
class Command:
    """One row of a command table."""

    id: int
    name: str
    fields: tuple[Field, ...] = ()
    response: str | None = None
    """Name of the command that answers this one, in the other direction; None: a Default Response does."""
    manufacturer: int | None = None
    layout: Layout = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "layout", Layout(self.fields))

    @property
    def key(self) -> int:
        """Unique in its table: the id, and the manufacturer code above it."""
        return key_of(self.id, self.manufacturer)

    def encode(self, **values: Any) -> bytes:
        """Payload with these fields; trailing ones may be left out. Raises LocalProtocolError."""
        return self.layout.encode(values)

    def decode(self, payload: bytes) -> dict[str, Any]:
        """Fields of `payload`, None for those left out. Octets of a later revision after the last field are ignored.

        Raises RemoteProtocolError (MALFORMED_ZCL).
        """
        return self.layout.decode(Reader(payload, DropReason.MALFORMED_ZCL))


class AttributeTable(NamedTuple):
    """The rows of one side of a cluster, to be found by key and by name."""

    by_key: Mapping[int, Attribute]
    keys: Mapping[str, int]

    @classmethod
    def of(cls, rows: Iterable[Attribute]) -> AttributeTable:
        by_key = {row.key: row for row in rows}
        return cls(by_key, {row.name: key for key, row in by_key.items()})


def key_of(id: int, manufacturer: int | None) -> int:
    """Identifier of an attribute or command within a table that also holds manufacturers' own."""
    return id if manufacturer is None else (manufacturer + 1) << 16 | id


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster: both sides' attributes and both directions' commands."""

    id: int
    name: str
    attributes: tuple[Attribute, ...] = ()
    """Of the server side."""
    client_to_server: tuple[Command, ...] = ()
    server_to_client: tuple[Command, ...] = ()
    client_attributes: tuple[Attribute, ...] = ()
    server_table: AttributeTable = field(init=False, repr=False, compare=False)
    client_table: AttributeTable = field(init=False, repr=False, compare=False)
    _commands: dict[str, tuple[int, Command]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        commands = {command.name: (TO_SERVER, command) for command in self.client_to_server}
        commands.update({command.name: (TO_CLIENT, command) for command in self.server_to_client})
        if len(commands) != len(self.client_to_server) + len(self.server_to_client):
            raise LocalProtocolError(f"{self.name}: two commands have one name")
        object.__setattr__(self, "_commands", commands)
        object.__setattr__(self, "server_table", AttributeTable.of(self.attributes))
        object.__setattr__(self, "client_table", AttributeTable.of(self.client_attributes))

    def attribute(self, name: str) -> Attribute:
        """The server attribute of this name. Raises LocalProtocolError."""
        try:
            return self.server_table.by_key[self.server_table.keys[name]]
        except KeyError:
            raise LocalProtocolError(f"{self.name} has no attribute {name}") from None

    def command(self, name: str) -> tuple[int, Command]:
        """Direction and row of the command of this name. Raises LocalProtocolError."""
        try:
            return self._commands[name]
        except KeyError:
            raise LocalProtocolError(f"{self.name} has no command {name}") from None

    def commands(self, direction: int) -> tuple[Command, ...]:
        """The commands that travel in this direction."""
        return self.client_to_server if direction == TO_SERVER else self.server_to_client

    def extended(
        self,
        attributes: Iterable[Attribute] = (),
        client_to_server: Iterable[Command] = (),
        server_to_client: Iterable[Command] = (),
    ) -> Cluster:
        """This cluster with more rows: what a later version of a standard, or a manufacturer, adds to it."""
        return Cluster(
            self.id,
            self.name,
            (*self.attributes, *attributes),
            (*self.client_to_server, *client_to_server),
            (*self.server_to_client, *server_to_client),
            self.client_attributes,
        )
