"""Dates for people: also the first and the last ones that there are, which a controller may name."""

from __future__ import annotations

from datetime import datetime

import pytest

from hanbench.harness.case.calendar import shown_date


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("2022-04-04T08:00:00.000499+00:00", "2022-04-04 08:00:00.000"),
        ("2022-04-04T08:00:00.0006+01:00", "2022-04-04 07:00:00.001"),
        ("9999-12-31T23:59:59.999999+00:00", "9999-12-31 23:59:59.999"),
        ("9999-12-31T23:59:59-12:00", "9999-12-31 23:59:59.000"),
        ("0001-01-01T00:00:00+23:59", "0001-01-01 00:00:00.000"),
    ],
)
def test_a_date_is_shown_whatever_it_is(named, shown):
    assert shown_date(datetime.fromisoformat(named)).lstrip("0") == shown.lstrip("0")
