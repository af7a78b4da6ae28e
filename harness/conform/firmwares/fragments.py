"""Wrong firmwares: fragments, in and out."""

from __future__ import annotations

from typing import Any

from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([])
BUFFERS = 4


@WRONG.add("stuck-at-unfinished-message", "FRA", "nrfconnect/sdk-nrf, known issue KRKNWK-10490")
def stuck_at_unfinished_message(device: Any, note: Note) -> None:
    """Messages whose last fragment never comes keep their buffers; when there is none left, it takes nothing more."""
    layer = device.stack.aps
    open_: set[tuple[int, int]] = set()

    def data(former: Any, frame: Any, indication: Any) -> None:
        if len(open_) > BUFFERS:
            note()
            return
        former(frame, indication)
        key = indication.src, frame.counter
        if frame.fragment is not None:
            found = [each for at, each in layer._reassemblies.items() if at[:2] == key]
            open_.add(key)
            if found and found[0].delivered:
                open_.discard(key)

    wrapped(layer, "_data", data)


@WRONG.add("serves-fragments-twice", "FRA", "zigbee-rs/zigbee-rs#71")
def serves_fragments_twice(device: Any, note: Note) -> None:
    """It serves a message again when its last fragment comes again."""
    layer = device.stack.aps

    def reassemble(former: Any, frame: Any, src: int) -> bytes | None:
        for key, each in layer._reassemblies.items():
            if key[:2] == (src, frame.counter) and each.delivered:
                note()
                each.delivered = False
        octets: bytes | None = former(frame, src)
        return octets

    wrapped(layer, "_reassemble", reassemble)


@WRONG.add("acknowledges-first-fragments-only", "FRA")
def acknowledges_first_fragments_only(device: Any, note: Note) -> None:
    """It acknowledges each fragment as if it were the first."""

    def acknowledge(former: Any, frame: Any, src: int) -> None:
        fragment = frame.fragment
        if fragment is not None and not fragment.first:
            note()
            frame.fragment = type(fragment)(True, fragment.block)
        former(frame, src)
        frame.fragment = fragment

    wrapped(device.stack.aps, "_acknowledge", acknowledge)


@WRONG.add("loses-its-last-fragment", "FRA")
def loses_its_last_fragment(device: Any, note: Note) -> None:
    """Of a message in fragments it sends all but the last one."""
    layer = device.stack.aps

    def acknowledged(former: Any, frame: Any, src: int) -> None:
        message = layer._waiting.get((src, frame.counter))
        if message is not None and message.block == len(message.blocks) - 2:
            note()
            message.blocks.pop()
        former(frame, src)

    wrapped(layer, "_acknowledged", acknowledged)
