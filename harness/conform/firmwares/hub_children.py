"""Wrong hubs: end-device timeouts, and orphans."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zigbee.nwk.commands import EndDeviceTimeoutRequest, EndDeviceTimeoutResponse
from hanbench.emulator.zigbee.nwk.config import timeout
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted

WRONG = Firmwares([], kind="hub")
DEFAULT, HIGHEST = 8, 12
"""Indexes of timeouts: 256 minutes, and 2^12 minutes."""
SOMEWHERE = 0x1234


@WRONG.add("hub-refuses-long-timeouts", "HCHD")
def refuses_long(hub: Any, note: Note) -> None:
    """It refuses end-device timeouts of more than 2^12 minutes."""
    handle = hub.stack.nwk.on_command[EndDeviceTimeoutRequest.ID]

    def requested(frame: Any, command: Any, mac_frame: Any) -> None:
        if command.timeout <= HIGHEST:
            handle(frame, command, mac_frame)
        else:
            note()
            hub.stack.nwk.send_command(frame.src, EndDeviceTimeoutResponse(status=1, parent_information=1))

    hub.stack.nwk.on_command[EndDeviceTimeoutRequest.ID] = requested


@WRONG.add("hub-grants-timeouts-and-keeps-its-own", "HCHD")
def keeps_its_own(hub: Any, note: Note) -> None:
    """It grants the timeout that a child asks for, and ages it by its own."""
    handle = hub.stack.nwk.on_command[EndDeviceTimeoutRequest.ID]

    def requested(frame: Any, command: Any, mac_frame: Any) -> None:
        note()
        handle(frame, command.replace(timeout=DEFAULT) if command.timeout < DEFAULT else command, mac_frame)

    hub.stack.nwk.on_command[EndDeviceTimeoutRequest.ID] = requested


@WRONG.add("hub-counts-silence-from-the-request", "HCHD", "Koenkk/zigbee2mqtt#4038")
def counts_from_request(hub: Any, note: Note) -> None:
    """A child's time runs from its request for a timeout, not from its last poll."""

    def keeps_alive(child: Any) -> bool:
        note()
        return bool(child.last_heard == 0 or child.timeout > timeout(DEFAULT))

    hub.stack.parent.keeps_alive = keeps_alive


@WRONG.add("hub-forgets-timeouts-over-power-cuts", "HCHD")
def forgets_timeouts(hub: Any, note: Note) -> None:
    """After a power cut each child has the timeout of 256 minutes."""
    parent = hub.stack.parent
    for child in hub.storage.children.values():
        if restarted(hub) and child.timeout:
            note()
            child.timeout = timeout(DEFAULT)
            parent._watch(child)


@WRONG.add("hub-takes-every-orphan", "HCHD")
def takes_every_orphan(hub: Any, note: Note) -> None:
    """It tells whoever is orphaned that it is its child."""
    known = hub.stack.mac.on_orphan

    def orphan(ieee: int) -> int:
        note()
        return known(ieee) or SOMEWHERE

    hub.stack.mac.on_orphan = orphan


@WRONG.add("hub-holds-frames-for-a-child-that-has-moved", "HCHD", "Koenkk/zigbee2mqtt#13478")
def holds_for_moved(hub: Any, note: Note) -> None:
    """A child that is heard over another parent stays its child, for which it holds frames."""
    hooks, heard = hub.stack.nwk.on_heard, hub.stack.parent._heard

    def still_here(frame: Any, mac_frame: Any, reception: Any) -> None:
        if frame.src in hub.storage.children and mac_frame.src != frame.src:
            note()
        else:
            heard(frame, mac_frame, reception)

    hooks[:] = [still_here if each == heard else each for each in hooks]
