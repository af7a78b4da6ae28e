"""A bench at a real mosquitto, watched and commanded by mosquitto's own clients.

Topics and shapes: domain sheet mqtt.md, section 2; the answer's shape is that of zigbee2mqtt (its guide, "MQTT Topics
and Messages", bridge/request and bridge/response).
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hanbench.harness.control import asyncapi
from tests.support.certificates import certificates
from tests.support.mosquitto import (
    PASSWORD,
    Heard,
    Listener,
    Mosquitto,
    listening,
    needs_mosquitto,
    until,
    with_access_list,
    with_client_certificates,
)
from tests.support.up import Up, up

NAME = "watched"
TOPICS = f"hanbench/{NAME}"
PATIENCE = "60"


class Lab:
    """A bench with commands, its broker, and a mosquitto_sub that hears all."""

    def __init__(self, broker: Mosquitto, bench: Up, listener: Listener) -> None:
        self.broker = broker
        self.bench = bench
        self.listener = listener

    def heard(self, topic: str) -> list[Heard]:
        return [each for each in self.listener.heard if each.topic == f"{TOPICS}/{topic}"]

    def latest(self, topic: str) -> Any:
        return json.loads(self.heard(topic)[-1].payload)

    def send(self, topic: str, payload: str | bytes, *options: str) -> None:
        """Publish with mosquitto_pub."""
        command = ["mosquitto_pub", "-p", str(self.broker.port), "-V", "5", "-q", "1", "-t", f"{TOPICS}/{topic}"]
        octets = payload.encode() if isinstance(payload, str) else payload
        command += ["-s"] if octets else ["-n"]
        subprocess.run([*command, *options], input=octets, check=True, timeout=60)

    def ask(self, verb: str, payload: str, *options: str, answer: str = "response/asker") -> Any:
        """Ask with mosquitto_rr, and return the answer."""
        command = ["mosquitto_rr", "-p", str(self.broker.port), "-V", "5", "-q", "1", "-W", PATIENCE]
        topics = ("-t", f"{TOPICS}/request/{verb}", "-e", f"{TOPICS}/{answer}")
        done = subprocess.run([*command, *topics, "-m", payload, *options], capture_output=True, check=True, timeout=90)
        return json.loads(done.stdout)

    def refused(self) -> Any:
        return self.latest("state")["counters"]["refused"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    needs_mosquitto()
    folder = tmp_path_factory.mktemp("lab")
    with (
        Mosquitto(folder / "broker") as broker,
        listening(broker.port, "hanbench/#", folder / "heard") as listener,
        up(folder, NAME, "--mqtt", broker.url, "--mqtt-commands") as bench,
    ):
        made = Lab(broker, bench, listener)
        until(lambda: made.heard("state") and made.latest("state")["up"])
        yield made


def retained(lab: Lab, folder: Path) -> dict[str, Heard]:
    """What a subscriber gets that comes now."""
    with listening(lab.broker.port, f"{TOPICS}/#", folder / "late", "--retained-only") as late:
        until(lambda: len({each.topic for each in late.heard}) >= 8)
        return {each.topic.removeprefix(f"{TOPICS}/"): each for each in late.heard}


def test_states_and_availability_of_bench_and_nodes_are_retained(lab: Lab, tmp_path: Path) -> None:
    found = retained(lab, tmp_path)
    assert found["availability"].payload == "online"
    nodes = [topic for topic in found if re.fullmatch(r"node/[0-9a-f]{16}/state", topic)]
    assert sorted(json.loads(found[each].payload)["role"] for each in nodes) == ["esme", "gsme", "hub"]
    for each in nodes:
        assert found[each.replace("/state", "/availability")].payload == "online"
    state = json.loads(found["state"].payload)
    assert state["schema"] == "hanbench:state:1"
    assert {"clock", "seed", "rules", "scenario", "faults", "counters", "outbox"} <= set(state)
    assert "folder" not in state


def test_a_request_is_answered_with_its_correlation_data(lab: Lab, tmp_path: Path) -> None:
    # mosquitto_sub(1), output format: %D is the correlation data.
    topic = f"{TOPICS}/response/mine"
    with listening(lab.broker.port, topic, tmp_path / "answer", "-F", "%t\x1f%D\x1f%p") as listener:
        asked = ("node", '{"node": "gsme"}', "-D", "publish", "correlation-data", "c-1")
        answer = lab.ask(*asked, answer="response/mine")
        until(lambda: listener.parts or not lab.ask(*asked, answer="response/mine"))
    assert answer["status"] == "ok"
    assert answer["data"]["role"] == "gsme"
    assert listener.parts[0][1] == "c-1"


def test_a_tool_of_3_1_1_gets_its_transaction_back(lab: Lab) -> None:
    # zigbee2mqtt: {"data": {...}, "status": "ok", "transaction": "..."}
    command = ["mosquitto_pub", "-p", str(lab.broker.port), "-V", "311", "-q", "1", "-t", f"{TOPICS}/request/node"]
    for payload in ('{"node": "hub", "transaction": "t-1"}', '{"request": {"node": "hub"}, "transaction": "t-2"}'):
        subprocess.run([*command, "-m", payload], check=True, timeout=60)
    until(lambda: len(lab.heard("response/node")) >= 2)
    answers = [json.loads(each.payload) for each in lab.heard("response/node")]
    assert {(each["status"], each["transaction"], each["data"]["role"]) for each in answers} == {
        ("ok", "t-1", "hub"),
        ("ok", "t-2", "hub"),
    }


def test_an_error_has_the_shape_of_zigbee2mqtt_and_a_code(lab: Lab) -> None:
    # zigbee2mqtt: {"data": {}, "error": "...", "status": "error"}
    answer = lab.ask("inject", '{"fault": "batery-dead", "transaction": "t-3"}')
    assert answer["status"] == "error"
    assert answer["data"] == {}
    assert "did you mean battery-dead" in answer["error"]
    assert answer["problem"]["code"] == "unknown-fault"
    assert answer["transaction"] == "t-3"


def test_a_request_with_the_same_correlation_data_is_done_once(lab: Lab) -> None:
    before = len(lab.ask("capture", '{"action": "list"}')["data"]["captures"])
    same = ("capture", '{"action": "start"}', "-D", "publish", "correlation-data", "once")
    first, second = lab.ask(*same), lab.ask(*same)
    assert first == second
    assert len(first["data"]["captures"]) == before + 1
    assert len(lab.ask("capture", '{"action": "list"}')["data"]["captures"]) == before + 1
    lab.ask("capture", '{"action": "start"}', "-D", "publish", "correlation-data", "another")
    assert len(lab.ask("capture", '{"action": "list"}')["data"]["captures"]) == before + 2


@pytest.mark.parametrize("where", ["elsewhere/x", f"{TOPICS}/request/state", "hanbench/other/response/x", "$SYS/x"])
def test_an_answer_goes_nowhere_but_below_the_benchs_responses(lab: Lab, where: str) -> None:
    before = len(lab.heard("response/nodes"))
    lab.send("request/nodes", f'{{"transaction": "{where}"}}', "-D", "publish", "response-topic", where)
    until(lambda: len(lab.heard("response/nodes")) > before)
    answer = lab.latest("response/nodes")
    assert (answer["status"], answer["transaction"]) == ("error", where)
    assert "expected one below" in answer["error"]
    assert not [each for each in lab.listener.heard if each.topic == where and "nodes-response" in each.payload]


def test_a_retained_request_is_refused(lab: Lab) -> None:
    lab.send("request/pause", '{"transaction": "kept"}', "-r")
    until(lambda: lab.heard("response/pause"))
    assert "must not be retained" in lab.latest("response/pause")["error"]
    assert lab.ask("state", "{}")["data"]["clock"]["paused"] is False
    lab.send("request/pause", "", "-r")  # so that the broker forgets it
    until(lambda: lab.refused().get("retained", 0) == 1)


@pytest.mark.parametrize(
    ("verb", "payload", "code"),
    [
        ("step", b"{", "invalid-request"),
        ("step", b"[]", "invalid-request"),
        ("step", b"\xff\xfe", "invalid-request"),
        ("step", b"[" * 5000, "invalid-request"),
        ("step", b'{"transaction": 7}', "invalid-request"),
        ("step", b'{"within": 1}', "invalid-request"),
        ("heal", b'{"fault": "' + b"x" * 70_000 + b'"}', "too-large"),
        ("sned", b"{}", "unknown-verb"),
        ("self-test", b"{}", "unknown-verb"),
    ],
)
def test_what_is_no_request_is_answered_with_its_error(lab: Lab, verb: str, payload: bytes, code: str) -> None:
    before = len(lab.heard(f"response/{verb}"))
    lab.send(f"request/{verb}", payload)
    until(lambda: len(lab.heard(f"response/{verb}")) > before)
    answer = lab.latest(f"response/{verb}")
    assert answer["status"] == "error"
    assert answer["problem"]["code"] == code


def test_what_is_far_too_long_is_dropped(lab: Lab) -> None:
    before = len(lab.heard("response/table"))
    lab.send("request/table", b"x" * 1_000_000)
    lab.send("request/table", b"{}")
    until(lambda: len(lab.heard("response/table")) > before)
    assert "node" in lab.latest("response/table")["error"]


def test_decisions_are_published_and_kept_until_they_are_acknowledged(lab: Lab) -> None:
    assert lab.ask("inject", '{"fault": "battery-dead"}')["status"] == "ok"
    assert lab.ask("check", "{}")["data"]["check"]["verdict"] == "fail"
    until(lambda: len(lab.heard("decision")) >= 2)
    asked, first = (json.loads(each.payload) for each in lab.heard("decision")[:2])
    assert (asked["seq"], asked["frames"]) == (1, [])  # as the case begins: no check has been yet
    assert first["seq"] == 2
    assert {"at", "outcome", "rule", "frames", "case", "text", "outbox"} <= set(first)
    assert first["frames"]
    until(lambda: lab.latest("state")["outbox"]["last"] >= 2)
    last = lab.latest("state")["outbox"]["last"]
    for bad in ("{", '{"seq": 99}', '{"seq": 1, "outbox": "0000"}', '{"seq": -1}', "x" * 2000):
        lab.send("decision/ack", bad)
    lab.send("decision/ack", json.dumps({"seq": 2}), "-r")
    lab.send("decision/ack", json.dumps({"seq": 1, "outbox": asked["outbox"]}))
    until(lambda: lab.latest("state")["outbox"]["acked"] == 1)
    assert lab.latest("state")["outbox"] | {"id": ""} == {"id": "", "first": 2, "last": last, "acked": 1, "dropped": 0}
    until(lambda: {"malformed-receipt", "receipt-ahead", "foreign-outbox", "too-large"} <= set(lab.refused()))
    lab.ask("heal", '{"fault": "battery-dead", "wait_s": 60}')


def test_a_receipt_that_brings_nothing_new_asks_for_what_follows_again(lab: Lab) -> None:
    if not lab.heard("decision"):
        pytest.skip("needs the decisions of the test before")

    def sent() -> int:
        return len([each for each in lab.heard("decision") if json.loads(each.payload)["seq"] == 2])

    before = sent()

    def asked() -> bool:
        lab.send("decision/ack", '{"seq": 1}')
        return sent() > before

    until(asked)


def test_events_have_topics_by_kind(lab: Lab) -> None:
    lab.ask("speed", '{"speed": 3600}')
    until(lambda: lab.heard("event/clock"))
    assert lab.latest("event/clock")["speed"] == 3600
    lab.ask("speed", '{"speed": 7200}')
    lab.ask("inject", '{"fault": "mirror-wiped"}')
    until(lambda: lab.heard("event/fault"))
    lab.ask("heal", '{"fault": "mirror-wiped", "wait_s": 60}')
    assert lab.latest("event/fault")["schema"] == "hanbench:fault-event:1"
    assert not lab.heard("event/decision")
    assert not lab.heard("event/frame")  # only with --mqtt-frames


def test_every_payload_is_as_the_asyncapi_document_says(lab: Lab) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads(json.dumps(asyncapi.document(), default=str))
    lab.send("request/node", '{"node": "gsme"}')
    lab.ask("check", "{}")  # begins a case, in which the controller decides
    until(lambda: lab.heard("response/node") and lab.heard("decision"))
    seen = set()
    for name, channel in document["channels"].items():
        address = re.escape(channel["address"]).replace(r"\{bench\}", NAME).replace(r"\{ieee\}", "[0-9a-f]{16}")
        if name.endswith("-request") or name == "decision-receipt":
            continue
        schema = {"components": document["components"], **document["components"]["messages"][name]["payload"]}
        plain = document["components"]["messages"][name].get("contentType") == "text/plain"
        validator = jsonschema.Draft202012Validator(schema)
        for each in [each for each in lab.listener.heard if re.fullmatch(address, each.topic)][-3:]:
            assert validator.is_valid(each.payload if plain else json.loads(each.payload)), each
            seen.add(name)
    assert {"state", "node-state", "availability", "node-availability", "decision-event", "node-response"} <= seen


def test_no_message_has_a_key_in_it(lab: Lab) -> None:
    # The key file of the capture (Wireshark's zigbee_pc_keys) has every key that was in use.
    lab.ask("table", '{"node": "hub"}')
    files = list(Path(lab.bench.capture).parent.glob("*keys*"))
    keys = set(re.findall(r"\b(?:[0-9a-f]{2}:?){16}\b", " ".join(each.read_text().lower() for each in files)))
    assert keys
    said = lab.listener.text.lower()
    for key in keys:
        assert key.replace(":", "") not in said.replace(":", "").replace(" ", "")


def test_a_bench_that_is_killed_goes_offline_by_its_will(lab: Lab) -> None:
    # The last test of this bench.
    lab.bench.process.send_signal(signal.SIGKILL)
    until(lambda: lab.heard("availability")[-1].payload == "offline")


def test_over_tls_without_commands_nothing_is_carried_out(tmp_path: Path) -> None:
    needs_mosquitto()
    made = certificates(tmp_path / "certificates")
    files = ("--mqtt-ca", str(made.ca), "--mqtt-certificate", str(made.client), "--mqtt-key", str(made.client_key))
    tls = ("--cafile", str(made.ca), "--cert", str(made.client), "--key", str(made.client_key), "-h", "localhost")
    with with_client_certificates(tmp_path / "broker", made) as broker:
        url = f"mqtts://localhost:{broker.port}/lab/tls"
        with (
            listening(broker.port, "lab/#", tmp_path / "heard", *tls) as listener,
            up(tmp_path, "safe", "--mqtt", url, "--mqtt-frames", *files, speed="60") as bench,
        ):
            state = "lab/tls/safe/state"
            until(lambda: any(each.topic == state and '"up":true' in each.payload for each in listener.heard))
            command = ["mosquitto_pub", "-p", str(broker.port), *tls, "-t", "lab/tls/safe/request/pause", "-m", "{}"]
            subprocess.run(command, check=True, timeout=60)
            until(lambda: sum(each.topic == state for each in listener.heard) >= 2)
            until(lambda: any(each.topic == "lab/tls/safe/event/frame" for each in listener.heard))
            assert json.loads(bench.ctl("state", "--json").out)["clock"]["paused"] is False
            assert bench.end(signal.SIGTERM) == 143
            until(lambda: listener.heard[-1][::2] == ("lab/tls/safe/availability", "offline"))
        assert not [each for each in listener.heard if "/response/" in each.topic]


def test_what_the_access_list_keeps_from_a_bench_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_mosquitto()
    monkeypatch.setenv("HANBENCH_MQTT_PASSWORD", PASSWORD)
    access = "user starved\ntopic write hanbench/+/decision/ack\ntopic write hanbench/+/request/+\n"
    with with_access_list(tmp_path / "broker", access, "starved") as broker:
        url = f"mqtt://starved@127.0.0.1:{broker.port}"
        with up(tmp_path, "kept-out", "--mqtt", url, "--mqtt-commands", speed="1") as bench:
            until(lambda: "refuses messages to hanbench/kept-out/availability" in bench.log)
            until(lambda: bench.log.count("delivers nothing") == 2)  # receipts, and requests
            assert PASSWORD not in bench.log
            assert bench.end(signal.SIGTERM) == 143
