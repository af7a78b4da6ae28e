"""Names that do not exist: one line with the nearest one first, and never with a long list."""

from __future__ import annotations

import pytest

from hanbench.harness.campaign import matrix
from hanbench.harness.campaign.finding import nearest

LONGEST = 320
"""Octets of a message that can be read at a glance."""
STORY = "dormant-three-failures"


def said(hanbench, *arguments):
    outcome = hanbench(*arguments)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (3, "", 1)
    assert len(outcome.err) < LONGEST
    return outcome.err


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        ("verfy", "verify"),
        ("rules shw", "show"),
        ("rules show tmad-v20", "tmad-v19"),
        ("rules show TMAD-V19", "tmad-v19"),
        ("faults show battery-ded", "battery-dead"),
        ("profiles show ioc-gmse", "ioc-gsme"),
        (f"scenarios show {STORY[:-1]}", STORY),
        (f"run {STORY[:-1]}", STORY),
        ("run ioc.dormant.tmad-v19.battery-ded.consent", "ioc.dormant.tmad-v19.battery-dead.consent"),
        ("check virtul", "virtual"),
        (f"run {STORY} --controller wrong:hurry", "wrong:hurries"),
        (f"run {STORY} --controller hurries", "wrong:hurries"),
        (f"run {STORY} --controller referense", "reference"),
        ("verify --only ioc.activ.*", "ioc.active.*"),
        ("verify --case ioc.dormnt.tmad-v19.batery-dead.consent", "ioc.dormant.tmad-v19.battery-dead.consent"),
    ],
)
def test_a_name_that_does_not_exist_is_answered_with_the_nearest(hanbench, arguments, nearest):
    assert f"; did you mean {nearest}?" in said(hanbench, *arguments.split())


@pytest.mark.parametrize("option", ["--only=zzz*", "--case=nope"])
def test_what_is_near_to_nothing_is_answered_with_the_parts_of_an_id(hanbench, option):
    """The ten parts that docs/suite.md has, and the five of the matrix."""
    answer = said(hanbench, "verify", option)
    assert "COHORT.HOME.RULES.START.COURSE.SPACING.CONSENT.CHANGE.DEADLINE.SWITCH, or " in answer
    assert "COHORT.INSTALLATION.RULES.FAULT.CONSENT in the matrix" in answer


@pytest.mark.parametrize("command", ["scenarios", "profiles", "faults", "rules"])
def test_the_command_that_lists_the_names_is_named(hanbench, command):
    assert said(hanbench, command, "show", "xx").endswith(f" (`hanbench {command}` lists them)\n")


@pytest.mark.parametrize("command", ["scenarios show", "profiles show", "rules show", "faults show", "run", "check"])
def test_a_folder_is_called_a_folder(hanbench, command, tmp_path, monkeypatch):
    (tmp_path / "tests").mkdir()
    monkeypatch.chdir(tmp_path)
    assert said(hanbench, *command.split(), "tests").startswith("hanbench: tests: is a folder; expected a ")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("ioc.dormnt*", "ioc.dormant*"),
        ("*dorment*", "*dormant*"),
        ("*.activ.*", "*.active.*"),
        ("IOC.active.*", "ioc.active.*"),
        ("ioc.*.batery-dead.*", None),
        ("ioc.active.tmad-v19.battery-ded.consent", "ioc.active.tmad-v19.battery-dead.consent"),
        ("ioc.dormant.tmad-v19", "ioc.dormant.tmad-v19.*"),
        ("xyz", None),
    ],
)
def test_the_nearest_pattern_matches_scenarios(pattern, expected):
    assert nearest(pattern, [scenario.id for scenario in matrix()]) == expected


def test_the_names_of_a_few_rule_sets_are_listed_and_those_of_many_faults_not(hanbench, tmp_path):
    text = hanbench("scenarios", "show", "--file", STORY).out
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('cause = "battery-dead"', 'cause = "batery-dead"'), encoding="utf-8")
    assert said(hanbench, "run", str(path)) == (
        f"hanbench: {path}: changes[0].cause: there is no 'batery-dead'; did you mean battery-dead? "
        "(`hanbench faults` lists them)\n"
    )


@pytest.mark.parametrize("arguments", ["run --seed", "rules show --file", "extcap keys", "completion tsch"])
def test_a_wrong_option_points_to_the_help_of_its_command(hanbench, arguments):
    assert "--help`)" in said(hanbench, *arguments.split())
