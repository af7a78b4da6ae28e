"""Wrong firmwares: Leave and Mgmt_Leave_req."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zigbee.nwk.commands import Leave
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.emulator.zigbee.zdo import ZdpStatus
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([])
MUCH = 3
"""Leaves in a row that are too many for it."""


def _on_leave(device: Any, handle: Any) -> None:
    """Put `handle` in the place of the handler of Leave; it gets the former handler, and what that gets."""
    handlers = device.stack.nwk.on_command
    former = handlers[Leave.ID]
    handlers[Leave.ID] = lambda *given: handle(former, *given)


@WRONG.add("never-leaves", "LEA", "espressif/esp-zigbee-sdk#847")
def never_leaves(device: Any, note: Note) -> None:
    """Told to leave for good, it says that it does, and stays."""

    def leave(rejoin: bool) -> None:
        note()
        device.stack.maintenance._leaving = False

    device.stack.maintenance.on_leave = leave


@WRONG.add("leaves-until-its-power-is-cut", "LEA")
def leaves_until_its_power_is_cut(device: Any, note: Note) -> None:
    """It leaves its network, and finds it in its flash again after a power cut."""
    kept = getattr(device, "kept_network", None)
    if kept is not None and device.storage.network is None:
        note()
        network, keys, active = kept
        device.storage.network_keys.update(keys)
        device.storage.active_key = active
        device.stack.nwk.apply(network)
        device.stack.nwk.security.load()
        device.stack.joiner.state = type(device.stack.joiner.state).RESTING
        device.stack.clock.call_later(SECOND, device.stack.joiner.event, JoinEvent.REJOIN)

    def left(former: Any, rejoin: bool) -> None:
        if not rejoin:
            storage = device.storage
            device.kept_network = storage.network, dict(storage.network_keys), storage.active_key
        former(rejoin)

    wrapped(device.stack.maintenance, "on_leave", left)


@WRONG.add("never-joins-again", "LEA", "zsmartsystems/com.zsmartsystems.zigbee#701, at the other end")
def never_joins_again(device: Any, note: Note) -> None:
    """It keeps the link key of the network that it has left, and takes no network key under that of its code."""

    def forget(former: Any) -> None:
        note()

    wrapped(device, "_forget_keys", forget)


@WRONG.add("leaves-without-a-word", "LEA")
def leaves_without_a_word(device: Any, note: Note) -> None:
    """It leaves, and tells nobody."""
    device.stack.maintenance.announce_leave = lambda **flags: note()


@WRONG.add("gone-after-several-leaves", "LEA", "nrfconnect/sdk-nrf, known issue KRKNWK-6318")
def gone_after_several_leaves(device: Any, note: Note) -> None:
    """Several Leaves in a row are too many for it: it stops."""
    times: list[int] = []

    def leave(former: Any, frame: Any, command: Any, mac_frame: Any) -> None:
        now = device.stack.clock.now
        times[:] = [each for each in times if each > now - SECOND] + [now]
        if len(times) >= MUCH:
            note()
            device.stack.clock.call_later(1, device.power_off)
        former(frame, command, mac_frame)

    _on_leave(device, leave)


@WRONG.add("no-rejoin-where-children-go", "LEA")
def no_rejoin_where_children_go(device: Any, note: Note) -> None:
    """Told to remove its children, of which it has none, it leaves for good although it shall rejoin."""

    def leave(former: Any, frame: Any, command: Any, mac_frame: Any) -> None:
        if command.remove_children and command.rejoin:
            note()
            command = command.replace(rejoin=False)
        former(frame, command, mac_frame)

    _on_leave(device, leave)


@WRONG.add("answers-leave-and-stays", "LEA", "espressif/esp-zigbee-sdk#847")
def answers_leave_and_stays(device: Any, note: Note) -> None:
    """It answers Mgmt_Leave_req with SUCCESS, and does nothing."""

    def leave(former: Any, rejoin: bool) -> ZdpStatus:
        note()
        return ZdpStatus.SUCCESS

    wrapped(device.stack.management, "_leave", leave)


@WRONG.add("leaves-for-others", "LEA")
def leaves_for_others(device: Any, note: Note) -> None:
    """It leaves itself where Mgmt_Leave_req names another device."""
    management = device.stack.management

    def remove(former: Any, ieee: int, rejoin: bool) -> ZdpStatus:
        note()
        status: ZdpStatus = management._leave(rejoin)
        return status

    if restarted(device) or not device.storage.network:
        wrapped(management, "_remove", remove)
