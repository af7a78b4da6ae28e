"""The flash of one device's stack (`NonVolatile`) as a file has it.

Frame counters are written two strides ahead of their use (`COUNTER_STRIDE`): the flash itself is one stride ahead, and
a file may be a stride behind the flash. A bench that was killed therefore never uses a counter again.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from msgspec import Meta, Struct, structs

from hanbench.emulator.zigbee.binding import Binding
from hanbench.emulator.zigbee.storage import (
    COUNTER_STRIDE,
    LAST_COUNTER,
    ChildEntry,
    FrameCounter,
    KeyOrigin,
    LinkKey,
    Network,
    NonVolatile,
)

Eui64 = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$(?!\n)")]
U8 = Annotated[int, Meta(ge=0, le=0xFF)]
U16 = Annotated[int, Meta(ge=0, le=0xFFFF)]
Counter = Annotated[int, Meta(ge=0, le=LAST_COUNTER + 1)]
Key = Annotated[bytes, Meta(min_length=16, max_length=16)]
MOST = 1000
"""Maximum number of entries in a table."""


class Stored(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the file. Its text form has no values, because some of them are keys."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class StoredNetwork(Stored, frozen=True):
    """`Network`."""

    pan_id: U16
    extended_pan_id: Eui64
    channel: Annotated[int, Meta(ge=11, le=26)]
    short: U16
    parent: U16
    parent_ieee: Eui64
    depth: U8
    update_id: U8
    trust_center: Eui64
    former_trust_center: Eui64


class StoredKey(Stored, frozen=True):
    """A network key."""

    sequence: U8
    key: Key


class StoredLinkKey(Stored, frozen=True):
    """A link key, with the counters of its frames: the next one to send, and the lowest one still acceptable."""

    partner: Eui64
    key: Key
    origin: KeyOrigin
    outgoing: Counter
    incoming: Counter


class StoredChild(Stored, frozen=True):
    """`ChildEntry`."""

    ieee: Eui64
    short: U16
    rx_on: bool
    router: bool
    timeout: Annotated[int, Meta(ge=0)]
    authenticated: bool


class StoredAddress(Stored, frozen=True):
    """A short address."""

    ieee: Eui64
    short: U16


class StoredStack(Stored, frozen=True):
    """`NonVolatile`: what the stack of a device keeps."""

    ieee: Eui64
    network: StoredNetwork | None
    network_keys: Annotated[list[StoredKey], Meta(max_length=256)]
    active_key: U8
    nwk_counter: Counter
    link_keys: Annotated[list[StoredLinkKey], Meta(max_length=MOST)]
    children: Annotated[list[StoredChild], Meta(max_length=MOST)]
    short_addresses: Annotated[list[StoredAddress], Meta(max_length=MOST)]
    bindings: Annotated[list[Binding], Meta(max_length=MOST)]


def stored_stack(storage: NonVolatile) -> StoredStack:
    """Return what a stack's flash keeps, with every counter a stride further than there."""
    network = storage.network
    return StoredStack(
        ieee=eui64(storage.ieee),
        network=None if network is None else _stored_network(network),
        network_keys=[StoredKey(sequence, key) for sequence, key in storage.network_keys.items()],
        active_key=storage.active_key,
        nwk_counter=_ahead(storage.nwk_counter),
        link_keys=[
            StoredLinkKey(eui64(partner), link.key, link.origin, _ahead(link.outgoing), link.incoming)
            for partner, link in storage.link_keys.items()
        ],
        children=[
            StoredChild(eui64(each.ieee), each.short, each.rx_on, each.router, each.timeout, each.authenticated)
            for each in storage.children.values()
        ],
        short_addresses=[StoredAddress(eui64(ieee), short) for ieee, short in storage.short_addresses.items()],
        bindings=list(storage.bindings),
    )


def restore_stack(stack: StoredStack, storage: NonVolatile) -> None:
    """Put what was kept into a stack's flash, before the device gets power."""
    storage.network = None if stack.network is None else _network(stack.network)
    storage.network_keys.clear()
    for each in stack.network_keys:
        storage.network_keys[each.sequence] = each.key
    storage.active_key = stack.active_key
    storage.nwk_counter = _resumed(stack.nwk_counter)
    storage.link_keys.clear()
    for link in stack.link_keys:
        storage.link_keys[int(link.partner, 16)] = LinkKey(
            link.key, link.origin, _resumed(link.outgoing), link.incoming
        )
    for child in stack.children:
        storage.children[child.short] = ChildEntry(
            int(child.ieee, 16), child.short, child.rx_on, child.router, child.timeout, child.authenticated
        )
    for address in stack.short_addresses:
        storage.short_addresses[int(address.ieee, 16)] = address.short
    storage.bindings.extend(stack.bindings)


def _stored_network(network: Network) -> StoredNetwork:
    plain = asdict(network)
    named = {field: eui64(plain[field]) for field in _EUI64_FIELDS}
    return StoredNetwork(**(plain | named))


def _network(stored: StoredNetwork) -> Network:
    plain = structs.asdict(stored)
    return Network(**(plain | {field: int(plain[field], 16) for field in _EUI64_FIELDS}))


_EUI64_FIELDS = ("extended_pan_id", "parent_ieee", "trust_center", "former_trust_center")


def eui64(value: int) -> str:
    """Return an EUI-64 as the file has it."""
    return f"{value:016x}"


def _ahead(counter: FrameCounter) -> int:
    return min(counter.saved + COUNTER_STRIDE, LAST_COUNTER + 1)


def _resumed(value: int) -> FrameCounter:
    return FrameCounter(value, value + COUNTER_STRIDE)
