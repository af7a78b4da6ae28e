"""Device profile messages against octets written by hand from Zigbee PRO R22, 2.4.3 and 2.4.4."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zigbee.binding import Binding
from hanbench.emulator.zigbee.zdo import (
    NeighborEntry,
    NeighborFlags,
    NodeDescriptor,
    PowerDescriptor,
    PowerMode,
    PowerSource,
    SimpleDescriptor,
)
from hanbench.emulator.zigbee.zdo import messages as zdp

IEEE, IEEE_OCTETS = 0x0011223344556677, "7766554433221100"
SIMPLE = SimpleDescriptor(1, 0x0109, 0x0500, 1, (0x0000, 0x000A), (0x0702,))
SIMPLE_OCTETS = "01" + "0901" + "0005" + "01" + "02" + "00000a00" + "01" + "0207"
TO_DEVICE = Binding(IEEE, 1, 0x0702, 3, destination=0xA1, destination_endpoint=2)
TO_DEVICE_OCTETS = IEEE_OCTETS + "01" + "0207" + "03" + "a100000000000000" + "02"
TO_GROUP = Binding(IEEE, 1, 0x0702, 1, group=0x1234)


@pytest.mark.parametrize(
    ("message", "octets"),
    [
        (zdp.NwkAddrReq(IEEE, 1, 2), IEEE_OCTETS + "0102"),
        (zdp.NwkAddrRsp(0, IEEE, 0x1234), "00" + IEEE_OCTETS + "3412"),
        (zdp.NwkAddrRsp(0, IEEE, 0x1234, (1, (5, 6))), "00" + IEEE_OCTETS + "3412" + "0201" + "05000600"),
        (zdp.NwkAddrRsp(0, IEEE, 0x1234, (0, ())), "00" + IEEE_OCTETS + "3412" + "00"),
        (zdp.IeeeAddrReq(0x1234), "34120000"),
        (zdp.IeeeAddrRsp(0x81, IEEE, 0x1234), "81" + IEEE_OCTETS + "3412"),
        (zdp.NodeDescReq(0x1234), "3412"),
        (
            zdp.NodeDescRsp(0, 0, NodeDescriptor.of(0, 0x8E, 0x1031, 1)),
            "000000" + "00" + "40" + "8e" + "3110" + "52" + "8000" + "012c" + "8000" + "00",
        ),
        (zdp.NodeDescRsp(0x81, 0x1234), "813412"),
        (zdp.PowerDescReq(0x1234), "3412"),
        (zdp.PowerDescRsp(0, 1, PowerDescriptor(PowerMode(1, 4), PowerSource(4, 8))), "000100" + "4184"),
        (zdp.SimpleDescReq(0, 1), "000001"),
        (zdp.SimpleDescRsp(0, 0, SIMPLE), "000000" + "0e" + SIMPLE_OCTETS),
        (zdp.SimpleDescRsp(0x82, 0, None), "820000" + "00"),
        (zdp.ActiveEpReq(0), "0000"),
        (zdp.ActiveEpRsp(0, 0, (1, 2)), "000000" + "020102"),
        (zdp.MatchDescReq(0xFFFD, 0x0109, (0x000A,), ()), "fdff" + "0901" + "010a00" + "00"),
        (zdp.MatchDescRsp(0, 0, (1,)), "000000" + "0101"),
        (zdp.DeviceAnnce(0x1234, IEEE, 0x80), "3412" + IEEE_OCTETS + "80"),
        (zdp.ParentAnnce((IEEE,)), "01" + IEEE_OCTETS),
        (zdp.ParentAnnceRsp(0, (IEEE,)), "0001" + IEEE_OCTETS),
        (zdp.BindReq(TO_DEVICE), TO_DEVICE_OCTETS),
        (zdp.BindRsp(0x8C), "8c"),
        (zdp.UnbindReq(TO_GROUP), IEEE_OCTETS + "01" + "0207" + "01" + "3412"),
        (zdp.UnbindRsp(0x88), "88"),
        (zdp.MgmtLqiReq(3), "03"),
        (
            zdp.MgmtLqiRsp(0, 5, 3, (NeighborEntry(0xE0, IEEE, 0x1234, NeighborFlags(2, 1, 4), 2, 15, 200),)),
            "000503" + "01" + "e000000000000000" + IEEE_OCTETS + "3412" + "46" + "02" + "0f" + "c8",
        ),
        (zdp.MgmtBindReq(0), "00"),
        (zdp.MgmtBindRsp(0, 1, 0, (TO_DEVICE,)), "000100" + "01" + TO_DEVICE_OCTETS),
        (zdp.MgmtLeaveReq(IEEE, zdp.REJOIN), IEEE_OCTETS + "80"),
        (zdp.MgmtLeaveRsp(0), "00"),
        (zdp.MgmtPermitJoiningReq(180), "b401"),
        (zdp.MgmtPermitJoiningRsp(0), "00"),
        (zdp.MgmtNwkUpdateReq(0x07FFF800, 3, count=2), "00f8ff07" + "03" + "02"),
        (zdp.MgmtNwkUpdateReq(1 << 15, 0xFE, update_id=1), "00800000" + "fe" + "01"),
        (zdp.MgmtNwkUpdateReq(1 << 15, 0xFF, update_id=1, manager=0), "00800000" + "ff" + "01" + "0000"),
        (zdp.MgmtNwkUpdateNotify(0, 0x1800, 100, 3, (9, 8)), "00" + "00180000" + "6400" + "0300" + "020908"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, zdp.ZdpMessage) else None,
)
def test_a_message_lies_on_the_air_as_the_specification_says(message: zdp.ZdpMessage, octets: str) -> None:
    assert zdp.encode(0x21, message).hex() == "21" + octets
    assert zdp.decode(message.CLUSTER, bytes.fromhex("21" + octets)) == (0x21, message)


@pytest.mark.parametrize(
    "message",
    [each for each in zdp.MESSAGES if each.CLUSTER & zdp.RESPONSE],
    ids=lambda message: message.__name__,
)
def test_a_failed_response_may_end_after_its_status(message: type[zdp.ZdpMessage]) -> None:
    tsn, parsed = zdp.decode(message.CLUSTER, b"\x05\x84")
    assert (tsn, getattr(parsed, "status", None)) == (5, 0x84)
    assert zdp.encode(tsn, parsed) == b"\x05\x84"


@pytest.mark.parametrize(
    ("cluster", "octets"),
    [
        (0x0000, ""),
        (0x0000, "01" + IEEE_OCTETS[:-2]),
        (0x8000, "01"),
        (0x8000, "0100" + IEEE_OCTETS + "3412" + "0201" + "0500"),
        (0x8002, "01000000" + "0040"),
        (0x8004, "01000000" + "0f" + SIMPLE_OCTETS + "00"),
        (0x8004, "01000000" + "0d" + SIMPLE_OCTETS),
        (0x8005, "01000000" + "05" + "01"),
        (0x0021, "01" + TO_DEVICE_OCTETS[:-2]),
        (0x0038, "01" + "00f8ff07" + "fe"),
    ],
)
def test_a_message_cut_short_is_malformed(cluster: int, octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        zdp.decode(cluster, bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZDP


def test_octets_of_a_later_revision_are_ignored() -> None:
    assert zdp.decode(0x0002, bytes.fromhex("01" + "3412" + "0102")) == (1, zdp.NodeDescReq(0x1234))


def test_a_message_that_is_not_here_is_unsupported() -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        zdp.decode(0x0032, b"\x01\x00")
    assert caught.value.reason is DropReason.UNSUPPORTED


@pytest.mark.parametrize(
    "message",
    [
        zdp.NodeDescReq(0x10000),
        zdp.NodeDescRsp(0, 0),
        zdp.BindReq(Binding(IEEE, 1, 6, 3)),
        zdp.SimpleDescRsp(0, 0, SimpleDescriptor(1, 0x0109, 0x0500, 16, (), ())),
        zdp.MgmtNwkUpdateReq(1, 3),
    ],
)
def test_a_message_with_unfit_fields_is_our_mistake(message: zdp.ZdpMessage) -> None:
    with pytest.raises(LocalProtocolError):
        zdp.encode(1, message)
