"""Random scenarios, the shrinking of what fails, and the trust in the verdict that both rest on."""

from __future__ import annotations

import json
import resource
import shlex
import time

import pytest

from hanbench.harness.campaign import selftest as selftest_module
from hanbench.harness.campaign.explore.drawing import draw
from hanbench.harness.campaign.explore.first_answers import FirstAnswers
from hanbench.harness.campaign.explore.running import Exploration, Failure, attempt, explore
from hanbench.harness.campaign.explore.shrinking import shrink
from hanbench.harness.campaign.judge_test.killers import killers
from hanbench.harness.campaign.judge_test.suspects import Suspect, suspects
from hanbench.harness.campaign.selftest import selftest
from hanbench.harness.campaign.suite.suite import shipped_stories
from hanbench.harness.case.trace import encode
from hanbench.harness.cli.main import main
from hanbench.harness.controllers.lookup import controller_factory
from hanbench.harness.controllers.mutants import mutants
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario import run_scenario
from hanbench.harness.scenario.loading import load_scenario
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.scenario.writing import as_toml
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import Switches, shipped


def shipped_corners():
    """The shipped stories of odd rows of the reference's table, and of changes of hands."""
    return [each for each in shipped_stories() if each.id.startswith("corner-") or each.handovers]


STORIES = 150


def processor_time_of_the_reference() -> float:
    """Seconds for the corner scenarios: the unit of the budgets here, for machines differ, and are busy."""
    shipped_corners()
    start = time.process_time()
    for scenario in shipped_corners():
        run_scenario(scenario, shipped(), Reference, seed="1")
    return time.process_time() - start


def test_the_reference_controller_is_right_in_every_corner():
    assert len(shipped_corners()) == 14
    assert all(run_scenario(scenario, shipped(), Reference, seed="1").as_expected for scenario in shipped_corners())


def test_every_story_can_be_written_down_and_read_again(tmp_path):
    for number in range(STORIES):
        scenario = draw("test", number)
        path = tmp_path / "scenario.toml"
        text = as_toml(scenario)
        path.write_text(text, encoding="utf-8")
        assert load_scenario(path, shipped()) == scenario
        assert not any(f"\n{default}" in text for default in ("chance = 1.0", 'later = "P0D"', 'rules = "in-force"'))


def test_a_story_is_always_the_same_and_stories_differ():
    assert draw("x", 7) == draw("x", 7)
    drawn = [as_toml(draw("test", number)).split("title")[1].split("\n", 1)[1] for number in range(STORIES)]
    assert len(set(drawn)) == STORIES


def test_a_file_plays_what_was_explored_octet_for_octet(tmp_path):
    """On a HAN of its own, as `hanbench run` does; what was explored may have been remembered."""
    with Shelf() as shelf:
        for number in range(0, STORIES, 5):
            scenario = draw("test", number)
            seed = seed_for(scenario, "test")
            explored = run_scenario(scenario, shipped(), Reference, seed=seed, shelf=shelf)
            path = tmp_path / f"{number}.toml"
            path.write_text(as_toml(scenario), encoding="utf-8")
            ran = run_scenario(load_scenario(path, shipped()), shipped(), Reference, seed=seed)
            assert encode(ran.records) == encode(explored.records)
            assert ran.evidenced == explored.evidenced


def test_hanbench_run_plays_a_file_as_it_was_explored(tmp_path):
    number = next(n for n in range(STORIES) if draw("test", n).switches != Switches() and draw("test", n).suppliers)
    scenario = draw("test", number)
    seed = seed_for(scenario, "test")
    path = tmp_path / "story.toml"
    path.write_text(as_toml(scenario), encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["run", str(path), "--seed", seed, "--slow-background", "--out", str(tmp_path / "out")])
    with Shelf() as shelf:
        explored = run_scenario(scenario, shipped(), Reference, seed=seed, shelf=shelf)
    assert (tmp_path / "out" / "trace.jsonl").read_bytes() == encode(explored.records)


@pytest.mark.slow
def test_the_reference_controller_is_right_in_scenarios_that_nobody_wrote():
    assert [found for _, found in explore(Exploration("test"), STORIES, jobs=2) if found] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "two-failures-suffice",
        "counts-cumulatively",
        "a-day-early",
        "ignores-withdrawal",
        "never-gives-up",
        "crashes-on-withdrawal",
    ],
)
def test_a_wrong_controller_is_found_and_its_scenario_shrunk(name):
    about = Exploration("wrong", f"wrong:{name}")
    make = controller_factory(about.controller)
    first = next(found for _, found in explore(about, 1500) if isinstance(found, Failure))
    unit = processor_time_of_the_reference()
    start = time.process_time()
    small, steady = shrink(first, make, about, tell=print)
    assert time.process_time() - start < 50 * unit
    assert steady
    with Shelf() as shelf:
        again = attempt(small.scenario, small.seed, FirstAnswers(make), shelf, about, print)
        assert again is not None
        assert again.properties == small.properties
        assert set(small.properties) & set(first.properties[:1])
        assert size(small.scenario) <= min(size(first.scenario), 6)
        assert attempt(small.scenario, small.seed, FirstAnswers(Reference), shelf, about, print) is None


def size(scenario):
    return len(scenario.changes) + len(scenario.suppliers) + len(scenario.handovers)


def test_the_command_that_is_printed_replays_the_failure(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "explore",
                "--seeds",
                "30",
                "--controller",
                "wrong:migrates-blind",
                "--jobs",
                "1",
                "--json",
                "--out",
                str(tmp_path),
            ]
        )
    assert ended.value.code == 1
    found = json.loads(capsys.readouterr().out)["found"][0]
    program, *arguments = shlex.split(found["command"])
    assert program == "hanbench"
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--json"])
    assert ended.value.code == 1
    said = json.loads(capsys.readouterr().out)
    assert found["properties"][0] in {violation["property"] for violation in said["violations"]}


# --- the judge judged -------------------------------------------------------------------------------------------------


def test_every_value_of_the_rules_and_every_step_of_the_table_is_varied():
    names = [mutant.name for mutant in mutants(shipped())]
    assert len(names) == len(set(names)) > 100
    assert len(suspects()) >= 220
    for rules in shipped():
        assert {name.split(".")[-2] for name in names if name.startswith(f"rules:{rules}.scope")} == {
            "ioc",
            "moc-secure",
        }
    assert any("attempt_cap=4" in name for name in names)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_wrong_controller_survives():
    """All are caught, in so much processor time: in units of what the reference takes for the corner scenarios."""

    def processor_time() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    unit, before = processor_time_of_the_reference(), processor_time()
    found = list(selftest(2))
    assert {caught.name for caught in found} == set(suspects())
    assert [caught.name for caught in found if killers()[caught.name].property not in caught.properties] == []
    assert processor_time() - before < 500 * unit


def test_a_survivor_would_be_told(monkeypatch, capsys):
    right = {"no-mutant-at-all": Suspect("no-mutant-at-all", Reference)}
    killer = {"no-mutant-at-all": next(iter(killers().values()))}
    monkeypatch.setattr(selftest_module, "suspects", lambda: right)
    monkeypatch.setattr(selftest_module, "killers", lambda: killer)
    monkeypatch.setattr(selftest_module, "must_be_noticed", list)
    monkeypatch.setattr("hanbench.harness.cli.selftest.suspects", lambda: right)
    monkeypatch.setattr("hanbench.harness.cli.selftest.must_be_noticed", list)
    with pytest.raises(SystemExit) as ended:
        main(["selftest", "--jobs", "1"])
    assert ended.value.code == 1
    assert "SURVIVES: no-mutant-at-all" in capsys.readouterr().out
