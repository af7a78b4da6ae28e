"""The stories that come with hanbench go as their authors say; bad files are one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.migration.reference import Reference
from harness.scenario import load_scenario, play
from harness.scenario import shipped as stories
from harness.scenario.document import FILE, text
from profiles.errors import ProfileError
from profiles.rulesets import shipped

GOOD = stories()["dormant-three-failures"].read_text(encoding="utf-8")


def test_there_are_forty_at_least_each_with_its_source_and_the_schema_that_is_published() -> None:
    assert len(stories()) >= 40
    for name, path in stories().items():
        assert load_scenario(path, shipped()).source, name
        assert path.read_text(encoding="utf-8").startswith("#:schema ../schemas/scenario.schema.json\n"), name
    assert FILE.read_text(encoding="utf-8") == text()


@pytest.mark.parametrize("name", stories())
def test_a_story_goes_as_it_says(name: str) -> None:
    scenario = load_scenario(stories()[name], shipped())
    assert scenario.id == name
    assert scenario.expect is not None
    played = play(scenario, shipped(), Reference, seed="1")
    assert played.outcome is scenario.expect.outcome
    assert played.as_expected


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('cohort = "ioc"', 'cohort = "iok"', "cohort"),
        ('rules = "in-force"', 'rules = "tmad-v20"', "rules"),
        ('cause = "battery-dead"', 'cause = "battery-flat"', "changes[0].cause"),
        ('cause = "battery-dead"', 'cause = "batery-dead"', "did you mean battery-dead?"),
        ('subject = "gsme"', 'subject = "wan"', "changes[0].subject"),
        ("check_spacing_hours", "check_spacing_hour", "check_spacing_hours"),
        ("decide_within_days = 7", "decide_within_days = 0", "decide_within_days"),
        ("before_check = 1", "before_check = 0", "before_check"),
        ("[expect]", "[expected]", "expect"),
        ('state = "broken"', 'state = "impaired"', "changes[0].state"),
        ("start = 2022", 'begins = "old"\nstart = 2022', "begins"),
    ],
)
def test_what_is_wrong_in_a_file_is_one_line_with_its_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    path = tmp_path / "story.toml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_scenario(path, shipped())
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
