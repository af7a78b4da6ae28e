"""General commands against octets written by hand from ZCL r8, 2.5."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zcl import foundation as zcl
from hanbench.emulator.zcl import records as r
from hanbench.emulator.zcl.frame import ZclFrame, decode
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.types import TypedValue


@pytest.mark.parametrize(
    ("message", "octets"),
    [
        (zcl.ReadAttributes((0x0000, 0x0308)), "00000803"),
        (
            zcl.ReadAttributesResponse((r.ReadRecord(0, 0, TypedValue(0x20, 3)), r.ReadRecord(0x0777, 0x86))),
            "0000002003" + "770786",
        ),
        (zcl.WriteAttributes((r.AttributeRecord(0x0011, TypedValue(0x30, 1)),)), "11003001"),
        (zcl.WriteAttributesUndivided((r.AttributeRecord(0x0011, TypedValue(0x30, 1)),)), "11003001"),
        (zcl.WriteAttributesNoResponse((r.AttributeRecord(0x0011, TypedValue(0x30, 1)),)), "11003001"),
        (zcl.WriteAttributesResponse(), "00"),
        (zcl.WriteAttributesResponse((r.WriteFailure(0x88, 5),)), "880500"),
        (
            zcl.ConfigureReporting(
                (
                    r.ReportingConfiguration(0, 0x0400, 0x2A, 10, 300, 5),
                    r.ReportingConfiguration(0, 0x0200, 0x18, 1, 60),
                    r.ReportingConfiguration(1, 0x0000, timeout=900),
                )
            ),
            "0000042a0a002c01050000" + "0000021801003c00" + "0100008403",
        ),
        (zcl.ConfigureReportingResponse(), "00"),
        (zcl.ConfigureReportingResponse((r.ReportingFailure(0x8C, 0, 0x0300),)), "8c000003"),
        (zcl.ReadReportingConfiguration((r.ReportingQuery(0, 0x0400),)), "000004"),
        (
            zcl.ReadReportingConfigurationResponse(
                (r.ReportingStatus(0, 0, 0x0400, 0x2A, 10, 300, 5), r.ReportingStatus(0x8B, 0, 1))
            ),
            "000000042a0a002c01050000" + "8b000100",
        ),
        (zcl.ReportAttributes((r.AttributeRecord(0x0400, TypedValue(0x2A, -1)),)), "00042affffff"),
        (zcl.DefaultResponse(0x0A, Status.SUCCESS), "0a00"),
        (zcl.DiscoverAttributes(0x0300, 10), "00030a"),
        (
            zcl.DiscoverAttributesResponse(True, (r.AttributeInformation(0x0300, 0x30),)),
            "01000330",
        ),
        (zcl.ReadAttributesStructured((r.StructuredRead(5, (0, (1, 2))),)), "05000201000200"),
        (
            zcl.WriteAttributesStructured((r.StructuredWrite(5, (1, (3,)), TypedValue(0x20, 9)),)),
            "05001103002009",
        ),
        (zcl.WriteAttributesStructuredResponse(), "00"),
        (zcl.WriteAttributesStructuredResponse((r.StructuredFailure(0x8E, 5, (0, (3,))),)), "8e0500010300"),
        (zcl.DiscoverCommandsReceived(0, 16), "0010"),
        (zcl.DiscoverCommandsReceivedResponse(False, (0, 3)), "000003"),
        (zcl.DiscoverCommandsGenerated(1, 255), "01ff"),
        (zcl.DiscoverCommandsGeneratedResponse(True, ()), "01"),
        (zcl.DiscoverAttributesExtended(0, 1), "000001"),
        (zcl.DiscoverAttributesExtendedResponse(True, (r.ExtendedInformation(0, 0x25, 5),)), "0100002505"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, zcl.GeneralCommand) else None,
)
def test_a_command_lies_on_the_air_as_the_specification_says(message: zcl.GeneralCommand, octets: str) -> None:
    assert zcl.encode(message).hex() == octets
    assert zcl.decode(message.COMMAND, bytes.fromhex(octets)) == message


def test_every_general_command_has_a_table() -> None:
    assert sorted(zcl.BY_COMMAND) == list(range(0x17))


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (0x00, "00"),
        (0x01, "000000"),
        (0x04, ""),
        (0x04, "88"),
        (0x06, "0000042a0a00"),
        (0x0A, "0000"),
        (0x0A, "00007e00"),
        (0x0B, "0a"),
        (0x0B, "0a0000"),
        (0x0C, "0000"),
        (0x0D, "02"),
        (0x17, ""),
    ],
)
def test_a_malformed_command_is_the_peers_mistake(command: int, octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        zcl.decode(command, bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZCL


@pytest.mark.parametrize(
    ("frame", "octets"),
    [
        (ZclFrame(0, 0, 7, 0x00, b"\x00\x00"), "0007000000"),
        (ZclFrame(1, 1, 0xFF, 0x01, b"", None, True), "19ff01"),
        (ZclFrame(0, 1, 2, 0x0A, b"z", 0x1031), "0c3110020a7a"),
    ],
)
def test_the_header_says_type_direction_and_manufacturer(frame: ZclFrame, octets: str) -> None:
    assert frame.encode().hex() == octets
    assert decode(bytes.fromhex(octets)) == frame


@pytest.mark.parametrize("octets", ["", "0000", "04311002", "020000", "030000"])
def test_a_header_that_is_cut_short_or_reserved_is_malformed(octets: str) -> None:
    with pytest.raises(RemoteProtocolError):
        decode(bytes.fromhex(octets))
