"""Wrong firmwares: polls, wakes, the end-device timeout."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.clock import MILLISECOND, SECOND
from hanbench.emulator.mac.child import PollStatus
from hanbench.emulator.radio.interface import TxStatus
from hanbench.emulator.zigbee.nwk.commands import EndDeviceTimeoutRequest
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([])


@WRONG.add("no-polls-after-rejoin", "POLL", "romasku/tuya-zigbee-switch#217")
def no_polls_after_rejoin(device: Any, note: Note) -> None:
    """Its rejoin succeeds, but it polls no more."""
    poller = device.stack.poller

    def joined(former: Any, rejoined: bool) -> None:
        former(rejoined)
        if rejoined:
            note()
            poller._schedule = lambda delay: None

    wrapped(device.stack.joiner, "on_joined", joined)


@WRONG.add("polls-on-without-parent", "POLL", "zha-ng/EZSP-Firmware#5 (EmberZNet 6.7.8, note 638989)")
def polls_on_without_parent(device: Any, note: Note) -> None:
    """It keeps its short poll after a glitch of its parent."""
    poller = device.stack.poller

    def polled(former: Any, status: PollStatus) -> None:
        if status is not PollStatus.NO_ACK:
            former(status)
            return
        note()
        poller._polling = False
        poller._schedule(250 * MILLISECOND)

    wrapped(poller, "_polled", polled)


@WRONG.add("asks-no-timeout", "POLL", "zigbee-rs#68")
def asks_no_timeout(device: Any, note: Note) -> None:
    """It never sends End Device Timeout Request."""

    def send(former: Any, dst: int, command: Any, **named: Any) -> None:
        if isinstance(command, EndDeviceTimeoutRequest):
            note()
        else:
            former(dst, command, **named)

    wrapped(device.stack.nwk, "send_command", send)


@WRONG.add("asks-timeout-once", "POLL", "zigbee-rs#68")
def asks_timeout_once(device: Any, note: Note) -> None:
    """It does not tell its timeout again after a rejoin."""
    asked: list[bool] = []

    def send(former: Any, dst: int, command: Any, **named: Any) -> None:
        if isinstance(command, EndDeviceTimeoutRequest) and asked:
            note()
            return
        asked.extend([True] * isinstance(command, EndDeviceTimeoutRequest))
        former(dst, command, **named)

    wrapped(device.stack.nwk, "send_command", send)


@WRONG.add("timeout-shorter-than-wake", "POLL", "zigpy/zigpy#679")
def timeout_shorter_than_wake(device: Any, note: Note) -> None:
    """It wakes less often than the timeout that it asked for."""
    nwk = device.stack.nwk
    nwk.config = replace(nwk.config, requested_timeout_index=3)
    note()


@WRONG.add("fast-poll-extended", "POLL", "home-assistant/core#49355, for Poll Control, which Smart Energy meters lack")
def fast_poll_extended(device: Any, note: Note) -> None:
    """Each frame that it gets extends its fast poll, without end."""

    def came(former: Any) -> None:
        former()
        note()
        device.stack.poller.hold()

    wrapped(device.stack.mac, "on_unicast", came)


@WRONG.add(
    "fetches-one-frame", "POLL", "zhaquirks/zbeacon/doorsensor.py, for Poll Control, which Smart Energy meters lack"
)
def fetches_one_frame(device: Any, note: Note) -> None:
    """It sleeps after the first frame that its parent had for it."""
    poller = device.stack.poller

    def polled(former: Any, status: PollStatus) -> None:
        if status is PollStatus.DATA and device.keys.ready and device.flash.mirror:
            note()
            poller._polling = poller._poll_again = False
            poller._holds = 0
        else:
            former(status)

    wrapped(poller, "_polled", polled)
    wrapped(poller, "release", lambda former: setattr(poller, "_holds", max(0, poller._holds - 1)))


@WRONG.add("misses-wakes", "POLL")
def misses_wakes(device: Any, note: Note) -> None:
    """It wakes half as often as it should."""
    note()
    device.conduct = replace(device.conduct, wake_interval_factor=2)


@WRONG.add("polls-by-eui64", "POLL")
def polls_by_eui64(device: Any, note: Note) -> None:
    """It polls under its EUI-64 although it has a short address."""

    def poll(former: Any, done: Any, *, extended: bool = False) -> None:
        if not extended and device.flash.mirror:
            note()
            extended = True
        former(done, extended=extended)

    wrapped(device.stack.child, "poll", poll)


@WRONG.add("polls-too-slowly", "POLL", "Silicon Labs, end device support: a parent holds a frame for 7.68 s")
def polls_too_slowly(device: Any, note: Note) -> None:
    """It polls every ten seconds while it expects an answer: its parent drops the answer before."""
    poller = device.stack.poller

    def schedule(former: Any, delay: int) -> None:
        if device.stack.joined:
            note()
            delay = max(delay, 10 * SECOND)
        former(delay)

    wrapped(poller, "_schedule", schedule)


@WRONG.add("polls-too-fast", "POLL")
def polls_too_fast(device: Any, note: Note) -> None:
    """It polls a hundred times when it wakes, without a pause."""
    poller = device.stack.poller
    left = [0]

    def polled(former: Any, status: PollStatus) -> None:
        former(status)
        if status is PollStatus.NO_DATA and device.keys.ready:
            left[0] = left[0] - 1 if left[0] else 100
            if left[0]:
                note()
                poller._schedule(5 * MILLISECOND)

    wrapped(poller, "_polled", polled)


@WRONG.add("sleeps-too-soon", "POLL")
def sleeps_too_soon(device: Any, note: Note) -> None:
    """It waits five milliseconds for a frame that its parent announces."""
    child = device.stack.child

    def sent(former: Any, status: TxStatus | None) -> None:
        if status is TxStatus.ACKED and device.stack.mac.last_result.frame_pending:
            note()

            def end() -> None:
                if child._poll_timer is timer and timer.active:
                    timer.cancel()
                    device.stack.mac.radio.listen(False)
                    child._poll_ended(PollStatus.NO_FRAME)

            former(status)
            timer = child._poll_timer
            device.stack.clock.call_later(5 * MILLISECOND, end)
        else:
            former(status)

    wrapped(child, "_poll_sent", sent)
