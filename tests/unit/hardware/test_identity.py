"""What an RCP says of itself, read; and which firmware will do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.radio.spinel.ids import Capability, PropertyId, RadioCapability
from hanbench.hardware.identity import ASKED, RcpIdentity, read_identity

VERSION = b"OPENTHREAD/1.4.0; NRF52840; Jan 15 2026\x00"
ANSWERS: dict[PropertyId, bytes | None] = {
    PropertyId.PROTOCOL_VERSION: b"\x04\x03",
    PropertyId.NCP_VERSION: VERSION,
    PropertyId.CAPS: bytes.fromhex("22 8104"),
    PropertyId.RADIO_CAPS: bytes.fromhex("9f02"),
    PropertyId.RCP_API_VERSION: b"\x0b",
    PropertyId.HWADDR: bytes.fromhex("f4ce3612345678ab"),
}
GOOD = RcpIdentity(
    "OPENTHREAD/1.4.0; NRF52840; Jan 15 2026",
    (4, 3),
    frozenset({34, 513}),
    RadioCapability.ACK_TIMEOUT
    | RadioCapability.ENERGY_SCAN
    | RadioCapability.TRANSMIT_RETRIES
    | RadioCapability.CSMA_BACKOFF
    | RadioCapability.SLEEP_TO_TX
    | RadioCapability.RX_ON_WHEN_IDLE,
    11,
    0xF4CE3612345678AB,
)


def test_the_answers_make_up_an_identity():
    assert read_identity(ANSWERS) == GOOD


def test_everything_that_is_read_is_asked_for():
    assert set(ASKED) == set(ANSWERS)


@pytest.mark.parametrize(
    ("what", "value", "field", "read"),
    [
        (PropertyId.RADIO_CAPS, None, "radio", RadioCapability(0)),
        (PropertyId.RADIO_CAPS, b"", "radio", RadioCapability(0)),
        (PropertyId.RADIO_CAPS, b"\x80\x80\x80\x80", "radio", RadioCapability(0)),
        (PropertyId.RCP_API_VERSION, None, "api", None),
        (PropertyId.RCP_API_VERSION, b"\x80", "api", None),
        (PropertyId.RCP_API_VERSION, b"\x81\x01", "api", 129),
        (PropertyId.HWADDR, None, "eui64", None),
        (PropertyId.HWADDR, bytes(7), "eui64", None),
        (PropertyId.HWADDR, bytes(9), "eui64", None),
        (PropertyId.CAPS, None, "capabilities", frozenset()),
        (PropertyId.NCP_VERSION, None, "version", ""),
    ],
)
def test_what_a_firmware_does_not_say_is_not_made_up(what, value, field, read):
    assert getattr(read_identity({**ANSWERS, what: value}), field) == read


def test_radio_capabilities_of_later_firmware_do_no_harm():
    radio = read_identity({**ANSWERS, PropertyId.RADIO_CAPS: bytes.fromhex("ffff03")}).radio
    assert int(radio) == 0xFFFF
    assert RadioCapability.CSMA_BACKOFF in radio


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"OPENTHREAD/1.4.0", "OPENTHREAD/1.4.0"),
        (b"first\x00second\x00", "first"),
        (b"\x1b[2Jclear\r\n\x00", "[2Jclear"),
        (b"\xff\xfe/1.0\x00", "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}/1.0"),
        ("Ω/1.0".encode(), "Ω/1.0"),
    ],
)
def test_a_version_is_one_line_of_printable_text(octets, text):
    assert read_identity({**ANSWERS, PropertyId.NCP_VERSION: octets}).version == text


@pytest.mark.parametrize(
    ("what", "value"),
    [
        (PropertyId.PROTOCOL_VERSION, None),
        (PropertyId.PROTOCOL_VERSION, b""),
        (PropertyId.PROTOCOL_VERSION, b"\x04"),
        (PropertyId.PROTOCOL_VERSION, b"\x80\x80\x80\x80"),
        (PropertyId.CAPS, b"\x22\x81"),
    ],
)
def test_answers_that_make_no_sense_are_the_dongles_fault(what, value):
    with pytest.raises(RemoteProtocolError) as caught:
        read_identity({**ANSWERS, what: value})
    assert caught.value.reason is DropReason.MALFORMED_SPINEL


# --- will it do? --------------------------------------------------------------------------------------------------


def test_a_firmware_with_all_that_is_needed_will_do():
    assert list(GOOD.shortcomings()) == []
    assert list(GOOD.regrets()) == []


@pytest.mark.parametrize("protocol", [(4, 0), (4, 99)])
def test_any_minor_version_of_the_protocol_will_do(protocol):
    assert list(replace(GOOD, protocol=protocol).shortcomings()) == []


@pytest.mark.parametrize("protocol", [(3, 3), (5, 0)])
def test_another_major_version_of_the_protocol_will_not_do(protocol):
    (why,) = replace(GOOD, protocol=protocol).shortcomings()
    assert f"Spinel {protocol[0]}.{protocol[1]}" in why


def test_an_ncp_is_not_an_rcp():
    (why,) = replace(GOOD, capabilities=frozenset({Capability.CONFIG_RADIO})).shortcomings()
    assert "MAC_RAW" in why


@pytest.mark.parametrize(
    ("bit", "what"),
    [
        (RadioCapability.ACK_TIMEOUT, "acknowledgements"),
        (RadioCapability.TRANSMIT_RETRIES, "retries"),
        (RadioCapability.CSMA_BACKOFF, "CSMA-CA"),
    ],
)
def test_a_radio_that_leaves_a_duty_to_the_host_will_not_do(bit, what):
    (why,) = replace(GOOD, radio=GOOD.radio & ~bit).shortcomings()
    assert what in why


def test_every_shortcoming_is_named():
    hopeless = RcpIdentity("", (1, 0), frozenset(), RadioCapability(0), None, None)
    assert len(list(hopeless.shortcomings())) == 5
    assert len(list(hopeless.regrets())) == 2


def test_hanbench_can_do_without_an_energy_scan_and_regrets_it():
    without = replace(GOOD, radio=GOOD.radio & ~RadioCapability.ENERGY_SCAN)
    assert list(without.shortcomings()) == []
    assert list(without.regrets()) == ["no energy scan"]


@pytest.mark.parametrize(("api", "regretted"), [(None, True), (2, True), (3, False), (11, False)])
def test_an_old_api_is_regretted_and_used(api, regretted):
    identity = replace(GOOD, api=api)
    assert list(identity.shortcomings()) == []
    assert bool(list(identity.regrets())) is regretted
