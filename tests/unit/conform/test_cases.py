"""The cases are tested: healthy devices pass, and each wrong firmware fails a case of its area.

The wrong firmwares and their sources are in `harness/conform/firmwares`. A few of them are tried here. `make nightly`
tries all of them, and healthy devices on 200 seeds, by `hanbench conform --selftest --seeds 200`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hanbench.harness.conform.cases import AREAS, every_case
from hanbench.harness.conform.firmwares.catalogue import wrong_firmwares
from hanbench.harness.conform.firmwares.model import OWN
from hanbench.harness.conform.selftest import HEALTHY, KINDS, seeds_from, selftest, try_firmware, try_healthy

ROOT = Path(__file__).parents[3]
SEEDS = 20
"""A tenth of those of `make nightly`. On each seed a device is put to a twentieth of the cases: to each case once."""
SAMPLE = (
    "joining-for-ever",
    "takes-plain-network-key",
    "confirms-unchecked",
    "takes-foreign-certificate",
    "counter-restarts",
    "takes-equal-counter",
    "falls-back-to-default-key",
    "no-polls-after-rejoin",
    "fetches-one-frame",
    "obeys-leave-of-anyone",
    "forgets-new-channel",
    "reports-with-client-direction",
    "one-record-of-configuration",
    "short-power-descriptor",
    "gas-in-kwh",
    "unix-epoch",
    "silent-about-bad-image",
    "ignores-leave-and-rejoin",
    "hub-counter-restarts",
    "hub-lets-in-while-closed",
    "hub-gives-another-mirror-each-time",
    "hub-never-sets-frame-pending",
    "hub-ignores-timeout-requests",
    "hub-keeps-old-key-for-itself",
    "hub-lets-removed-devices-return",
    "hub-unix-epoch",
)


def test_there_are_as_many_cases_and_wrong_firmwares_as_promised():
    assert len(list(every_case())) >= 90
    sourced = [each for each in wrong_firmwares().values() if each.source != OWN]
    assert (len(wrong_firmwares()) >= 60, len(sourced) >= 40) == (True, True)


def test_the_page_shows_a_case_as_it_is():
    page = (ROOT / "docs" / "conformance.md").read_text()
    code = page.split("## How to write a case")[1].split("```python\n")[1].split("```")[0]
    source = (ROOT / "harness" / "conform" / "cases" / "polling.py").read_text()
    assert all(part in source for part in code.split("\n\n"))


def test_each_area_has_a_wrong_firmware():
    areas = Counter(firmware.area for firmware in wrong_firmwares().values())
    assert set(areas) == {area.code for area in AREAS}


@pytest.mark.parametrize("id", SAMPLE)
def test_a_wrong_firmware_fails_a_case_of_its_area(id):
    found = try_firmware(id)
    assert found.happened > 0
    assert found.killers
    assert found.crashed == ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cohort", HEALTHY)
@pytest.mark.parametrize("number", range(SEEDS))
def test_a_healthy_device_passes_all_that_applies(cohort, kind, number):
    seed = seeds_from("1", SEEDS)[number]
    count, failures = try_healthy((cohort.value, kind, seed), list(every_case())[number::SEEDS])
    assert failures == ()
    assert count > 0


def test_a_survivor_and_a_case_that_finds_nothing_are_told(monkeypatch):
    """One firmware of an area of several cases: what it does not fail is dead weight as far as it is concerned."""
    monkeypatch.setattr("hanbench.harness.conform.selftest.KINDS", ())
    found = selftest(ids=("hub-time-restarts",))
    assert found.survivors == ()
    others = (1, 2, 3, 5, 6, 7, 8)
    assert found.dead_weight == tuple(f"HB-HTIM-{number:02d}" for number in others)
    (only,) = found.firmwares
    assert only.killers == ("HB-HTIM-04",)
