"""The end-device timeout: parents that know none, refuse one, or are asked too often."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hanbench.emulator.zigbee.nwk.commands import EndDeviceTimeoutRequest, EndDeviceTimeoutResponse
from hanbench.harness.conform.case import Area, Begin
from hanbench.harness.conform.cases.common import JOINER, ask_to_rejoin, join, present
from hanbench.harness.conform.cases.life import searches, without_repetitions
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("EDT", "End-device timeout", gate=f"({JOINER}) & NWK.EDTIMEOUT")
REQUEST = "end-device-timeout-request"
INCORRECT_VALUE, UNSUPPORTED_FEATURE = 0x01, 0x02
"""Statuses of End Device Timeout Response (Zigbee PRO R22, table 3-57)."""
SOON_S = 180.0
MOST_ASKED = 6
"""Requests after one joining: the first, and as many again as a message of the APS is sent."""
WAKES = 10
Answer = Callable[[], EndDeviceTimeoutResponse | None]


def _answers(t: Tester, answer: Answer) -> None:
    """Have the hub answer each End Device Timeout Request so, or not at all."""

    def handle(frame: object, command: object, mac_frame: object) -> None:
        made = answer()
        if made is not None:
            t.hub.stack.nwk.send_command(t.short, made, dst_ieee=t.ieee)

    t.hub.stack.nwk.on_command[EndDeviceTimeoutRequest.ID] = handle


def _asked(t: Tester) -> list[Frame]:
    return without_repetitions(t.frames(REQUEST))


def _goes_on(t: Tester, since: float, what: str) -> None:
    """State that the device stays, does its work, and does not ask again and again."""
    t.wait(2 * t.wake_limit)
    asked = _asked(t)
    t.measure(f"timeout requests to a parent that {what}", len(asked), MOST_ASKED, "requests", *asked[-1:])
    lost = searches(t, since)
    t.require(not lost, f"it looks for another parent because its own {what}", *lost[:3], expected="no search")
    present(t, 2 * t.wake_limit, f"it is gone because its parent {what}")


@AREA.case(
    1,
    "It lives with a parent that knows no timeouts, or refuses its own",
    ZIGBEE("3.6.10.1"),
    ZIGBEE("3.4.12.3.1"),
    begins=Begin.FACTORY,
    seconds=900,
    wakes=16,
    times=("join_s", "secure_s"),
)
def refused(t: Tester) -> None:
    t.step("The device joins a parent that does not answer its End Device Timeout Request")
    _answers(t, lambda: None)
    join(t)
    announced = t.expect("device-announce", within=t.pixit.join_s, otherwise="it did not join")
    if "KEC.C" in t.pics:
        agreed = "it agrees no key where its parent knows no timeouts"
        t.expect("confirm-key-data-response", within=t.pixit.secure_s, sender="hub", otherwise=agreed)
    _goes_on(t, announced.seconds, "knows no timeouts")
    for status in (INCORRECT_VALUE, UNSUPPORTED_FEATURE):
        t.step(f"It rejoins; its request is answered with status 0x{status:02x}")
        _answers(t, partial(EndDeviceTimeoutResponse, status=status, parent_information=0))
        ask_to_rejoin(t)
        back = t.expect("rejoin-response", within=SOON_S, sender="hub", otherwise="it does not rejoin")
        _goes_on(t, back.seconds, f"answers 0x{status:02x}")


@AREA.case(
    2,
    "It asks for its timeout no more often than it wakes",
    ZIGBEE("3.6.10.3"),
    seconds=WAKES * 65,
    wakes=WAKES + 2,
)
def moderate(t: Tester) -> None:
    t.step(f"The device goes about its work for {WAKES} wake periods")
    t.wait(WAKES * t.wake_limit)
    asked = _asked(t)
    t.measure("timeout requests to a parent that polls keep content", len(asked), WAKES, "requests", *asked[-1:])
