"""The server of Identify (ZCL r8, 3.5): a device that shows which one it is, for a time."""

from __future__ import annotations

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.zcl import ClusterServer, CommandAnswer, Indication, Status, on
from hanbench.emulator.zcl.cluster import Attribute
from hanbench.emulator.zcl.clusters import IDENTIFY
from hanbench.emulator.zcl.clusters.identify import (
    Identify,
    IdentifyAttributes,
    IdentifyQuery,
    IdentifyQueryResponse,
)


class Identification:
    """Counts the seconds for which one device identifies itself. `server` goes on its endpoint."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = 0
        self.server = ClusterServer(
            IDENTIFY,
            {IdentifyAttributes.IdentifyTime: lambda: self.remaining},
            (on(Identify, self._identify), on(IdentifyQuery, self._query)),
            written=self._written,
        )

    @property
    def remaining(self) -> int:
        """Seconds for which it goes on identifying itself; 0: it does not."""
        return max(0, -(-(self._until - self._clock.now) // SECOND))

    def _set(self, seconds: int) -> None:
        self._until = self._clock.now + seconds * SECOND

    def _identify(self, command: Identify, indication: Indication) -> CommandAnswer:
        self._set(command.identify_time)
        return None

    def _query(self, command: IdentifyQuery, indication: Indication) -> CommandAnswer:
        """3.5.2.3.3: a device that is not identifying itself does not answer."""
        return IdentifyQueryResponse(self.remaining) if self.remaining else Status.SUCCESS

    def _written(self, attribute: Attribute, value: int) -> None:
        self._set(value)
