"""Tunneling: commands by hand from SE 1.4a, annex D.6."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zcl.cluster import ClusterCommand
from hanbench.emulator.zcl.clusters import TUNNELING, tunneling
from hanbench.emulator.zcl.clusters.tunneling import (
    NO_TUNNEL,
    STANDARD_PROTOCOL,
    Protocol,
    ProtocolId,
    TransferDataStatus,
    TunnelStatus,
)
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER

WAKE_UP = bytes.fromhex("e6e600")
"""How DLMS/COSEM begins a request."""


@pytest.mark.parametrize(
    ("message", "direction", "id", "octets"),
    [
        (
            tunneling.RequestTunnel(
                protocol_id=ProtocolId.GB_HRGP,
                manufacturer_code=STANDARD_PROTOCOL,
                flow_control_support=False,
                maximum_incoming_transfer_size=1500,
            ),
            TO_SERVER,
            0x00,
            "06" + "ffff" + "00" + "dc05",
        ),
        (tunneling.CloseTunnel(tunnel_id=0x0102), TO_SERVER, 0x01, "0201"),
        (tunneling.TransferData(tunnel_id=3, data=WAKE_UP), TO_SERVER, 0x02, "0300" + "e6e600"),
        (
            tunneling.TransferDataError(tunnel_id=3, transfer_data_status=TransferDataStatus.DATA_OVERFLOW),
            TO_SERVER,
            0x03,
            "0300" + "02",
        ),
        (tunneling.AckTransferData(tunnel_id=3, number_of_octets_left=0), TO_SERVER, 0x04, "0300" + "0000"),
        (tunneling.ReadyData(tunnel_id=3, number_of_octets_left=1500), TO_SERVER, 0x05, "0300" + "dc05"),
        (tunneling.GetSupportedTunnelProtocols(protocol_offset=16), TO_SERVER, 0x06, "10"),
        (
            tunneling.RequestTunnelResponse(
                tunnel_id=NO_TUNNEL, tunnel_status=TunnelStatus.PROTOCOL_NOT_SUPPORTED, maximum_incoming_transfer_size=0
            ),
            TO_CLIENT,
            0x00,
            "ffff" + "03" + "0000",
        ),
        (tunneling.ServerTransferData(tunnel_id=3, data=WAKE_UP), TO_CLIENT, 0x01, "0300" + "e6e600"),
        (
            tunneling.ServerTransferDataError(tunnel_id=4, transfer_data_status=TransferDataStatus.NO_SUCH_TUNNEL),
            TO_CLIENT,
            0x02,
            "0400" + "00",
        ),
        (tunneling.ServerAckTransferData(tunnel_id=3, number_of_octets_left=7), TO_CLIENT, 0x03, "0300" + "0700"),
        (tunneling.ServerReadyData(tunnel_id=3, number_of_octets_left=7), TO_CLIENT, 0x04, "0300" + "0700"),
        (
            tunneling.SupportedTunnelProtocolsResponse(
                protocol_list_complete=True,
                protocols=(
                    Protocol(STANDARD_PROTOCOL, ProtocolId.DLMS_COSEM),
                    Protocol(0x1031, ProtocolId.MANUFACTURER_DEFINED),
                ),
            ),
            TO_CLIENT,
            0x05,
            "01" + "02" + "ffff00" + "3110c8",
        ),
        (tunneling.TunnelClosureNotification(tunnel_id=3), TO_CLIENT, 0x06, "0300"),
    ],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(
    message: ClusterCommand, direction: int, id: int, octets: str
) -> None:
    found, row = TUNNELING.command(type(message))
    assert (found, row.id) == (direction, id)
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


def test_questions_name_their_answers() -> None:
    for question, answer in (
        (tunneling.RequestTunnel, tunneling.RequestTunnelResponse),
        (tunneling.GetSupportedTunnelProtocols, tunneling.SupportedTunnelProtocolsResponse),
    ):
        assert TUNNELING.command(question)[1].response is answer
        assert TUNNELING.command(answer)[0] == TO_CLIENT


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (tunneling.RequestTunnel, "06ffff00dc"),
        (tunneling.RequestTunnel, "06ffff02dc05"),
        (tunneling.TransferData, "03"),
        (tunneling.SupportedTunnelProtocolsResponse, "0102ffff0031"),
    ],
    ids=["cut short", "flow control neither on nor off", "half a tunnel", "fewer protocols than counted"],
)
def test_a_malformed_command_is_the_peers_mistake(command: type[ClusterCommand], octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        TUNNELING.command(command)[1].decode(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZCL


def test_a_tunnel_carries_octets_and_nothing_else() -> None:
    transfer = TUNNELING.command(tunneling.TransferData)[1]
    assert transfer.decode(b"\x03\x00") == tunneling.TransferData(3, b"")
    with pytest.raises(LocalProtocolError):
        transfer.encode(tunneling.TransferData(3, "text"))  # type: ignore[arg-type]  # wrong on purpose
