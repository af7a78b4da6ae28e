"""The two sides of a cluster on an endpoint: its attributes, and what it does with the commands it receives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.zcl import foundation as zcl
from hanbench.emulator.zcl.attributes import AttributeStore, Check, Values, Written
from hanbench.emulator.zcl.cluster import AttributeTable, Cluster, Command
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER
from hanbench.emulator.zcl.records import ReportingFailure
from hanbench.emulator.zcl.reporting import Reporting, Target
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.transport import Indication
from hanbench.emulator.zigbee.aps.data import ApsStatus


class Response(NamedTuple):
    """A cluster's command that answers another one."""

    name: str
    fields: Mapping[str, Any]
    delivered: Callable[[ApsStatus], object] | None = None
    """Learns whether the answer arrived."""


Answer = Status | tuple[str, Mapping[str, Any]] | Response | None
"""What a handler makes of a command: a status for the Default Response, the name and fields of the command that
answers, or None, which is SUCCESS."""

Handler = Callable[[dict[str, Any], Indication], Answer]
"""Gets the fields of a command and the message that brought it."""


class ClusterInstance:
    """One side of one cluster. Made by `ClusterServer` or `ClusterClient`, put to work by `Endpoint`."""

    def __init__(
        self,
        cluster: Cluster,
        table: AttributeTable,
        receives: int,
        values: Values,
        handlers: Mapping[str, Handler],
        check: Check | None,
        written: Written | None,
    ) -> None:
        self.cluster = cluster
        self.attributes = AttributeStore(table, values, check=check, written=written)
        self.reporting: Reporting | None = None
        """Set by the endpoint: it has the clock."""
        self._receives = receives
        self._handlers: dict[str, Handler] = {}
        self._received = {command.key: command for command in cluster.commands(receives)}
        for name, handler in handlers.items():
            self.handle(name, handler)

    def handle(self, name: str, handler: Handler) -> None:
        """Call `handler` for the command of this name. Raises LocalProtocolError if this side does not receive it."""
        direction, _ = self.cluster.command(name)
        if direction != self._receives:
            raise LocalProtocolError(f"{name} travels the other way")
        self._handlers[name] = handler

    def received(self, key: int) -> tuple[Command | None, Handler | None]:
        """Row and handler of a command with this key, as far as there are any."""
        command = self._received.get(key)
        return command, None if command is None else self._handlers.get(command.name)

    def general(
        self, message: zcl.GeneralCommand, manufacturer: int | None, source: Target
    ) -> zcl.GeneralCommand | Status | None:
        """Carry out a general command: the response, a status for the Default Response, or None for silence."""
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
                handled = [row for row in self._received.values() if row.name in self._handlers]
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
    """The server side: the attributes in `values` (by name or id; a callable is asked each time) and the commands
    that clients send, each to the handler of its name.

    `check(attribute, value)` may refuse a peer's write with a status; `written(attribute, value)` learns of it.
    """

    def __init__(
        self,
        cluster: Cluster,
        values: Values | None = None,
        handlers: Mapping[str, Handler] | None = None,
        *,
        check: Check | None = None,
        written: Written | None = None,
    ) -> None:
        super().__init__(cluster, cluster.server_table, TO_SERVER, values or {}, handlers or {}, check, written)

    def get(self, attribute: int | str) -> Any:
        """The attribute's value now."""
        return self.attributes.get(attribute)

    def set(self, attribute: int | str, value: Any) -> None:
        """Give the attribute a value; configured reporting follows."""
        self.attributes.set(attribute, value)

    def adopt(self, values: Mapping[int, Any]) -> list[int]:
        """Store what a peer reported, as a mirror does. Returns the ids that were of no use."""
        return self.attributes.adopt(values)


class ClusterClient(ClusterInstance):
    """The client side: the commands that servers send, each to the handler of its name, and client attributes."""

    def __init__(
        self,
        cluster: Cluster,
        handlers: Mapping[str, Handler] | None = None,
        values: Values | None = None,
    ) -> None:
        super().__init__(cluster, cluster.client_table, TO_CLIENT, values or {}, handlers or {}, None, None)


def _slice(commands: list[Command], start: int, maximum: int, manufacturer: int | None) -> tuple[bool, tuple[int, ...]]:
    ids = sorted(row.id for row in commands if row.manufacturer == manufacturer and row.id >= start)
    return len(ids) <= maximum, tuple(ids[:maximum])
