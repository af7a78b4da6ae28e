"""The short addresses of partners: devices with which this one shares a link key.

Device_annce is under the network key at most, which every device holds. So a partner keeps the address that its link
key has proven, whatever else is claimed, and moves when a frame under that key comes from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.zigbee import addresses
from hanbench.emulator.zigbee.storage import KeyOrigin, NonVolatile


class PartnerAddresses:
    """What the link keys of one device have proven of addresses, and what was claimed without them."""

    def __init__(self, storage: NonVolatile, ieee_of: Callable[[int], int | None]) -> None:
        """`ieee_of`: EUI-64 of a short address by the address map; None if unknown."""
        self._storage = storage
        self._ieee_of = ieee_of
        self._proven: dict[int, int] = {
            ieee: short
            for ieee, short in storage.short_addresses.items()
            if ieee in storage.link_keys and storage.link_keys[ieee].origin is not KeyOrigin.PRECONFIGURED
        }
        """EUI-64 to short address: the one from which a frame under the link key came last."""
        self._claimed: dict[int, int] = {}
        """EUI-64 to short address: another one that was claimed without the link key."""

    def note_claim(self, ieee: int, short: int) -> bool:
        """Note the claim that a partner has another short address than the one that its link key has proven.

        It moves when a frame under its link key comes from there. Returns False for any other claim.
        """
        proven = self._proven.get(ieee)
        if ieee not in self._storage.link_keys or proven is None or proven == short:
            return False
        if self._storage.short_addresses.get(ieee) != proven:
            return False
        self._claimed[ieee] = short
        return True

    def at(self, short: int) -> int | None:
        """EUI-64 of the device whose link key protects data from a short address; None if unknown.

        Who has the address by the address map, or has proven it, or claims it: the key tells.
        """
        known, keys = self._ieee_of(short), self._storage.link_keys
        if known in keys:
            return known
        for table in (self._proven, self._claimed):
            for ieee, at in table.items():
                if at == short and ieee in keys:
                    return ieee
        return known

    def prove(self, ieee: int, short: int) -> None:
        """A frame under the link key of a partner has come from a short address."""
        known = self._storage.short_addresses.get(ieee)
        if known == short == self._proven.get(ieee) and ieee not in self._claimed:
            return
        self._proven[ieee] = short
        self._claimed.pop(ieee, None)
        if known != short:
            addresses.enter(self._storage, ieee, short)
