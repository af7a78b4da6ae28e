"""Wrong hubs: keep-alive, and children that age out."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zcl.clusters import KEEP_ALIVE
from hanbench.emulator.zigbee.nwk.commands import EndDeviceTimeoutRequest, EndDeviceTimeoutResponse
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([], kind="hub")
PLACES = 40


def _silent(hub: Any, note: Note) -> None:
    admit = hub.endpoint.admit

    def closed(indication: Any) -> Any:
        if indication.cluster == KEEP_ALIVE.id:
            note()
            return False
        return admit(indication)

    hub.endpoint.admit = closed


@WRONG.add("hub-answers-no-keep-alive", "HKPA")
def no_keep_alive(hub: Any, note: Note) -> None:
    """It does not answer Keep-Alive."""
    _silent(hub, note)


@WRONG.add("hub-answers-no-keep-alive-after-a-power-cut", "HKPA")
def no_keep_alive_after_power_cut(hub: Any, note: Note) -> None:
    """It does not answer Keep-Alive after a power cut."""
    if restarted(hub):
        _silent(hub, note)


@WRONG.add("hub-ignores-timeout-requests", "HKPA", "zigpy/zigpy-znp#189")
def ignores_timeout_requests(hub: Any, note: Note) -> None:
    """It does not answer End Device Timeout Request."""
    hub.stack.nwk.on_command[EndDeviceTimeoutRequest.ID] = lambda *arguments: note()


@WRONG.add("hub-takes-any-timeout", "HKPA")
def takes_any_timeout(hub: Any, note: Note) -> None:
    """It says yes to an end-device timeout that does not exist."""

    def send(former: Any, dst: int, command: Any, **named: Any) -> None:
        if isinstance(command, EndDeviceTimeoutResponse) and command.status:
            note()
            command = command.replace(status=0)
        former(dst, command, **named)

    wrapped(hub.stack.nwk, "send_command", send)


@WRONG.add("hub-ages-out-children-that-poll", "HKPA", "Koenkk/zigbee2mqtt#4038")
def ages_out(hub: Any, note: Note) -> None:
    """Polls do not keep a sleeping child in its table."""

    def keeps_alive(child: Any) -> bool:
        if child.rx_on:
            return True
        note()
        return False

    hub.stack.parent.keeps_alive = keeps_alive


@WRONG.add("hub-ignores-polls-of-strangers", "HKPA", "Koenkk/zigbee2mqtt#11646")
def ignores_strangers(hub: Any, note: Note) -> None:
    """It lets a device poll for ever that is no child of its own."""
    wrapped(hub.stack.parent, "_request_rejoin", lambda former, short: note())


@WRONG.add("hub-knows-so-many-strangers", "HKPA")
def so_many_strangers(hub: Any, note: Note) -> None:
    """It tells forty devices that are no children to rejoin, and no other one."""
    told: set[int] = set()

    def request(former: Any, short: int) -> None:
        if len(told) >= PLACES and short not in told:
            note()
            return
        told.add(short)
        former(short)

    wrapped(hub.stack.parent, "_request_rejoin", request)
