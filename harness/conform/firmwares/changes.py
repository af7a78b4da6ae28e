"""Wrong firmwares: another channel, another PAN ID."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.zigbee.nwk.commands import NetworkUpdate
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent, JoinState
from hanbench.emulator.zigbee.nwk.joining import _candidates
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([])


def _first_network(device: Any) -> Any:
    """Return the network that a device had first, which a firmware may go back to."""
    storage = device.storage
    first = getattr(device, "_first_network", None)
    if first is None and storage.network is not None:
        first = device._first_network = replace(storage.network)
    return first


@WRONG.add("forgets-new-channel", "CHG", "espressif/esp-zigbee-sdk#836")
def forgets_new_channel(device: Any, note: Note) -> None:
    """It does not keep a new channel and update id over a restart."""
    device.stack.nwk.on_heard.append(lambda *arguments: _first_network(device))
    first = _first_network(device)
    if restarted(device) and first.channel != device.storage.network.channel:
        note()
        device.stack.nwk.apply(replace(device.storage.network, channel=first.channel, update_id=first.update_id))


@WRONG.add("forgets-new-pan-id", "CHG", "espressif/esp-zigbee-sdk#836, for the PAN ID")
def forgets_new_pan_id(device: Any, note: Note) -> None:
    """It does not keep a new PAN ID over a restart."""
    device.stack.nwk.on_heard.append(lambda *arguments: _first_network(device))
    first = _first_network(device)
    if restarted(device) and first.pan_id != device.storage.network.pan_id:
        note()
        device.stack.nwk.apply(replace(device.storage.network, pan_id=first.pan_id))


@WRONG.add("scans-one-channel", "CHG", "espressif/arduino-esp32#10746")
def scans_one_channel(device: Any, note: Note) -> None:
    """It looks for its network on the stored channel, and never on the rest."""
    joiner = device.stack.joiner

    def everywhere() -> None:
        note()
        device.stack.clock.call_later(0, joiner.event, JoinEvent.NETWORK_NOT_FOUND)

    joiner._on_entry[JoinState.SEEKING_EVERYWHERE] = everywhere


@WRONG.add("lost-at-pan-id-change", "CHG", "dresden-elektronik/deconz-rest-plugin#1261")
def lost_at_pan_id_change(device: Any, note: Note) -> None:
    """It drops out when the PAN ID changes: it looks for the old one."""
    joiner = device.stack.joiner

    def own(former: Any, beacons: Any) -> None:
        same = [beacon for beacon in beacons if beacon.pan_id == device.storage.network.pan_id]
        if len(same) < len(beacons):
            note()
        former(same)

    wrapped(joiner, "_own_network", own)


@WRONG.add("takes-any-network", "CHG")
def takes_any_network(device: Any, note: Note) -> None:
    """It rejoins whatever network it hears, with another extended PAN ID, too."""
    joiner = device.stack.joiner

    def own(former: Any, beacons: Any) -> None:
        if joiner.state in (JoinState.SEEKING_HERE, JoinState.SEEKING_EVERYWHERE):
            note()
            joiner._choose(_candidates(beacons))

    wrapped(joiner, "_own_network", own)


@WRONG.add("blind-on-one-channel", "CHG")
def blind_on_one_channel(device: Any, note: Note) -> None:
    """It hears no beacon of its network on one of its channels when it has lost it."""
    joiner = device.stack.joiner

    def own(former: Any, beacons: Any) -> None:
        blind = device.stack.config.channels[len(device.stack.config.channels) // 2]
        seen = [beacon for beacon in beacons if beacon.channel != blind]
        if len(seen) < len(beacons):
            note()
        former(seen)

    wrapped(joiner, "_own_network", own)


@WRONG.add("ignores-channel-changes", "CHG", kind="ihd")
def ignores_channel_changes(device: Any, note: Note) -> None:
    """Told that its network moves to another channel, it stays until it has lost it."""
    wrapped(device.stack.management, "change_channel", lambda former, *given: note())


@WRONG.add("follows-any-update", "CHG")
def follows_any_update(device: Any, note: Note) -> None:
    """It follows a Network Update of whatever network, with whatever identifier."""
    maintenance = device.stack.maintenance

    def updated(frame: Any, command: Any, mac_frame: Any) -> None:
        note()
        maintenance._move(command.update_id, pan_id=command.pan_id)

    device.stack.nwk.on_command[NetworkUpdate.ID] = updated
