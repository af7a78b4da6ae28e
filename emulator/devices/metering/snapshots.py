"""Snapshots of the register (SE 1.4a, D.3.3.3.1.6 and 7, D.3.2.3.1.7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from hanbench.emulator.zcl.cluster_instance import CommandAnswer, Handler, on
from hanbench.emulator.zcl.clusters.metering import (
    GetSnapshot,
    PublishSnapshot,
    SnapshotCause,
    SnapshotConfirmation,
    SnapshotPayloadType,
    TakeSnapshot,
    TakeSnapshotResponse,
    TouSnapshot,
)
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.transport import Indication

KEPT = 24
"""Snapshots in flash; the oldest makes room."""
NO_SNAPSHOT = 0
"""Identifier in the answer to a TakeSnapshot that was refused."""
FOR_CLIENTS = int(SnapshotCause.GENERAL | SnapshotCause.MANUALLY_TRIGGERED_FROM_CLIENT)
"""Causes that a client may name; the meter itself detects the others."""


class Snapshot(NamedTuple):
    """The register at a time."""

    id: int
    time: int
    """UTC seconds."""
    cause: int
    summation: int


@dataclass(slots=True)
class SnapshotFlash:
    """What `Snapshots` keeps."""

    taken: tuple[Snapshot, ...] = ()
    """The oldest first."""


class Snapshots:
    """A meter's snapshots. `read()` is the register now."""

    def __init__(self, utc: Callable[[], int], flash: SnapshotFlash, read: Callable[[], int]) -> None:
        self._utc = utc
        self._flash = flash
        self._read = read
        self.handlers: tuple[Handler, ...] = (
            on(TakeSnapshot, self._take_snapshot),
            on(GetSnapshot, self._get_snapshot),
        )

    @property
    def taken(self) -> tuple[Snapshot, ...]:
        """The snapshots that are kept, the oldest first."""
        return self._flash.taken

    def take(self, cause: int) -> Snapshot:
        """Take a snapshot now. Identifiers count up from 1 and are not used again."""
        taken = self.taken
        snapshot = Snapshot(taken[-1].id + 1 if taken else 1, self._utc(), int(cause), self._read())
        self._flash.taken = (*taken, snapshot)[-KEPT:]
        return snapshot

    def _take_snapshot(self, request: TakeSnapshot, indication: Indication) -> CommandAnswer:
        cause = request.snapshot_cause
        if not cause or cause & ~FOR_CLIENTS:
            return TakeSnapshotResponse(NO_SNAPSHOT, SnapshotConfirmation.CAUSE_NOT_SUPPORTED)
        return TakeSnapshotResponse(self.take(cause).id, SnapshotConfirmation.ACCEPTED)

    def _get_snapshot(self, request: GetSnapshot, indication: Indication) -> CommandAnswer:
        """Publish the snapshot at the offset among those that match, the oldest first."""
        matching = [
            each
            for each in self.taken
            if request.earliest_start_time <= each.time <= request.latest_end_time
            and each.cause & request.snapshot_cause
        ]
        if request.snapshot_offset >= len(matching):
            return Status.NOT_FOUND
        snapshot = matching[request.snapshot_offset]
        return PublishSnapshot(
            snapshot_id=snapshot.id,
            snapshot_time=snapshot.time,
            total_snapshots_found=len(matching),
            command_index=0,
            total_number_of_commands=1,
            snapshot_cause=snapshot.cause,
            snapshot_payload_type=SnapshotPayloadType.TOU_DELIVERED_NO_BILLING,
            snapshot_payload=TouSnapshot(snapshot.summation),
        )
