"""GetProfile from a register that is a function of time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hanbench.emulator.devices.metering import LoadProfile
from hanbench.emulator.zcl import ClusterServer
from hanbench.emulator.zcl.clusters.metering import (
    CLUSTER,
    GetProfile,
    GetProfileResponse,
    MeteringAttributes,
    ProfileIntervalPeriod,
    ProfileStatus,
)

HALF_HOUR = 1800
NOON = 43_200
CLIENT: Any = SimpleNamespace(src=0, src_endpoint=1)


def grows_each_half_hour(at: int) -> int | None:
    """1 in the first half hour after midnight, 2 in the second, and so on; nothing was counted before midnight."""
    if at < 0:
        return None
    number = at // HALF_HOUR
    return number * (number + 1) // 2


def ask(profile: LoadProfile, channel: int = 0, end: int = 0, periods: int = 24) -> GetProfileResponse:
    handler = ClusterServer(CLUSTER, handlers=profile.handlers).handler(GetProfile)
    answer = handler.handle(GetProfile(channel, end, periods), CLIENT)
    assert isinstance(answer, GetProfileResponse)
    row = CLUSTER.command(GetProfileResponse)[1]
    assert row.decode(row.encode(answer)) == answer
    return answer


@pytest.fixture
def profile() -> LoadProfile:
    return LoadProfile(lambda: NOON + 100, grows_each_half_hour)


def test_the_newest_intervals_come_first_and_end_on_a_boundary(profile: LoadProfile) -> None:
    assert ask(profile, periods=3) == GetProfileResponse(
        end_time=NOON,
        status=ProfileStatus.SUCCESS,
        profile_interval_period=ProfileIntervalPeriod.MINUTES_30,
        intervals=(24, 23, 22),
    )


def test_a_day_half_is_24_periods(profile: LoadProfile) -> None:
    assert ask(profile).intervals == tuple(range(24, 0, -1))


def test_intervals_up_to_a_time_that_is_asked_for(profile: LoadProfile) -> None:
    answer = ask(profile, end=2 * HALF_HOUR + 1, periods=2)
    assert (answer.end_time, answer.intervals) == (2 * HALF_HOUR, (2, 1))


def test_more_than_can_be_told_is_told_so_with_what_there_is(profile: LoadProfile) -> None:
    answer = ask(profile, periods=25)
    assert answer.status == ProfileStatus.MORE_PERIODS_REQUESTED_THAN_CAN_BE_RETURNED
    assert len(answer.intervals) == 24


def test_before_the_first_reading_there_is_nothing(profile: LoadProfile) -> None:
    assert ask(profile, end=2 * HALF_HOUR, periods=10).intervals == (2, 1)
    answer = ask(profile, end=1)
    assert (answer.status, answer.intervals) == (ProfileStatus.NO_INTERVALS_AVAILABLE, ())


@pytest.mark.parametrize(
    ("channel", "end", "status"),
    [
        (1, 0, ProfileStatus.INTERVAL_CHANNEL_NOT_SUPPORTED),
        (2, 0, ProfileStatus.UNDEFINED_INTERVAL_CHANNEL),
        (0, NOON + 101, ProfileStatus.INVALID_END_TIME),
    ],
)
def test_what_a_meter_cannot_tell(profile: LoadProfile, channel: int, end: int, status: ProfileStatus) -> None:
    answer = ask(profile, channel, end)
    assert (answer.status, answer.intervals) == (status, ())


def test_an_interval_never_looks_like_an_unknown_one() -> None:
    profile = LoadProfile(lambda: NOON, lambda at: at * 10_000)
    assert set(ask(profile).intervals) == {0xFFFFFE}


def test_what_a_meter_says_of_its_profile(profile: LoadProfile) -> None:
    assert profile.values == {
        MeteringAttributes.ProfileIntervalPeriod: 2,
        MeteringAttributes.MaxNumberOfPeriodsDelivered: 24,
    }
