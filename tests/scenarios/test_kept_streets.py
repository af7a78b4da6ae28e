"""A bench of several homes that is up: each verb about one home reaches that home, and no other."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanbench.client import Client
from hanbench.harness.capture import keyfile
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.control import events
from tests.support.up import Up, up

ENDED = 60.0
HOMES = ("left", "right")
ROLES = ("hub", "esme", "gsme")
TOML = 'id = "street"\ntitle = "Two homes on one channel"\n[homes.left]\nchannel = 20\n[homes.right]\nchannel = 20\n'


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("street")
    (folder / "street.toml").write_text(TOML, encoding="utf-8")
    with up(folder, "street", bench=str(folder / "street.toml")) as kept, Client(kept.name) as client:
        with client.follow(0, ("log",)) as lines:
            told: set[str] = set()
            while told != set(HOMES):
                line = next(lines)
                if isinstance(line, events.LogLine) and line.text == "the HAN is up":
                    told.add(line.home)
        yield kept


def test_every_home_has_its_nodes_its_seed_and_its_state(street: Up) -> None:
    with Client(street.name) as client:
        state = client.state()
        assert [each.name for each in state.homes] == list(HOMES)
        assert state.nodes == tuple(f"{home}.{role}" for home in HOMES for role in ROLES)
        assert len({each.seed for each in state.homes}) == 2
        meter = client.node("right.gsme")
        assert (meter.name, meter.home, meter.role, meter.parent) == ("right.gsme", "right", "gsme", "right.hub")
        assert {each.home for each in client.nodes(home="left").nodes} == {"left"}
        assert client.table("left.hub").node == "left.hub"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("inject", "battery-dead"), "expected the name of a home, because there are several: left, right"),
        (("node", "gsme"), "expected HOME.gsme, because there are several homes: left, right"),
    ],
)
def test_a_home_that_is_missing_or_wrong_is_one_line(street: Up, arguments: tuple[str, ...], said: str) -> None:
    done = street.ctl(*arguments)
    assert (done.status, done.out) == (3, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_a_fault_in_one_home_leaves_its_neighbour_alone(street: Up) -> None:
    # GT01 and the rule: letter, paragraph 2 (domain/tmad.md), as for a bench of one home.
    with Client(street.name) as client:
        before = client.state().last_event
        assert client.inject("battery-dead", home="left", wait_s=ENDED).active == ("battery-dead",)
        homes = {each.name: each for each in client.state().homes}
        assert (homes["left"].faults, homes["right"].faults) == (("battery-dead",), ())
        for _ in range(3):
            assert street.ctl("check", "--home", "left").status == 1
        assert street.ctl("check", "--home", "right").status == 0
        found = client.events(after=before, kinds=("decision", "check", "fault"), limit=1000).events
        assert {each.home for each in found if isinstance(each, events.FaultChanged)} == {"left"}
        made = [each for each in found if isinstance(each, events.DecisionMade)]
        assert {each.case for each in made if each.home == "left"} == {"left-by-hand-1"}
        closed = {each.home: each.outcome for each in made if each.outcome is not None}
        assert closed["left"] is Outcome.MIGRATE_ESME_ONLY
        client.heal("battery-dead", home="left", wait_s=ENDED)


def test_two_scenarios_play_at_a_time(street: Up) -> None:
    # profiles/scenarios/mirror-wiped.toml and a-few-frames-lost.toml: what their authors expect.
    with Client(street.name) as client:
        before = client.state().last_event
        client.scenario("play", "mirror-wiped", home="right")
        client.scenario("play", "a-few-frames-lost", home="left")
        assert {each.home for home in client.state().homes if (each := home.scenario)} == set(HOMES)
        ended: dict[str, str] = {}
        with client.follow(before, ("scenario",)) as told:
            while len(ended) < 2:
                event = next(told)
                if isinstance(event, events.ScenarioProgress) and event.phase != "begun":
                    ended[event.home] = event.detail
        assert ended == {"right": "decided migrate-both", "left": "decided migrate-both"}


def test_a_jammer_that_is_taken_away_leaves_that_of_the_neighbour(street: Up) -> None:
    with Client(street.name) as client:
        for home in HOMES:
            client.inject("jammed-channel", home=home, wait_s=ENDED)
        client.heal("jammed-channel", home="left", wait_s=ENDED)
        assert client.node("right.gsme").obstacles
        client.heal("jammed-channel", home="right", wait_s=ENDED)


def test_frames_tell_their_home_and_one_capture_has_all_with_all_keys(street: Up) -> None:
    with Client(street.name) as client:
        for home in HOMES:
            client.check(home=home)
        found = client.events(kinds=("frame",), limit=1000).events
        seen = [each for each in found if isinstance(each, events.FrameSeen)]
        assert {each.home for each in seen} == set(HOMES)
        for frame in seen:
            for node in (frame.sender, frame.receiver):
                assert node is None or node.partition(".")[0] == frame.home
        # IEEE 802.15.4-2011, 5.2.2.3: an acknowledgement has 5 octets, and no addresses.
        acknowledged = [each for each in seen if each.octets == 5]
        assert acknowledged
        assert all(each.sender and each.receiver for each in acknowledged)
        street.end(signal.SIGINT)
    labels = [key.label for key in keyfile.read(Path(street.capture).with_suffix(".keys"))]
    assert {label.partition(":")[0] for label in labels} == set(HOMES)
    assert "left: the HAN is up" in street.log
