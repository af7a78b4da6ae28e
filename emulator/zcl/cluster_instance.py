"""The two sides of a cluster on an endpoint: attributes, and handlers of the commands that it receives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.zcl import foundation as zcl
from hanbench.emulator.zcl.attributes import AttributeStore, Check, Values, Written
from hanbench.emulator.zcl.cluster import Attribute, AttributeTable, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER
from hanbench.emulator.zcl.records import ReportingFailure
from hanbench.emulator.zcl.reporting import Reporting, Target
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.transport import Indication
from hanbench.emulator.zigbee.aps.data import ApsStatus

C = TypeVar("C", bound=ClusterCommand)


class Response(NamedTuple):
    """A command that answers another one, with a callback for its delivery."""

    command: ClusterCommand
    delivered: Callable[[ApsStatus], object]
    """Gets the APS status of the answer."""


CommandAnswer = ClusterCommand | Response | Status | None
"""A handler's answer: a command, or a status for the Default Response; None is SUCCESS."""


class Handler(NamedTuple):
    """A function for the commands of one class; made by `on`."""

    command: type[ClusterCommand]
    handle: Callable[[Any, Indication], CommandAnswer]


def on(command: type[C], handle: Callable[[C, Indication], CommandAnswer]) -> Handler:
    """A handler that calls `handle` with each command of this class and the message that brought it."""
    return Handler(command, handle)


class ClusterInstance:
    """One side of one cluster. Made by `ClusterServer` or `ClusterClient`, put to work by `Endpoint`."""

    def __init__(
        self,
        cluster: Cluster,
        table: AttributeTable,
        receives: int,
        values: Values,
        handlers: Iterable[Handler],
        check: Check | None,
        written: Written | None,
    ) -> None:
        self.cluster = cluster
        self.attributes = AttributeStore(table, values, check=check, written=written)
        self.reporting: Reporting | None = None
        """Set by the endpoint, which has the clock."""
        self._receives = receives
        self._handlers: dict[type[ClusterCommand], Handler] = {}
        self._received = {command.key: command for command in cluster.commands(receives)}
        for handler in handlers:
            self.add(handler)

    def add(self, handler: Handler) -> None:
        """Use `handler` for its command from now on. Raises LocalProtocolError if this side does not receive it."""
        direction, row = self.cluster.command(handler.command)
        if direction != self._receives:
            raise LocalProtocolError(f"{row.name} travels the other way")
        self._handlers[handler.command] = handler

    def received(self, key: int) -> Command | None:
        """The row of a command with this key, if this side receives it."""
        return self._received.get(key)

    def handler(self, command: type[ClusterCommand]) -> Handler | None:
        """The handler of a command, if there is one."""
        return self._handlers.get(command)

    def general(
        self, message: zcl.GeneralCommand, manufacturer: int | None, source: Target
    ) -> zcl.GeneralCommand | Status | None:
        """Carry out a general command. Returns the response, a status for the Default Response, or None for silence."""
        attributes = self.attributes
        match message:
            case zcl.WriteAttributes(records=records):
                return zcl.WriteAttributesResponse(attributes.write(records, manufacturer))
            case zcl.WriteAttributesUndivided(records=records):
                return zcl.WriteAttributesResponse(attributes.write(records, manufacturer, undivided=True))
            case zcl.WriteAttributesNoResponse(records=records):
                attributes.write(records, manufacturer)
                return None
            case zcl.ConfigureReporting():
                return self._configure(message, manufacturer, source)
            case zcl.ReadReportingConfiguration():
                return self._configuration(message, manufacturer)
            case zcl.DiscoverAttributes(start=start, maximum=maximum):
                return attributes.discover(start, maximum, manufacturer)
            case zcl.DiscoverAttributesExtended(start=start, maximum=maximum):
                return attributes.discover_extended(start, maximum, manufacturer)
            case zcl.ReadAttributesStructured():
                return attributes.read_structured(message, manufacturer)
            case zcl.WriteAttributesStructured():
                return attributes.write_structured(message, manufacturer)
            case zcl.DiscoverCommandsReceived(start=start, maximum=maximum):
                handled = [row for row in self._received.values() if row.message in self._handlers]
                return zcl.DiscoverCommandsReceivedResponse(*_slice(handled, start, maximum, manufacturer))
            case zcl.DiscoverCommandsGenerated(start=start, maximum=maximum):
                sent = list(self.cluster.commands(TO_CLIENT if self._receives == TO_SERVER else TO_SERVER))
                return zcl.DiscoverCommandsGeneratedResponse(*_slice(sent, start, maximum, manufacturer))
        return Status.UNSUP_GENERAL_COMMAND if manufacturer is None else Status.UNSUP_MANUF_GENERAL_COMMAND

    def _configure(
        self, message: zcl.ConfigureReporting, manufacturer: int | None, source: Target
    ) -> zcl.ConfigureReportingResponse | Status:
        if self.reporting is None:
            return Status.UNSUP_GENERAL_COMMAND
        failures = []
        for record in message.records:
            status = self.reporting.configure(record, source, manufacturer)
            if status != Status.SUCCESS:
                failures.append(ReportingFailure(status, record.direction, record.attribute))
        return zcl.ConfigureReportingResponse(tuple(failures))

    def _configuration(
        self, message: zcl.ReadReportingConfiguration, manufacturer: int | None
    ) -> zcl.ReadReportingConfigurationResponse | Status:
        reporting = self.reporting
        if reporting is None:
            return Status.UNSUP_GENERAL_COMMAND
        return zcl.ReadReportingConfigurationResponse(
            tuple([reporting.configuration(each.direction, each.attribute, manufacturer) for each in message.records])
        )


class ClusterServer(ClusterInstance):
    """The server side: the attributes in `values`, and handlers of the commands that clients send.

    `check(attribute, value)` may refuse a peer's write with a status; `written(attribute, value)` learns of it.
    """

    def __init__(
        self,
        cluster: Cluster,
        values: Values | None = None,
        handlers: Iterable[Handler] = (),
        *,
        check: Check | None = None,
        written: Written | None = None,
    ) -> None:
        super().__init__(cluster, cluster.server_table, TO_SERVER, values or {}, handlers, check, written)

    def get(self, attribute: Attribute) -> Any:
        """The attribute's value now."""
        return self.attributes.get(attribute)

    def set(self, attribute: Attribute, value: Any) -> None:
        """Give the attribute a value; configured reporting follows."""
        self.attributes.set(attribute, value)

    def adopt(self, values: Mapping[int, Any]) -> list[int]:
        """Store what a peer reported, as a mirror does. Returns the ids that have no row or do not fit their type."""
        return self.attributes.adopt(values)


class ClusterClient(ClusterInstance):
    """The client side: handlers of the commands that servers send, and client attributes."""

    def __init__(self, cluster: Cluster, handlers: Iterable[Handler] = (), values: Values | None = None) -> None:
        super().__init__(cluster, cluster.client_table, TO_CLIENT, values or {}, handlers, None, None)


def _slice(commands: list[Command], start: int, maximum: int, manufacturer: int | None) -> tuple[bool, tuple[int, ...]]:
    ids = sorted(row.id for row in commands if row.manufacturer == manufacturer and row.id >= start)
    return len(ids) <= maximum, tuple(ids[:maximum])
