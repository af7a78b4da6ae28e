"""An eventful stretch of a device's life, for cases about every frame that it sends."""

from __future__ import annotations

from itertools import pairwise

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.cases.common import ask_to_rejoin, join, present, reading
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.tester import Tester

SOON_S = 180.0
OUTAGE_S = 60.0
LIFE_S = 900.0
"""What it takes beside wake periods and the times of the PIXIT."""
LIFE_WAKES = 12
LIFE_TIMES = ("join_s", "secure_s", "rejoin_s")


def live(t: Tester) -> list[Frame]:
    """Have the device join, answer, rejoin, change its network key, lose its hub and its power.

    Returns its frames in order, and Beacon Requests, which name no sender; without acknowledgements of its radio.
    """
    t.step("The device joins, and goes about its work")
    join(t)
    t.expect("device-announce", within=t.pixit.join_s, otherwise="it did not join")
    if "KEC.C" in t.pics:
        t.expect("confirm-key-data-response", within=t.pixit.secure_s, sender="hub", otherwise="it agreed no key")
    t.wait(2 * t.wake_limit)
    _answers(t)
    _rejoins(t)
    t.step("The network key changes")
    t.hub.stack.trust_center.distribute()
    t.wait(2 * t.wake_limit)
    t.hub.stack.trust_center.switch()
    t.wait(t.wake_limit)
    t.step("The hub has no power for a while; then the device loses its own")
    t.hub.power_off()
    t.wait(t.wake_limit + OUTAGE_S)
    t.hub.power_on()
    present(t, max(t.pixit.rejoin_s, 2 * t.wake_limit), "it does not come back after an outage of the hub")
    t.device.power_off()
    t.wait(10)
    t.device.power_on()
    present(t, 2 * t.wake_limit, "it does not come back after a power cut")
    _answers(t)
    return own_frames(t)


def _answers(t: Tester) -> None:
    t.step("The hub asks it for this and that")
    t.ask_zdp(zdp.NodeDescReq(short=t.short))
    t.ask(BASIC.id, reading(t, 0x0000, 0x0004))
    if {"MTR.S", "KEC.C"} <= set(t.pics):
        t.ask(METERING.id, reading(t, 0x0000))


def _rejoins(t: Tester) -> None:
    t.step("The hub asks it to rejoin")
    ask_to_rejoin(t)
    t.expect("rejoin-response", within=SOON_S, sender="hub", otherwise="it does not rejoin")
    t.wait(t.wake_limit)


def own_frames(t: Tester) -> list[Frame]:
    """Return the frames of the device in the case, and Beacon Requests, without acknowledgements of its radio."""
    return [f for f in t.every_frame() if f.psdu and f.psdu[0] & 7 != mac.ACK and _is_own(t, f)]


def _is_own(t: Tester, frame: Frame) -> bool:
    return frame.observed.sender == t.kind or frame.name == "beacon-request"


SEARCHES = frozenset(("beacon-request", "rejoin-request", "association-request", "orphan-notification"))


def searches(t: Tester, since: float) -> list[Frame]:
    """Return the frames by which the device has looked for a network since a time, seconds of the bench's clock."""
    return [frame for frame in own_frames(t) if frame.name in SEARCHES and frame.seconds >= since]


def without_repetitions(frames: list[Frame]) -> list[Frame]:
    """Return the frames without the MAC's repetitions, which are the same octets once more."""
    found: list[Frame] = []
    for frame in frames:
        if not found or frame.psdu != found[-1].psdu:
            found.append(frame)
    return found


def numbered(frames: list[tuple[int, Frame]]) -> tuple[list[Frame], int]:
    """Return the frames that have the number of the one before them, and how many do not have the next number."""
    same, odd = [], 0
    for (before, _), (after, frame) in pairwise(frames):
        if after == before:
            same.append(frame)
        odd += (after - before) & 0xFF != 1
    return same, odd
