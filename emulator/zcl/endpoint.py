"""One endpoint: the server and client sides of its clusters over the APS (ZCL r8, 2.4 and 2.5).

Messages are admitted, decoded, carried out and answered here. Nothing that a peer sends raises: malformed frames are
counted under MALFORMED_ZCL and, unless they were broadcast, answered with MALFORMED_COMMAND.

Rules for the Default Response (ZCL r8, 2.5.12.2): never to a broadcast, never to a response, never beside a
response; if the sender disabled it, only for an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from hanbench.emulator.clock import Clock
from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zcl import foundation as zcl
from hanbench.emulator.zcl import values as fast
from hanbench.emulator.zcl.attributes import MAX_RESPONSE
from hanbench.emulator.zcl.client import Client, Done
from hanbench.emulator.zcl.cluster import Cluster, ClusterCommand, key_of
from hanbench.emulator.zcl.cluster_instance import ClusterClient, ClusterInstance, ClusterServer, Response
from hanbench.emulator.zcl.clusters import BY_ID
from hanbench.emulator.zcl.frame import (
    CLUSTER,
    DISABLE_DEFAULT_RESPONSE,
    GLOBAL,
    TO_CLIENT,
    TO_SERVER,
    ZclFrame,
    decode,
)
from hanbench.emulator.zcl.reply import delivered
from hanbench.emulator.zcl.reporting import Reporting, Target
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.transport import Indication
from hanbench.emulator.zigbee.aps.data import ApsRequest, ApsStatus, ApsTransport

ANY_PROFILE = 0xFFFF

MAX_REPORT = 70
"""Octets of a report that reporting sends by itself: with both keys a frame has room for 73 (a header is 3)."""

_REPORT = zcl.ReportAttributes.COMMAND
_REPORT_CONTROL = GLOBAL | TO_CLIENT << 3
_NO_QUESTION = DISABLE_DEFAULT_RESPONSE | _REPORT_CONTROL

Admission = Callable[[Indication], bool | Status]
"""Decides on a message before it is decoded: True admits it, False drops it silently, a status refuses it with a
Default Response. Smart Energy requires APS security here, cluster by cluster."""

OnReport = Callable[[int, int, int, int, dict[int, Any]], Status | None]
"""Gets source, source endpoint, own endpoint, cluster and the values by attribute id; may refuse with a status."""


class Endpoint(Client):
    """An application on a device."""

    def __init__(
        self,
        transport: ApsTransport,
        clock: Clock,
        endpoint_id: int,
        profile: int,
        device_id: int,
        device_version: int = 0,
        servers: Iterable[ClusterServer] = (),
        clients: Iterable[ClusterClient | int] = (),
        *,
        counters: Counter[DropReason] | None = None,
    ) -> None:
        """A client without handlers and attributes may be given as a cluster id."""
        super().__init__(transport, clock, endpoint_id, profile)
        self.device_id = device_id
        self.device_version = device_version
        self.counters: Counter[DropReason] = Counter() if counters is None else counters
        self.servers: dict[int, ClusterServer] = {}
        self.clients: dict[int, ClusterClient] = {}
        self.admit: Admission | None = None
        self.on_report: OnReport | None = None
        self.on_report_refused: Callable[[Indication, int], None] | None = None
        """Called with the message and the ZCL status if a peer refuses a report of this endpoint."""
        self.bound: Callable[[int], Iterable[Target]] | None = None
        """Destinations of a cluster's reports, from the node's bindings; None: the device that configured them."""
        self.needs_link_key: Callable[[int], bool] = lambda cluster: False
        """Whether messages of a cluster travel under the APS link key even if the sender does not ask for it."""
        self.profile_strict = True
        """False: messages of other profiles are accepted too, and answered in their profile."""
        self._closed = False
        for server in servers:
            self.add_server(server)
        for client in clients:
            self.add_client(client)
        transport.register(endpoint_id, self.receive)

    def add_server(self, server: ClusterServer) -> None:
        """Put a cluster's server side on this endpoint."""
        if server.cluster.id in self.servers:
            raise LocalProtocolError(f"endpoint {self.id} has a {server.cluster.name} server already")
        self.servers[server.cluster.id] = server
        self._attach(server, TO_CLIENT)

    def add_client(self, client: ClusterClient | int) -> None:
        """Put a cluster's client side on this endpoint."""
        if isinstance(client, int):
            client = ClusterClient(BY_ID.get(client) or Cluster(client, f"0x{client:04x}"))
        if client.cluster.id in self.clients:
            raise LocalProtocolError(f"endpoint {self.id} has a {client.cluster.name} client already")
        self.clients[client.cluster.id] = client
        self._attach(client, TO_SERVER)

    def close(self) -> None:
        """CommandAnswer nothing more, report nothing more, forget pending requests."""
        self._closed = True
        self.cancel_all()
        for side in (*self.servers.values(), *self.clients.values()):
            if side.reporting is not None:
                side.reporting.stop()

    def table(self, cluster: int) -> Cluster:
        side: ClusterInstance | None = self.servers.get(cluster) or self.clients.get(cluster)
        return super().table(cluster) if side is None else side.cluster

    def report(
        self,
        dst: int,
        dst_endpoint: int,
        cluster: int,
        attribute_ids: Iterable[int],
        done: Done | None = None,
        *,
        manufacturer: int | None = None,
        secured: bool = False,
    ) -> int:
        """Report attributes of this endpoint's server now, in one frame; `done` gets its delivery. Returns the TSN.

        Raises LocalProtocolError for a cluster or an attribute that is not here.
        """
        server = self.servers.get(cluster)
        if server is None:
            raise LocalProtocolError(f"endpoint {self.id} has no server of cluster 0x{cluster:04x}")
        tsn = self.next_tsn()
        if manufacturer is None:
            octets = bytes((_NO_QUESTION, tsn, _REPORT)) + server.attributes.report(tuple(attribute_ids))
        else:
            payload = server.attributes.report(tuple([key_of(each, manufacturer) for each in attribute_ids]))
            octets = ZclFrame(GLOBAL, TO_CLIENT, tsn, _REPORT, payload, manufacturer, True).encode()
        learn = None if done is None else lambda status: done(delivered(status))
        self._send(dst, dst_endpoint, cluster, octets, secured, learn)
        return tsn

    def receive(self, indication: Indication) -> None:
        """Take a message from the APS."""
        if self._closed:
            return
        if self.profile_strict and indication.profile != self.profile and indication.profile != ANY_PROFILE:
            self.counters[DropReason.NOT_FOR_US] += 1
            return
        try:
            self._receive(indication)
        except RemoteProtocolError as error:
            self.counters[error.reason] += 1
            self._answer_malformed(indication)

    def _receive(self, indication: Indication) -> None:
        payload = indication.payload
        if self.admit is not None:
            admitted = self.admit(indication)
            if admitted is False:
                return
            if admitted is not True:
                self._refuse(indication, decode(payload), Status(admitted))
                return
        if len(payload) > 3 and payload[2] == _REPORT and payload[0] & 0x0F == _REPORT_CONTROL:
            self._reported(indication, payload)
            return
        frame = decode(payload)
        if frame.frame_type == CLUSTER:
            self._cluster_command(indication, frame)
        elif frame.command in zcl.RESPONSES:
            if not self.resolve_general(indication, frame):
                self._report_refused(indication, frame)
        else:
            self._general_command(indication, frame)

    def _refuse(self, indication: Indication, frame: ZclFrame, status: Status) -> None:
        """Refuse a message. A Default Response that refuses a request of this endpoint is processed all the same."""
        is_refusal = frame.frame_type == GLOBAL and frame.command == zcl.DefaultResponse.COMMAND
        if is_refusal and frame.payload[1:2] not in (b"", bytes((Status.SUCCESS,))):
            self.resolve_general(indication, frame)
        else:
            self._answer_status(indication, frame, status)

    def _reported(self, indication: Indication, payload: bytes) -> None:
        """Take a report of standard attributes by a server, the most frequent message of a HAN, at full speed."""
        cluster = indication.cluster
        status: Status | None = Status.UNSUPPORTED_CLUSTER
        if cluster in self.clients:
            values = fast.decode_report(payload, 3)
            on_report = self.on_report
            status = None
            if on_report is not None:
                status = on_report(indication.src, indication.src_endpoint, self.id, cluster, values)
        if status or not payload[0] & DISABLE_DEFAULT_RESPONSE:
            self._answer_status(indication, decode(payload), status or Status.SUCCESS)

    def _report_refused(self, indication: Indication, frame: ZclFrame) -> None:
        """Take a Default Response that refuses a report: reports ask for none, so only an error comes."""
        if frame.command == zcl.DefaultResponse.COMMAND and self.on_report_refused is not None:
            message = zcl.decode(frame.command, frame.payload)
            if isinstance(message, zcl.DefaultResponse) and message.command == _REPORT and message.status:
                self.on_report_refused(indication, message.status)

    def _general_command(self, indication: Indication, frame: ZclFrame) -> None:
        side = self._side(indication.cluster, frame.direction)
        if side is None:
            self._answer_status(indication, frame, Status.UNSUPPORTED_CLUSTER)
        elif frame.command == zcl.ReadAttributes.COMMAND:
            answer = side.attributes.read(frame.payload, frame.manufacturer)
            self._answer(indication, frame, GLOBAL, zcl.ReadAttributesResponse.COMMAND, answer)
        elif frame.command == _REPORT:
            # A manufacturer's attributes, or those of a client side: nothing here uses them.
            zcl.decode(frame.command, frame.payload)
            self._answer_status(indication, frame, Status.SUCCESS)
        elif frame.command not in zcl.BY_COMMAND:
            standard = frame.manufacturer is None
            status = Status.UNSUP_GENERAL_COMMAND if standard else Status.UNSUP_MANUF_GENERAL_COMMAND
            self._answer_status(indication, frame, status)
        else:
            message = zcl.decode(frame.command, frame.payload)
            result = side.general(message, frame.manufacturer, (indication.src, indication.src_endpoint))
            if isinstance(result, Status):
                self._answer_status(indication, frame, result)
            elif result is not None:
                answer = zcl.encode(result)
                if len(answer) > MAX_RESPONSE:
                    self._answer_status(indication, frame, Status.INSUFFICIENT_SPACE)
                else:
                    self._answer(indication, frame, GLOBAL, result.COMMAND, answer)

    def _cluster_command(self, indication: Indication, frame: ZclFrame) -> None:
        side = self._side(indication.cluster, frame.direction)
        if side is None:
            self._answer_status(indication, frame, Status.UNSUPPORTED_CLUSTER)
            return
        row = side.received(key_of(frame.command, frame.manufacturer))
        if row is None:
            standard = frame.manufacturer is None
            status = Status.UNSUP_CLUSTER_COMMAND if standard else Status.UNSUP_MANUF_CLUSTER_COMMAND
            self._answer_status(indication, frame, status)
            return
        command = row.decode(frame.payload)
        if self.resolve_command(indication, frame.tsn, command):
            return
        handler = side.handler(row.message)
        if handler is None:
            self._answer_status(indication, frame, Status.UNSUP_CLUSTER_COMMAND)
            return
        answer = handler.handle(command, indication)
        if isinstance(answer, ClusterCommand):
            self._answer_command(indication, frame, side.cluster, answer)
        elif isinstance(answer, Response):
            self._answer_command(indication, frame, side.cluster, answer.command, answer.delivered)
        else:
            self._answer_status(indication, frame, answer or Status.SUCCESS)

    def _answer_command(
        self,
        indication: Indication,
        frame: ZclFrame,
        cluster: Cluster,
        command: ClusterCommand,
        done: Callable[[ApsStatus], object] | None = None,
    ) -> None:
        _, row = cluster.command(type(command))
        self._answer(indication, frame, CLUSTER, row.id, row.encode(command), done)

    def _side(self, cluster: int, direction: int) -> ClusterInstance | None:
        return self.servers.get(cluster) if direction == TO_SERVER else self.clients.get(cluster)

    def _answer(
        self,
        indication: Indication,
        frame: ZclFrame,
        frame_type: int,
        command: int,
        payload: bytes,
        done: Callable[[ApsStatus], object] | None = None,
    ) -> None:
        """Send a response to the sender of the request, with the same security."""
        octets = ZclFrame(frame_type, 1 - frame.direction, frame.tsn, command, payload, frame.manufacturer, True)
        request = ApsRequest(
            indication.src,
            indication.cluster,
            octets.encode(),
            profile=indication.profile if indication.profile != ANY_PROFILE else self.profile,
            src_endpoint=self.id,
            dst_endpoint=indication.src_endpoint,
            secured=indication.secured,
        )
        self.transport.send(request, done)

    def _secures(self, cluster: int, asked: bool) -> bool:
        return asked or self.needs_link_key(cluster)

    def _answer_status(self, indication: Indication, frame: ZclFrame, status: Status) -> None:
        """Send a Default Response, if the rules allow it."""
        if indication.broadcast or (frame.frame_type == GLOBAL and frame.command in zcl.RESPONSES):
            return
        if status == Status.SUCCESS and frame.disable_default_response:
            return
        payload = bytes((frame.command, status))
        self._answer(indication, frame, GLOBAL, zcl.DefaultResponse.COMMAND, payload)

    def _answer_malformed(self, indication: Indication) -> None:
        try:
            frame = decode(indication.payload)
        except RemoteProtocolError:
            return
        self._answer_status(indication, frame, Status.MALFORMED_COMMAND)

    def _attach(self, side: ClusterInstance, direction: int) -> None:
        cluster = side.cluster.id
        attributes = side.attributes

        def send(target: Target, keys: tuple[int, ...]) -> None:
            targets = (target,) if self.bound is None else tuple(self.bound(cluster))
            for manufacturer, payload in _reports(side, keys):
                for dst, dst_endpoint in targets:
                    frame = ZclFrame(GLOBAL, direction, self.next_tsn(), _REPORT, payload, manufacturer, True)
                    self._send(dst, dst_endpoint, cluster, frame.encode(), False, None)

        side.reporting = Reporting(self.clock, attributes, send)


def _reports(side: ClusterInstance, keys: tuple[int, ...]) -> list[tuple[int | None, bytes]]:
    """Reports of these attributes as manufacturer code and payload, none larger than a frame unless one value is."""
    reports: list[tuple[int | None, bytes]] = []
    for key in sorted(keys):
        row = side.attributes.row(key)
        manufacturer = None if row is None else row.manufacturer
        record = side.attributes.report((key,))
        if reports and reports[-1][0] == manufacturer and len(reports[-1][1]) + len(record) <= MAX_REPORT:
            reports[-1] = (manufacturer, reports[-1][1] + record)
        else:
            reports.append((manufacturer, record))
    return reports
