"""Wrong firmwares: recovery from faults, and the battery."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zigbee.aps.data import ApsStatus
from hanbench.emulator.zigbee.nwk.commands import Leave
from hanbench.emulator.zigbee.nwk.join_states import JoinState
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([])
DAY = 86_400 * SECOND


@WRONG.add("no-backoff-without-hub", "REC", "ptvoinfo#373; pvvx/ZigbeeTLc#210")
def no_backoff_without_hub(device: Any, note: Note) -> None:
    """Its battery is gone in days while its hub is away: it searches without a pause."""
    joiner = device.stack.joiner
    joiner.policy = replace(joiner.policy, rests=(SECOND // 4,))

    def rest(former: Any) -> None:
        note()
        former()

    wrapped(joiner, "_rest", rest)
    joiner._on_entry[JoinState.RESTING] = joiner._rest


@WRONG.add("never-sleeps", "REC", "home-assistant/core#43969")
def never_sleeps(device: Any, note: Note) -> None:
    """It draws more and more: it never stops polling."""
    poller = device.stack.poller
    poller.hold()

    def schedule(former: Any, delay: int) -> None:
        note()
        former(min(delay, SECOND // 2) if device.flash.mirror else delay)

    wrapped(poller, "_schedule", schedule)


@WRONG.add("ignores-leave-and-rejoin", "REC", "espressif/esp-zigbee-sdk#18")
def ignores_leave_and_rejoin(device: Any, note: Note) -> None:
    """It does not rejoin when its parent, which has forgotten it, says so."""
    nwk = device.stack.nwk
    former = nwk.on_command[Leave.ID]

    def leave(frame: Any, command: Any, mac_frame: Any) -> None:
        if command.rejoin:
            note()
        else:
            former(frame, command, mac_frame)

    nwk.on_command[Leave.ID] = leave


@WRONG.add("waits-a-day-after-jamming", "REC")
def waits_a_day_after_jamming(device: Any, note: Note) -> None:
    """It waits a day after a search that found nothing."""
    joiner = device.stack.joiner
    joiner.policy = replace(joiner.policy, rests=(SECOND, DAY), jitter=0.0)
    note()


@WRONG.add("stops-reporting", "REC")
def stops_reporting(device: Any, note: Note) -> None:
    """It stops reporting for ever when three reports were not acknowledged."""
    reports = device._reports

    def unacknowledged() -> None:
        note()
        reports.send = lambda: None

    reports._unacknowledged = unacknowledged


@WRONG.add("leaves-without-keep-alive", "REC")
def leaves_without_keep_alive(device: Any, note: Note) -> None:
    """It leaves its network when the Trust Centre answers no keep-alive."""

    def lost() -> None:
        note()
        device.stack.maintenance.leave(False)

    device.keep_alive._on_lost = lost


@WRONG.add("no-keep-alive", "REC")
def no_keep_alive(device: Any, note: Note) -> None:
    """It never reads the Keep-Alive cluster although it claims it."""

    def check(former: Any, then: Any = None) -> None:
        note()
        if then is not None:
            then()

    wrapped(device.keep_alive, "check", check)


@WRONG.add("no-retries", "REC")
def no_retries(device: Any, note: Note) -> None:
    """It sends each frame once, and gives up if that is lost."""
    radio = device.radio
    transmit = type(radio).transmit

    def once(psdu: bytes, done: Any, **named: Any) -> None:
        note()
        transmit(radio, psdu, done, **{**named, "retries": 0})

    radio.transmit = once
    wrapped(
        device.stack.aps, "_unanswered", lambda former, message: device.stack.aps._finish(message, ApsStatus.NO_ACK)
    )
