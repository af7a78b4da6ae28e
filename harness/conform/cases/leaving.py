"""Leaving: by Leave and by Mgmt_Leave_req, for good and to come back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hanbench.emulator.mac.frames import SHORT
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.commands import Leave
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import JOINER, join, present, secured
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import SE, ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("LEA", "Leaving", gate=JOINER)
SOON_S = 180.0
GONE_S = 15.0
"""Time in which a device has told that it leaves, and what was under way is over."""
OTHER_IEEE = 0x0011_2233_4455_6677
SUCCESS = 0x00
REFUSALS = (0x84, 0x8D, 0x8E)
"""NOT_SUPPORTED, NOT_AUTHORIZED and NOT_PERMITTED: a device may take no Mgmt_Leave_req (2.4.4.3.5)."""
TIMES = 4


def _send(t: Tester, leave: Leave, times: int = 1) -> None:
    for _ in range(times):
        t.side.send_npdu(t.side.npdu(leave.encode(), type=nwk.COMMAND))


def _says_so(t: Tester, *, rejoin: bool) -> Frame:
    """State that the device tells its neighbours that it leaves, and whether it comes back."""
    frame = t.expect("leave", within=GONE_S, otherwise="it does not say that it leaves")
    said = frame.message
    t.require(
        not said.request and said.rejoin is rejoin,
        "its Leave says something else than what it does",
        frame,
        expected=f"request 0, rejoin {int(rejoin)}",
        seen=f"request {int(said.request)}, rejoin {int(said.rejoin)}",
    )
    return frame


def _gone(t: Tester) -> None:
    """State that the device is not heard in the network that it has left, nor after a power cut."""
    t.wait(GONE_S)
    t.step("It is gone, and stays away")
    t.never(
        None,
        during=2 * t.wake_limit,
        where=_uses_network,
        that="of a member of the network",
        otherwise="it goes on in the network that it has left",
    )
    t.step("It is gone after a power cut, too")
    t.device.power_off()
    t.wait(10)
    t.device.power_on()
    t.never(
        None,
        during=t.wake_limit + 60,
        where=_uses_network,
        that="of a member of the network",
        otherwise="after a power cut it is back in the network that it has left",
    )


def _uses_network(frame: Frame) -> bool:
    """Whether it is a frame under the network key, a rejoin, or a poll."""
    is_poll = frame.name == "data-request" and frame.mac is not None and frame.mac.src_mode == SHORT
    return secured(frame) or frame.name == "rejoin-request" or is_poll


@AREA.case(
    1,
    "Told to leave, it leaves for good",
    ZIGBEE("3.6.1.10.3.1"),
    ZIGBEE("3.4.4.3"),
    needs=(Ability.POWER,),
    seconds=400,
    wakes=6,
)
def for_good(t: Tester) -> None:
    t.step("Its parent tells it to leave")
    t.when_awake(partial(_send, t, Leave(request=True)))
    _says_so(t, rejoin=False)
    _gone(t)


@AREA.case(
    2,
    "It can join again after it has left",
    ZIGBEE("3.6.1.10"),
    SE("5.4.1"),
    seconds=600,
    wakes=3,
    times=("join_s", "secure_s"),
)
def joins_again(t: Tester) -> None:
    t.step("Its parent tells it to leave; it does")
    t.when_awake(partial(_send, t, Leave(request=True)))
    t.expect("leave", within=GONE_S, otherwise="it does not say that it leaves")
    t.wait(GONE_S)
    t.step("The hub knows its install code again, and its network is open; the device is commissioned")
    join(t)
    limit = t.pixit.join_s + 120
    t.expect("association-request", within=limit, sender="anyone", otherwise="it does not join as a newcomer")
    t.expect("device-announce", within=limit, otherwise="it does not join a second time")
    if "KEC.C" in t.pics:
        t.expect("confirm-key-data-response", within=t.pixit.secure_s, sender="hub", otherwise="it agrees no new key")


@AREA.case(
    3,
    "Told to leave and come back, with each flag and several times, it comes back",
    ZIGBEE("3.6.1.10.3.1"),
    ZIGBEE("3.4.4.3"),
    seconds=1200,
    wakes=8,
    times=("longest_rest_s",),
)
def comes_back(t: Tester) -> None:
    for children, times in ((False, 1), (True, 1), (True, TIMES)):
        t.step(f"Its parent tells it to leave and to rejoin, {times} times; remove children: {int(children)}")
        leave = Leave(request=True, rejoin=True, remove_children=children)
        t.when_awake(partial(_send, t, leave, times))
        _says_so(t, rejoin=True)
        t.expect("rejoin-request", within=SOON_S, otherwise="it does not come back")
        t.wait(5)
        present(t, t.pixit.longest_rest_s + 2 * t.wake_limit, "it is not back after it was told to rejoin")
        t.wait(t.within_wake(60))


def _asked(t: Tester, request: zdp.MgmtLeaveReq) -> int:
    """Send Mgmt_Leave_req; return the status of the one answer."""
    answers = t.ask_zdp(request)
    t.require(len(answers) == 1, "one answer is due", *answers, expected="one Mgmt_Leave_rsp", seen=len(answers))
    status: int = answers[0].message.status
    return status


def _either(t: Tester, status: int, left: Callable[[], None]) -> None:
    """State that a device does what it has answered: it leaves, or stays because it takes no such request."""
    if status == SUCCESS:
        left()
        return
    t.require(status in REFUSALS, "Mgmt_Leave_rsp has another status", expected="SUCCESS", seen=f"0x{status:02x}")
    present(t, 2 * t.wake_limit, "it has left although it refused to")


@AREA.case(
    4,
    "What it answers to Mgmt_Leave_req is what it does",
    ZIGBEE("2.4.3.3.5"),
    ZIGBEE("2.4.4.3.5"),
    needs=(Ability.POWER,),
    seconds=1200,
    wakes=14,
    times=("longest_rest_s",),
)
def management(t: Tester) -> None:
    t.step("The hub asks it to have another device leave, which is not its child")
    status = _asked(t, zdp.MgmtLeaveReq(ieee=OTHER_IEEE))
    t.require(status != SUCCESS, "it has a device leave that it does not have", expected="another status than SUCCESS")
    present(t, 2 * t.wake_limit, "it has left because another device shall")
    t.step("The hub asks it to leave, and to rejoin")
    status = _asked(t, zdp.MgmtLeaveReq(ieee=t.ieee, flags=zdp.REJOIN))
    _either(t, status, lambda: _back(t))
    t.wait(t.within_wake(60))
    t.step("The hub asks it to leave")
    _either(t, _asked(t, zdp.MgmtLeaveReq(ieee=t.ieee)), lambda: _gone(t))


def _back(t: Tester) -> None:
    t.expect("rejoin-request", within=SOON_S, otherwise="it does not rejoin as it has answered")
    t.wait(5)
    present(t, t.pixit.longest_rest_s + 2 * t.wake_limit, "it is not back after it was asked to rejoin")
