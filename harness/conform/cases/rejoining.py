"""Rejoining: outages of the hub, leaves, and the way back."""

from __future__ import annotations

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.frames import MacCommand
from hanbench.emulator.mac.layer import AssociationStatus
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.commands import Leave, RejoinResponse
from hanbench.harness.conform.bench import HIGHEST_PAN
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import JOINER, ask_to_rejoin, present, secured
from hanbench.harness.conform.frame import Frame, Where
from hanbench.harness.conform.requirement import MAC, PIXIT, SE, ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("REJ", "Rejoining", gate=JOINER)
HOUR_S = 3600.0
SOON_S = 180.0
NEW_SHORT = 0x5A5A
ANSWER_S = 30.0
"""Time in which an attempt to rejoin is over: its answer, or a Transport-Key, comes in seconds."""
STRANGER, STRANGER_IEEE = 0x1234, 0x0011_2233_4455_6677
"""Another member of the network, which is not the device's parent."""


def _outage(t: Tester, seconds: float, limit: float) -> None:
    t.hub.power_off()
    t.wait(seconds)
    t.hub.power_on()
    back = t.now
    t.step("The hub is back")
    frame = present(t, limit, "it does not come back after an outage of the hub")
    t.measure("back after", frame.seconds - back, limit, "s", frame)


@AREA.case(1, "It is back after an outage of the hub of a minute", SE("5.5.5"), PIXIT("rejoin_s"), seconds=120, wakes=2)
def minute(t: Tester) -> None:
    t.step("The hub has no power when the device wakes, and for a minute more")
    t.hub.power_off()
    if t.sleeps:
        t.expect(None, within=t.wake_limit, where=_sent, that="of whatever kind", otherwise="it does not wake")
    _outage(t, 60, max(t.pixit.rejoin_s, t.wake_limit))


def _sent(frame: Frame) -> bool:
    return frame.name != "acknowledgement"


@AREA.case(2, "It is back after an outage of the hub of six hours", SE("5.5.5"), seconds=35_000, wakes=3)
def six_hours(t: Tester) -> None:
    t.step("The hub has no power for six hours")
    _outage(t, 6 * HOUR_S, t.pixit.longest_rest_s + t.wake_limit)


@AREA.case(3, "It is back after an outage of the hub of three days", SE("5.5.5"), seconds=275_000, wakes=3)
def three_days(t: Tester) -> None:
    t.step("The hub has no power for three days")
    _outage(t, 72 * HOUR_S, t.pixit.longest_rest_s + t.wake_limit)


@AREA.case(
    4,
    "It searches in moderation while the hub is away",
    SE("5.5.5"),
    PIXIT("most_beacon_requests_per_hour"),
    seconds=20_000,
    wakes=2,
)
def moderation(t: Tester) -> None:
    t.step("The hub has no power; an hour passes")
    t.hub.power_off()
    t.wait(t.wake_limit + HOUR_S)
    for hour in range(2, 5):
        t.step(f"Hour {hour}")
        t.wait(HOUR_S)
        sent = t.frames("beacon-request", sender="anyone")
        t.measure(f"beacon requests in hour {hour}", len(sent), t.pixit.most_beacon_requests_per_hour, "requests")


@AREA.case(5, "Asked to rejoin, it rejoins under its network key first", ZIGBEE("3.6.1.4.2"), ZIGBEE("3.4.4"), wakes=2)
def rejoins_secured(t: Tester) -> None:
    t.step("The hub asks the device to leave and rejoin")
    ask_to_rejoin(t)
    request = t.expect("rejoin-request", within=SOON_S, otherwise="it does not rejoin")
    t.require(
        secured(request), "the first Rejoin Request is not under the network key", request, expected="NWK security"
    )
    t.expect("rejoin-response", within=10, sender="hub")
    present(t, t.wake_limit, "it is not back after its rejoin")


@AREA.case(
    6,
    "It obeys no Leave but that of its parent",
    SE("5.5.5.1"),
    ZIGBEE("3.6.1.10.3.1"),
    gate=f"({JOINER}) & NWK.ZED",
    wakes=3,
)
def leave_of_stranger(t: Tester) -> None:
    t.step("Another member of the network tells the device to leave")
    command = Leave(request=True).encode()
    t.when_awake(
        lambda: t.side.send_npdu(
            t.side.npdu(command, type=nwk.COMMAND, source=STRANGER, source_ieee=STRANGER_IEEE, counter=1)
        )
    )
    t.never("leave", during=30, otherwise="it leaves because a stranger says so")
    present(t, t.wake_limit, "it has left because a stranger said so")


@AREA.case(7, "It obeys no Leave without NWK security", ZIGBEE("3.6.1.10.3"), wakes=3)
def unsecured_leave(t: Tester) -> None:
    t.step("A Leave without NWK security comes")
    npdu = t.side.unsecured_npdu(Leave(request=True).encode(), nwk.COMMAND)
    t.when_awake(lambda: t.side.send_npdu(npdu))
    t.never("leave", during=30, otherwise="it leaves because of an unsecured command")
    present(t, t.wake_limit, "it has left because of an unsecured command")


@AREA.case(
    8,
    "It comes back to its parent even if that shows no room",
    ZIGBEE("3.6.1.4.2.1"),
    gate=f"({JOINER}) & NWK.ZED",
    wakes=3,
)
def no_room(t: Tester) -> None:
    t.step("The hub's beacons show no capacity; it asks the device to rejoin")
    t.hub.stack.parent.has_room = lambda: False
    ask_to_rejoin(t)
    t.expect("rejoin-request", within=SOON_S, otherwise="it does not come back to a parent whose beacon shows no room")
    t.expect("rejoin-response", within=10, sender="hub")
    present(t, t.wake_limit, "it is not back after its rejoin")


@AREA.case(9, "It takes the short address of the Rejoin Response", ZIGBEE("3.6.1.4.2.1"), ZIGBEE("3.4.7.3.1"), wakes=3)
def new_address(t: Tester) -> None:
    t.step("The hub gives the device another short address when it rejoins")
    parent = t.hub.stack.parent
    add = parent._add_child

    def moved(ieee: int, capability: int, **named: object) -> object:
        return add(ieee, capability, **{**named, "short": NEW_SHORT})  # type: ignore[arg-type]

    parent._add_child = moved  # type: ignore[method-assign, assignment]
    ask_to_rejoin(t)
    t.expect("rejoin-response", within=SOON_S, sender="hub")
    frame = t.expect(
        None,
        within=t.wake_limit,
        where=lambda f: f.nwk is not None and f.nwk.secured and f.name != "rejoin-request",
        that="under the network key",
    )
    assert frame.nwk is not None
    t.require_equal(frame.nwk.src, NEW_SHORT, "it goes on under its old short address", frame, form="#06x")


@AREA.case(10, "One rejoin is enough", SE("5.5.5"), wakes=4)
def no_loop(t: Tester) -> None:
    t.step("The hub asks the device to rejoin; it does")
    ask_to_rejoin(t)
    t.expect("rejoin-response", within=SOON_S, sender="hub")
    t.wait(5)
    t.step("It stays")
    t.never("rejoin-request", during=2 * t.wake_limit, sender="anyone", otherwise="it rejoins again and again")


@AREA.case(11, "It tries again when its rejoin was refused", ZIGBEE("3.6.1.4.2.1"), SE("5.5.5"), seconds=6000, wakes=4)
def refused(t: Tester) -> None:
    t.step("The hub refuses two rejoins")
    admits = t.hub.stack.parent.admits
    tries: list[int] = []

    def after_two(ieee: int) -> bool:
        tries.append(ieee)
        return len(tries) > 2 and admits(ieee)

    t.hub.stack.parent.admits = after_two
    ask_to_rejoin(t)
    answer = t.expect("rejoin-response", within=SOON_S, sender="hub")
    assert isinstance(answer.message, RejoinResponse)
    t.bench_must(answer.message.status == AssociationStatus.PAN_ACCESS_DENIED, "the hub did not refuse")
    t.step("It tries on, and comes back")
    t.expect(
        "rejoin-response",
        within=t.pixit.longest_rest_s,
        sender="hub",
        where=lambda frame: frame.message.status == 0,
        that="with success",
        otherwise="it gives up after a refusal",
    )


@AREA.case(
    12,
    "It is back when it lost its power while the hub was away",
    SE("5.5.5"),
    ZIGBEE("3.6.1.4.2"),
    needs=(Ability.POWER,),
    seconds=8000,
    wakes=3,
)
def both_without_power(t: Tester) -> None:
    t.step("The hub has no power, and the device loses its own")
    t.hub.power_off()
    t.wait(60)
    t.device.power_off()
    t.wait(60)
    t.device.power_on()
    t.wait(300)
    t.hub.power_on()
    t.step("The hub is back")
    present(t, t.pixit.longest_rest_s + t.wake_limit, "it does not come back")


@AREA.case(13, "It announces itself after a rejoin", ZIGBEE("2.4.3.1.11"), wakes=2)
def announces(t: Tester) -> None:
    t.step("The hub asks the device to rejoin")
    ask_to_rejoin(t)
    t.expect("rejoin-response", within=SOON_S, sender="hub")
    frame = t.expect("device-announce", within=30, otherwise="it does not announce itself after a rejoin")
    t.require_equal(frame.message.ieee, t.ieee, "it announces another EUI-64", frame, form="016x")


@AREA.case(
    14,
    "It stays when a device of another PAN polls its parent",
    MAC("5.1.6.2"),
    ZIGBEE("3.6.1.10"),
    needs=(Ability.AIR,),
    wakes=4,
)
def foreign_poll(t: Tester) -> None:
    t.step("A device of another PAN, in range, sends Data Requests to its own parent")
    pan_id = (t.hub.stack.nwk.network.pan_id + 1) & HIGHEST_PAN
    poll = mac.MacFrame(
        mac.COMMAND,
        0,
        bytes((MacCommand.DATA_REQUEST,)),
        dst_pan=pan_id,
        dst=0x0000,
        dst_mode=mac.SHORT,
        src_pan=pan_id,
        src=STRANGER,
        src_mode=mac.SHORT,
    ).encode()
    for _ in range(3):
        t.when_awake(lambda: t.hub.stack.mac.transmit(poll, retries=0))
        t.wait(5)
    t.never("leave", during=30, otherwise="it leaves because a device of another PAN polls")
    present(t, t.wake_limit, "it is gone because a device of another PAN polled")


@AREA.case(
    15,
    "It polls no parent that has refused it",
    ZIGBEE("3.6.1.4.2.1"),
    SE("5.5.5"),
    gate=f"({JOINER}) & HAN.POLL",
    seconds=2400,
    wakes=2,
)
def refused_sleeps(t: Tester) -> None:
    t.step("The hub refuses each rejoin")
    t.hub.stack.parent.admits = lambda ieee: False
    ask_to_rejoin(t)
    t.expect("rejoin-response", within=SOON_S, sender="hub")
    first = t.now
    t.step("Half an hour passes, in which the device has no parent")
    t.wait(HOUR_S / 2)
    again = t.frames("rejoin-request", sender="anyone", where=_of_device(t))
    tries = [first, *(frame.seconds for frame in again)]
    polls = t.frames("data-request", sender="anyone", where=_of_device(t))
    stray = [poll for poll in polls if all(not 0 <= poll.seconds - tried <= ANSWER_S for tried in tries)]
    t.require(
        not stray,
        "it polls a parent that has refused it",
        *stray[:3],
        expected=f"no Data Request later than {ANSWER_S:.0f} s after a Rejoin Request",
        seen=f"{len(stray)} in half an hour",
    )


def _of_device(t: Tester) -> Where:
    return lambda frame: frame.observed.sender == t.kind
