"""Wrong hubs: what others read of their tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.emulator.zigbee.zdo.status import ZdpStatus
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([], kind="hub")


@WRONG.add("hub-lists-neighbours-without-address", "HTAB", "zigpy/zigpy-znp#65; home-assistant/core#44954")
def without_address(hub: Any, note: Note) -> None:
    """Its neighbour table has the EUI-64 0 for each neighbour."""

    def neighbors(former: Any) -> list[Any]:
        note()
        return [replace(each, ieee=0) for each in former()]

    wrapped(hub.stack.management, "neighbors", neighbors)


@WRONG.add("hub-lists-no-sleepers", "HTAB", "home-assistant/core#44954; espressif/esp-zigbee-sdk#898")
def lists_no_sleepers(hub: Any, note: Note) -> None:
    """Its neighbour table has no device that sleeps."""

    def neighbors(former: Any) -> list[Any]:
        note()
        return [each for each in former() if each.flags.rx_on_when_idle != 0]

    wrapped(hub.stack.management, "neighbors", neighbors)


@WRONG.add("hub-knows-no-addresses-of-children", "HTAB")
def knows_no_children(hub: Any, note: Note) -> None:
    """It gives its own addresses alone, and none of its children."""

    def children(former: Any) -> list[Any]:
        note()
        return []

    wrapped(hub.stack.management, "children", children)


@WRONG.add("hub-answers-for-strangers", "HTAB")
def answers_for_strangers(hub: Any, note: Note) -> None:
    """It gives its own address to whoever asks for one that it does not know."""

    def address(former: Any, request: Any, broadcast: bool) -> Any:
        answer = former(request, broadcast)
        if answer is not None and answer.status == ZdpStatus.SUCCESS:
            return answer
        note()
        kind = zdp.NwkAddrRsp if isinstance(request, zdp.NwkAddrReq) else zdp.IeeeAddrRsp
        return kind(ZdpStatus.SUCCESS, hub.storage.ieee, hub.stack.mac.short)

    wrapped(hub.stack.zdo.server, "_address", address)


@WRONG.add("hub-keeps-children-that-leave", "HTAB", "Koenkk/zigbee2mqtt#12150")
def keeps_those_that_leave(hub: Any, note: Note) -> None:
    """A child that says that it leaves stays in its table."""
    hub.stack.maintenance.on_left = lambda short, ieee, rejoin: note()


@WRONG.add("hub-gives-up-children-that-others-claim", "HTAB")
def gives_up_children(hub: Any, note: Note) -> None:
    """It disputes no child that another parent announces."""
    wrapped(hub.stack.zdo.server, "_parent_announced", lambda former, request: note())


@WRONG.add("hub-binds-for-others", "HTAB")
def binds_for_others(hub: Any, note: Note) -> None:
    """It takes bindings of other devices, and of endpoints that it does not have."""

    def rejection(former: Any, binding: Any) -> None:
        if former(binding) is not None:
            note()

    wrapped(hub.stack.zdo.server, "_rejection", rejection)


@WRONG.add("hub-forgets-its-bindings", "HTAB")
def forgets_bindings(hub: Any, note: Note) -> None:
    """Its bindings are gone after a power cut."""
    if restarted(hub) and hub.storage.bindings:
        note()
        hub.storage.bindings.clear()


@WRONG.add("hub-measures-the-first-channel-alone", "HTAB")
def measures_first_channel(hub: Any, note: Note) -> None:
    """Asked for the energy on several channels, it measures the first."""

    def scan(former: Any, channels: tuple[int, ...], exponent: int, done: Any) -> None:
        if len(channels) > 1:
            note()
        former(channels[:1], exponent, done)

    wrapped(hub.stack.management, "energy_scan", scan)
