"""The example controllers, as they stand in docs/examples, over a slice of the whole suite."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hanbench.harness.campaign import Campaign, Lost, controller_factory, execute, matrix
from hanbench.harness.campaign.explore.running import Exploration, explore
from hanbench.harness.scenario import load_scenario, run_scenario, shipped
from hanbench.profiles.rulesets import shipped as rulesets
from tests.support.mosquitto import Mosquitto, needs_mosquitto

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
CHILD = f"process:{sys.executable} {EXAMPLES / 'controller.py'}"
SLICE = slice(None, None, 25)


def judged(controller: str, part: slice = SLICE, jobs: int = 1) -> list[str]:
    """The scenarios that this controller got wrong."""
    scenarios = list(matrix())[part]
    assert len(scenarios) > 20
    results = execute(scenarios, Campaign("examples", controller=controller), jobs=jobs)
    return [one.id for one, result in results if isinstance(result, Lost) or not result.report.as_expected]


def told(name: str, controller: str) -> bool:
    """Whether a shipped story ends as its author and the rules expect."""
    scenario = load_scenario(shipped()[name], rulesets())
    return run_scenario(scenario, rulesets(), controller_factory(controller), seed="1").as_expected


@contextmanager
def served(node: str) -> Iterator[str]:
    """The URL of the example for Node.js."""
    command = [node, str(EXAMPLES / "controller.mjs"), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.kill()


@pytest.fixture(scope="module")
def broker(tmp_path_factory) -> Iterator[Mosquitto]:
    needs_mosquitto()
    with Mosquitto(tmp_path_factory.mktemp("mosquitto")) as running:
        yield running


@contextmanager
def at_broker(broker: Mosquitto) -> Iterator[str]:
    """The URL of the broker at which the example for MQTT listens."""
    command = [sys.executable, str(EXAMPLES / "mqtt_controller.py"), "127.0.0.1", str(broker.port), "lab/one"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listens:
        try:
            assert listens.stdout is not None
            assert listens.stdout.readline() == "listening\n"
            yield f"{broker.url}/lab/one"
        finally:
            listens.kill()


def test_the_peer_at_a_broker_drives_a_partial_migration(broker):
    with at_broker(broker) as url:
        assert told("dormant-three-failures", url)


def test_the_peer_at_a_broker_is_right_for_several_workers_at_a_time(broker):
    with at_broker(broker) as url:
        assert judged(url, slice(None, None, 80), jobs=3) == []


@pytest.mark.slow
def test_the_peer_at_a_broker_is_right_everywhere(broker):
    with at_broker(broker) as url:
        assert judged(url) == []
        assert [name for name in shipped() if not told(name, url)] == []


@pytest.mark.slow
def test_the_child_process_is_right_everywhere():
    assert judged(CHILD) == []


def test_the_child_process_is_right_in_scenarios_that_nobody_wrote():
    assert [found for _, found in explore(Exploration("examples", CHILD), 60)] == [None] * 60


@pytest.mark.slow
def test_the_endpoint_in_another_language_is_right_everywhere(herdsman):
    node = shutil.which("node")
    assert node is not None
    with served(node) as url:
        assert judged(url) == []
        assert [name for name in shipped() if not told(name, url)] == []


def test_a_wrong_one_would_be_noticed(tmp_path):
    text = (EXAMPLES / "controller.py").read_text(encoding="utf-8")
    hasty = tmp_path / "hasty.py"
    hasty.write_text(text.replace("EVIDENCE_HOURS = 3,", "EVIDENCE_HOURS = 2,"))
    assert hasty.read_text() != text
    assert judged(f"process:{sys.executable} {hasty}")
