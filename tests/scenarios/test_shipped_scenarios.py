"""The stories that come with hanbench go as their authors say; bad files are one clear line."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from docs.generators.schemas import FOLDER, texts
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario import load_scenario, run_scenario
from hanbench.harness.scenario import shipped as stories
from hanbench.harness.scenario.expectation import FrameExpectation
from hanbench.harness.scenario.narration import narrate
from hanbench.profiles.benches import path_of
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import Decider, shipped

GOOD = stories()["dormant-three-failures"].read_text(encoding="utf-8")


def test_there_are_forty_at_least_each_with_its_source_and_the_schema_that_is_published() -> None:
    assert len(stories()) >= 40
    for name, path in stories().items():
        assert load_scenario(path, shipped()).source, name
        assert path.read_text(encoding="utf-8").startswith("#:schema ../schemas/scenario.schema.json\n"), name
    file = FOLDER / "scenario.schema.json"
    assert file.read_text(encoding="utf-8") == texts()[file]


@pytest.mark.parametrize("name", stories())
def test_a_story_goes_as_it_says(name: str) -> None:
    scenario = load_scenario(stories()[name], shipped())
    assert scenario.id == name
    assert scenario.expect is not None
    played = run_scenario(scenario, shipped(), Reference, seed="1")
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
        ("start = 2022", 'bench = "ptis"\nstart = 2022', "ptis"),
        ("start = 2022", 'profiles = { gsme = "relaxed-gsm" }\nstart = 2022', "profiles.gsme"),
        ("start = 2022", 'profiles = { gsme = "relaxed-esme" }\nstart = 2022', "expected a device of kind gsme"),
        ("before_check = 1", "before_check = 1\nlasts = 6", "changes[0].lasts"),
        ("before_check = 1", 'before_check = 1\nlasts = "-PT1H"', "must be above 0"),
        ("before_check = 1", "before_check = 1\nchance = 2", "changes[0].chance"),
        ("before_check = 1", 'on_frame = { name = "transport-ky" }', "did you mean transport-key?"),
        ("before_check = 1", 'on_frame = { cluster = "Meterin" }', "changes[0].on_frame.cluster"),
        ("before_check = 1", "on_frame = { channel = 27 }", "changes[0].on_frame.channel"),
        ("before_check = 1", 'before_check = 1\nframes = { does = "eat" }', "changes[0].frames.does"),
        (
            "before_check = 1",
            'before_check = 1\nframes = { on = "wan", name = "leave" }',
            "messages of any kind are lost",
        ),
        (
            "[expect]",
            '[[handovers]]\nmeter = "gsme"\nstatus = "active"\n[expect]',
            "exactly one of `at`, `after_check`",
        ),
        ("[expect]", '[expect]\nframes = [{ name = "leave" }]', "give `at_least` or `at_most`"),
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


@pytest.mark.parametrize("name", stories())
def test_a_story_can_be_told_from_its_file(name: str) -> None:
    scenario = load_scenario(stories()[name], shipped())
    told = list(narrate(scenario))
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in told), told
    assert told[0] == f"{scenario.title}."
    causes = {change.cause for change in scenario.changes}
    assert all(any(cause in sentence for sentence in told) for cause in causes)


def test_what_an_author_expects_is_held_against_what_came() -> None:
    scenario = load_scenario(stories()["no-frame-commissions-the-gas-meter"], shipped())
    assert scenario.expect is not None
    wrong = structs.replace(
        scenario.expect,
        checks=2,
        decider=Decider.RESPONSIBLE_SUPPLIER,
        decided_before=scenario.start,
        decided_after=scenario.start + timedelta(days=30),
        commissioned=(MeterRole.GSME,),
        excluded=(),
        frames=(FrameExpectation(receiver="esme", during="commissioning", at_most=0),),
    )
    played = run_scenario(structs.replace(scenario, expect=wrong), shipped(), Reference, seed="1")
    assert not played.as_expected
    assert [each.split(",")[0] for each in played.failed_expectations if "decided at" not in each] == [
        "3 checks",
        "decided by dcc",
        "commissioned: esme",
        "excluded: gsme",
        "frames to the esme during commissioning: 4 on the air",
    ]
    assert sum("decided at" in each for each in played.failed_expectations) == 2


def test_a_scenario_names_its_bench_from_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(path_of("ptys").read_text(encoding="utf-8"), encoding="utf-8")
    story = tmp_path / "story.toml"
    story.write_text(GOOD.replace("start = 2022", 'bench = "mine.toml"\nstart = 2022'), encoding="utf-8")
    scenario = load_scenario(story, shipped())
    assert scenario.bench == str(tmp_path / "mine.toml")
    assert run_scenario(scenario, shipped(), Reference, seed="1").as_expected


def test_a_scenario_may_have_another_gas_meter() -> None:
    plain = load_scenario(stories()["clock-jump"], shipped())
    other = structs.replace(plain, profiles={"gsme": "relaxed-gsme"})
    assert run_scenario(other, shipped(), Reference, seed="1").as_expected
    assert (
        run_scenario(other, shipped(), Reference, seed="1").frames
        != run_scenario(plain, shipped(), Reference, seed="1").frames
    )


def test_the_page_about_scenarios_can_be_copied_from(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "scenarios.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 4
    story = tmp_path / "story.toml"
    story.write_text("\n".join(blocks), encoding="utf-8")
    scenario = load_scenario(story, shipped())
    assert len(scenario.changes) == 2
    assert scenario.expect is not None
    assert scenario.expect.frames
