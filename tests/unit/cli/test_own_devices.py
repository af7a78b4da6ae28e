"""Device profiles of the user's own, in bench files and in scenarios: `profile = "./mine.toml"`."""

from __future__ import annotations

import json

import pytest

from hanbench.harness.scenario import load_scenario
from hanbench.harness.scenario.staging import staged
from hanbench.profiles.rulesets import shipped

METER = """
based_on = "ioc-gsme"
id = "mine"
title = "A meter of my own"
model = { value = "OWN-1", source = "stated", reference = "its label" }
[sleep]
wake_interval_s = { value = 30, source = "assumed", reference = "my desk" }
"""
BENCH = 'id = "b"\ntitle = "A bench"\n[nodes.hub]\n[nodes.esme]\n[nodes.gsme]\nprofile = "./meters/mine.toml"\n'
SCENARIO = """
id = "s"
title = "A story of my own meter"
cohort = "ioc"
start = 2022-05-16T08:00:00Z
profiles = { gsme = "meters/mine.toml" }
esme = { status = "dormant", supplier = "E" }
gsme = { status = "dormant", supplier = "G" }
changes = [{ subject = "gsme", state = "broken", cause = "battery-dead", at = 2022-05-16T07:00:00Z }]
"""


@pytest.fixture
def own(tmp_path):
    """A folder with a bench, a scenario, and a meter in a folder of its own."""
    (tmp_path / "meters").mkdir()
    (tmp_path / "meters" / "mine.toml").write_text(METER)
    (tmp_path / "b.toml").write_text(BENCH)
    (tmp_path / "s.toml").write_text(SCENARIO)
    return tmp_path


def test_a_bench_has_a_meter_of_ones_own(hanbench, own):
    outcome = hanbench("check", str(own / "b.toml"), "--json")
    assert outcome.status == 0
    check = json.loads(outcome.out)
    assert check["end"] - check["start"] <= 2 * 30 + 60  # two wakes of the file, and the margin of docs/check.md


def test_a_scenario_has_a_meter_of_ones_own(hanbench, own):
    outcome = hanbench("run", str(own / "s.toml"), "--out", str(own / "out"))
    assert outcome.status == 0
    assert "within 120 s" in outcome.out  # twice the 30 s of the file, and the margin of a minute


def test_the_meter_is_part_of_what_tells_a_story_from_others(own):
    first = staged(load_scenario(own / "s.toml", shipped()), "1").key
    meter = own / "meters" / "mine.toml"
    meter.write_text(METER.replace("value = 30,", "value = 31,"))
    assert staged(load_scenario(own / "s.toml", shipped()), "1").key != first


@pytest.mark.parametrize(
    ("command", "file", "key"),
    [("check", "b.toml", "nodes.gsme.profile"), ("run", "s.toml", "profiles.gsme")],
)
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("value = 30,", "value = 0,"), "sleep.wake_interval_s.value: expected a whole number >= 1, found 0"),
        (("[sleep]", "[slep]"), "slep: no such key; expected one of "),
        (('based_on = "ioc-gsme"', 'based_on = "ioc-hub"'), ""),
    ],
)
def test_an_error_names_both_files(hanbench, own, command, file, key, change, said):
    meter = own / "meters" / "mine.toml"
    meter.write_text(METER.replace(*change))
    outcome = hanbench(command, str(own / file))
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err.startswith(f"hanbench: {own / file}: {key}: {meter}: {said}")
    assert outcome.err.count("\n") == 1


def test_a_file_that_is_missing_is_named(hanbench, own):
    (own / "meters" / "mine.toml").unlink()
    outcome = hanbench("check", str(own / "b.toml"))
    meter = own / "meters" / "mine.toml"
    assert outcome.status == 3
    assert outcome.err == (
        f"hanbench: {own / 'b.toml'}: nodes.gsme.profile: {meter}: cannot be read: No such file or directory\n"
    )


def test_a_device_of_another_kind_is_refused(hanbench, own):
    (own / "b.toml").write_text(BENCH.replace("[nodes.gsme]\nprofile", "[nodes.gsme]\n[nodes.ihd]\nprofile"))
    outcome = hanbench("check", str(own / "b.toml"))
    assert outcome.status == 3
    assert "nodes.ihd.profile: expected a device of kind ihd, found " in outcome.err
