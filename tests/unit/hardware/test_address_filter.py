"""Frames that firmware lets through although they are for others.

Facts: OpenThread's radio co-processor of 2025-01-09 (simulation platform), three of them under a hub, an electricity
meter and a gas meter on 2026-11-26: the electricity meter, at 0x1988, was handed the gas meter's frames to the hub at
0x0000, and acknowledged them. Rules: IEEE 802.15.4-2011, 5.1.6.2, third level of filtering.
"""

from __future__ import annotations

import asyncio

import pytest

from hanbench.emulator.mac import frames
from hanbench.emulator.radio.interface import RadioConfig
from hanbench.emulator.radio.spinel.frames import UNSOLICITED, Received, SpinelFrame
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId
from hanbench.hardware.address_filter import addressed_to
from tests.support.scripted_dongle import ScriptedRig

ROUTER = RadioConfig(15, 0x4C49, 0x1988, 0x001A63FDB89C4375)


def header(control: int, *fields: bytes) -> bytes:
    return control.to_bytes(2, "little") + b"\x01" + b"".join(fields) + b"payload\x00\x00"


OWN_PAN, OTHER_PAN, ANY_PAN = b"\x49\x4c", b"\x34\x12", b"\xff\xff"
SHORT, EXTENDED = 0x8861, 0x8C61
"""Data, acknowledgement wanted, PAN compressed, from a short address: to a short and to an extended one."""
IEEE = ROUTER.extended_address.to_bytes(8, "little")
FROM = b"\x39\xc9"


@pytest.mark.parametrize(
    ("psdu", "taken"),
    [
        (header(SHORT, OWN_PAN, b"\x88\x19", FROM), True),
        (header(SHORT, OWN_PAN, b"\x00\x00", FROM), False),
        (header(SHORT, OWN_PAN, b"\xff\xff", FROM), True),
        (header(SHORT, ANY_PAN, b"\xff\xff", FROM), True),
        (header(SHORT, OTHER_PAN, b"\xff\xff", FROM), False),
        (header(SHORT, OTHER_PAN, b"\x88\x19", FROM), False),
        (header(EXTENDED, OWN_PAN, IEEE, FROM), True),
        (header(EXTENDED, OWN_PAN, IEEE[::-1], FROM), False),
        (header(0x8000, OTHER_PAN, FROM), True),  # a beacon has no destination
        (header(0x0461, OWN_PAN, b"\x88\x19", FROM), False),  # destination mode 1 is reserved
        (bytes.fromhex("6188014c49"), False),  # ends within its addresses
    ],
)
def test_a_frame_is_for_its_pan_and_address_alone(psdu, taken):
    assert addressed_to(psdu, ROUTER) is taken


def test_a_sniffer_takes_everything():
    sniffer = RadioConfig(15, 0x4C49, 0x1988, ROUTER.extended_address, promiscuous=True)
    assert addressed_to(header(SHORT, OTHER_PAN, b"\x00\x00", FROM), sniffer)


def test_the_driver_hands_on_what_is_for_its_device_alone():
    rig = ScriptedRig()
    heard: list[bytes] = []
    to_hub = frames.data(7, ROUTER.pan_id, 0x0000, 0xC939, b"for the hub", ack=True)
    to_us = frames.data(8, ROUTER.pan_id, ROUTER.short_address, 0xC939, b"for us", ack=True)

    async def scenario():
        rig.host.receiver = lambda reception: heard.append(reception.psdu)
        rig.host.configure(ROUTER)
        rig.host.listen(True)
        for psdu in (to_hub, to_us):
            received = Received(psdu, -40, 0, 15, 255, 1).encode()
            rig.port.say(SpinelFrame(UNSOLICITED, CommandId.IS, PropertyId.STREAM_RAW, received))
        await asyncio.sleep(0.01)

    rig.run(scenario)
    assert heard == [to_us]
