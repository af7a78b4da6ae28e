"""Changes of the network: its channel and its PAN ID."""

from __future__ import annotations

from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.commands import NetworkUpdate
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import JOINER, only, present, reading, secured
from hanbench.harness.conform.cases.life import searches
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import SE, ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("CHG", "Channel and PAN ID", gate=JOINER, seconds=6000)
FALSE_PAN = 0x0301
STRANGER, STRANGER_IEEE = 0x1234, 0x0011_2233_4455_6677
DELIVERY_S = 10.0
"""Time after which the hub has changed (broadcast delivery time)."""


def _limit(t: Tester) -> float:
    return t.pixit.longest_rest_s + 6 * t.wake_limit


def _arrives(t: Tester, otherwise: str) -> Frame:
    network = t.hub.stack.nwk.network

    def there(frame: Frame) -> bool:
        own = frame.mac is not None and frame.mac.dst_pan == network.pan_id
        return secured(frame) and frame.channel == network.channel and own and frame.name != "rejoin-request"

    started = t.now
    frame = t.hear(
        within=_limit(t),
        where=there,
        that=f"on channel {network.channel} in PAN 0x{network.pan_id:04x}",
        otherwise=otherwise,
    )
    t.measure("found after", frame.seconds - started, _limit(t), "s", frame)
    return frame


def _other_channel(t: Tester) -> int:
    now = t.hub.stack.nwk.network.channel
    return next(channel for channel in reversed(t.pixit.channels) if channel != now)


def _moved(t: Tester) -> None:
    t.hub.change_channel(_other_channel(t))
    t.wait(DELIVERY_S)


def _stays_after_power_cut(t: Tester) -> None:
    network = t.hub.stack.nwk.network
    t.wait(t.wake_limit)
    t.step("The device loses its power for ten seconds")
    t.device.power_off()
    t.wait(10)
    t.device.power_on()
    t.wait(max(t.wake_limit, 60))
    elsewhere = [
        f
        for f in t.frames(sender="anyone", where=lambda f: f.observed.sender == t.kind)
        if f.channel != network.channel
    ]
    elsewhere += [f for f in t.frames() if f.mac is not None and f.mac.dst_pan not in (None, network.pan_id, 0xFFFF)]
    pans = sorted({f.mac.dst_pan for f in elsewhere if f.mac is not None and f.mac.dst_pan is not None})
    t.require(
        not elsewhere,
        "after its power cut it looks for its network elsewhere than it was",
        *elsewhere[:3],
        expected=f"channel {network.channel}, PAN 0x{network.pan_id:04x}",
        seen=f"channel {elsewhere[0].channel}, PAN {', '.join(f'0x{pan:04x}' for pan in pans)}" if elsewhere else "",
    )
    t.require(bool(t.frames(where=secured)), "it is not heard after its power cut", expected="a frame in its network")


@AREA.case(1, "It finds its network on another channel", SE("5.5.5"), ZIGBEE("3.6.1.4.2"), wakes=8)
def channel(t: Tester) -> None:
    t.step("The hub moves to another channel, which a sleeper is not told")
    _moved(t)
    _arrives(t, "it does not find its network on another channel")


@AREA.case(2, "It keeps the new channel over a power cut", ZIGBEE("3.6.8"), needs=(Ability.POWER,), wakes=10)
def channel_kept(t: Tester) -> None:
    t.step("The hub moves to another channel, and the device follows")
    _moved(t)
    _arrives(t, "it does not find its network on another channel")
    _stays_after_power_cut(t)


@AREA.case(3, "It finds its network under another PAN ID", ZIGBEE("3.6.1.13.3"), SE("5.5.5"), wakes=8)
def pan_id(t: Tester) -> None:
    t.step("The hub takes another PAN ID, which a sleeper may miss")
    t.bench_must(t.hub.stack.maintenance.change_pan_id() is not None, "the hub did not change its PAN ID")
    t.wait(DELIVERY_S)
    _arrives(t, "it does not find its network under another PAN ID")


@AREA.case(4, "It keeps the new PAN ID over a power cut", ZIGBEE("3.6.8"), needs=(Ability.POWER,), wakes=10)
def pan_id_kept(t: Tester) -> None:
    t.step("The hub takes another PAN ID, and the device follows")
    t.bench_must(t.hub.stack.maintenance.change_pan_id() is not None, "the hub did not change its PAN ID")
    t.wait(DELIVERY_S)
    _arrives(t, "it does not find its network under another PAN ID")
    _stays_after_power_cut(t)


@AREA.case(
    5,
    "It does not take a foreign network for its own",
    ZIGBEE("3.6.1.4.2.1"),
    needs=(Ability.AIR,),
    seconds=4000,
    wakes=3,
)
def foreign(t: Tester) -> None:
    t.step("The hub is away, and a foreign network is open on its channel")
    foreign = t.bench.foreign_hub()
    t.hub.power_off()
    foreign.permit_join(900)
    own = foreign.stack.nwk.network.pan_id
    t.never(
        None,
        during=t.wake_limit + 1800,
        sender="anyone",
        where=lambda f: f.observed.sender == t.kind and f.mac is not None and f.mac.dst_pan == own,
        that="to the foreign network",
        otherwise="it turns to a network with another extended PAN ID",
    )


@AREA.case(
    6, "It finds its network on each of its channels", SE("5.5.5"), ZIGBEE("3.6.1.4.2"), seconds=45_000, wakes=60
)
def each_channel(t: Tester) -> None:
    first = t.hub.stack.nwk.network.channel
    for to in (*(each for each in t.pixit.channels if each != first), first):
        t.step(f"The hub moves to channel {to}")
        t.hub.change_channel(to)
        t.wait(DELIVERY_S)
        _arrives(t, f"it does not find its network on channel {to}")
        t.wait(t.within_wake(60))


@AREA.case(
    7,
    "Where it listens, it moves at the word of the network manager",
    ZIGBEE("2.4.3.3.9"),
    ZIGBEE("3.4.10.3"),
    gate=f"({JOINER}) & !HAN.POLL & BAS.S",
    seconds=300,
)
def moves_at_the_word(t: Tester) -> None:
    t.step("The hub tells its network of another channel, and moves")
    start = t.now
    _moved(t)
    _answers_there(t)
    t.step("The hub tells its network of another PAN ID, and moves")
    t.bench_must(t.hub.stack.maintenance.change_pan_id() is not None, "the hub did not change its PAN ID")
    t.wait(DELIVERY_S)
    _answers_there(t)
    lost = searches(t, start)
    t.require(not lost, "it searches for a network that told it where it goes", *lost[:3], expected="no search")


def _answers_there(t: Tester) -> None:
    network = t.hub.stack.nwk.network
    frame = only(t, t.ask(BASIC.id, reading(t, 0x0000)), "read-attributes-response")
    assert frame.mac is not None
    t.require_equal((frame.channel, frame.mac.dst_pan), (network.channel, network.pan_id), "it is elsewhere", frame)


@AREA.case(
    8, "It follows no Network Update that is not for it", ZIGBEE("3.4.10.3"), ZIGBEE("4.3.1.2"), seconds=300, wakes=6
)
def false_updates(t: Tester) -> None:
    t.step("Network Updates come: of another network, with an identifier that is over, of a stranger, unsecured")
    network, start = t.hub.stack.nwk.network, t.now
    new = NetworkUpdate(
        extended_pan_id=network.extended_pan_id,
        update_id=network.update_id + 1 & 0xFF,
        pan_id=network.pan_id ^ FALSE_PAN,
    )
    other = new.replace(extended_pan_id=network.extended_pan_id ^ 1)
    over = new.replace(update_id=network.update_id - 1 & 0xFF)

    def send() -> None:
        side = t.side
        side.send_npdu(side.npdu(other.encode(), type=nwk.COMMAND))
        side.send_npdu(side.npdu(over.encode(), type=nwk.COMMAND))
        side.send_npdu(side.npdu(new.encode(), type=nwk.COMMAND, source=STRANGER, source_ieee=STRANGER_IEEE, counter=1))
        side.send_npdu(side.unsecured_npdu(new.encode(), nwk.COMMAND))

    t.when_awake(send)
    t.wait(2 * DELIVERY_S)
    t.step("It is where it was")
    frame = present(t, 2 * t.wake_limit, "it has followed a Network Update that is not for it")
    lost = searches(t, start)
    t.require(not lost, "it has lost its network meanwhile", *lost[:3], expected="no search, and no rejoin")
    assert frame.mac is not None
    t.require_equal(frame.mac.dst_pan, network.pan_id, "it is in another PAN", frame, form="#06x")
