"""Snapshots: taken by a client or by the meter, kept, and published one at a time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hanbench.emulator.devices.metering import SnapshotFlash, Snapshots
from hanbench.emulator.devices.metering.snapshots import KEPT
from hanbench.emulator.zcl import ClusterCommand, ClusterServer
from hanbench.emulator.zcl.clusters.metering import (
    ANY_CAUSE,
    CLUSTER,
    GetSnapshot,
    PublishSnapshot,
    SnapshotCause,
    TakeSnapshot,
    TakeSnapshotResponse,
    TouSnapshot,
)
from hanbench.emulator.zcl.status import Status

MANUAL = SnapshotCause.MANUALLY_TRIGGERED_FROM_CLIENT
CLIENT: Any = SimpleNamespace(src=0, src_endpoint=1)


class Meter:
    """A register and a clock that the test moves, and the flash."""

    def __init__(self) -> None:
        self.now, self.register = 1000, 5
        self.flash = SnapshotFlash()
        self.snapshots = self.built()

    def built(self) -> Snapshots:
        return Snapshots(lambda: self.now, self.flash, lambda: self.register)

    def ask(self, request: ClusterCommand) -> Any:
        answer = ClusterServer(CLUSTER, handlers=self.snapshots.handlers).handler(type(request)).handle(request, CLIENT)
        if isinstance(answer, ClusterCommand):
            assert CLUSTER.command(type(request))[1].response is type(answer)
            row = CLUSTER.command(type(answer))[1]
            assert row.decode(row.encode(answer)) == answer
        return answer

    def get(self, earliest: int = 0, latest: int = 0xFFFFFFFF, offset: int = 0, cause: int = ANY_CAUSE) -> Any:
        return self.ask(GetSnapshot(earliest, latest, offset, cause))


@pytest.fixture
def meter() -> Meter:
    return Meter()


def test_a_snapshot_holds_the_register_as_it_stood(meter: Meter) -> None:
    assert meter.ask(TakeSnapshot(MANUAL)) == TakeSnapshotResponse(snapshot_id=1, snapshot_confirmation=0)
    meter.now, meter.register = 2000, 9
    assert meter.get() == PublishSnapshot(
        snapshot_id=1,
        snapshot_time=1000,
        total_snapshots_found=1,
        command_index=0,
        total_number_of_commands=1,
        snapshot_cause=MANUAL,
        snapshot_payload_type=4,
        snapshot_payload=TouSnapshot(5),
    )


@pytest.mark.parametrize("cause", [0, SnapshotCause.CHANGE_OF_SUPPLIER, MANUAL | SnapshotCause.DEBT_PAYMENT, 1 << 31])
def test_a_cause_that_is_not_for_clients_is_refused(meter: Meter, cause: int) -> None:
    assert meter.ask(TakeSnapshot(cause)) == TakeSnapshotResponse(snapshot_id=0, snapshot_confirmation=1)
    assert not meter.snapshots.taken


def test_the_offset_chooses_among_those_that_match(meter: Meter) -> None:
    for meter.now, cause in ((10, MANUAL), (20, SnapshotCause.END_OF_BILLING_PERIOD), (30, MANUAL), (40, MANUAL)):
        meter.snapshots.take(cause)
    found = [meter.get(10, 39, offset, MANUAL) for offset in range(2)]
    assert [(each.snapshot_time, each.total_snapshots_found) for each in found] == [(10, 2), (30, 2)]
    assert meter.get(10, 39, 2, MANUAL) == Status.NOT_FOUND
    assert meter.get(11, 39, 0, MANUAL).snapshot_time == 30
    assert meter.get(cause=SnapshotCause.END_OF_BILLING_PERIOD).snapshot_time == 20


def test_without_a_snapshot_there_is_none_to_publish(meter: Meter) -> None:
    assert meter.get() == Status.NOT_FOUND


def test_snapshots_survive_a_power_cut_and_their_identifiers_go_on(meter: Meter) -> None:
    meter.snapshots.take(MANUAL)
    meter.snapshots = meter.built()
    assert meter.snapshots.take(MANUAL).id == 2
    assert meter.get(offset=1).snapshot_id == 2


def test_the_oldest_snapshot_makes_room_and_its_identifier_is_not_reused(meter: Meter) -> None:
    for _ in range(KEPT + 2):
        meter.snapshots.take(MANUAL)
    assert [each.id for each in meter.snapshots.taken] == list(range(3, KEPT + 3))
