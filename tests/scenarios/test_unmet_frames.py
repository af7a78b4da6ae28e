"""What met no frame, or could not meet one, is told and is not as expected, unless the file says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario import ScenarioResult, load_scenario, run_scenario
from hanbench.harness.scenario.narration import narrate
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import shipped

HEALTHY = """
id = "healthy"
title = "A home in which all is well"
cohort = "ioc"
start = 2022-04-04T08:00:00Z
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
before_check = 1
[changes.frames]
"""
TRIGGER = """
[[changes]]
subject = "gsme"
state = "impaired"
cause = "mirror-refused"
[changes.on_frame]
"""
EXPECTED = """
[expect]
outcome = "migrate-both"
"""
FRAMES = """
[[expect.frames]]
"""
NO_KEYS = 'between = ["hub", "gsme"]\nname = "confirm-key-data-request"\n'
"""The devices of an installed HAN agree no key: after that, such frames are rare (SE 1.4a, 5.4)."""


def played(folder: Path, text: str) -> ScenarioResult:
    path = folder / "healthy.toml"
    path.write_text(HEALTHY + text, encoding="utf-8")
    return run_scenario(load_scenario(path, shipped()), shipped(), Reference, seed="1")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            FAULT + NO_KEYS,
            "the frame fault 'a bad moment' (confirm-key-data-request between the hub and the gsme) met 0 frames",
        ),
        (
            FAULT.replace("before_check = 1", "before_check = 9") + 'node = "gsme"\n',
            "the frame fault 'a bad moment' (frames of or for the gsme) met 0 frames: it never began",
        ),
        (
            FAULT + 'receiver = "ihd"\n',
            "the frame fault 'a bad moment' (frames to the ihd) met 0 frames: the bench has no ihd",
        ),
        (
            FAULT + 'sender = "gsme"\nbetween = ["hub", "esme"]\n',
            "(frames from the gsme between the hub and the esme) met 0 frames: no frame has these ends",
        ),
        (
            FAULT.replace('"gsme"', '"wan"') + 'on = "wan"\nfirst = 1000\n',
            "and the first that it affects is number 1000",
        ),
        (
            TRIGGER + NO_KEYS + "nth = 2\n",
            "'mirror-refused' (confirm-key-data-request between the hub and the gsme, number 2) met 0 frames",
        ),
        (
            EXPECTED + FRAMES + 'receiver = "ihd"\nat_most = 0\n',
            "the expectation of frames to the ihd met 0 frames: the bench has no ihd",
        ),
        (
            EXPECTED + FRAMES + NO_KEYS + "at_most = 5\n",
            "the expectation of confirm-key-data-request between the hub and the gsme met 0 frames",
        ),
    ],
    ids=["no such frame", "never began", "no display", "no such ends", "too few", "trigger", "not there", "at most"],
)
def test_what_met_no_frame_is_told_unless_it_is_optional(text: str, told: str, tmp_path: Path) -> None:
    result = played(tmp_path, text)
    assert len(result.failed_expectations) == 1
    assert told in result.failed_expectations[0]
    assert not result.as_expected
    assert result.outcome is Outcome.MIGRATE_BOTH
    optional = played(tmp_path, text + "optional = true\n")
    assert optional.failed_expectations == ()
    assert optional.as_expected


def test_no_frames_during_a_commissioning_that_never_came_is_told(tmp_path: Path) -> None:
    dead = (
        FAULT.replace('"impaired"', '"broken"').replace("a bad moment", "battery-dead").replace("[changes.frames]", "")
    )
    text = "decide_within_days = 1\n" + "check_spacing_hours = 48\n"
    never = FRAMES + 'receiver = "gsme"\nduring = "commissioning"\nat_most = 0\n'
    path = tmp_path / "healthy.toml"
    path.write_text(text + HEALTHY + dead + '[expect]\noutcome = "retry"\n' + never, encoding="utf-8")
    result = run_scenario(load_scenario(path, shipped()), shipped(), Reference, seed="1")
    assert result.failed_expectations == (
        "the expectation of frames to the gsme during commissioning met 0 frames: nothing was commissioned",
    )


@pytest.mark.parametrize(
    "text",
    [
        FAULT + 'node = "gsme"\ncount = 1\n',
        FAULT + 'node = "gsme"\nchance = 0.000001\n',
        TRIGGER + 'sender = "gsme"\n',
        EXPECTED + FRAMES + NO_KEYS + "at_most = 0\n",
        EXPECTED + FRAMES + NO_KEYS + "at_least = 0\nat_most = 5\n",
        EXPECTED + FRAMES + 'sender = "gsme"\nduring = "checks"\nat_least = 1\n',
    ],
    ids=["met", "spared by chance", "fired", "none wanted", "none allowed", "as many as wanted"],
)
def test_what_met_its_frames_or_wants_none_is_as_expected(text: str, tmp_path: Path) -> None:
    result = played(tmp_path, text)
    assert result.failed_expectations == ()
    assert result.as_expected


def test_an_author_may_expect_checks_alone(tmp_path: Path) -> None:
    assert played(tmp_path, "[expect]\nchecks = 1\n").as_expected
    assert played(tmp_path, "[expect]\nchecks = 2\n").failed_expectations == ("1 checks, expected 2",)


def test_an_author_may_expect_frames_alone(tmp_path: Path) -> None:
    result = played(tmp_path, FRAMES + 'sender = "gsme"\nduring = "checks"\nat_least = 1\n')
    assert result.as_expected
    told = list(narrate(result.scenario))
    assert told[-1] == "On the air: at least 1 of frames from the gsme during checks."
    assert not any(sentence.startswith("Expected") for sentence in told)
    few = played(tmp_path, FRAMES + 'sender = "gsme"\nduring = "checks"\nat_most = 1\n')
    assert not few.as_expected


def test_an_empty_expectation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="expect: expected an outcome, or anything else to expect"):
        played(tmp_path, "[expect]\n")
