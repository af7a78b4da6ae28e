"""Tunnels: another protocol's octets between hub and meter, as DLMS/COSEM travels in them (SE 1.4a, annex D.6).

What the octets mean is not looked at. Long ones go out in APS fragments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hanbench.emulator.clock import SECOND, Clock, Timer
from hanbench.emulator.zcl import Answer, ClusterClient, ClusterServer, Endpoint, Indication, Reply
from hanbench.emulator.zcl.clusters import TUNNELING
from hanbench.emulator.zcl.clusters.tunneling import (
    NO_TUNNEL,
    STANDARD_PROTOCOL,
    Protocol,
    ProtocolId,
    TransferDataStatus,
    TunnelStatus,
)

LARGEST = 1500
"""Octets of one transfer, either way."""
TUNNELS = 2
CLOSE_AFTER = 300
"""Seconds without a transfer after which a server closes a tunnel: CloseTunnelTimeout."""
SUPPORTED = (Protocol(STANDARD_PROTOCOL, ProtocolId.DLMS_COSEM),)

Serve = Callable[[bytes], bytes | None]


@dataclass(slots=True)
class _Tunnel:
    short: int
    endpoint: int
    largest: int
    """What the client can take."""
    timer: Timer | None = None


class TunnelServer:
    """A meter's part. `server` goes on its endpoint; `serve` gets what comes, and may return an answer."""

    def __init__(self, clock: Clock, serve: Serve) -> None:
        self._clock = clock
        self.serve = serve
        self._tunnels: dict[int, _Tunnel] = {}
        self._next = 0
        self.endpoint: Endpoint
        """Set by the device."""
        self.server = ClusterServer(
            TUNNELING,
            {"CloseTunnelTimeout": CLOSE_AFTER},
            {
                "RequestTunnel": self._request,
                "CloseTunnel": self._close,
                "TransferData": self._transfer,
                "GetSupportedTunnelProtocols": self._protocols,
            },
        )

    @property
    def open(self) -> int:
        """How many tunnels there are."""
        return len(self._tunnels)

    def _request(self, values: dict[str, Any], indication: Indication) -> Answer:
        wanted = Protocol(values["manufacturer_code"], values["protocol_id"])
        if wanted not in SUPPORTED:
            return self._answer(TunnelStatus.PROTOCOL_NOT_SUPPORTED)
        if values["flow_control_support"]:
            return self._answer(TunnelStatus.FLOW_CONTROL_NOT_SUPPORTED)
        if len(self._tunnels) >= TUNNELS:
            return self._answer(TunnelStatus.NO_MORE_TUNNEL_IDS)
        tunnel = self._next
        self._next = (tunnel + 1) % NO_TUNNEL
        largest = values["maximum_incoming_transfer_size"]
        self._tunnels[tunnel] = _Tunnel(indication.src, indication.src_endpoint, largest)
        self._touch(tunnel)
        return self._answer(TunnelStatus.SUCCESS, tunnel)

    def _answer(self, status: TunnelStatus, tunnel: int = NO_TUNNEL) -> Answer:
        return "RequestTunnelResponse", {
            "tunnel_id": tunnel,
            "tunnel_status": status,
            "maximum_incoming_transfer_size": LARGEST,
        }

    def _transfer(self, values: dict[str, Any], indication: Indication) -> Answer:
        trouble = self._trouble(values["tunnel_id"], indication, len(values["data"]))
        if trouble is not None:
            error = {"tunnel_id": values["tunnel_id"], "transfer_data_status": trouble}
            return "ServerTransferDataError", error
        self._touch(values["tunnel_id"])
        answer = self.serve(values["data"])
        if answer is not None:
            self.send(values["tunnel_id"], answer)
        return None

    def send(self, tunnel: int, data: bytes) -> bool:
        """Send octets to the client; False if there is no such tunnel, or the client cannot take so many."""
        found = self._tunnels.get(tunnel)
        if found is None or len(data) > found.largest:
            return False
        place = found.short, found.endpoint
        self.endpoint.command(*place, TUNNELING.id, "ServerTransferData", {"tunnel_id": tunnel, "data": data})
        return True

    def _trouble(self, tunnel: int, indication: Indication, length: int) -> TransferDataStatus | None:
        found = self._tunnels.get(tunnel)
        if found is None:
            return TransferDataStatus.NO_SUCH_TUNNEL
        if (found.short, found.endpoint) != (indication.src, indication.src_endpoint):
            return TransferDataStatus.WRONG_DEVICE
        return TransferDataStatus.DATA_OVERFLOW if length > LARGEST else None

    def _close(self, values: dict[str, Any], indication: Indication) -> Answer:
        trouble = self._trouble(values["tunnel_id"], indication, 0)
        if trouble is not None:
            error = {"tunnel_id": values["tunnel_id"], "transfer_data_status": trouble}
            return "ServerTransferDataError", error
        self._drop(values["tunnel_id"])
        return None

    def _protocols(self, values: dict[str, Any], indication: Indication) -> Answer:
        listed = SUPPORTED[values["protocol_offset"] :]
        return "SupportedTunnelProtocolsResponse", {"protocol_list_complete": True, "protocols": listed}

    def _touch(self, tunnel: int) -> None:
        found = self._tunnels[tunnel]
        if found.timer is not None:
            found.timer.cancel()
        found.timer = self._clock.call_later(CLOSE_AFTER * SECOND, self._expire, tunnel)

    def _expire(self, tunnel: int) -> None:
        found = self._tunnels[tunnel]
        self._drop(tunnel)
        place = found.short, found.endpoint
        self.endpoint.command(*place, TUNNELING.id, "TunnelClosureNotification", {"tunnel_id": tunnel})

    def _drop(self, tunnel: int) -> None:
        found = self._tunnels.pop(tunnel)
        if found.timer is not None:
            found.timer.cancel()


class TunnelClient:
    """The hub's part. `client` goes on its endpoint; `on_data` gets address, tunnel and octets that come."""

    def __init__(self) -> None:
        self.on_data: Callable[[int, int, bytes], None] = lambda short, tunnel, data: None
        self.on_error: Callable[[int, int, TransferDataStatus], None] = lambda short, tunnel, status: None
        self.tunnels: dict[tuple[int, int], int] = {}
        """Endpoint of the meter, by its short address and the tunnel."""
        self.endpoint: Endpoint
        """Set by the device."""
        self.client = ClusterClient(
            TUNNELING,
            {
                "ServerTransferData": self._transfer,
                "ServerTransferDataError": self._error,
                "TunnelClosureNotification": self._closed,
            },
        )

    def open(self, short: int, endpoint: int, done: Callable[[int | None], None]) -> None:
        """Ask a meter for a DLMS/COSEM tunnel; `done` gets it, or None."""

        def answered(reply: Reply) -> None:
            granted = reply.ok and reply.values["tunnel_status"] == TunnelStatus.SUCCESS
            tunnel = reply.values["tunnel_id"] if granted else None
            if tunnel is not None:
                self.tunnels[short, tunnel] = endpoint
            done(tunnel)

        values = {
            "protocol_id": ProtocolId.DLMS_COSEM,
            "manufacturer_code": STANDARD_PROTOCOL,
            "flow_control_support": False,
            "maximum_incoming_transfer_size": LARGEST,
        }
        self.endpoint.command(short, endpoint, TUNNELING.id, "RequestTunnel", values, answered)

    def send(self, short: int, tunnel: int, data: bytes) -> None:
        """Send octets through a tunnel that is open. Raises KeyError for one that is not."""
        values = {"tunnel_id": tunnel, "data": data}
        self.endpoint.command(short, self.tunnels[short, tunnel], TUNNELING.id, "TransferData", values)

    def close(self, short: int, tunnel: int) -> None:
        """Close a tunnel. Raises KeyError for one that is not open."""
        endpoint = self.tunnels.pop((short, tunnel))
        self.endpoint.command(short, endpoint, TUNNELING.id, "CloseTunnel", {"tunnel_id": tunnel})

    def _transfer(self, values: dict[str, Any], indication: Indication) -> Answer:
        if (indication.src, values["tunnel_id"]) in self.tunnels:
            self.on_data(indication.src, values["tunnel_id"], values["data"])
            return None
        error = {"tunnel_id": values["tunnel_id"], "transfer_data_status": TransferDataStatus.NO_SUCH_TUNNEL}
        return "TransferDataError", error

    def _error(self, values: dict[str, Any], indication: Indication) -> Answer:
        status = values["transfer_data_status"]
        if status in TransferDataStatus.__members__.values():
            self.on_error(indication.src, values["tunnel_id"], TransferDataStatus(status))
        return None

    def _closed(self, values: dict[str, Any], indication: Indication) -> Answer:
        self.tunnels.pop((indication.src, values["tunnel_id"]), None)
        return None
