"""A fault of frames with a date before the start disturbs the forming of a HAN that begins as new.

The first case is that of zsmartsystems com.zsmartsystems.zigbee pull 923: a lost Confirm Key Request spoils the first
attempt to establish keys, and the second one must start clean. A device tries again by itself (SE 1.4a, 5.4.5.3).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hanbench.harness.case.check import Subject
from hanbench.harness.case.plan import State
from hanbench.harness.case.trace import GroundTruth
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario import ScenarioResult, load_scenario, run_scenario
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import shipped

HOME = """
id = "disturbed"
title = "The first joining is disturbed"
cohort = "ioc"
start = 2022-04-04T08:00:00Z
begins = "new"
[esme]
status = "dormant"
supplier = "northern-energy"
[gsme]
status = "dormant"
supplier = "southern-gas"
"""
FAULT = """
[[changes]]
subject = "gsme"
state = "impaired"
cause = "a bad moment"
at = 2022-04-04T00:00:00Z
[changes.frames]
does = "lose"
between = ["hub", "gsme"]
name = "confirm-key-data-request"
"""
A_WHOLE_ATTEMPT = 4 * 4
"""Frames: the APS sends a command four times (R21, 2.2.7.1: apscMaxFrameRetries 3), the MAC each of them four times."""
AT_LEAST_TWO = """
[expect]
outcome = "migrate-both"
[[expect.frames]]
name = "initiate-key-establishment-request"
sender = "gsme"
at_least = 2
"""


def played(folder: Path, text: str) -> ScenarioResult:
    path = folder / "disturbed.toml"
    path.write_text(HOME + text, encoding="utf-8")
    return run_scenario(load_scenario(path, shipped()), shipped(), Reference, seed="1")


def truths(result: ScenarioResult) -> list[tuple[Subject, State]]:
    return [(each.subject, each.state) for each in result.records if isinstance(each, GroundTruth)]


def test_the_first_key_establishment_is_lost_and_the_second_starts_clean(tmp_path: Path) -> None:
    result = played(tmp_path, FAULT + f"count = {A_WHOLE_ATTEMPT}\n" + AT_LEAST_TWO)
    assert result.failed_expectations == ()
    assert result.outcome is Outcome.MIGRATE_BOTH
    assert truths(result) == []  # it was over before the installation was loaded


def test_what_is_still_active_at_the_loading_is_the_truth_from_then_on(tmp_path: Path) -> None:
    rare = FAULT.replace('name = "confirm-key-data-request"\n', "chance = 0.05\n")
    result = played(tmp_path, rare)
    assert result.failed_expectations == ()
    found = next(each for each in result.records if isinstance(each, GroundTruth))
    assert (found.time, found.subject, found.state) == (result.scenario.start, Subject.GSME, State.IMPAIRED)


def test_a_recovery_before_the_start_ends_the_fault(tmp_path: Path) -> None:
    healed = '[[changes]]\nsubject = "gsme"\nstate = "well"\ncause = "a bad moment"\nat = 2022-04-04T07:45:40Z\n'
    result = played(tmp_path, FAULT + healed)
    assert result.failed_expectations == ()
    assert truths(result) == []


@pytest.mark.parametrize("names", ['name = "confirm-key-data-request"\n', ""], ids=["no key", "no frame at all"])
def test_a_han_that_cannot_form_is_one_line_about_the_file(names: str, tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"^disturbed: changes: the HAN does not form under its faults of frames: "):
        played(tmp_path, FAULT.replace('name = "confirm-key-data-request"\n', names))


def test_a_fault_of_frames_during_the_settling_of_an_installed_han_meets_frames_too(tmp_path: Path) -> None:
    early = FAULT.replace('name = "confirm-key-data-request"\n', "count = 1\n")
    path = tmp_path / "disturbed.toml"
    path.write_text(HOME.replace("new", "installed") + early, encoding="utf-8")
    result = run_scenario(load_scenario(path, shipped()), shipped(), Reference, seed="1")
    assert result.failed_expectations == ()
    assert truths(result) == []
