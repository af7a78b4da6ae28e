"""Gas in kilowatt hours, and when a day, a week and a month begin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hanbench.harness.control.consumption import periods
from hanbench.harness.mqtt.gas import energy_of


def test_a_volume_has_the_energy_that_a_real_display_showed() -> None:
    """What a Glow displayed in December 2023 (megakid/ha_hildebrand_glow_ihd_mqtt, issue 48), at 40.2 MJ/m3."""
    assert energy_of(5655.830, 40.2) == pytest.approx(64586.641, abs=0.5)


def test_days_begin_as_the_time_zone_database_says() -> None:
    """Each hour of a week around both changes of 2026, and of a leap year's end of February."""
    london = ZoneInfo("Europe/London")
    for first in (
        datetime(2026, 3, 26, tzinfo=UTC),
        datetime(2026, 10, 22, tzinfo=UTC),
        datetime(2024, 2, 26, tzinfo=UTC),
    ):
        for hour in range(7 * 24):
            now = first + timedelta(hours=hour, minutes=30)
            midnight = now.astimezone(london).replace(hour=0, minute=0, second=0)
            found = periods(now)
            assert found["today"] == midnight.astimezone(UTC)
            monday = midnight.replace(tzinfo=None) - timedelta(days=midnight.weekday())
            assert found["this week"] == monday.replace(tzinfo=london).astimezone(UTC)
            assert found["this month"] == midnight.replace(day=1).astimezone(UTC)
