"""Wrong firmwares: tunnels."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zcl.clusters.tunneling import (
    STANDARD_PROTOCOL,
    GetSupportedTunnelProtocols,
    Protocol,
    ProtocolId,
    RequestTunnel,
    TransferData,
    TunnelClosureNotification,
)
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([], kind="esme")


def _handled(device: Any, command: type, change: Any) -> None:
    """Have `change` answer a command of the server: it gets the former handler, the command and the message."""
    handlers = device.tunnel.server._handlers
    handler = handlers[command]
    handlers[command] = handler._replace(handle=lambda *arguments: change(handler.handle, *arguments))


@WRONG.add("lists-protocols-from-the-first", "TUN")
def lists_protocols_from_the_first(device: Any, note: Note) -> None:
    """It lists its protocols from the first on, whatever it was asked for."""

    def protocols(former: Any, request: Any, indication: Any) -> Any:
        note()
        return former(request.replace(protocol_offset=0), indication)

    _handled(device, GetSupportedTunnelProtocols, protocols)


@WRONG.add("opens-any-tunnel", "TUN")
def opens_any_tunnel(device: Any, note: Note) -> None:
    """It opens tunnels of protocols that it does not speak."""

    def request(former: Any, command: Any, indication: Any) -> Any:
        note()
        known = Protocol(STANDARD_PROTOCOL, ProtocolId.DLMS_COSEM)
        asked = command.replace(protocol_id=known.protocol_id, manufacturer_code=known.manufacturer_code)
        return former(asked, indication)

    _handled(device, RequestTunnel, request)


@WRONG.add("one-identifier-for-all-tunnels", "TUN")
def one_identifier_for_all_tunnels(device: Any, note: Note) -> None:
    """Each tunnel has the identifier 0."""

    def free() -> int:
        note()
        return 0

    device.tunnel._free_identifier = free


@WRONG.add("takes-octets-for-no-tunnel", "TUN")
def takes_octets_for_no_tunnel(device: Any, note: Note) -> None:
    """It confirms octets for a tunnel that is not there."""

    def transfer(former: Any, command: Any, indication: Any) -> Any:
        if command.tunnel_id not in device.tunnel._tunnels:
            note()
            return None
        return former(command, indication)

    _handled(device, TransferData, transfer)


@WRONG.add("leaves-tunnels-open", "TUN")
def leaves_tunnels_open(device: Any, note: Note) -> None:
    """It closes no tunnel that is idle."""
    device.tunnel._expire = lambda tunnel: note()


@WRONG.add("closes-tunnels-silently", "TUN")
def closes_tunnels_silently(device: Any, note: Note) -> None:
    """It tells nothing when it closes a tunnel that was idle."""

    def command(former: Any, dst: int, endpoint: int, cluster: int, command: Any, *rest: Any, **named: Any) -> None:
        if isinstance(command, TunnelClosureNotification):
            note()
        else:
            former(dst, endpoint, cluster, command, *rest, **named)

    wrapped(device.endpoint, "command", command)
