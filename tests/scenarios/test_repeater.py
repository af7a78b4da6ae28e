"""A repeater between hub and gas meter: joining and keys through it, checks over it, and its loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hanbench.emulator.zigbee.nwk.commands import RouteRecord, RouteRequest
from hanbench.emulator.zigbee.storage import KeyOrigin
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.synchronous import Bench
from hanbench.harness.case.check import Verdict
from hanbench.harness.case.plan import State
from hanbench.harness.case.trace import GroundTruth
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.faults.ground_truth import obstacles, reachable
from hanbench.harness.han.han import NotEmulatedError
from hanbench.harness.han.observer import FrameObserver
from hanbench.harness.scenario import load_scenario, run_scenario
from hanbench.profiles.benches import StartingState
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import shipped

SCENARIOS = Path(__file__).parent.parent.parent / "profiles" / "scenarios"
IN_RANGE = """
id = "in-range"
title = "The gas meter hears the repeater better than the hub, and hears both"
nodes = { hub = {}, esme = {}, repeater = { position_m = [8.0, 2.0] }, gsme = { position_m = [16.0, 0.0] } }
"""
RULES = shipped()


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(name: str = "repeater", begins: StartingState = StartingState.INSTALLED, seed: str = "1") -> Bench:
        made.append(Bench(name, seed, begins))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def in_range(tmp_path: Path) -> str:
    path = tmp_path / "in-range.toml"
    path.write_text(IN_RANGE, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("begins", list(StartingState))
def test_a_gas_meter_out_of_range_of_the_hub_is_reached_over_the_repeater(bench, begins):
    home = bench(begins=begins)
    han = home.han
    seen: list[tuple[str | None, str | None]] = []
    observe = FrameObserver(han)
    han.medium.observers.append(lambda transmission: seen.append(_ends(observe(transmission))))
    assert home.check().verdict is Verdict.PASS
    assert han.gsme.storage.network.parent == han.repeater.storage.network.short
    assert han.gsme.storage.link_keys[han.hub.storage.ieee].origin is KeyOrigin.ESTABLISHED
    assert han.hub.device_table[han.gsme.storage.ieee].sleeps
    assert list(obstacles(han, han.gsme)) == []
    assert {("gsme", "repeater"), ("repeater", "gsme"), ("repeater", "hub"), ("hub", "repeater")} <= set(seen)
    assert not {("gsme", "hub"), ("hub", "gsme")} & set(seen)


def _ends(frame):
    """The ends of a frame; an acknowledgement has no addresses."""
    return (None, None) if frame.name == "acknowledgement" else (frame.sender, frame.receiver)


def test_the_starting_state_is_what_joining_leaves(bench):
    """The child stands at its parent, and the hub knows it as a device that sleeps."""
    formed, installed = bench(begins=StartingState.NEW).han, bench().han
    for han in (formed, installed):
        children = [{child.ieee for child in device.storage.children.values()} for device in (han.hub, han.repeater)]
        assert children == [{han.esme.storage.ieee, han.repeater.storage.ieee}, {han.gsme.storage.ieee}]
        assert [device.storage.network.depth for device in (han.hub, han.repeater, han.gsme)] == [0, 1, 2]


def test_a_home_without_a_repeater_needs_no_route_commands(bench):
    home = bench("virtual")
    observe, names = FrameObserver(home.han), set()
    home.han.medium.observers.append(lambda transmission: names.add(observe(transmission).name))
    home.wait(86_400)
    assert home.check().verdict is Verdict.PASS
    assert not {name for name in names if name.startswith("route-") or name == "network-status"}
    assert (RouteRequest.ID, RouteRecord.ID) == (1, 5)


def test_a_check_of_a_gas_meter_whose_repeater_is_gone_fails(bench):
    home = bench()
    assert home.check().verdict is Verdict.PASS
    home.inject("repeater-gone")
    found = home.check()
    assert (found.verdict, found.code) == (Verdict.FAIL, "GT01")
    assert "its parent, the repeater, has no power" in list(obstacles(home.han, home.han.gsme))
    home.heal("repeater-gone")
    home.wait(3 * 3600)
    assert list(obstacles(home.han, home.han.gsme)) == []
    assert home.check().verdict is Verdict.PASS


def test_a_gas_meter_in_range_rejoins_at_the_hub_when_the_repeater_is_gone(bench, in_range):
    home = bench(in_range)
    han = home.han
    assert han.gsme.storage.network.parent == han.repeater.storage.network.short
    home.inject("repeater-gone")
    assert han.gsme.storage.network.parent == 0x0000
    assert reachable(han, han.gsme)
    assert home.check().verdict is Verdict.PASS
    home.heal("repeater-gone")
    home.wait(4 * 3600)
    assert home.check().verdict is Verdict.PASS


def test_a_sleeper_gets_the_next_network_key_from_its_parent(bench):
    """R23, 4.6.3.4: it never hears the broadcast, and does not have to rejoin for the key."""
    home = bench()
    han = home.han
    home.wait(60)
    states = []
    han.gsme.on_state = lambda state, event: states.append(state)
    han.hub.stack.trust_center.distribute()
    home.wait(2000)
    assert all(device.storage.network_keys.keys() == {0, 1} for device in han.devices)
    han.hub.stack.trust_center.switch()
    home.wait(4000)
    assert {device.storage.active_key for device in han.devices} == {1}
    assert home.check().verdict is Verdict.PASS
    assert states == []


def test_a_meter_moves_back_under_the_repeater_when_told_to_rejoin(bench, in_range):
    """The hub's entry of its former child goes with the first frame that comes over the repeater."""
    home = bench(in_range)
    han = home.han
    home.inject("repeater-gone")
    home.heal("repeater-gone")
    home.wait(60)
    han.gsme.look_for_network()
    home.wait(3600)
    assert han.gsme.storage.network.parent == han.repeater.storage.network.short
    assert han.gsme.storage.ieee not in {child.ieee for child in han.hub.storage.children.values()}
    assert home.check().verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("name", "outcome", "states"),
    [
        ("repeater-between", Outcome.MIGRATE_BOTH, []),
        ("repeater-gone", Outcome.MIGRATE_ESME_ONLY, [State.BROKEN, State.BROKEN]),
    ],
)
def test_the_shipped_stories_come_out_as_they_say(name, outcome, states):
    ran = run_scenario(load_scenario(SCENARIOS / f"{name}.toml", RULES), RULES, Reference, seed="7")
    assert ran.as_expected, ran.problems
    assert ran.outcome is outcome
    assert [record.state for record in ran.records if isinstance(record, GroundTruth)] == states
    assert all(check.evidence for check in ran.evidenced)


def test_the_layout_decides_what_a_repeater_that_is_gone_does(tmp_path, in_range):
    """The file says `broken`; the ground truth is read off both sides, and the check passes."""
    story = (SCENARIOS / "repeater-gone.toml").read_text(encoding="utf-8").replace('"repeater"\n', '"in-range.toml"\n')
    path = tmp_path / "story.toml"
    path.write_text(story.partition("[expect]")[0], encoding="utf-8")
    ran = run_scenario(load_scenario(path, RULES), RULES, Reference, seed="7")
    assert ran.as_expected, ran.problems
    assert ran.outcome is Outcome.MIGRATE_BOTH
    assert [record.state for record in ran.records if isinstance(record, GroundTruth)] == [State.BROKEN, State.IMPAIRED]


def test_a_bench_without_a_repeater_says_so(bench, tmp_path):
    with pytest.raises(NotEmulatedError, match="repeater does not exist on this bench"):
        bench("virtual").inject("repeater-gone")
    path = tmp_path / "bench.toml"
    path.write_text('id = "b"\ntitle = "B"\nfaults = ["repeater-gone"]\nnodes = { hub = {}, esme = {}, gsme = {} }\n')
    file = BenchFile.find(str(path))
    with pytest.raises(ProfileError, match=r"faults\[0\].*expected \[nodes.repeater\]"):
        file.assemble(clock=file.clock())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", r"changes\[0\].cause.*expected a bench with \[nodes.repeater\]"),
        ('profiles = { repeater = "generic-repeater" }', "profiles.repeater: expected a bench"),
    ],
)
def test_a_story_without_a_repeater_says_so(tmp_path, line, said):
    story = (SCENARIOS / "repeater-gone.toml").read_text(encoding="utf-8").replace('bench = "repeater"', line)
    path = tmp_path / "story.toml"
    path.write_text(story, encoding="utf-8")
    with pytest.raises(ProfileError, match=said):
        run_scenario(load_scenario(path, RULES), RULES, Reference, seed="7")
