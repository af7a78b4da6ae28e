"""Claims of short addresses: which of them a device believes (Zigbee PRO R22, 3.6.1.9).

Device_annce, Update-Device, and the rejoin of a device are claims under the network key at most, which every device
holds. A claim is refused if no device can have the address, or if another device is known to have it. A child has the
address that its parent gave it, and no other one. What Zigbee cannot tell is believed: the new address of a device
that is the child of another router.
"""

from __future__ import annotations

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee.storage import NonVolatile

LAST_DEVICE = 0xFFF7
"""The last short address of a device; those above are broadcasts, or reserved (R22, table 3-69)."""
COORDINATOR = 0x0000
MOST_STRANGERS = 64
"""Devices in the address map that are no children and have no link key. The others are counted elsewhere."""


def check_claim(storage: NonVolatile, ieee: int, short: int) -> None:
    """Raise ADDRESS_CONFLICT for a claim that is not believed: that the device `ieee` has the address `short`."""
    network, child = storage.network, storage.children.get(short)
    if not COORDINATOR < short <= LAST_DEVICE:
        raise _conflict(ieee, short, "no address of a device that joins")
    if network is None or short == network.short or ieee in (storage.ieee, network.trust_center):
        raise _conflict(ieee, short, "an address of this device, or of the Trust Centre")
    if child is not None and child.ieee != ieee:
        raise _conflict(ieee, short, f"the address of {child.ieee:016x}, a child")
    own = next((each for each in storage.children.values() if each.ieee == ieee), None)
    if own is not None and own.authenticated and own.short != short:
        raise _conflict(ieee, short, f"a child has {own.short:#06x}")
    owner = storage.short_addresses.ieee_of(short)
    if owner not in (None, ieee) and (owner in storage.link_keys or ieee not in storage.link_keys):
        raise _conflict(ieee, short, f"the address of {owner:016x}")


def _conflict(ieee: int, short: int, why: str) -> RemoteProtocolError:
    return RemoteProtocolError(DropReason.ADDRESS_CONFLICT, f"{ieee:016x} claims {short:#06x}: {why}")


def enter(storage: NonVolatile, ieee: int, short: int) -> None:
    """Enter an address that is believed; where there are too many strangers, the oldest of them makes room."""
    known = storage.short_addresses
    if ieee not in known and len(known) >= MOST_STRANGERS:
        others = [each for each in known if is_stranger(storage, each)]
        for oldest in others[: max(0, len(others) - MOST_STRANGERS + 1)]:
            known.pop(oldest)
            known.displaced += 1
    known[ieee] = short


def is_stranger(storage: NonVolatile, ieee: int) -> bool:
    """Whether a device is no child, and has no link key with this one: anyone can invent such devices."""
    return ieee not in storage.link_keys and all(child.ieee != ieee for child in storage.children.values())


def believe(storage: NonVolatile, ieee: int, short: int) -> None:
    """Check a claim, and enter the address. Raises ADDRESS_CONFLICT."""
    check_claim(storage, ieee, short)
    enter(storage, ieee, short)


def is_member(storage: NonVolatile, short: int | None) -> bool:
    """Whether a device is known to belong here: the coordinator, a child, the owner of a link key.

    No other one relays for a device: anybody with the network key can say so in its name.
    """
    if short is None:
        return False
    child = storage.children.get(short)
    known = child is not None and child.authenticated
    return known or short == COORDINATOR or storage.short_addresses.ieee_of(short) in storage.link_keys
