"""Tunnels between hub and meter for another protocol, DLMS/COSEM (SE 1.4a, annex D.6).

The octets of that protocol are not interpreted. Long transfers go out in APS fragments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hanbench.emulator.clock import SECOND, Clock, Timer
from hanbench.emulator.zcl import ClusterClient, ClusterServer, CommandAnswer, Endpoint, Indication, Reply, on
from hanbench.emulator.zcl.clusters import TUNNELING
from hanbench.emulator.zcl.clusters.tunneling import (
    NO_TUNNEL,
    STANDARD_PROTOCOL,
    CloseTunnel,
    GetSupportedTunnelProtocols,
    Protocol,
    ProtocolId,
    RequestTunnel,
    RequestTunnelResponse,
    ServerTransferData,
    ServerTransferDataError,
    SupportedTunnelProtocolsResponse,
    TransferData,
    TransferDataError,
    TransferDataStatus,
    TunnelClosureNotification,
    TunnelingAttributes,
    TunnelStatus,
)

LARGEST = 1500
"""Octets of one transfer, in either direction."""
TUNNELS = 2
CLOSE_AFTER = 300
"""Seconds without a transfer after which a server closes a tunnel: CloseTunnelTimeout."""
SUPPORTED = (Protocol(STANDARD_PROTOCOL, ProtocolId.DLMS_COSEM),)

Serve = Callable[[bytes], bytes | None]


@dataclass(slots=True)
class _OpenTunnel:
    short: int
    endpoint: int
    largest: int
    """Octets of a transfer that the client can take."""
    timer: Timer | None = None


class TunnelServer:
    """A meter's part. `server` goes on its endpoint; `serve` gets the octets of a transfer, and may answer."""

    def __init__(self, clock: Clock, serve: Serve) -> None:
        self._clock = clock
        self.serve = serve
        self._tunnels: dict[int, _OpenTunnel] = {}
        self._next = 0
        self.endpoint: Endpoint
        """Set by the device."""
        self.server = ClusterServer(
            TUNNELING,
            {TunnelingAttributes.CloseTunnelTimeout: CLOSE_AFTER},
            (
                on(RequestTunnel, self._request),
                on(CloseTunnel, self._close),
                on(TransferData, self._transfer),
                on(GetSupportedTunnelProtocols, self._protocols),
            ),
        )

    @property
    def open(self) -> int:
        """Number of open tunnels."""
        return len(self._tunnels)

    def _request(self, request: RequestTunnel, indication: Indication) -> CommandAnswer:
        wanted = Protocol(request.manufacturer_code, request.protocol_id)
        if wanted not in SUPPORTED:
            return self._answer(TunnelStatus.PROTOCOL_NOT_SUPPORTED)
        if request.flow_control_support:
            return self._answer(TunnelStatus.FLOW_CONTROL_NOT_SUPPORTED)
        if len(self._tunnels) >= TUNNELS:
            return self._answer(TunnelStatus.NO_MORE_TUNNEL_IDS)
        tunnel = self._free_identifier()
        largest = request.maximum_incoming_transfer_size
        self._tunnels[tunnel] = _OpenTunnel(indication.src, indication.src_endpoint, largest)
        self._touch(tunnel)
        return self._answer(TunnelStatus.SUCCESS, tunnel)

    def _free_identifier(self) -> int:
        """The next identifier that no open tunnel has: they come round after 65,535 tunnels."""
        while self._next in self._tunnels:
            self._next = (self._next + 1) % NO_TUNNEL
        found = self._next
        self._next = (found + 1) % NO_TUNNEL
        return found

    def _answer(self, status: TunnelStatus, tunnel: int = NO_TUNNEL) -> CommandAnswer:
        return RequestTunnelResponse(tunnel, status, maximum_incoming_transfer_size=LARGEST)

    def _transfer(self, transfer: TransferData, indication: Indication) -> CommandAnswer:
        rejection = self._rejection(transfer.tunnel_id, indication, len(transfer.data))
        if rejection is not None:
            return ServerTransferDataError(transfer.tunnel_id, rejection)
        self._touch(transfer.tunnel_id)
        answer = self.serve(transfer.data)
        if answer is not None:
            self.send(transfer.tunnel_id, answer)
        return None

    def send(self, tunnel: int, data: bytes) -> bool:
        """Send octets to the client; False if there is no such tunnel, or they are too many for the client."""
        found = self._tunnels.get(tunnel)
        if found is None or len(data) > found.largest:
            return False
        self.endpoint.command(found.short, found.endpoint, TUNNELING.id, ServerTransferData(tunnel, data))
        return True

    def _rejection(self, tunnel: int, indication: Indication, length: int) -> TransferDataStatus | None:
        found = self._tunnels.get(tunnel)
        if found is None:
            return TransferDataStatus.NO_SUCH_TUNNEL
        if (found.short, found.endpoint) != (indication.src, indication.src_endpoint):
            return TransferDataStatus.WRONG_DEVICE
        return TransferDataStatus.DATA_OVERFLOW if length > LARGEST else None

    def _close(self, command: CloseTunnel, indication: Indication) -> CommandAnswer:
        rejection = self._rejection(command.tunnel_id, indication, 0)
        if rejection is not None:
            return ServerTransferDataError(command.tunnel_id, rejection)
        self._drop(command.tunnel_id)
        return None

    def _protocols(self, request: GetSupportedTunnelProtocols, indication: Indication) -> CommandAnswer:
        return SupportedTunnelProtocolsResponse(True, SUPPORTED[request.protocol_offset :])

    def _touch(self, tunnel: int) -> None:
        found = self._tunnels[tunnel]
        if found.timer is not None:
            found.timer.cancel()
        found.timer = self._clock.call_later(CLOSE_AFTER * SECOND, self._expire, tunnel)

    def _expire(self, tunnel: int) -> None:
        found = self._tunnels[tunnel]
        self._drop(tunnel)
        self.endpoint.command(found.short, found.endpoint, TUNNELING.id, TunnelClosureNotification(tunnel))

    def _drop(self, tunnel: int) -> None:
        found = self._tunnels.pop(tunnel)
        if found.timer is not None:
            found.timer.cancel()


class TunnelClient:
    """The hub's part. `client` goes on its endpoint; `on_data` gets short address, tunnel and octets."""

    def __init__(self) -> None:
        self.on_data: Callable[[int, int, bytes], None] = lambda short, tunnel, data: None
        self.on_error: Callable[[int, int, TransferDataStatus], None] = lambda short, tunnel, status: None
        self.tunnels: dict[tuple[int, int], int] = {}
        """Endpoint of the meter, by its short address and the tunnel."""
        self.endpoint: Endpoint
        """Set by the device."""
        self.client = ClusterClient(
            TUNNELING,
            (
                on(ServerTransferData, self._transfer),
                on(ServerTransferDataError, self._error),
                on(TunnelClosureNotification, self._closed),
            ),
        )

    def open(self, short: int, endpoint: int, done: Callable[[int | None], None]) -> None:
        """Ask a meter for a DLMS/COSEM tunnel; `done` gets its identifier, or None."""

        def answered(reply: Reply) -> None:
            answer = reply.command
            if isinstance(answer, RequestTunnelResponse) and answer.tunnel_status == TunnelStatus.SUCCESS:
                self.tunnels[short, answer.tunnel_id] = endpoint
                done(answer.tunnel_id)
            else:
                done(None)

        request = RequestTunnel(ProtocolId.DLMS_COSEM, STANDARD_PROTOCOL, False, LARGEST)
        self.endpoint.command(short, endpoint, TUNNELING.id, request, answered)

    def send(self, short: int, tunnel: int, data: bytes) -> None:
        """Send octets through an open tunnel. Raises KeyError for one that is not open."""
        self.endpoint.command(short, self.tunnels[short, tunnel], TUNNELING.id, TransferData(tunnel, data))

    def close(self, short: int, tunnel: int) -> None:
        """Close an open tunnel. Raises KeyError for one that is not open."""
        endpoint = self.tunnels.pop((short, tunnel))
        self.endpoint.command(short, endpoint, TUNNELING.id, CloseTunnel(tunnel))

    def _transfer(self, transfer: ServerTransferData, indication: Indication) -> CommandAnswer:
        if (indication.src, transfer.tunnel_id) in self.tunnels:
            self.on_data(indication.src, transfer.tunnel_id, transfer.data)
            return None
        return TransferDataError(transfer.tunnel_id, TransferDataStatus.NO_SUCH_TUNNEL)

    def _error(self, error: ServerTransferDataError, indication: Indication) -> CommandAnswer:
        status = error.transfer_data_status
        if status in TransferDataStatus.__members__.values():
            self.on_error(indication.src, error.tunnel_id, TransferDataStatus(status))
        return None

    def _closed(self, notification: TunnelClosureNotification, indication: Indication) -> CommandAnswer:
        self.tunnels.pop((indication.src, notification.tunnel_id), None)
        return None
