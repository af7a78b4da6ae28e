"""The meter's reports to its mirror, and its patience with reports that the hub does not acknowledge."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.devices.gsme.flash import GasMeterFlash
from hanbench.emulator.devices.ids import HUB
from hanbench.emulator.zcl import Endpoint, Reply
from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes

REPORTED = tuple(
    row.id
    for row in (
        MeteringAttributes.CurrentSummationDelivered,
        MeteringAttributes.ReadingSnapshotTime,
        MeteringAttributes.SupplyStatus,
        MeteringAttributes.Status,
        MeteringAttributes.RemainingBatteryLife,
        MeteringAttributes.UnitOfMeasure,
        MeteringAttributes.Multiplier,
        MeteringAttributes.Divisor,
        MeteringAttributes.SummationFormatting,
        MeteringAttributes.MeteringDeviceType,
    )
)
LONGEST_BACKOFF = 48
"""Wakes without a report, at most: a meter whose reports fail although it finds its network saves its battery."""


class MirrorReports:
    """One meter's reports."""

    def __init__(
        self, flash: GasMeterFlash, patience: int, acknowledged: Callable[[], None], unacknowledged: Callable[[], None]
    ) -> None:
        """`acknowledged` is called after each report that the hub has; `unacknowledged` after `patience` in a row that
        it has not."""
        self._flash = flash
        self._patience = patience
        self._acknowledged = acknowledged
        self._unacknowledged = unacknowledged
        self._failures = 0
        self._backoff = self._silent_wakes = 0
        """Wakes without a report after one that failed, and how many of them are still to come."""
        self.endpoint: Endpoint
        """Set by the device."""

    def send(self) -> None:
        """Report the register to the mirror, if there is one."""
        if self._flash.mirror:
            self.endpoint.report(HUB, self._flash.mirror, METERING.id, REPORTED, self._ended)

    def passes_over_wake(self) -> bool:
        """Whether this wake is one without a report."""
        if not self._silent_wakes:
            return False
        self._silent_wakes -= 1
        return True

    def _ended(self, reply: Reply) -> None:
        if reply.ok:
            self._failures = self._backoff = 0
            self._acknowledged()
            return
        self._failures += 1
        if self._failures >= self._patience:
            self._failures = 0
            self._backoff = min(2 * self._backoff or 1, LONGEST_BACKOFF)
            self._unacknowledged()
        self._silent_wakes = self._backoff
