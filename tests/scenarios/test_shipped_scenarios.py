"""The scenarios that come with hanbench end as their authors expect; bad files are one clear line."""

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
from hanbench.harness.scenario import shipped as scenario_files
from hanbench.harness.scenario.expectation import FrameExpectation
from hanbench.harness.scenario.narration import narrate
from hanbench.profiles.benches import path_of
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import Counting, Decider, Switches, shipped

GOOD = scenario_files()["dormant-three-failures"].read_text(encoding="utf-8")


def test_forty_scenarios_at_least_name_source_and_published_schema() -> None:
    assert len(scenario_files()) >= 40
    for name, path in scenario_files().items():
        assert load_scenario(path, shipped()).source, name
        assert path.read_text(encoding="utf-8").startswith("#:schema ../schemas/scenario.schema.json\n"), name
    file = FOLDER / "scenario.schema.json"
    assert file.read_text(encoding="utf-8") == texts()[file]


@pytest.mark.parametrize("name", scenario_files())
def test_a_scenario_ends_as_its_author_expects(name: str) -> None:
    scenario = load_scenario(scenario_files()[name], shipped())
    assert scenario.id == name
    assert scenario.expect is not None
    result = run_scenario(scenario, shipped(), Reference, seed="1")
    assert result.outcome is scenario.expect.outcome
    assert result.as_expected


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
    path = tmp_path / "scenario.toml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_scenario(path, shipped())
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", scenario_files())
def test_a_scenario_is_narrated_from_its_file(name: str) -> None:
    scenario = load_scenario(scenario_files()[name], shipped())
    narrated = list(narrate(scenario))
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in narrated), narrated
    assert narrated[0] == f"{scenario.title}."
    causes = {change.cause for change in scenario.changes}
    assert all(any(cause in sentence for sentence in narrated) for cause in causes)


@pytest.mark.parametrize(("bound", "days"), [("decided_before", 0), ("decided_after", 30)])
def test_what_an_author_expects_is_held_against_what_came(bound: str, days: int) -> None:
    scenario = load_scenario(scenario_files()["no-frame-commissions-the-gas-meter"], shipped())
    assert scenario.expect is not None
    wrong = structs.replace(
        scenario.expect,
        checks=2,
        decider=Decider.RESPONSIBLE_SUPPLIER,
        commissioned=(MeterRole.GSME,),
        excluded=(),
        frames=(FrameExpectation(receiver="esme", during="commissioning", at_most=0),),
        **{bound: scenario.start + timedelta(days=days)},
    )
    result = run_scenario(structs.replace(scenario, expect=wrong), shipped(), Reference, seed="1")
    assert not result.as_expected
    *facts, frames = [each.split(",")[0] for each in result.failed_expectations if "decided at" not in each]
    assert facts == ["3 checks", "decided by dcc", "commissioned: esme", "excluded: gsme"]
    # Two reads, the acknowledgements of their answers, and those of the MAC; some may be sent again.
    words, _, counted = frames.removesuffix(" on the air").rpartition(": ")
    assert words == "frames to the esme during commissioning"
    assert int(counted) >= 8
    assert sum("decided at" in each for each in result.failed_expectations) == 1


def test_a_scenario_names_its_bench_from_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(path_of("ptys").read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "scenario.toml"
    path.write_text(GOOD.replace("start = 2022", 'bench = "mine.toml"\nstart = 2022'), encoding="utf-8")
    scenario = load_scenario(path, shipped())
    assert scenario.bench == str(tmp_path / "mine.toml")
    assert run_scenario(scenario, shipped(), Reference, seed="1").as_expected


def test_a_scenario_may_have_another_gas_meter() -> None:
    plain = load_scenario(scenario_files()["clock-jump"], shipped())
    other = structs.replace(plain, profiles={"gsme": "relaxed-gsme"})
    assert run_scenario(other, shipped(), Reference, seed="1").as_expected
    assert (
        run_scenario(other, shipped(), Reference, seed="1").frames
        != run_scenario(plain, shipped(), Reference, seed="1").frames
    )


def test_the_page_about_scenarios_can_be_copied_from(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "scenarios.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    path = tmp_path / "scenario.toml"
    path.write_text("\n".join(blocks), encoding="utf-8")
    scenario = load_scenario(path, shipped())
    assert len(scenario.changes) == 2
    assert scenario.switches == Switches(
        failure_counting=Counting.CONSECUTIVE,
        failures_required=3,
        wan_failure_counts=False,
        attempt_cap=5,
        evidence_max_age_hours=24,
        reinstate_on_recovery=False,
        mixed_gsme_dormant_decider=Decider.DCC,
    )
    assert scenario.expect is not None
    assert scenario.expect.frames


def test_a_title_stands_alone() -> None:
    titles = {name: load_scenario(path, shipped()).title for name, path in scenario_files().items()}
    pronouns = ("It ", "They ", "The same", "Here ", "This ")
    assert {name: title for name, title in titles.items() if title.startswith(pronouns)} == {}
    assert len(set(titles.values())) == len(titles)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [("first", 3, "from the 3rd on"), ("first", 11, "from the 11th on"), ("count", 10, "at most 10")],
)
def test_the_numbers_of_a_frame_fault_are_english(key: str, value: int, said: str) -> None:
    scenario = load_scenario(scenario_files()["answers-are-lost"], shipped())
    (change,) = scenario.changes
    assert change.frames is not None
    change = structs.replace(change, frames=structs.replace(change.frames, **{key: value}))
    assert any(f", {said}." in sentence for sentence in narrate(structs.replace(scenario, changes=(change,))))


def test_the_party_that_decides_is_named_as_people_write_it() -> None:
    scenarios = [load_scenario(path, shipped()) for path in scenario_files().values()]
    told = "\n".join(sentence for scenario in scenarios for sentence in narrate(scenario))
    assert "decided by the DCC" in told
    assert "decided by the dcc" not in told
