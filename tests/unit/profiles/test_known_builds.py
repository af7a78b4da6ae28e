"""Firmware that is known to be bad: OpenThread of November 2024 to 14 February 2025 (domain/rcp-firmware.md 1)."""

from __future__ import annotations

from datetime import date

import pytest

from hanbench.profiles.firmware import findings, known_builds


@pytest.mark.parametrize(
    ("version", "built", "bad"),
    [
        ("OPENTHREAD/1.4.0; NRF52840; Dec 24 2024", date(2024, 12, 24), True),
        ("OPENTHREAD/1.4.0; EFR32; Feb 14 2025", date(2025, 2, 14), True),
        ("OPENTHREAD/1.4.0; EFR32; Feb 15 2025", date(2025, 2, 15), False),
        ("OPENTHREAD/1.3.0; EFR32; Oct 1 2024", date(2024, 10, 1), False),
        ("OPENTHREAD/1.4.0; no date", None, False),
        ("OPENTHREAD/3ae741f95-dirty; SIMULATION; Nov 25 2026", date(2026, 11, 25), True),
        ("SL-OPENTHREAD/2.4; EFR32; Jan 1 2025", date(2025, 1, 1), False),
    ],
)
def test_bad_builds_are_known_by_name_and_date(version, built, bad):
    assert any(not build.good for build in findings(version, built)) is bad


def test_every_row_has_its_source():
    assert all(build.source and build.finding for build in known_builds().builds)
