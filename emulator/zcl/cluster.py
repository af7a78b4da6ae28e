"""How a cluster is written down: commands as classes, attributes as a class body, and tables that put them in order.

A command is a `Message`, a frozen value. Its fields are annotated with their field types, in the order of the air and
under the specification's names in snake case; its codec is derived from them.

    class RequestMirrorResponse(ClusterCommand):
        endpoint_id: Uint16

An attribute is a row of a class body, and the name that it is assigned to is its name in the specification.

    class MeteringAttributes(AttributeSet):
        CurrentSummationDelivered = Attribute(0x0000, UINT48, READ | REPORT)

The cluster's table puts the identifier before each command, and behind it the command that answers.

    CLUSTER = Cluster(
        0x0702,
        "Metering",
        attributes=MeteringAttributes.rows,
        client_to_server=(Command(0x01, RequestMirrorResponse), ...),
        server_to_client=(Command(0x01, RequestMirror, response=RequestMirrorResponse), ...),
    )

Everything else refers to these names and never to strings, so that mypy finds a wrong one: commands are sent, handled
and answered as instances, values of attributes are set and read by their rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntFlag
from typing import ClassVar

from hanbench.emulator.errors import DropReason, LocalProtocolError
from hanbench.emulator.layout import Field, RecordType
from hanbench.emulator.message import Message
from hanbench.emulator.octets import Reader
from hanbench.emulator.zcl.codecs import DataType
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER


class Access(IntFlag):
    """A peer's access to an attribute: the bits of Discover Attributes Extended (ZCL r8, 2.5.23.1.6)."""

    READ = 1
    WRITE = 2
    REPORT = 4


READ, WRITE, REPORT = Access.READ, Access.WRITE, Access.REPORT
LIVE = READ | REPORT
"""Access to attributes that change by themselves."""


def key_of(id: int, manufacturer: int | None) -> int:
    """Identifier of an attribute or command within a table that also holds manufacturers' own."""
    return id if manufacturer is None else (manufacturer + 1) << 16 | id


# --- attributes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """One row of an attribute table. A row is equal to itself alone: there is one of each."""

    id: int
    type: DataType
    access: Access = READ
    manufacturer: int | None = None
    """Manufacturer code; None for what the standard defines."""
    name: str = ""
    """As in the specification. In the body of an `AttributeSet` it is the name that the row is assigned to."""

    def __set_name__(self, owner: object, name: str) -> None:
        if not self.name:
            object.__setattr__(self, "name", name)

    @property
    def key(self) -> int:
        """Unique in the cluster: the id, and the manufacturer code above it."""
        return key_of(self.id, self.manufacturer)


class AttributeSet:
    """The attributes of one side of a cluster: a row or, for a family made by a pattern, a tuple of rows a line."""

    rows: ClassVar[tuple[Attribute, ...]] = ()
    """All rows, in the order of the lines."""

    def __init_subclass__(cls) -> None:
        lines = [line if isinstance(line, tuple) else (line,) for line in vars(cls).values()]
        cls.rows = tuple(row for line in lines for row in line if isinstance(row, Attribute))


AttributeTable = Mapping[int, Attribute]
"""The rows of one side of a cluster, by key."""


# --- commands -----------------------------------------------------------------------------------------------------


class ClusterCommand(Message):
    """A command of a cluster, with its fields."""


@dataclass(frozen=True)
class Command:
    """One row of a command table."""

    id: int
    message: type[ClusterCommand]
    response: type[ClusterCommand] | None = None
    """The command that answers this one, in the other direction; None: a Default Response does."""
    manufacturer: int | None = None
    """Manufacturer code; None for what the standard defines."""
    name: str = ""
    """As in the specification; that of the class, unless another version of the command has the class of this name."""
    _codec: RecordType = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.message.__name__)
        object.__setattr__(self, "_codec", RecordType(self.message))

    @property
    def key(self) -> int:
        """Unique in its table: the id, and the manufacturer code above it."""
        return key_of(self.id, self.manufacturer)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Name and field type of each field, in the order of the air."""
        return self._codec.layout.members

    def encode(self, message: ClusterCommand) -> bytes:
        """Payload of an instance of the row's class. Raises LocalProtocolError for values that do not fit."""
        return self._codec.encode(message)

    def decode(self, payload: bytes) -> ClusterCommand:
        """The command in `payload`. Octets of a later revision after the last field are ignored.

        Raises RemoteProtocolError (MALFORMED_ZCL).
        """
        message: ClusterCommand = self._codec.decode(Reader(payload, DropReason.MALFORMED_ZCL))
        return message


# --- the cluster --------------------------------------------------------------------------------------------------


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
    _commands: Mapping[type[ClusterCommand], tuple[int, Command]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        commands = {row.message: (TO_SERVER, row) for row in self.client_to_server}
        commands |= {row.message: (TO_CLIENT, row) for row in self.server_to_client}
        if len(commands) != len(self.client_to_server) + len(self.server_to_client):
            raise LocalProtocolError(f"{self.name}: two commands are one class")
        object.__setattr__(self, "_commands", commands)
        object.__setattr__(self, "server_table", {row.key: row for row in self.attributes})
        object.__setattr__(self, "client_table", {row.key: row for row in self.client_attributes})

    def command(self, message: type[ClusterCommand]) -> tuple[int, Command]:
        """Direction and row of a command. Raises LocalProtocolError for one of another cluster."""
        try:
            return self._commands[message]
        except KeyError:
            raise LocalProtocolError(f"{self.name} has no command {message.__name__}") from None

    def commands(self, direction: int) -> tuple[Command, ...]:
        """The commands that travel in this direction."""
        return self.client_to_server if direction == TO_SERVER else self.server_to_client

    def extended(
        self,
        attributes: Iterable[Attribute] = (),
        client_to_server: Iterable[Command] = (),
        server_to_client: Iterable[Command] = (),
    ) -> Cluster:
        """This cluster with more rows, of a later version of a standard or of a manufacturer."""
        return Cluster(
            self.id,
            self.name,
            (*self.attributes, *attributes),
            (*self.client_to_server, *client_to_server),
            (*self.server_to_client, *server_to_client),
            self.client_attributes,
        )
