"""Sampling sessions on a virtual clock, through power cuts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hanbench.emulator.clock import SECOND, CancelScope, VirtualClock
from hanbench.emulator.devices.metering import Sampling, SamplingFlash
from hanbench.emulator.devices.metering.sampling import CANCEL, MOST_SAMPLES, REFUSED, SESSIONS, UNKNOWN
from hanbench.emulator.zcl import ClusterCommand, ClusterServer
from hanbench.emulator.zcl.clusters.metering import CLUSTER, GetSampledData, GetSampledDataResponse, StartSampling
from hanbench.emulator.zcl.status import Status

MIDNIGHT = 86_400
CLIENT: Any = SimpleNamespace(src=0, src_endpoint=1)


class Meter:
    """A register that counts one a second, and the flash."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.flash = SamplingFlash()
        self.power_up()

    @property
    def utc(self) -> int:
        return MIDNIGHT + self.clock.now // SECOND

    def power_up(self) -> None:
        self.scope = CancelScope(self.clock)
        self.sampling = Sampling(self.scope, lambda: self.utc, self.flash, lambda: self.utc)

    def run(self, seconds: int) -> None:
        self.clock.run_for(seconds * SECOND)

    def ask(self, request: ClusterCommand) -> Any:
        answer = ClusterServer(CLUSTER, handlers=self.sampling.handlers).handler(type(request)).handle(request, CLIENT)
        if isinstance(answer, ClusterCommand):
            assert CLUSTER.command(type(request))[1].response is type(answer)
            row = CLUSTER.command(type(answer))[1]
            assert row.decode(row.encode(answer)) == answer
        return answer

    def start(self, at: int = 0, interval: int = 100, most: int = 3, event: int = 1, kind: int = 0) -> Any:
        answer = self.ask(StartSampling(event, at, kind, interval, most))
        return answer if isinstance(answer, Status) else answer.sample_id

    def get(self, session: int, earliest: int = 0, number: int = 100, kind: int = 0) -> Any:
        return self.ask(GetSampledData(session, earliest, kind, number))


@pytest.fixture
def meter() -> Meter:
    return Meter()


def test_samples_are_what_was_counted_in_each_interval(meter: Meter) -> None:
    session = meter.start()
    meter.run(1000)
    assert meter.get(session) == GetSampledDataResponse(
        sample_id=session,
        sample_start_time=MIDNIGHT,
        sample_type=0,
        sample_request_interval=100,
        samples=(100, 100, 100),
    )


def test_a_session_may_begin_later(meter: Meter) -> None:
    session = meter.start(at=MIDNIGHT + 50)
    meter.run(149)
    assert meter.get(session) == Status.NOT_FOUND
    meter.run(1)
    assert (meter.get(session).sample_start_time, meter.get(session).samples) == (MIDNIGHT + 50, (100,))


def test_samples_from_a_time_on_and_no_more_than_asked_for(meter: Meter) -> None:
    session = meter.start(most=5)
    meter.run(500)
    answer = meter.get(session, earliest=MIDNIGHT + 101, number=2)
    assert (answer.sample_start_time, answer.samples) == (MIDNIGHT + 200, (100, 100))


def test_what_was_missed_without_power_is_unknown_and_the_rest_is_not(meter: Meter) -> None:
    session = meter.start(most=6)
    meter.run(150)
    meter.scope.close()
    meter.run(200)
    meter.power_up()
    meter.run(1000)
    # Readings at 200 and 300 are missing: the three intervals that they bound are unknown.
    assert meter.get(session).samples == (100, UNKNOWN, UNKNOWN, UNKNOWN, 100, 100)


def test_a_cancelled_session_is_gone(meter: Meter) -> None:
    session = meter.start(event=7)
    meter.run(250)
    assert meter.start(at=CANCEL, event=8) == Status.NOT_FOUND
    assert meter.start(at=CANCEL, event=7) == Status.SUCCESS
    meter.run(250)
    assert meter.get(session) == Status.NOT_FOUND
    assert not meter.sampling.sessions


def test_the_same_event_begins_anew(meter: Meter) -> None:
    meter.start(event=7)
    meter.run(250)
    again = meter.start(event=7)
    meter.run(100)
    assert meter.get(again).samples == (100,)
    assert len(meter.sampling.sessions) == 1


@pytest.mark.parametrize("asked", [{"kind": 1}, {"interval": 0}, {"most": 0}, {"at": MIDNIGHT - 1}])
def test_sessions_that_cannot_be(meter: Meter, asked: dict[str, int]) -> None:
    assert meter.start(**asked) == REFUSED
    assert not meter.sampling.sessions


def test_running_sessions_are_kept_and_finished_ones_make_room(meter: Meter) -> None:
    sessions = [meter.start(most=1 if event == 2 else 30, event=event) for event in range(SESSIONS)]
    assert meter.start(event=99) == REFUSED
    meter.run(100)
    assert meter.start(event=99) not in (REFUSED, *sessions)
    assert meter.get(sessions[2]) == Status.NOT_FOUND
    assert meter.get(sessions[0]).samples == (100,)


def test_a_session_never_holds_more_than_the_meter_has_room_for(meter: Meter) -> None:
    session = meter.start(interval=1, most=0xFFFE)
    meter.run(1000)
    assert len(meter.get(session, number=0xFFFE).samples) == MOST_SAMPLES


@pytest.mark.parametrize("asked", [{"session": 9}, {"session": 1, "kind": 1}, {"session": 1, "number": 0}])
def test_samples_that_there_are_not(meter: Meter, asked: dict[str, int]) -> None:
    assert meter.start() == 1
    meter.run(100)
    assert meter.get(**asked) == Status.NOT_FOUND
