"""Wrong hubs: indirect delivery."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.mac.indirect import MacAddress
from hanbench.emulator.zigbee.nwk.layer import ALL_DEVICES, RX_ON_DEVICES
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([], kind="hub")
IMPATIENT = 2 * SECOND
BUFFERS = 20


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


@WRONG.add("hub-delivers-the-last-frame-first", "HIND")
def last_first(hub: Any, note: Note) -> None:
    """Of the frames that wait for a child it sends the newest first."""
    indirect = hub.stack.mac.indirect

    def hold(former: Any, address: MacAddress, encode: Any, done: Any, **named: Any) -> None:
        former(address, encode, done, **named)
        queue = indirect._queues.get(address, ())
        if len(queue) > 1 and not queue[0].in_flight:
            note()
            queue.rotate(1)

    wrapped(indirect, "hold", hold)


@WRONG.add("hub-says-that-no-more-waits", "HIND")
def says_no_more(hub: Any, note: Note) -> None:
    """A frame for a sleeping child never says that another one waits."""
    indirect = hub.stack.mac.indirect

    def following(former: Any, address: MacAddress) -> Any:
        frame = former(address)
        if frame is not None and indirect.waiting(address) > 1:
            note()
            encode = frame.encode
            frame.encode = lambda pending: encode(False)
        return frame

    wrapped(indirect, "next", following)


@WRONG.add("hub-keeps-broadcasts-from-sleepers", "HIND")
def keeps_broadcasts(hub: Any, note: Note) -> None:
    """It passes no broadcast on to a child that sleeps."""

    def broadcast(former: Any, dst: int, npdu: bytes, done: Any) -> None:
        if dst == ALL_DEVICES:
            note()
        former(RX_ON_DEVICES, npdu, done)

    wrapped(hub.stack.nwk, "_broadcast", broadcast)


@WRONG.add("hub-wakes-sleepers-with-every-broadcast", "HIND")
def every_broadcast(hub: Any, note: Note) -> None:
    """It passes each broadcast on to children that sleep, those for devices that listen as well."""

    def broadcast(former: Any, dst: int, npdu: bytes, done: Any) -> None:
        if dst != ALL_DEVICES:
            note()
        former(ALL_DEVICES, npdu, done)

    wrapped(hub.stack.nwk, "_broadcast", broadcast)


@WRONG.add("hub-loses-children-over-power-cuts", "HIND", "espressif/esp-zigbee-sdk#898; shimmeringbee/zstack#13")
def loses_children(hub: Any, note: Note) -> None:
    """After a power cut it has its network, and no children."""
    if restarted(hub):
        for short in list(hub.storage.children):
            note()
            hub.stack.parent.remove(short)


@WRONG.add("hub-runs-out-of-buffers", "HIND", "openthread/openthread#13395")
def runs_out_of_buffers(hub: Any, note: Note) -> None:
    """While many frames wait for one child, it sends nothing to others."""

    def send(former: Any, dst: int, payload: bytes, done: Any = None, **named: Any) -> None:
        if not named.get("indirect") and len(hub.stack.mac.indirect) > BUFFERS:
            note()
        else:
            former(dst, payload, done, **named)

    wrapped(hub.stack.mac, "send", send)
