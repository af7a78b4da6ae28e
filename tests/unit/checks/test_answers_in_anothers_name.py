"""A dead gas meter fails, whoever answers in its name: key, NWK source and identity must be its own.

The octets of the answers are written by hand (ZCL r8, 2.5.2; R22, 2.2.5.1 and 4.4.1); the codecs only seal them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.errors import DropReason
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio.interface import Reception
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.data import ApsIndication
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.emulator.zigbee.storage import LinkKey
from hanbench.harness.case.check import Verdict
from hanbench.harness.checks import reading
from hanbench.harness.han.han import Han
from tests.support.han import check_connectivity, run_on_han

BASIC, METERING = 0x0000, 0x0702
ACKED, SECURED = 0x40, 0x20
"""Bits of the APS frame control (R22, 2.2.5.1.1)."""
READ_RESPONSE, READ = 0x01, 0x00
MAKER, MODEL, SUMMATION, SERIAL = "0400", "0500", "0000", "0803"
"""Attribute identifiers as they are on the air."""
CHALLENGE = (0x6001, 0xE002)
UNSUPPORTED = "016086 02e086"
"""What a meter says of the attributes of a challenge: UNSUPPORTED_ATTRIBUTE, 0x86 (ZCL r8, 2.5.2)."""


@pytest.fixture(autouse=True)
def known_challenge(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attacker who knows the challenge, so that what else is missing must tell."""
    monkeypatch.setattr(reading, "drawn", lambda han: CHALLENGE)


def text(octets: bytes, type_id: int = 0x42) -> bytes:
    """Status SUCCESS and a string with its length (ZCL r8, 2.6.2.13)."""
    return bytes((0x00, type_id, len(octets))) + octets


class Impersonator:
    """Answers in the dead gas meter's name; it has the network key, and the link key that it is given."""

    def __init__(self, han: Han, link: LinkKey | None, owner: AnyDevice) -> None:
        """`link`: seals the answers of clusters that need a link key, in the name of `owner`."""
        self.han = han
        self.link = link
        self.owner = owner
        self.serial = han.gsme.settings.serial.encode()
        self.sent = 0
        network = han.gsme.storage.network
        assert network is not None
        self.pan_id, self.short = network.pan_id, network.short

    def say(self, apdu: bytes) -> None:
        """Let the hub hear an APDU from the gas meter's address, under the network key."""
        self.sent += 1
        meter = self.han.gsme.storage
        header = nwk.header(nwk.DATA, 0, self.short, self.sent & 0xFF, radius=30, secured=True)
        key = cipher(meter.network_keys[meter.active_key])
        npdu = nwk.seal(header, apdu, nwk.FrameSecurity(key, meter.nwk_counter.next(), meter.active_key, meter.ieee))
        psdu = mac.data(self.sent & 0xFF, self.pan_id, 0, self.short, npdu, ack=True)
        receiver = self.han.radio("hub").receiver
        assert receiver is not None
        receiver(Reception(psdu, -50, 200, self.han.clock.now, 15, False))

    def message(self, cluster: int, payload: bytes, *, extended_nonce: bool = True) -> bytes:
        """The APDU of a message from endpoint 1 to endpoint 1 of the Smart Energy profile."""
        link = self.link if cluster == METERING else None
        control = ACKED | (0 if link is None else SECURED)
        header = bytes((control, 1)) + cluster.to_bytes(2, "little") + b"\x09\x01\x01" + bytes((self.sent & 0xFF,))
        if link is None:
            return header + payload
        counter = link.outgoing.next()
        ieee = self.owner.storage.ieee
        return aps.secure(header, payload, cipher(link.key), KeyId.DATA, counter, ieee, extended_nonce=extended_nonce)

    def answer(self, tsn: int, extended_nonce: bool) -> None:
        """Answer the reads of identity and register that may have this transaction number."""
        maker, model = self.han.gsme.settings.maker.encode(), self.han.gsme.settings.model.encode()
        identity = bytes.fromhex(MAKER) + text(maker) + bytes.fromhex(MODEL) + text(model)
        register = bytes.fromhex(SUMMATION) + bytes((0x00, 0x25)) + bytes(6)
        register += bytes.fromhex(SERIAL) + text(self.serial, 0x41) + bytes.fromhex(UNSUPPORTED)
        for cluster, records in ((BASIC, identity), (METERING, register)):
            payload = bytes((0x18, tsn, READ_RESPONSE)) + records
            self.say(self.message(cluster, payload, extended_nonce=extended_nonce))


async def check_while(han: Han, impersonate: Callable[[int], None]) -> tuple[Verdict, str]:
    """Run a check of a dead gas meter, and call `impersonate` with each transaction number that is pending."""
    # The meter is dead, yet the hub believes that it is awake: it asks at once.
    han.gsme.power_off()
    entry = han.hub.device_table[han.gsme.storage.ieee]
    han.hub.device_table[han.gsme.storage.ieee] = replace(entry, sleeps=False)
    check = asyncio.create_task(check_connectivity(han))
    while not check.done():
        await asyncio.sleep(0.5)
        short = han.hub.short_of(han.gsme.storage.ieee)
        for tsn, pending in tuple(han.hub.endpoint._pending.items()):
            if pending.dst == short:
                impersonate(tsn)
    found = await check
    return found.verdict, found.detail


def test_an_answer_under_the_electricity_meters_key_is_dropped() -> None:
    async def scenario(han: Han) -> None:
        link = han.esme.storage.link_keys[han.hub.storage.ieee]
        other = Impersonator(han, link, han.esme)
        verdict, detail = await check_while(han, lambda tsn: other.answer(tsn, extended_nonce=True))
        assert verdict is Verdict.FAIL, detail
        assert han.hub.stack.counters[DropReason.WRONG_KEY] > 0

    run_on_han(scenario, seed="impersonator")


def test_an_address_taken_over_by_another_device_proves_that_device() -> None:
    """Device_annce is under the network key: its holder may claim the gas meter's address for the ESME."""

    async def scenario(han: Han) -> None:
        link = han.esme.storage.link_keys[han.hub.storage.ieee]
        other = Impersonator(han, link, han.esme)

        def answer(tsn: int) -> None:
            han.hub.storage.short_addresses[han.esme.storage.ieee] = other.short
            other.answer(tsn, extended_nonce=False)

        verdict, detail = await check_while(han, answer)
        assert verdict is not Verdict.PASS, detail

    run_on_han(scenario, seed="impersonator")


def test_a_register_under_the_network_key_alone_is_not_the_meters() -> None:
    async def scenario(han: Han) -> None:
        other = Impersonator(han, None, han.gsme)
        verdict, detail = await check_while(han, lambda tsn: other.answer(tsn, extended_nonce=True))
        assert verdict is Verdict.FAIL, detail

    run_on_han(scenario, seed="impersonator")


def test_the_meters_own_key_and_identity_pass() -> None:
    """The same answers, under the key of the meter: the tests above fail for the key and for nothing else."""

    async def scenario(han: Han) -> None:
        link = han.gsme.storage.link_keys[han.hub.storage.ieee]
        other = Impersonator(han, link, han.gsme)
        verdict, detail = await check_while(han, lambda tsn: other.answer(tsn, extended_nonce=True))
        assert verdict is Verdict.PASS, detail

    run_on_han(scenario, seed="impersonator")


def test_blocks_of_one_message_are_of_one_sender() -> None:
    """The first block under the meter's key, the second under none (R22, 2.2.8.4.5): no message."""

    async def scenario(han: Han) -> None:
        heard: list[ApsIndication] = []
        han.hub.stack.aps.register(1, heard.append)
        link = han.gsme.storage.link_keys[han.hub.storage.ieee]
        other = Impersonator(han, link, han.gsme)
        address = b"\x01\x02\x07\x09\x01\x01\x63"
        first = bytes((0x80 | ACKED | SECURED,)) + address + b"\x01\x02"
        key, ieee = cipher(link.key), han.gsme.storage.ieee
        other.say(aps.secure(first, b"one", key, KeyId.DATA, link.outgoing.next(), ieee, extended_nonce=False))
        other.say(bytes((0x80 | ACKED,)) + address + b"\x02\x01" + b"two")
        assert heard == []
        second = bytes((0x80 | ACKED | SECURED,)) + address + b"\x02\x01"
        other.say(aps.secure(second, b"two", key, KeyId.DATA, link.outgoing.next(), ieee, extended_nonce=False))
        assert [(message.payload, message.ieee) for message in heard] == [(b"onetwo", ieee)]

    run_on_han(scenario, seed="impersonator")


@pytest.mark.parametrize("attribute", ["maker", "model", "serial"])
def test_a_meter_of_another_identity_is_not_the_expected_one(attribute: str) -> None:
    async def scenario(han: Han) -> None:
        # Another meter than the installation's hangs on the wall, and it has taken over key and addresses.
        changed: dict[str, Any] = {attribute: "other"}
        han.gsme.settings = replace(han.gsme.settings, **changed)
        han.gsme.power_off()
        han.gsme.power_on()
        await asyncio.sleep(60)
        found = await check_connectivity(han)
        assert found.verdict is Verdict.FAIL
        assert "'other'" in found.detail

    run_on_han(scenario, seed="identity")


def test_256_answers_that_wait_for_acknowledgement_are_no_end() -> None:
    """258 reads in the gas meter's name within 3 s: the APS counter of the answers wraps (R22, 2.2.5.1.7)."""

    async def scenario(han: Han) -> int:
        other = Impersonator(han, None, han.gsme)
        han.gsme.power_off()
        for number in range(258):
            payload = bytes((0x00, number & 0xFF, READ)) + bytes.fromhex(MAKER) + number.to_bytes(2, "little")
            other.say(other.message(BASIC, payload))
            await asyncio.sleep(0.01)
        waiting = len(han.hub.stack.aps._waiting)
        await asyncio.sleep(600)
        assert len(han.hub.stack.aps._waiting) == 0
        return waiting

    assert run_on_han(scenario, seed="wraps") == 256
