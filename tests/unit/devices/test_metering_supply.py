"""Supply control on a virtual clock, through power cuts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hanbench.emulator.clock import SECOND, CancelScope, VirtualClock
from hanbench.emulator.devices.metering import Supply, SupplyFlash
from hanbench.emulator.devices.metering.supply import NEVER, PendingSupplyChange
from hanbench.emulator.zcl import ClusterCommand, ClusterServer
from hanbench.emulator.zcl.clusters.metering import (
    CLUSTER,
    SUPPLY_OFF,
    SUPPLY_OFF_ARMED,
    SUPPLY_ON,
    ChangeSupply,
    LocalChangeSupply,
    MeteringAttributes,
    SetSupplyStatus,
    SupplyStatusResponse,
)
from hanbench.emulator.zcl.status import Status

MIDNIGHT = 86_400
HUB: Any = SimpleNamespace(src=0x0000, src_endpoint=0x01)


class Meter:
    """The supply of a meter, its flash, and what it sent and switched."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.set_back = 0
        self.flash = SupplyFlash()
        self.responses: list[PendingSupplyChange] = []
        self.switched: list[int] = []
        self.power_up()

    @property
    def utc(self) -> int:
        return MIDNIGHT + self.clock.now // SECOND - self.set_back

    def power_up(self) -> None:
        self.scope = CancelScope(self.clock)
        self.supply = Supply(self.scope, lambda: self.utc, self.flash, self.responses.append, self.switched.append)
        self.server = ClusterServer(CLUSTER, self.supply.values, self.supply.handlers)

    def run(self, seconds: int) -> None:
        self.clock.run_for(seconds * SECOND)

    def change(self, status: int, at: int = 0, acknowledge: bool = False, event: int = 5, provider: int = 1) -> Any:
        return self.ask(ChangeSupply(provider, event, self.utc, at, status, int(acknowledge)))

    def local(self, status: int) -> Any:
        return self.ask(LocalChangeSupply(status))

    def ask(self, request: ClusterCommand) -> Any:
        return self.server.handler(type(request)).handle(request, HUB)


@pytest.fixture
def meter() -> Meter:
    return Meter()


def test_a_change_at_once(meter: Meter) -> None:
    assert meter.server.get(MeteringAttributes.SupplyStatus) == SUPPLY_ON
    assert meter.change(SUPPLY_OFF) == Status.SUCCESS
    assert meter.server.get(MeteringAttributes.SupplyStatus) == SUPPLY_OFF
    assert (meter.switched, meter.responses) == ([SUPPLY_OFF], [])


def test_a_change_at_once_is_acknowledged_with_the_status_if_wanted(meter: Meter) -> None:
    answer = meter.change(SUPPLY_OFF_ARMED, acknowledge=True)
    assert answer == SupplyStatusResponse(
        provider_id=1,
        issuer_event_id=5,
        implementation_date_time=MIDNIGHT,
        supply_status_after_implementation=SUPPLY_OFF_ARMED,
    )
    octets = "01000000" + "05000000" + "80510100" + "01"
    assert CLUSTER.command(SupplyStatusResponse)[1].encode(answer).hex() == octets


def test_a_change_waits_for_its_time_and_shows_meanwhile(meter: Meter) -> None:
    assert meter.change(SUPPLY_OFF, at=MIDNIGHT + 60, acknowledge=True) == Status.SUCCESS
    meter.run(59)
    assert meter.server.get(MeteringAttributes.SupplyStatus) == SUPPLY_ON
    assert meter.server.get(MeteringAttributes.ProposedChangeSupplyImplementationTime) == MIDNIGHT + 60
    assert meter.server.get(MeteringAttributes.ProposedChangeSupplyStatus) == SUPPLY_OFF
    meter.run(1)
    assert meter.server.get(MeteringAttributes.SupplyStatus) == SUPPLY_OFF
    assert meter.supply.pending is None
    [response] = meter.responses
    assert (response.short, response.endpoint) == (0x0000, 0x01)
    assert response.response.implementation_date_time == MIDNIGHT + 60


def test_nobody_is_told_who_did_not_ask(meter: Meter) -> None:
    meter.change(SUPPLY_OFF, at=MIDNIGHT + 60)
    meter.run(60)
    assert (meter.switched, meter.responses) == ([SUPPLY_OFF], [])


def test_a_change_that_is_due_without_power_is_made_when_power_is_back(meter: Meter) -> None:
    meter.change(SUPPLY_OFF, at=MIDNIGHT + 60, acknowledge=True)
    meter.scope.close()
    meter.run(100)
    assert meter.supply.status == SUPPLY_ON
    meter.power_up()
    meter.run(0)
    assert meter.supply.status == SUPPLY_OFF
    assert len(meter.responses) == 1


def test_status_and_states_survive_a_power_cut(meter: Meter) -> None:
    meter.change(SUPPLY_OFF_ARMED)
    meter.power_up()
    assert meter.server.get(MeteringAttributes.SupplyStatus) == SUPPLY_OFF_ARMED


def test_a_clock_that_is_set_back_makes_a_change_wait_again(meter: Meter) -> None:
    meter.change(SUPPLY_OFF, at=MIDNIGHT + 60)
    meter.set_back = 30
    meter.run(60)
    assert meter.supply.status == SUPPLY_ON
    meter.run(30)
    assert meter.supply.status == SUPPLY_OFF


def test_only_its_issuer_cancels_a_change_and_only_once(meter: Meter) -> None:
    meter.change(SUPPLY_OFF, at=MIDNIGHT + 60)
    assert meter.change(SUPPLY_OFF, at=NEVER, event=6) == Status.NOT_FOUND
    assert meter.change(SUPPLY_OFF, at=NEVER, provider=2) == Status.NOT_FOUND
    assert meter.change(SUPPLY_OFF, at=NEVER) == Status.SUCCESS
    assert meter.change(SUPPLY_OFF, at=NEVER) == Status.NOT_FOUND
    meter.run(60)
    assert meter.supply.status == SUPPLY_ON
    assert meter.server.get(MeteringAttributes.ProposedChangeSupplyImplementationTime) == NEVER


def test_a_newer_change_replaces_an_older_one_and_not_the_reverse(meter: Meter) -> None:
    meter.change(SUPPLY_OFF, at=MIDNIGHT + 60, event=5)
    assert meter.change(SUPPLY_OFF_ARMED, at=MIDNIGHT + 90, event=4) == Status.FAILURE
    assert meter.change(SUPPLY_OFF_ARMED, at=MIDNIGHT + 90, event=6) == Status.SUCCESS
    meter.run(60)
    assert meter.supply.status == SUPPLY_ON
    meter.run(30)
    assert meter.switched == [SUPPLY_OFF_ARMED]


@pytest.mark.parametrize(("status", "at"), [(3, 0), (SUPPLY_OFF, MIDNIGHT - 1)])
def test_changes_that_cannot_be(meter: Meter, status: int, at: int) -> None:
    assert meter.change(status, at) == Status.INVALID_VALUE
    assert (meter.supply.status, meter.supply.pending) == (SUPPLY_ON, None)


@pytest.mark.parametrize(
    ("before", "proposed", "answer", "after"),
    [
        (SUPPLY_OFF_ARMED, SUPPLY_ON, Status.SUCCESS, SUPPLY_ON),
        (SUPPLY_ON, SUPPLY_OFF_ARMED, Status.SUCCESS, SUPPLY_OFF_ARMED),
        (SUPPLY_OFF, SUPPLY_ON, Status.NOT_AUTHORIZED, SUPPLY_OFF),
        (SUPPLY_OFF, SUPPLY_OFF_ARMED, Status.NOT_AUTHORIZED, SUPPLY_OFF),
        (SUPPLY_ON, SUPPLY_OFF, Status.NOT_AUTHORIZED, SUPPLY_ON),
        (SUPPLY_ON, 3, Status.NOT_AUTHORIZED, SUPPLY_ON),
    ],
)
def test_what_a_customer_may_do_at_the_display(
    meter: Meter, before: int, proposed: int, answer: Status, after: int
) -> None:
    meter.supply.switch(before)
    assert meter.local(proposed) == answer
    assert meter.supply.status == after


def test_what_becomes_of_the_supply_at_an_event_is_set_and_shown(meter: Meter) -> None:
    assert meter.server.get(MeteringAttributes.SupplyTamperState) == 3
    request = SetSupplyStatus(
        issuer_event_id=1,
        supply_tamper_state=0,
        supply_depletion_state=1,
        supply_uncontrolled_flow_state=2,
        load_limit_supply_state=3,
    )
    assert meter.ask(request) == Status.SUCCESS
    assert meter.ask(request.replace(supply_tamper_state=4)) == Status.INVALID_VALUE
    meter.power_up()
    rows = (
        MeteringAttributes.SupplyTamperState,
        MeteringAttributes.SupplyDepletionState,
        MeteringAttributes.SupplyUncontrolledFlowState,
        MeteringAttributes.LoadLimitSupplyState,
    )
    assert [meter.server.get(row) for row in rows] == [0, 1, 2, 3]
    assert meter.supply.status == SUPPLY_ON
