"""The binding table of a device (R22, 2.2.8.2.1)."""

from __future__ import annotations

from collections.abc import Iterator

from hanbench.emulator.zigbee.binding import Binding
from hanbench.emulator.zigbee.zdo.status import ZdpStatus

DEFAULT_CAPACITY = 32


class BindingTable:
    """The bindings of one device, in the order of their making."""

    def __init__(self, capacity: int = DEFAULT_CAPACITY, entries: list[Binding] | None = None) -> None:
        """`entries`: where the table is kept, a list in flash."""
        self.capacity = capacity
        self._entries = [] if entries is None else entries

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Binding]:
        return iter(self._entries)

    def __getitem__(self, span: slice) -> tuple[Binding, ...]:
        return tuple(self._entries[span])

    def bind(self, entry: Binding) -> ZdpStatus:
        """Add an entry; adding it twice is the same as once."""
        if entry in self._entries:
            return ZdpStatus.SUCCESS
        if len(self._entries) >= self.capacity:
            return ZdpStatus.TABLE_FULL
        self._entries.append(entry)
        return ZdpStatus.SUCCESS

    def unbind(self, entry: Binding) -> ZdpStatus:
        """Remove an entry."""
        if entry not in self._entries:
            return ZdpStatus.NO_ENTRY
        self._entries.remove(entry)
        return ZdpStatus.SUCCESS

    def forget(self, ieee: int) -> None:
        """Remove every entry that sends to a device: it has left."""
        self._entries[:] = [entry for entry in self._entries if entry.destination != ieee]

    def destinations(self, endpoint: int, cluster: int) -> tuple[Binding, ...]:
        """The entries for a cluster of one endpoint."""
        return tuple(e for e in self._entries if e.source_endpoint == endpoint and e.cluster == cluster)
