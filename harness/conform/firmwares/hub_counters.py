"""Wrong hubs: frame counters. Some of what is wrong with them is wrong with meters, too."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee.storage import FrameCounter
from hanbench.harness.conform.firmwares import counters
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([], kind="hub")
WRONG.add("hub-takes-replays", "HCTR", "zigbee-rs#61")(counters.takes_replays)
WRONG.add("hub-takes-a-counter-twice", "HCTR", "zigbee-rs#61; zigbee-rs#64")(counters.takes_equal_counter)


@WRONG.add("hub-counts-forged-frames", "HCTR")
def counts_forged_frames(hub: Any, note: Note) -> None:
    """It remembers the counter of a frame before it has looked at its integrity code."""
    security = hub.stack.nwk.security

    def unseal(former: Any, frame: Any) -> None:
        try:
            former(frame)
        except RemoteProtocolError as error:
            if error.reason is DropReason.BAD_MIC:
                note()
                security._incoming[frame.key_sequence, frame.sender_ieee] = frame.counter + 1
            raise

    wrapped(hub.stack.nwk, "_unseal", unseal)


@WRONG.add("hub-takes-link-key-replays", "HCTR", "zigbee-rs#64")
def takes_link_key_replays(hub: Any, note: Note) -> None:
    """It compares no frame counters under link keys."""

    def unseal(former: Any, frame: Any, src: int) -> None:
        link = hub.storage.link_keys.get(hub.stack.aps.ieee_of(src))
        if link is not None:
            if frame.frame_counter < link.incoming:
                note()
            link.incoming = 0
        former(frame, src)

    wrapped(hub.stack.aps, "_unseal", unseal)


@WRONG.add("hub-link-key-counters-restart", "HCTR", "Koenkk/Z-Stack-firmware#225")
def link_key_counters_restart(hub: Any, note: Note) -> None:
    """Its frame counters under link keys start again after a power cut."""
    if restarted(hub):
        for link in hub.storage.link_keys.values():
            note()
            link.outgoing = FrameCounter()
