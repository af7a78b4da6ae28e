"""Tunneling: commands by hand from SE 1.4a, annex D.6."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zcl.clusters import TUNNELING
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
    ("name", "direction", "id", "values", "octets"),
    [
        (
            "RequestTunnel",
            TO_SERVER,
            0x00,
            {
                "protocol_id": ProtocolId.GB_HRGP,
                "manufacturer_code": STANDARD_PROTOCOL,
                "flow_control_support": False,
                "maximum_incoming_transfer_size": 1500,
            },
            "06" + "ffff" + "00" + "dc05",
        ),
        ("CloseTunnel", TO_SERVER, 0x01, {"tunnel_id": 0x0102}, "0201"),
        ("TransferData", TO_SERVER, 0x02, {"tunnel_id": 3, "data": WAKE_UP}, "0300" + "e6e600"),
        (
            "TransferDataError",
            TO_SERVER,
            0x03,
            {"tunnel_id": 3, "transfer_data_status": TransferDataStatus.DATA_OVERFLOW},
            "0300" + "02",
        ),
        ("AckTransferData", TO_SERVER, 0x04, {"tunnel_id": 3, "number_of_octets_left": 0}, "0300" + "0000"),
        ("ReadyData", TO_SERVER, 0x05, {"tunnel_id": 3, "number_of_octets_left": 1500}, "0300" + "dc05"),
        ("GetSupportedTunnelProtocols", TO_SERVER, 0x06, {"protocol_offset": 16}, "10"),
        (
            "RequestTunnelResponse",
            TO_CLIENT,
            0x00,
            {
                "tunnel_id": NO_TUNNEL,
                "tunnel_status": TunnelStatus.PROTOCOL_NOT_SUPPORTED,
                "maximum_incoming_transfer_size": 0,
            },
            "ffff" + "03" + "0000",
        ),
        ("ServerTransferData", TO_CLIENT, 0x01, {"tunnel_id": 3, "data": WAKE_UP}, "0300" + "e6e600"),
        (
            "ServerTransferDataError",
            TO_CLIENT,
            0x02,
            {"tunnel_id": 4, "transfer_data_status": TransferDataStatus.NO_SUCH_TUNNEL},
            "0400" + "00",
        ),
        ("ServerAckTransferData", TO_CLIENT, 0x03, {"tunnel_id": 3, "number_of_octets_left": 7}, "0300" + "0700"),
        ("ServerReadyData", TO_CLIENT, 0x04, {"tunnel_id": 3, "number_of_octets_left": 7}, "0300" + "0700"),
        (
            "SupportedTunnelProtocolsResponse",
            TO_CLIENT,
            0x05,
            {
                "protocol_list_complete": True,
                "protocols": (
                    Protocol(STANDARD_PROTOCOL, ProtocolId.DLMS_COSEM),
                    Protocol(0x1031, ProtocolId.MANUFACTURER_DEFINED),
                ),
            },
            "01" + "02" + "ffff00" + "3110c8",
        ),
        ("TunnelClosureNotification", TO_CLIENT, 0x06, {"tunnel_id": 3}, "0300"),
    ],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(
    name: str, direction: int, id: int, values: dict[str, object], octets: str
) -> None:
    found, row = TUNNELING.command(name)
    assert (found, row.id) == (direction, id)
    assert row.encode(**values).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == values


def test_questions_name_their_answers() -> None:
    for question, answer in (
        ("RequestTunnel", "RequestTunnelResponse"),
        ("GetSupportedTunnelProtocols", "SupportedTunnelProtocolsResponse"),
    ):
        assert TUNNELING.command(question)[1].response == answer
        assert TUNNELING.command(answer)[0] == TO_CLIENT


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("RequestTunnel", "06ffff00dc"),
        ("RequestTunnel", "06ffff02dc05"),
        ("TransferData", "03"),
        ("SupportedTunnelProtocolsResponse", "0102ffff0031"),
    ],
    ids=["cut short", "flow control neither on nor off", "half a tunnel", "fewer protocols than counted"],
)
def test_a_malformed_command_is_the_peers_mistake(name: str, octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        TUNNELING.command(name)[1].decode(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZCL


def test_a_tunnel_carries_octets_and_nothing_else() -> None:
    transfer = TUNNELING.command("TransferData")[1]
    assert transfer.decode(b"\x03\x00") == {"tunnel_id": 3, "data": b""}
    with pytest.raises(LocalProtocolError):
        transfer.encode(tunnel_id=3, data="text")
