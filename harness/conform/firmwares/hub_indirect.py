"""Wrong hubs: indirect delivery."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.mac.indirect import MacAddress
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([], kind="hub")
IMPATIENT = 2 * SECOND


@WRONG.add("hub-sends-to-sleepers-at-once", "HIND", "Koenkk/Z-Stack-firmware#463")
def sends_at_once(hub: Any, note: Note) -> None:
    """It sends to a sleeping child without a poll, once the child has its mirror."""

    def send(former: Any, dst: int, payload: bytes, done: Any = None, **named: Any) -> None:
        if named.get("indirect") and hub.flash.mirrors:
            note()
            named["indirect"] = False
        former(dst, payload, done, **named)

    wrapped(hub.stack.mac, "send", send)


@WRONG.add("hub-never-sets-frame-pending", "HIND", "Koenkk/zigbee2mqtt#13478; Nerivec/zigbee-on-host#126")
def never_sets_pending(hub: Any, note: Note) -> None:
    """Its acknowledgement of a poll does not say that a frame waits, once the child has its mirror."""

    def add(former: Any, address: int, *, extended: bool) -> None:
        if hub.flash.mirrors and not extended:
            note()
        else:
            former(address, extended=extended)

    wrapped(hub.radio, "source_match_add", add)


@WRONG.add("hub-drops-waiting-frames-early", "HIND", "espressif/esp-zigbee-sdk#864")
def drops_early(hub: Any, note: Note) -> None:
    """A frame for a sleeping child waits two seconds and is never sent again."""
    indirect = hub.stack.mac.indirect

    def hold(former: Any, address: MacAddress, encode: Any, done: Any, **named: Any) -> None:
        former(address, encode, done, **named)
        if not address.extended:
            hub.stack.clock.call_later(IMPATIENT, drop, address)

    def drop(address: MacAddress) -> None:
        if indirect.waiting(address):
            note()
            indirect.purge(address)

    wrapped(indirect, "hold", hold)


@WRONG.add("hub-keeps-waiting-frames-for-good", "HIND")
def keeps_for_good(hub: Any, note: Note) -> None:
    """A frame for a sleeping child waits until the child polls, however long that takes."""
    wrapped(hub.stack.mac.indirect, "_expire", lambda former, address, frame: note())


@WRONG.add("hub-delivers-twice", "HIND")
def delivers_twice(hub: Any, note: Note) -> None:
    """It sends each frame for a sleeping child twice."""

    def send(former: Any, dst: int, payload: bytes, done: Any = None, **named: Any) -> None:
        former(dst, payload, done, **named)
        if named.get("indirect") and hub.flash.mirrors:
            note()
            former(dst, payload, None, **named)

    wrapped(hub.stack.mac, "send", send)
