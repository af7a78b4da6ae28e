"""Lost frames and power cuts at each moment: a device comes into its network all the same, and keeps what it has."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.mac.frames import SHORT
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.storage import KeyOrigin
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import JOINER, ask_to_rejoin, join, present, read, secured
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import CBKE, MAC, SE, ZIGBEE
from hanbench.harness.conform.tester import Tester
from hanbench.harness.frames import Dissected

AREA = Area("LOS", "Lost frames and power cuts", gate=JOINER)
JOINING = ("beacon", "association-request", "association-response", "transport-key", "device-announce")
SECURING = (
    "initiate-key-establishment-request",
    "initiate-key-establishment-response",
    "ephemeral-data-request",
    "ephemeral-data-response",
    "confirm-key-data-request",
    "confirm-key-data-response",
)
REJOINING = ("beacon", "rejoin-request", "rejoin-response", "device-announce")
MOMENTS = ("beacon-request", "association-request", "association-response", "transport-key", "device-announce")
SECURING_MOMENTS = ("initiate-key-establishment-request", "ephemeral-data-response", "confirm-key-data-response")
ATTEMPTS_S = 600.0
"""Time for several attempts to join, in which each is like the first."""
SILENCE_S = 40.0
SETTLED_S = 15.0
"""Time in which the hub gives up a key establishment with a device that is gone."""
SOON_S = 180.0
NEW_SHORT = 0x5A5A
OFF_S = (2.0, 90.0, 3700.0)


def lose_one(t: Tester, name: str) -> None:
    """Have no radio hear the next frame of this name, with all its repetitions by the MAC."""
    lost: list[tuple[int, bytes]] = []

    def is_it(found: Dissected) -> bool:
        mac = found.parts.mac
        if mac is None or found.name != name:
            return False
        lost[:] = lost or [(mac.sequence, mac.payload)]
        return lost[0] == (mac.sequence, mac.payload)

    t.bench.lose(is_it, seconds=ATTEMPTS_S)


def lose_for(t: Tester, name: str, seconds: float) -> None:
    """Have no radio hear frames of this name from the next one on, for so long."""
    first: list[float] = []

    def is_it(found: Dissected) -> bool:
        if found.name == name and not first:
            first.append(t.now)
        return found.name == name and t.now <= first[0] + seconds

    t.bench.lose(is_it, seconds=seconds + ATTEMPTS_S + t.pixit.secure_s)


def _afresh(t: Tester) -> None:
    """Put the device into its factory state, and have the hub forget what it has agreed with it."""
    t.bench.han.air.frame_rules.clear()
    t.bench.reset_device()
    short = t.side.short
    if short is not None:
        t.hub.stack.parent.remove(short)
    t.hub.stack.nwk.security.forget_counter(t.ieee)
    t.wait(SETTLED_S)
    t.device.power_on()


def _agrees(t: Tester, otherwise: str) -> None:
    """State that the device agrees its link key with the hub."""
    if "KEC.C" not in t.pics:
        return
    links = t.hub.storage.link_keys
    agreed = t.wait_until(
        lambda: t.ieee in links and links[t.ieee].origin is KeyOrigin.ESTABLISHED,
        t.pixit.join_s + t.pixit.secure_s + 2 * t.wake_limit,
    )
    t.require(agreed, otherwise, expected="a link key that both have")


@AREA.case(
    1,
    "It joins although any one frame of its joining is lost",
    MAC("5.1.3.1"),
    SE("5.5.5"),
    begins=Begin.FACTORY,
    needs=(Ability.AIR, Ability.RESET),
    seconds=len(JOINING) * (ATTEMPTS_S + 20),
)
def one_lost(t: Tester) -> None:
    for name in JOINING:
        t.step(f"The device leaves the factory state; one frame is lost while it joins: {name}")
        _afresh(t)
        lose_one(t, name)
        join(t)
        _opened(t, lambda: t.side.short is not None and _heard_secured(t))


def _opened(t: Tester, joined: Callable[[], bool]) -> None:
    """Keep the network open until the device has joined."""
    end = t.now + ATTEMPTS_S
    while t.now < end:
        t.hub.permit_join(254)
        if t.wait_until(joined, min(200.0, end - t.now)):
            return
    t.require(False, "it does not join after one frame was lost", expected="a frame under the network key")


def _heard_secured(t: Tester) -> bool:
    return bool(t.frames(where=secured))


@AREA.case(
    2,
    "It agrees its key although frames are lost at any one step",
    CBKE("C.3.1.2.3"),
    SE("5.4.7.1"),
    gate=f"({JOINER}) & KEC.C",
    begins=Begin.FACTORY,
    needs=(Ability.AIR, Ability.RESET),
    seconds=len(SECURING) * 1500,
    wakes=2.2 * len(SECURING),
)
def step_lost(t: Tester) -> None:
    for name in SECURING:
        t.step(f"Frames are lost for {SILENCE_S:.0f} s while it agrees its key: {name}")
        _afresh(t)
        lose_for(t, name, SILENCE_S)
        join(t)
        _agrees(t, f"it agrees no key after {name} was lost")


@AREA.case(
    3,
    "It rejoins although any one frame of its rejoin is lost",
    ZIGBEE("3.6.1.4.2.1"),
    SE("5.5.5"),
    needs=(Ability.AIR,),
    seconds=1200,
    wakes=3 * len(REJOINING),
    times=("longest_rest_s",),
)
def rejoin_lost(t: Tester) -> None:
    for name in REJOINING:
        t.step(f"The hub asks the device to rejoin; one frame is lost: {name}")
        t.bench.han.air.frame_rules.clear()
        ask_to_rejoin(t)
        lose_one(t, name)
        t.wait(5)
        present(t, t.pixit.longest_rest_s + 2 * t.wake_limit, f"it is not back after one frame was lost: {name}")
        t.wait(t.within_wake(60))


@AREA.case(
    4,
    "It comes into its network whenever its power is cut while it joins",
    ZIGBEE("2.2.9"),
    SE("5.5.5"),
    begins=Begin.FACTORY,
    needs=(Ability.POWER, Ability.RESET),
    seconds=(len(MOMENTS) + len(SECURING_MOMENTS)) * 2000,
    wakes=2.2 * (len(MOMENTS) + len(SECURING_MOMENTS)),
)
def cut_while_joining(t: Tester) -> None:
    for name in (*MOMENTS, *(SECURING_MOMENTS if "KEC.C" in t.pics else ())):
        t.step(f"The power is cut as soon as this frame was sent: {name}")
        _afresh(t)
        join(t)
        limit = t.pixit.join_s + (t.pixit.secure_s if name in SECURING_MOMENTS else 0)
        t.expect(name, within=limit, sender="anyone", otherwise="it does not get so far")
        t.device.power_off()
        t.wait(15)
        t.device.power_on()
        t.step("Power returns; the device is commissioned if it does not go on by itself")
        t.hub.permit_join(254)
        t.device.commission()
        t.hear(
            within=ATTEMPTS_S,
            where=secured,
            that="under the network key",
            otherwise=f"it does not come into its network after its power was cut at {name}",
        )
        _agrees(t, f"it agrees no key after its power was cut at {name}")


@AREA.case(
    5,
    "Power cuts take nothing from it",
    ZIGBEE("2.2.9"),
    ZIGBEE("3.6.8"),
    ZIGBEE("4.4.1"),
    gate=f"({JOINER}) & BAS.S",
    needs=(Ability.POWER,),
    seconds=5000,
    wakes=18,
)
def keeps_all(t: Tester) -> None:
    t.step("The device gets another short address and another network key")
    _moved(t)
    basic = _basic(t)
    before = _has(t)
    for off in OFF_S:
        t.step(f"It has no power for {off:g} s")
        t.device.power_off()
        t.wait(off)
        t.device.power_on()
        present(t, 2 * t.wake_limit, "it is not back after a power cut")
        t.wait(2 * t.wake_limit)
        t.require_equal(_has(t), before, "it has another address or key than before its power cut")
        renewed = t.frames("initiate-key-establishment-request") + t.frames("association-request", sender="anyone")
        renewed += t.frames("request-mirror")
        strange = [f for f in t.frames() if f.mac is not None and f.mac.src_mode == SHORT and f.mac.src != before[0]]
        t.require(not strange, "it sends under another short address after a power cut", *strange[:3])
        t.require(not renewed, "it asks for what it had before its power cut", *renewed[:3], expected="nothing of it")
    t.step("Its Basic cluster is as before")
    t.require_equal(_basic(t), basic, "its Basic cluster says something else after power cuts")


def _moved(t: Tester) -> None:
    """Give the device another short address, and the network another key."""
    parent = t.hub.stack.parent
    add = parent._add_child

    def moved(ieee: int, capability: int, **named: object) -> object:
        return add(ieee, capability, **{**named, "short": NEW_SHORT})  # type: ignore[arg-type]

    parent._add_child = moved  # type: ignore[method-assign, assignment]
    ask_to_rejoin(t)
    t.expect("rejoin-response", within=SOON_S, sender="hub", otherwise="it does not rejoin")
    del parent._add_child
    t.wait(t.wake_limit)
    t.hub.stack.trust_center.distribute()
    t.wait(2 * t.wake_limit)
    t.hub.stack.trust_center.switch()
    t.wait(2 * t.wake_limit)


def _has(t: Tester) -> tuple[int | None, int | None]:
    """Return short address and sequence number of the network key that the device has used last."""
    last = next(f for f in reversed(t.every_frame()) if _of_device(t, f))
    assert last.nwk is not None
    return last.nwk.src, last.nwk.key_sequence


def _of_device(t: Tester, frame: Frame) -> bool:
    return frame.observed.sender == t.kind and secured(frame)


def _basic(t: Tester) -> dict[int, object]:
    answer = read(t, BASIC.id, *range(0x0008))
    return {each.attribute: each.data and each.data.value for each in answer.message.records}
