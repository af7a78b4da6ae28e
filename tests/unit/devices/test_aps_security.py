"""What a hub makes of frames that are not what they should be: each is dropped, says why, and is never acted on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import pytest

from hanbench.emulator.errors import DropReason
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.radio.interface import Reception
from hanbench.emulator.zcl import TO_SERVER, Reply, ReplyOutcome, Status
from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.emulator.zigbee.storage import FrameCounter, KeyOrigin, LinkKey
from tests.support.han import read, run_on_han

on_han = partial(run_on_han, seed="aps")

LEVEL_BITS = 3
"""The security level is 0 on the air and 5 in the nonce, whatever is sent: these bits mean nothing (R22, 4.3.1.1)."""


class Report(NamedTuple):
    """A report that the gas meter has sent and the hub has not heard."""

    psdu: bytes
    npdu: bytes
    apdu: bytes

    @property
    def header(self) -> bytes:
        """The MAC's, as it was."""
        return self.psdu[: len(self.psdu) - 2 - len(self.npdu)]


async def unheard_report(han) -> Report:
    """Catch a report in the air while the hub is deaf; then only what the test delivers reaches the hub."""
    caught = []
    key = cipher(han.gsme.storage.network_keys[han.gsme.storage.active_key])

    def watch(transmission):
        frame = mac.decode(transmission.psdu)
        if frame.type != mac.DATA or frame.src != han.gsme.storage.network.short:
            return
        packet = nwk.decode(frame.payload)
        packet.decrypt(key)
        if aps.decode(packet.payload).cluster == METERING.id:
            caught.append(Report(transmission.psdu, frame.payload, packet.payload))

    han.radio("hub").muted = True
    han.air.observers.append(watch)
    han.gsme.send_report()
    await asyncio.sleep(1)
    han.air.observers.remove(watch)
    han.radio("gsme").muted, han.radio("hub").muted = True, False
    return caught[0]


def deliver(han, report: Report, npdu: bytes) -> None:
    """Let the hub's radio hear a frame with this network packet, its sequence number new and its FCS in order."""
    header = bytearray(report.header)
    header[2] = han.delivered = getattr(han, "delivered", header[2]) + 1 & 0xFF
    mpdu = bytes(header) + npdu
    han.radio("hub").receiver(Reception(mpdu + fcs(mpdu), -50, 200, han.clock.now, 15, False))


def wrapped(han, report: Report, apdu: bytes) -> bytes:
    """The packet with other APS octets, under the right network key and a fresh frame counter of the meter."""
    storage = han.gsme.storage
    packet = nwk.decode(report.npdu)
    key = cipher(storage.network_keys[storage.active_key])
    return nwk.seal(
        packet.header, apdu, nwk.FrameSecurity(key, storage.nwk_counter.next(), storage.active_key, storage.ieee)
    )


def flips(octets: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Octet, bit, and the octets with that bit changed."""
    for octet in range(len(octets)):
        for bit in range(8):
            yield octet, bit, octets[:octet] + bytes((octets[octet] ^ 1 << bit,)) + octets[octet + 1 :]


def test_one_flipped_bit_under_the_network_key_is_a_drop_with_its_reason():
    async def scenario(han):
        report = await unheard_report(han)
        mirror = han.hub.mirrors[han.gsme.storage.ieee]
        before, counters = mirror.updated, han.hub.stack.counters
        control = len(nwk.decode(report.npdu).header)
        for octet, bit, npdu in flips(report.npdu):
            if octet == control and bit < LEVEL_BITS:
                continue
            dropped = counters.total()
            deliver(han, report, npdu)
            assert counters.total() == dropped + 1, f"octet {octet}, bit {bit}"
            assert mirror.updated == before
        assert counters[DropReason.BAD_MIC] > 8 * 60
        deliver(han, report, report.npdu)
        await asyncio.sleep(0.1)
        assert mirror.updated > before

    on_han(scenario)


def test_one_flipped_bit_under_the_link_key_is_not_acted_on_either():
    async def scenario(han):
        report = await unheard_report(han)
        mirror = han.hub.mirrors[han.gsme.storage.ieee]
        before, counters = mirror.updated, han.hub.stack.counters
        control = 8
        assert aps.decode(report.apdu).secured
        refused = []
        mirror.endpoint._answer_status = lambda indication, frame, status: refused.append(status)
        for octet, bit, apdu in flips(report.apdu):
            if octet == control and bit < LEVEL_BITS:
                continue
            said = counters.total() + len(refused)
            deliver(han, report, wrapped(han, report, apdu))
            assert counters.total() + len(refused) == said + 1, f"octet {octet}, bit {bit}"
            assert mirror.updated == before
        # Without its security bit a frame is read as a plain one, and refused as such.
        assert set(refused) <= {Status.FAILURE}
        assert counters[DropReason.BAD_MIC] > 8 * 50
        deliver(han, report, wrapped(han, report, report.apdu))
        await asyncio.sleep(0.1)
        assert mirror.updated > before

    on_han(scenario)


def test_the_bits_of_the_security_level_change_nothing():
    async def scenario(han):
        report = await unheard_report(han)
        mirror = han.hub.mirrors[han.gsme.storage.ieee]
        apdu = report.apdu[:8] + bytes((report.apdu[8] | 7,)) + report.apdu[9:]
        before = mirror.updated
        deliver(han, report, wrapped(han, report, apdu))
        assert mirror.updated > before

    on_han(scenario)


def test_a_replayed_message_is_dropped_though_the_packet_around_it_is_new():
    async def scenario(han):
        report = await unheard_report(han)
        mirror, counters = han.hub.mirrors[han.gsme.storage.ieee], han.hub.stack.counters
        deliver(han, report, wrapped(han, report, report.apdu))
        first = mirror.updated
        assert counters[DropReason.REPLAY] == 0
        await asyncio.sleep(60)
        deliver(han, report, wrapped(han, report, report.apdu))
        assert counters[DropReason.REPLAY] == 1
        deliver(han, report, report.npdu)
        assert counters[DropReason.REPLAY] == 2
        assert mirror.updated == first

    on_han(scenario)


def send_as_meter(han, link: LinkKey | None, payload: bytes, *, cluster=METERING.id, key_id=KeyId.DATA) -> list[bytes]:
    """What the meter would send under this link key (None: under none); returns what the hub then puts on the air."""
    storage, hub = han.gsme.storage, han.hub.storage.network
    header = aps.data_header(1, cluster, 0x0109, 1, 99, ack_request=True, secured=link is not None)
    apdu = (
        header + payload
        if link is None
        else aps.secure(header, payload, cipher(link.key), key_id, 500_000, storage.ieee, extended_nonce=False)
    )
    network = nwk.header(nwk.DATA, 0, storage.network.short, 77, radius=30, secured=True)
    key = cipher(storage.network_keys[storage.active_key])
    npdu = nwk.seal(network, apdu, nwk.FrameSecurity(key, storage.nwk_counter.next(), storage.active_key, storage.ieee))
    mpdu = mac.data(55, hub.pan_id, 0, storage.network.short, npdu, ack=True)[:-2]
    han.radio("hub").receiver(Reception(mpdu + fcs(mpdu), -50, 200, han.clock.now, 15, False))
    return []


READ = bytes((0x00, 1, 0x00, 0x00, 0x00))
"""Read Attributes, CurrentSummationDelivered."""


def test_an_unsecured_question_to_a_secured_cluster_is_a_failure():
    async def scenario(han):
        han.hub.endpoint.needs_link_key = lambda cluster: False
        reply = await read(han, han.esme, METERING, 0)
        assert (reply.outcome, reply.status) == (ReplyOutcome.REFUSED, Status.FAILURE)
        reply = await read(han, han.esme, BASIC, 4)
        assert reply.ok

    on_han(scenario)


def test_a_secured_question_to_an_open_cluster_is_answered_secured():
    async def scenario(han):
        secured = []

        def receive(indication):
            secured.append(indication.secured)
            han.hub.endpoint.receive(indication)

        han.hub.stack.aps.register(1, receive)
        reply = await read(han, han.esme, BASIC, 4, secured=True)
        assert reply.ok
        assert secured == [True]

    on_han(scenario)


@pytest.mark.parametrize("origin", [KeyOrigin.PRECONFIGURED, KeyOrigin.RESTORED])
def test_data_under_a_newcomers_key_is_dropped_without_an_acknowledgement(origin):
    async def scenario(han):
        link = han.hub.storage.link_keys[han.gsme.storage.ieee]
        link.origin = origin
        sent, counters = [], han.hub.stack.counters
        han.hub.stack.nwk.send = lambda *arguments, **options: sent.append(arguments)
        send_as_meter(han, link, READ)
        assert counters[DropReason.WRONG_KEY] == 1
        assert sent == []

    on_han(scenario)


@pytest.mark.parametrize("key_id", [KeyId.KEY_TRANSPORT, KeyId.KEY_LOAD])
def test_data_under_a_derived_key_is_dropped(key_id):
    async def scenario(han):
        link = han.hub.storage.link_keys[han.gsme.storage.ieee]
        send_as_meter(han, link, READ, key_id=key_id)
        assert han.hub.stack.counters[DropReason.WRONG_KEY] == 1

    on_han(scenario)


def test_data_under_a_stale_key_is_dropped_and_the_device_agrees_another():
    async def scenario(han):
        esme, hub = han.esme.storage, han.hub.storage
        stale = LinkKey(bytes(16), KeyOrigin.ESTABLISHED, FrameCounter(), 0)
        hub.link_keys[esme.ieee] = stale
        reply = await read(han, han.esme, METERING, 0)
        # One attempt is dropped; the next goes out under the key that was agreed meanwhile.
        assert han.esme.stack.counters[DropReason.BAD_MIC] == 1
        assert reply.ok
        assert hub.link_keys[esme.ieee] is not stale
        assert hub.link_keys[esme.ieee].key == esme.link_keys[hub.ieee].key
        reply = await read(han, han.esme, METERING, 0)
        assert reply.ok

    on_han(scenario)


def test_who_has_no_link_key_with_a_partner_is_told_at_once():
    async def scenario(han):
        del han.hub.storage.link_keys[han.esme.storage.ieee]
        reply = await read(han, han.esme, METERING, 0)
        assert reply.outcome is ReplyOutcome.UNDELIVERED
        assert reply.delivery.name == "NO_KEY"

    on_han(scenario)


def test_a_key_that_goes_while_a_message_waits_ends_it_without_harm():
    async def scenario(han):
        han.radio("esme").muted = True
        short = han.hub.short_of(han.esme.storage.ieee)
        replies: list[Reply] = []
        han.hub.endpoint.read(short, 1, METERING.id, (0,), replies.append, direction=TO_SERVER)
        await asyncio.sleep(1)
        del han.hub.storage.link_keys[han.esme.storage.ieee]
        await asyncio.sleep(30)
        assert [reply.outcome for reply in replies] == [ReplyOutcome.UNDELIVERED]

    on_han(scenario)
