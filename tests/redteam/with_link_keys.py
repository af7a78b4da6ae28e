"""Attacks by a holder of the electricity meter's link key with the hub, or of all keys."""

from __future__ import annotations

import asyncio

from hanbench.emulator.mac.frames import MacCommand
from hanbench.emulator.zigbee.aps import commands as aps_commands
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId
from tests.redteam.answers import Answers
from tests.redteam.attacker import Attacker
from tests.redteam.attacks import FLOOD, attack
from tests.redteam.with_the_network_key import KEY_ESTABLISHMENT, again

METERING, EVENTS, TUNNELING, PRICE = 0x0702, 0x0709, 0x0704, 0x0700
POLL = bytes((MacCommand.DATA_REQUEST,))


async def answering(a: Attacker, answers: Answers) -> None:
    """Take the dead meter's address, poll in its name, and answer in it."""
    a.be(a.gsme.short)
    a.ears.append(answers.acknowledge)
    a.ears.append(answers.answer)
    await again(a, lambda: [a.command(POLL, src=a.gsme.short)], 10)


@attack
async def register_under_anothers_key(a: Attacker) -> None:
    """The EUI-64 of the electricity meter stands in the extended nonce."""
    await answering(a, Answers(a, a.han.gsme, link=(a.link_key(a.han.esme), a.esme.ieee), nonce=True))


@attack
async def register_under_anothers_key_without_a_name(a: Attacker) -> None:
    """Without extended nonce: the hub looks for the key by the address (R22, 4.4.1.2)."""
    await answering(a, Answers(a, a.han.gsme, link=(a.link_key(a.han.esme), a.gsme.ieee)))


@attack
async def address_taken_over_by_another_device(a: Attacker) -> None:
    """The electricity meter announces the gas meter's address, and then answers under its own key."""
    from tests.redteam.with_the_network_key import annce

    answers = Answers(a, a.han.gsme, link=(a.link_key(a.han.esme), a.esme.ieee))
    a.be(a.gsme.short)
    a.ears.append(answers.answer)
    await again(a, lambda: [annce(a, a.esme.ieee, a.gsme.short), a.command(POLL, src=a.gsme.short)], 10)


def secured(a: Attacker, zcl: bytes, cluster: int) -> bytes:
    """A message of the electricity meter to the hub."""
    apdu = a.apdu(zcl, cluster, link=(a.link_key(a.han.esme), a.esme.ieee))
    return a.data(a.npdu(apdu, src=a.esme.short), src=a.esme.short)


@attack
async def update_device_under_anothers_key(a: Attacker) -> None:
    """The electricity meter says that the gas meter is its child now, at another address."""
    key = a.link_key(a.han.esme)

    def lies() -> list[bytes]:
        command = aps_commands.UpdateDevice(a.gsme.ieee, 0x4242, 0)
        header = aps.command_header(a.next(), secured=True)
        apdu = aps.secure(
            header,
            command.encode(),
            cipher(key),
            KeyId.DATA,
            a.link_counter(a.esme.ieee),
            a.esme.ieee,
            extended_nonce=True,
        )
        return [a.data(a.npdu(apdu, src=a.esme.short), src=a.esme.short)]

    await again(a, lies, 60)


@attack
async def mirrors_and_reports_of_another_device(a: Attacker) -> None:
    """RequestMirror and RemoveMirror as the electricity meter, and reports to the gas meter's mirror."""
    mirror = a.han.hub.settings.first_mirror_endpoint

    def lies() -> list[bytes]:
        report = a.apdu(
            b"\x18\x05\x0a\x00\x00\x25" + b"\xff" * 6,
            METERING,
            endpoint=mirror,
            link=(a.link_key(a.han.esme), a.esme.ieee),
        )
        return [
            secured(a, b"\x09\x01\x01", METERING),
            secured(a, b"\x09\x02\x02", METERING),
            a.data(a.npdu(report, src=a.esme.short), src=a.esme.short),
        ]

    await again(a, lies)


@attack
async def event_and_price_flood(a: Attacker) -> None:
    """Events, confirmations and questions without end: what a hub's services note."""

    def each() -> list[bytes]:
        event = b"\x09" + bytes((a.next(),)) + b"\x01" + b"\x01\x00" + bytes(4) + b"\x00\x00"
        return [secured(a, event, EVENTS), secured(a, b"\x01\x01\x00\x00", PRICE)]

    for _ in range(FLOOD // 4):
        await a.flood(each())


@attack
async def tunnel_flood_at_the_esme(a: Attacker) -> None:
    """The link key is symmetric: its holder is the hub to the ESME, and asks for tunnels (SE 1.4a, D.6)."""
    key = a.link_key(a.han.esme)

    def lie() -> bytes:
        zcl = b"\x01" + bytes((a.next(),)) + b"\x00\x00\xff\xff\x00\xdc\x05"
        apdu = a.apdu(zcl, TUNNELING, link=(key, a.hub.ieee))
        return a.data(a.npdu(apdu, src=0, dst=a.esme.short), dst=a.esme.short, src=0)

    await a.flood(lie() for _ in range(FLOOD // 8))


@attack
async def link_counter_pushed_to_the_end(a: Attacker) -> None:
    """The electricity meter's APS frame counter at its highest: the hub takes nothing of it any more (R22, 4.4.1.2)."""
    link = (a.link_key(a.han.esme), a.esme.ieee)
    a._links[a.esme.ieee] = 0xFFFF_FFFD
    await a.send(a.data(a.npdu(a.apdu(b"\x01\x01\x00\x00", PRICE, link=link), src=a.esme.short)), retries=3)
    await asyncio.sleep(1)


@attack
async def key_establishment_with_anothers_certificate(a: Attacker) -> None:
    """Initiate from the gas meter's address with the electricity meter's certificate (SE 1.4a, C.3.1)."""
    identity = a.han.esme.identity
    assert identity is not None

    def lies() -> list[bytes]:
        zcl = b"\x01" + bytes((a.next(),)) + b"\x00\x01\x00\x01\x01" + identity.certificate.octets
        return [a.data(a.npdu(a.apdu(zcl, KEY_ESTABLISHMENT), src=a.gsme.short), src=a.gsme.short)]

    await again(a, lies, 20)


@attack
async def request_key_for_the_meter(a: Attacker) -> None:
    """The Trust Centre is asked for keys with the gas meter, again and again (R22, 4.4.6)."""
    key = a.link_key(a.han.esme)

    def lies() -> list[bytes]:
        command = aps_commands.RequestKey(aps_commands.REQUEST_APPLICATION_KEY, a.gsme.ieee)
        apdu = aps.secure(
            aps.command_header(a.next(), secured=True),
            command.encode(),
            cipher(key),
            KeyId.DATA,
            a.link_counter(a.esme.ieee),
            a.esme.ieee,
            extended_nonce=True,
        )
        return [a.data(a.npdu(apdu, src=a.esme.short), src=a.esme.short)]

    await again(a, lies, 20)


# --- everything -------------------------------------------------------------------------------------------------------


@attack
async def the_meter_in_all_but_body(a: Attacker) -> None:
    """Answers under the meter's own link key, with its identity and higher counters."""
    await answering(a, Answers(a, a.han.gsme, link=(a.link_key(a.han.gsme), a.gsme.ieee)))


@attack
async def the_meters_key_and_anothers_identity(a: Attacker) -> None:
    """The meter's link key and the serial number of another meter."""
    link = (a.link_key(a.han.gsme), a.gsme.ieee)
    await answering(a, Answers(a, a.han.gsme, link=link, serial=b"another meter"))


@attack
async def replays_under_the_meters_key(a: Attacker) -> None:
    """The meter's link key with counters that the hub has seen already."""
    answers = Answers(a, a.han.gsme, link=(a.link_key(a.han.gsme), a.gsme.ieee), counter=0)
    await answering(a, answers)


@attack
async def everything_and_the_wrong_address(a: Attacker) -> None:
    """All keys, from an address that is not the meter's."""
    answers = Answers(a, a.han.gsme, link=(a.link_key(a.han.gsme), a.gsme.ieee), src=a.foreign_short())
    await answering(a, answers)
