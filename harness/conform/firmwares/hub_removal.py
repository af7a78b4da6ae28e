"""Wrong hubs: removal."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zigbee.nwk.commands import Leave
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([], kind="hub")


@WRONG.add("hub-forgets-without-a-word", "HREM", "openhab/org.openhab.binding.zigbee#250")
def forgets(hub: Any, note: Note) -> None:
    """It takes a device from its tables, and does not tell it to leave."""

    def remove(former: Any, ieee: int) -> None:
        note()
        hub.forget(ieee)

    wrapped(hub, "remove", remove)


@WRONG.add(
    "hub-lets-removed-devices-return", "HREM", "Koenkk/zigbee2mqtt#1109; zsmartsystems/com.zsmartsystems.zigbee#719"
)
def lets_return(hub: Any, note: Note) -> None:
    """It takes a device back that it has removed."""

    def admits(former: Any, ieee: int) -> bool:
        if not former(ieee):
            note()
        return True

    wrapped(hub.stack.parent, "admits", admits)


@WRONG.add("hub-asks-removed-devices-back", "HREM", "Koenkk/zigbee2mqtt#224")
def asks_back(hub: Any, note: Note) -> None:
    """It tells a device that is removed to leave and to rejoin."""

    def send(former: Any, dst: int, command: Any, **named: Any) -> None:
        if isinstance(command, Leave) and not command.rejoin:
            note()
            command = command.replace(rejoin=True)
        former(dst, command, **named)

    wrapped(hub.stack.nwk, "send_command", send)


@WRONG.add("hub-never-tells-sleepers-to-leave", "HREM")
def never_tells_sleepers(hub: Any, note: Note) -> None:
    """A sleeping child that is removed is never told."""
    parent, trust_center = hub.stack.parent, hub.stack.trust_center

    def awake(child: Any) -> None:
        if trust_center.knows(child.ieee):
            trust_center._child_awake(child)
        else:
            note()

    parent.on_awake[:] = [awake if each == trust_center._child_awake else each for each in parent.on_awake]


@WRONG.add("hub-bans-removed-devices-for-good", "HREM")
def bans(hub: Any, note: Note) -> None:
    """A device that was removed never gets in again, whatever is on file."""
    removed: set[int] = set()

    def remove(former: Any, ieee: int, via: int | None = None) -> None:
        removed.add(ieee)
        former(ieee, via)

    def add(former: Any, ieee: int, key: bytes) -> None:
        if ieee in removed:
            note()
        else:
            former(ieee, key)

    wrapped(hub.stack.trust_center, "remove", remove)
    wrapped(hub.stack.trust_center, "add", add)


@WRONG.add("hub-keeps-mirrors-of-removed-meters", "HREM")
def keeps_mirrors(hub: Any, note: Note) -> None:
    """The mirror of a gas meter that is removed stays."""

    def removed(former: Any, ieee: int) -> None:
        if ieee in hub.mirrors:
            note()
        hub.device_table.pop(ieee, None)

    wrapped(hub.stack.trust_center, "on_removed", removed)


@WRONG.add("hub-leaves-when-it-is-told", "HREM")
def leaves_when_told(hub: Any, note: Note) -> None:
    """It leaves its network when a device tells it to."""
    handle = hub.stack.nwk.on_command[Leave.ID]

    def leave(frame: Any, command: Any, mac_frame: Any) -> None:
        if command.request:
            note()
            hub.stack.nwk.on_data = None
        handle(frame, command, mac_frame)

    hub.stack.nwk.on_command[Leave.ID] = leave


@WRONG.add("hub-forgets-members-that-leave-to-return", "HREM")
def forgets_members(hub: Any, note: Note) -> None:
    """A member that says that it leaves and comes back loses its link key."""

    def left(short: int, ieee: int | None, rejoin: bool) -> None:
        if ieee is not None:
            note()
            hub.storage.link_keys.pop(ieee, None)

    hub.stack.maintenance.on_left = left
