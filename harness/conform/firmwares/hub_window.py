"""Wrong hubs: when their network is open, and who is on file."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zigbee.storage import KeyOrigin
from hanbench.emulator.zigbee.zdo.status import ZdpStatus
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([], kind="hub")
FOR_GOOD = 1_000_000 * SECOND
TIMES = 30


@WRONG.add("hub-never-shortens-its-window", "HWIN")
def never_shortens(hub: Any, note: Note) -> None:
    """An open network stays open for the longest time that it was opened for."""
    parent = hub.stack.parent

    def permit(former: Any, seconds: int) -> None:
        until = parent._permit_until
        former(seconds)
        if parent._permit_until < until:
            note()
            parent._permit_until = until

    wrapped(parent, "permit", permit)


@WRONG.add("hub-opens-itself-alone", "HWIN")
def opens_itself_alone(hub: Any, note: Note) -> None:
    """It does not tell its routers that the network is open, or closed."""
    wrapped(hub.stack.zdo.client, "permit_joining", lambda former, seconds: note())


@WRONG.add("hub-opens-for-good-when-it-is-asked", "HWIN")
def opens_for_good(hub: Any, note: Note) -> None:
    """A device that asks it to opens its network, and 255 is for good."""
    parent = hub.stack.parent

    def permit(former: Any, duration: int, significance: bool) -> ZdpStatus:
        note()
        parent.permit(duration)
        if duration == 0xFF:
            parent._permit_until = hub.stack.clock.now + FOR_GOOD
        return ZdpStatus.SUCCESS

    wrapped(hub.stack.management, "permit_join", permit)


@WRONG.add("hub-is-open-after-power-cuts", "HWIN")
def open_after_power_cuts(hub: Any, note: Note) -> None:
    """Its network is open for some minutes when it gets power."""
    if restarted(hub):
        note()
        hub.stack.parent.permit(254)


@WRONG.add("hub-forgets-who-is-on-file", "HWIN")
def forgets_file(hub: Any, note: Note) -> None:
    """A power cut takes the install codes of devices that have not come yet."""
    keys = hub.storage.link_keys
    if restarted(hub):
        for ieee in [ieee for ieee, link in keys.items() if link.origin is KeyOrigin.PRECONFIGURED]:
            note()
            del keys[ieee]


@WRONG.add("hub-opens-so-many-times", "HWIN", "Koenkk/zigbee2mqtt#3177")
def opens_so_many_times(hub: Any, note: Note) -> None:
    """It opens its network thirty times after it got power, and no more."""
    opened = [0]

    def permit(former: Any, seconds: int) -> None:
        opened[0] += bool(seconds)
        if opened[0] > TIMES:
            note()
            seconds = 0
        former(seconds)

    wrapped(hub.stack.parent, "permit", permit)
