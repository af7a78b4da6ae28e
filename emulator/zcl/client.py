"""The requesting side of an endpoint: requests, matching responses, and time-outs.

Each request's `done` is called exactly once, with a `Reply`. A response matches by transaction sequence number,
sender, cluster and kind (ZCL r8, 2.4.1.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hanbench.emulator.clock import SECOND, Clock, Timer
from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zcl import foundation as zcl
from hanbench.emulator.zcl import values as fast
from hanbench.emulator.zcl.attributes import Values
from hanbench.emulator.zcl.cluster import Cluster, ClusterCommand
from hanbench.emulator.zcl.clusters import BY_ID
from hanbench.emulator.zcl.frame import CLUSTER, GLOBAL, TO_SERVER, ZclFrame
from hanbench.emulator.zcl.records import AttributeRecord, ReportingConfiguration
from hanbench.emulator.zcl.reply import Reply, ReplyOutcome, delivered
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.transport import Indication
from hanbench.emulator.zcl.types import TypedValue
from hanbench.emulator.zigbee.aps.data import ApsRequest, ApsStatus, ApsTransport

DEFAULT_TIMEOUT = 10 * SECOND
"""A parent keeps a frame for a sleeping child 7.68 s; this is a little more."""

_BROADCAST = 0xFFF8
"""Short addresses from here on are broadcasts, which are not answered."""
_ANY_ENDPOINT = 0xFF


Done = Callable[[Reply], None]

AwaitedAnswer = int | type[ClusterCommand] | None
"""Id of the general command, or the cluster's command, that answers a request; None: the Default Response."""

_TIMEOUT = Reply(ReplyOutcome.TIMEOUT)
_NOT_SENT = Reply(ReplyOutcome.UNDELIVERED, delivery=ApsStatus.NOT_SENT)


class _PendingZclRequest:
    """A request that waits for its response."""

    __slots__ = ("cluster", "command", "done", "dst", "dst_endpoint", "expected", "frame_type", "secured", "timer")

    def __init__(
        self, dst: int, dst_endpoint: int, cluster: int, frame: ZclFrame, expected: AwaitedAnswer, *, secured: bool
    ) -> None:
        """`secured`: under the link key, as the answer must then be (SE 1.4a, 5.4.6)."""
        self.secured = secured
        self.dst = dst
        self.dst_endpoint = dst_endpoint
        self.cluster = cluster
        self.frame_type = frame.frame_type
        self.command = frame.command
        self.expected = expected
        self.done: Done | None = None
        self.timer: Timer | None = None

    def concerns(self, indication: Indication) -> bool:
        return (
            self.dst == indication.src
            and self.cluster == indication.cluster
            and self.dst_endpoint in (indication.src_endpoint, _ANY_ENDPOINT)
        )


class Client:
    """Sends requests from one endpoint."""

    def __init__(self, transport: ApsTransport, clock: Clock, endpoint_id: int, profile: int) -> None:
        self.transport = transport
        self.clock = clock
        self.id = endpoint_id
        self.profile = profile
        self._tsn = 0
        self._pending: dict[int, _PendingZclRequest] = {}
        """By transaction sequence number, 256 at most."""

    def table(self, cluster: int) -> Cluster:
        """The table of a cluster. Raises LocalProtocolError for one that hanbench does not know."""
        found = BY_ID.get(cluster)
        if found is None:
            raise LocalProtocolError(f"cluster 0x{cluster:04x} has no table")
        return found

    def read(
        self,
        dst: int,
        dst_endpoint: int,
        cluster: int,
        attribute_ids: Iterable[int],
        done: Done,
        timeout: int = DEFAULT_TIMEOUT,
        *,
        manufacturer: int | None = None,
        direction: int = TO_SERVER,
        secured: bool = False,
    ) -> None:
        """Read Attributes. `done` gets `values` and `failures` by attribute id; `timeout` is microseconds."""
        payload = fast.encode_read_request(attribute_ids)
        frame = ZclFrame(GLOBAL, direction, self.next_tsn(), zcl.ReadAttributes.COMMAND, payload, manufacturer)
        expected = zcl.ReadAttributesResponse.COMMAND
        self._request(dst, dst_endpoint, cluster, frame, expected, done, timeout, secured)

    def write(
        self,
        dst: int,
        dst_endpoint: int,
        cluster: int,
        values: Values,
        done: Done,
        timeout: int = DEFAULT_TIMEOUT,
        *,
        undivided: bool = False,
        secured: bool = False,
    ) -> None:
        """Write Attributes. `done` gets `failures` by attribute id. Raises LocalProtocolError for another cluster's."""
        table = self.table(cluster).server_table
        records = []
        for row, value in values.items():
            if table.get(row.key) is not row:
                raise LocalProtocolError(f"no attribute {row.name} to write")
            records.append(AttributeRecord(row.id, TypedValue(row.type.id, value)))
        kind = zcl.WriteAttributesUndivided if undivided else zcl.WriteAttributes
        expected = zcl.WriteAttributesResponse.COMMAND
        self.general(dst, dst_endpoint, cluster, kind(tuple(records)), expected, done, timeout, secured=secured)

    def configure_reporting(
        self,
        dst: int,
        dst_endpoint: int,
        cluster: int,
        records: Iterable[ReportingConfiguration],
        done: Done,
        timeout: int = DEFAULT_TIMEOUT,
        *,
        secured: bool = False,
    ) -> None:
        """Configure Reporting. `done` gets `failures` by attribute id."""
        message = zcl.ConfigureReporting(tuple(records))
        expected = zcl.ConfigureReportingResponse.COMMAND
        self.general(dst, dst_endpoint, cluster, message, expected, done, timeout, secured=secured)

    def discover(
        self,
        dst: int,
        dst_endpoint: int,
        cluster: int,
        done: Done,
        timeout: int = DEFAULT_TIMEOUT,
        *,
        start: int = 0,
        maximum: int = 0xFF,
        secured: bool = False,
    ) -> None:
        """Discover Attributes from the id `start` on. `done` gets the `DiscoverAttributesResponse` as `response`."""
        message = zcl.DiscoverAttributes(start, maximum)
        expected = zcl.DiscoverAttributesResponse.COMMAND
        self.general(dst, dst_endpoint, cluster, message, expected, done, timeout, secured=secured)

    def general(
        self,
        dst: int,
        dst_endpoint: int,
        cluster: int,
        message: zcl.GeneralCommand,
        expected: int | None,
        done: Done,
        timeout: int = DEFAULT_TIMEOUT,
        *,
        manufacturer: int | None = None,
        direction: int = TO_SERVER,
        secured: bool = False,
    ) -> None:
        """Send any general command; the one with the id `expected` answers it (None: a Default Response does)."""
        frame = ZclFrame(GLOBAL, direction, self.next_tsn(), message.COMMAND, zcl.encode(message), manufacturer)
        self._request(dst, dst_endpoint, cluster, frame, expected, done, timeout, secured)

    def command(
        self,
        dst: int,
        dst_endpoint: int,
        cluster: int,
        command: ClusterCommand,
        done: Done | None = None,
        timeout: int = DEFAULT_TIMEOUT,
        *,
        secured: bool = False,
    ) -> None:
        """Send a command of the cluster; its table gives the direction and the command that answers.

        `done` gets the command that answers as `command`. Without `done` no answer is asked for, not even a Default
        Response. Raises LocalProtocolError for a command of another cluster, and for values that do not fit.
        """
        direction, row = self.table(cluster).command(type(command))
        quiet = done is None or row.response is not None
        payload = row.encode(command)
        frame = ZclFrame(CLUSTER, direction, self.next_tsn(), row.id, payload, row.manufacturer, quiet)
        if done is None:
            self._send(dst, dst_endpoint, cluster, frame.encode(), secured, None)
        else:
            self._request(dst, dst_endpoint, cluster, frame, row.response, done, timeout, secured)

    def next_tsn(self) -> int:
        """The next transaction sequence number that no pending request has; the next one if all 256 are in use."""
        first = tsn = (self._tsn + 1) & 0xFF
        while tsn in self._pending:
            tsn = (tsn + 1) & 0xFF
            if tsn == first:
                break
        self._tsn = tsn
        return tsn

    def cancel_all(self) -> None:
        """Forget every pending request without calling its `done`: the device has lost its power."""
        for pending in self._pending.values():
            if pending.timer is not None:
                pending.timer.cancel()
        self._pending.clear()

    def resolve_general(self, indication: Indication, frame: ZclFrame) -> bool:
        """Match a general response with its request; False: there is none, and nothing happens.

        Raises RemoteProtocolError for a malformed one, and for one without the security of its request, which then
        stays pending.
        """
        pending = self._pending.get(frame.tsn)
        if pending is None or not pending.concerns(indication):
            return False
        if pending.secured and not indication.secured:
            raise RemoteProtocolError(DropReason.UNSECURED, "answer to a secured request")
        if frame.command == zcl.DefaultResponse.COMMAND:
            self._default_response(frame, pending, indication.ieee)
        elif pending.frame_type == GLOBAL and frame.command == pending.expected:
            self._finish(frame.tsn, _reply(frame, indication.ieee))
        return True

    def resolve_command(self, indication: Indication, tsn: int, command: ClusterCommand) -> bool:
        """Match a cluster's command with the request that it answers; False if there is none."""
        pending = self._pending.get(tsn)
        if pending is None or pending.expected is not type(command) or not pending.concerns(indication):
            return False
        if pending.secured and not indication.secured:
            return False
        self._finish(tsn, Reply(ReplyOutcome.ANSWERED, command=command, ieee=indication.ieee))
        return True

    def _default_response(self, frame: ZclFrame, pending: _PendingZclRequest, ieee: int | None) -> None:
        message = zcl.decode(frame.command, frame.payload)
        if not isinstance(message, zcl.DefaultResponse) or message.command != pending.command:
            return
        if message.status != Status.SUCCESS:
            self._finish(frame.tsn, Reply(ReplyOutcome.REFUSED, message.status, ieee=ieee))
        elif pending.expected is None:
            self._finish(frame.tsn, Reply(ReplyOutcome.ANSWERED, ieee=ieee))

    def _request(
        self,
        dst: int,
        dst_endpoint: int,
        cluster: int,
        frame: ZclFrame,
        expected: AwaitedAnswer,
        done: Done,
        timeout: int,
        secured: bool,
    ) -> None:
        octets = frame.encode()
        if dst >= _BROADCAST:
            self._send(dst, dst_endpoint, cluster, octets, secured, lambda status: done(delivered(status)))
            return
        tsn = frame.tsn
        if tsn in self._pending:
            # 256 requests are pending, perhaps because a peer provoked them: this one is not sent.
            self.clock.call_later(0, done, _NOT_SENT)
            return
        pending = self._pending[tsn] = _PendingZclRequest(
            dst, dst_endpoint, cluster, frame, expected, secured=self._secures(cluster, secured)
        )
        pending.done = done
        pending.timer = self.clock.call_later(timeout, self._expire, tsn, pending)
        self._send(dst, dst_endpoint, cluster, octets, secured, lambda status: self._delivered(tsn, pending, status))

    def _send(
        self,
        dst: int,
        dst_endpoint: int,
        cluster: int,
        octets: bytes,
        secured: bool,
        done: Callable[[ApsStatus], object] | None,
    ) -> None:
        secured = self._secures(cluster, secured)
        request = ApsRequest(dst, cluster, octets, self.profile, self.id, dst_endpoint, dst < _BROADCAST, secured)
        self.transport.send(request, done)

    def _secures(self, cluster: int, asked: bool) -> bool:
        """Whether a message of a cluster goes out under the link key; `asked`: its sender wants that."""
        return asked

    def _delivered(self, tsn: int, pending: _PendingZclRequest, status: ApsStatus) -> None:
        if status is not ApsStatus.SUCCESS and self._pending.get(tsn) is pending:
            self._finish(tsn, Reply(ReplyOutcome.UNDELIVERED, delivery=status))

    def _expire(self, tsn: int, pending: _PendingZclRequest) -> None:
        if self._pending.get(tsn) is pending:
            self._finish(tsn, _TIMEOUT)

    def _finish(self, tsn: int, reply: Reply) -> None:
        pending = self._pending.pop(tsn)
        if pending.timer is not None:
            pending.timer.cancel()
        if pending.done is not None:
            pending.done(reply)


def _reply(frame: ZclFrame, ieee: int | None) -> Reply:
    if frame.command == zcl.ReadAttributesResponse.COMMAND:
        values, failures = fast.decode_read_response(frame.payload)
        return Reply(ReplyOutcome.ANSWERED, values=values, failures=failures, ieee=ieee)
    message = zcl.decode(frame.command, frame.payload)
    failed = getattr(message, "failures", ())
    failures = {each.attribute: each.status for each in failed}
    return Reply(ReplyOutcome.ANSWERED, failures=failures, response=message, ieee=ieee)
