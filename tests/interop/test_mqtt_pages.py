"""The pages about Home Assistant and Node-RED: their commands, typed at the test's own broker, and the flow's shape."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hanbench.harness.control.table import VERBS
from tests.support.mosquitto import Mosquitto, listening, needs_mosquitto, until
from tests.support.up import Up, up

DOCS = Path(__file__).parents[2] / "docs"
FLOW = json.loads((DOCS / "examples" / "node-red-flow.json").read_text(encoding="utf-8"))
CORE = {"tab", "mqtt-broker", "mqtt in", "mqtt out", "inject", "debug", "function"}
"""Node types that Node-RED 3 brings (packages/node_modules/@node-red/nodes)."""


def commands(page: str, program: str) -> list[list[str]]:
    """The commands of a program in the blocks of a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [
        shlex.split(line, comments=True)
        for block in blocks
        for line in block.splitlines()
        if line.split(" ")[0] == program
    ]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Up, Mosquitto]]:
    """The bench of the page about Home Assistant, at a broker of its own; with the display's messages too."""
    needs_mosquitto()
    folder = tmp_path_factory.mktemp("lab")
    (typed,) = commands("home-assistant.md", "hanbench")[:1]
    assert typed[:5] == ["hanbench", "up", "virtual", "--id", "lab"]
    with Mosquitto(folder / "broker") as broker:
        options = [each.replace("mqtt://127.0.0.1", broker.url) for each in typed[7:]]
        with up(folder, "lab", "--mqtt-glow", *options, speed=typed[6]) as bench:
            yield bench, broker


def test_what_the_page_listens_to_is_published(lab):
    _, broker = lab
    for command in commands("home-assistant.md", "mosquitto_sub"):
        heard = subprocess.run([*command, "-p", str(broker.port)], capture_output=True, text=True, check=False)
        assert heard.returncode == 0, command
        count = int(command[command.index("-C") + 1])
        assert len(heard.stdout.splitlines()) == count, heard.stdout


def test_what_the_pages_send_is_done(lab, tmp_path):
    _, broker = lab
    sent = commands("home-assistant.md", "mosquitto_pub") + commands("node-red.md", "mosquitto_pub")
    with listening(broker.port, "hanbench/lab/#", tmp_path / "heard") as listener:
        until(lambda: len(listener.heard) > 3)
        for command in sent:
            subprocess.run([*command, "-p", str(broker.port)], check=True)

        def answers(verb: str) -> list[dict]:
            topic = f"hanbench/lab/response/{verb}"
            return [json.loads(each.payload) for each in listener.heard if each.topic == topic]

        def switched() -> bool:
            topic = "hanbench/lab/home-assistant/faults"
            return any('"mirror_refused":"ON"' in each.payload for each in listener.heard if each.topic == topic)

        until(switched)
        until(lambda: [each["status"] for each in answers("inject")] == ["ok"])


def test_the_controllers_and_head_ends_request_of_the_page_is_answered(lab):
    _, broker = lab
    (asked,) = (each for each in commands("mqtt.md", "mosquitto_rr") if "hanbench/lab/request/wan" in each)
    answer = subprocess.run([*asked, "-p", str(broker.port)], capture_output=True, text=True, check=True)
    told = json.loads(answer.stdout)
    assert (told["status"], told["data"]["delivered"], told["data"]["outcome"]) == ("ok", True, "answered")


@pytest.mark.timeout(400)
def test_a_scenario_plays_on_a_bench_with_the_controller_at_its_broker(lab, tmp_path):
    """A full partial migration, decided by another program: docs/examples/mqtt_controller.py."""
    bench, broker = lab
    assert bench.ctl("speed", "100000").status == 0
    for fault in ("battery-dead", "mirror-refused"):  # which the tests before may have injected
        bench.ctl("heal", fault, "--wait-s", "60")
    example = [sys.executable, str(DOCS / "examples" / "mqtt_controller.py"), "127.0.0.1", str(broker.port), "hanbench"]
    with (
        listening(broker.port, "hanbench/lab/decision", tmp_path / "heard") as listener,
        subprocess.Popen(example, stdout=subprocess.PIPE, text=True) as listens,
    ):
        try:
            assert listens.stdout is not None
            assert listens.stdout.readline() == "listening\n"
            played = bench.ctl("scenario", "play", "dormant-three-failures", "--controller", "mqtt")
            assert played.status == 0, played.err

            def outcomes() -> list[str]:
                told = (json.loads(each.payload) for each in listener.heard)
                return [each["outcome"] for each in told if each["controller"] == "mqtt" and each.get("outcome")]

            until(lambda: outcomes() != [], within=300)
            assert outcomes() == ["migrate-esme-only"]
        finally:
            listens.kill()


# --- the flow ---------------------------------------------------------------------------------------------------------


def test_the_flow_is_one_that_node_red_imports():
    """Of an import Node-RED asks: an array of nodes with unique ids and types, a tab for each, wires to nodes."""
    nodes = {each["id"]: each for each in FLOW}
    assert len(nodes) == len(FLOW)
    assert {each["type"] for each in FLOW} <= CORE
    (broker,) = (each["id"] for each in FLOW if each["type"] == "mqtt-broker")
    for node in FLOW:
        if node["type"] in ("tab", "mqtt-broker"):
            continue
        assert nodes[node["z"]]["type"] == "tab"
        assert all(target in nodes for out in node["wires"] for target in out)
        assert node.get("broker", broker) == broker
    reached = {target for node in FLOW for out in node.get("wires", ()) for target in out}
    sinks = {each["id"] for each in FLOW if each["type"] in ("debug", "mqtt out", "function")}
    assert reached == sinks


def test_the_flow_asks_what_a_bench_takes():
    for node in FLOW:
        if node["type"] == "inject":
            verb = node["topic"].removeprefix("hanbench/lab/request/")
            fields = json.loads(node["payload"])
            assert fields.pop("transaction")
            msgspec.convert(fields, VERBS[verb].request)


def test_the_flows_function_takes_each_decision_once():
    """In Node itself: a repeated decision, one after a gap, and one of a new outbox."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    (function,) = (each["func"] for each in FLOW if each["type"] == "function")
    script = """
const kept = {}, context = {get: (k) => kept[k], set: (k, v) => { kept[k] = v; }};
const call = new Function("msg", "context", process.argv[1]);
const given = [["a", 1], ["a", 1], ["a", 3], ["a", 2], ["a", 3], ["b", 1]];
console.log(JSON.stringify(given.map(([outbox, seq]) => {
    const [out, receipt] = call({payload: {outbox, seq}}, context);
    return [out && out.payload.seq, receipt.payload.seq];
})));
"""
    done = subprocess.run([node, "-e", script, function], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[1, 1], [None, 1], [None, 1], [2, 2], [3, 3], [1, 1]]
