"""Wrong firmwares: rejoining, and Leave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zigbee.nwk.commands import Leave, RejoinRequest
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent, JoinState
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([])


def _on_event(device: Any, handle: Any) -> None:
    """Put `handle` in the place of the joining state machine's events; it gets the former handler, and the event."""
    wrapped(device.stack.joiner, "event", handle)


@WRONG.add("wipes-network-without-parent", "REJ", "romasku/tuya-zigbee-switch#477")
def wipes_network_without_parent(device: Any, note: Note) -> None:
    """It takes "joined, no parent" for "not joined", and wipes its network."""

    def event(former: Any, event: JoinEvent) -> None:
        if event is JoinEvent.LOST:
            note()
        former(JoinEvent.LEFT if event is JoinEvent.LOST else event)

    _on_event(device, event)


@WRONG.add("never-wakes-after-loss", "REJ", "espressif/esp-zigbee-sdk#894")
def never_wakes_after_loss(device: Any, note: Note) -> None:
    """After it has lost its parent it sleeps, and never wakes."""

    def event(former: Any, event: JoinEvent) -> None:
        if event in (JoinEvent.LOST, JoinEvent.RELAPSED):
            note()
            former(JoinEvent.GAVE_UP)
        else:
            former(event)

    _on_event(device, event)


@WRONG.add("refuses-full-parent", "REJ", "zha-ng/EZSP-Firmware#5 (EmberZNet 6.7.8, note 494873)")
def refuses_full_parent(device: Any, note: Note) -> None:
    """It refuses its old parent if the beacon of that says no capacity."""

    def choose(former: Any, candidates: Any) -> None:
        fit = [each for each in candidates if each.payload.end_device_capacity]
        if len(fit) < len(candidates):
            note()
        former(fit)

    wrapped(device.stack.joiner, "_choose", choose)


@WRONG.add("obeys-leave-of-anyone", "REJ", "Koenkk/zigbee2mqtt#1474")
def obeys_leave_of_anyone(device: Any, note: Note) -> None:
    """It obeys Leave from any router, and goes dead."""

    def from_parent(former: Any, frame: Any) -> bool:
        if not former(frame):
            note()
        return True

    wrapped(device.stack.maintenance, "_from_parent", from_parent)


@WRONG.add("rejoin-loop", "REJ", "dresden-elektronik/deconz-rest-plugin#4551")
def rejoin_loop(device: Any, note: Note) -> None:
    """It rejoins again and again: request, response, request."""

    def joined(former: Any, rejoined: bool) -> None:
        former(rejoined)
        if rejoined:
            note()
            device.stack.clock.call_later(20 * SECOND, device.stack.joiner.event, JoinEvent.REJOIN)

    wrapped(device.stack.joiner, "on_joined", joined)


@WRONG.add("keeps-old-short-address", "REJ", "Koenkk/zigbee2mqtt#13478")
def keeps_old_short_address(device: Any, note: Note) -> None:
    """It goes on under another short address than the one that its parent gave it."""
    handlers = device.stack.nwk.on_command
    former = handlers[0x07]

    def answered(frame: Any, command: Any, mac_frame: Any) -> None:
        note()
        former(frame, command.replace(short=device.stack.nwk.network.short), mac_frame)

    handlers[0x07] = answered


@WRONG.add("rejoins-in-the-clear", "REJ")
def rejoins_in_the_clear(device: Any, note: Note) -> None:
    """It rejoins without NWK security at once, although it has the network key."""

    def send(former: Any, dst: int, command: Any, **named: Any) -> None:
        if isinstance(command, RejoinRequest):
            note()
            named["secured"] = False
        former(dst, command, **named)

    wrapped(device.stack.nwk, "send_command", send)


@WRONG.add("obeys-unsecured-leave", "REJ")
def obeys_unsecured_leave(device: Any, note: Note) -> None:
    """It obeys Leave without NWK security."""
    nwk = device.stack.nwk
    nwk.accepts_unsecured.append(lambda frame: True)
    former = nwk.on_command[Leave.ID]

    def leave(frame: Any, command: Any, mac_frame: Any) -> None:
        if not frame.secured:
            note()
            frame.secured = True
        former(frame, command, mac_frame)

    nwk.on_command[Leave.ID] = leave


@WRONG.add("gives-up-after-refusal", "REJ")
def gives_up_after_refusal(device: Any, note: Note) -> None:
    """It gives up for ever after its rejoin was refused."""
    joiner = device.stack.joiner

    def event(former: Any, event: JoinEvent) -> None:
        refused = event is JoinEvent.REFUSED and joiner.state is JoinState.TRUST_CENTER_REJOINING
        former(event)
        if refused:
            note()
            former(JoinEvent.GAVE_UP)

    _on_event(device, event)


@WRONG.add("no-announce-after-rejoin", "REJ")
def no_announce_after_rejoin(device: Any, note: Note) -> None:
    """It does not announce itself after a rejoin."""
    announced: list[bool] = []

    def announce(former: Any) -> None:
        if announced:
            note()
        else:
            announced.append(True)
            former()

    wrapped(device.stack.zdo, "announce", announce)


@WRONG.add("beacon-storm", "REJ", "pvvx/ZigbeeTLc#210; ptvoinfo#373")
def beacon_storm(device: Any, note: Note) -> None:
    """It searches for its network every second, without a pause that grows."""
    joiner = device.stack.joiner
    joiner.policy = replace(joiner.policy, rests=(SECOND,))

    def rest(former: Any) -> None:
        note()
        former()

    wrapped(joiner, "_rest", rest)
    joiner._on_entry[JoinState.RESTING] = joiner._rest


@WRONG.add("dead-after-restart-alone", "REJ", "espressif/esp-zigbee-sdk#18; espressif/esp-zigbee-sdk#837")
def dead_after_restart_alone(device: Any, note: Note) -> None:
    """Restarted while its coordinator has no power, it never rejoins."""
    if restarted(device):
        heard: list[bool] = []
        device.stack.nwk.on_heard.append(lambda *arguments: heard.append(True))

        def event(former: Any, event: JoinEvent) -> None:
            if event in (JoinEvent.LOST, JoinEvent.RELAPSED) and not heard:
                note()
                former(JoinEvent.GAVE_UP)
            else:
                former(event)

        _on_event(device, event)
