"""Controllers at a broker, a real mosquitto. The peer is written with paho alone: docs/mqtt.md is all it knows.

The misbehaviours are those of the endpoints' tests, and those that only messages can have: late, again, in between.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.enums import MQTTProtocolVersion as Version

from hanbench.harness.controllers import mqtt_endpoint
from hanbench.harness.controllers.lookup import UnknownControllerError, controller_factory, named
from hanbench.harness.controllers.preflight import ControllerStartError, startable_controller
from hanbench.harness.scenario import load_scenario, run_scenario, shipped
from hanbench.profiles.rulesets import shipped as rulesets
from tests.support.mosquitto import PASSWORD, Mosquitto, free_port, needs_mosquitto, until, with_access_list

SCENARIO = "dormant-three-failures"
CHECK = {"action": "run-check", "not-before": "2022-04-04T08:00:00Z"}
COMMISSION = {"action": "commission-devices", "devices": ["esme"]}
Answer = Callable[[dict], list]
"""Makes the payloads that follow a message to the controller."""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    needs_mosquitto()
    with Mosquitto(tmp_path_factory.mktemp("mosquitto")) as running:
        yield running


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("HANBENCH_MQTT")]:
        monkeypatch.delenv(name)
    answers_within(monkeypatch, 60.0)


def answers_within(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(mqtt_endpoint.MqttEndpoint.__init__, "__defaults__", ("", seconds))


@contextmanager
def peer(broker: Mosquitto, answer: Answer, version: Version = Version.MQTTv5) -> Iterator[list[dict]]:
    """A controller at the broker; yields the messages that it gets."""
    heard: list[dict] = []
    ready = threading.Event()

    def told(client, userdata, message):
        told = json.loads(message.payload)
        heard.append(told)
        for payload in answer(told):
            client.publish(message.topic.replace("/event", "/action"), payload, qos=1)

    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=version)
    client.on_message = told
    client.on_connect = lambda client, *_: client.subscribe("hanbench/+/controller/event", qos=1)
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    assert ready.wait(30)
    try:
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def reply(told: dict, actions: object, **other: object) -> bytes:
    return json.dumps({"case": told["case"], "turn": told.get("turn"), "actions": actions} | other).encode()


def retry(told: dict) -> list[bytes]:
    """Check nothing, and give up when the time is up."""
    kind = told["event"]["event"]
    if kind == "case-ended":
        return []
    return [reply(told, [{"action": "close", "outcome": "retry"}] if kind == "tick" else [])]


# --- those that behave ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [Version.MQTTv5, Version.MQTTv311], ids=["mqtt-5", "mqtt-3.1.1"])
def test_it_is_told_each_turn_and_the_end_and_can_tell_cases_apart(broker, run_with, faults, version):
    with peer(broker, retry, version) as heard:
        first, second = run_with(broker.url), run_with(broker.url)
        assert first.outcome == second.outcome == "retry"
        assert faults(first) == faults(second) == []
        until(lambda: len(heard) == 6)
    first_case, second_case = dict.fromkeys(each["case"] for each in heard)
    for case in (first_case, second_case):
        told = [(each.get("turn"), each["event"]["event"]) for each in heard if each["case"] == case]
        assert told == [(1, "installation-loaded"), (2, "tick"), (None, "case-ended")]
    assert heard[0]["v"] == 1
    assert heard[0]["now"].endswith("Z")


def connections() -> int:
    gc.collect()  # what ended earlier, and was part of a circle
    return [thread.name for thread in threading.enumerate()].count("controller at a broker")


def test_cases_of_one_factory_share_a_connection_which_ends_with_it(broker, faults):
    assert connections() == 0
    scenario = load_scenario(shipped()[SCENARIO], rulesets())
    make = controller_factory(broker.url)
    with peer(broker, retry):
        for _ in range(3):
            assert faults(run_scenario(scenario, rulesets(), make, seed="1")) == []
        assert connections() == 1
        del make
        assert connections() == 0


def test_an_answer_that_the_broker_delivers_twice_is_one_answer(broker, run_with, faults):
    with peer(broker, lambda told: 2 * retry(told)):
        run = run_with(broker.url)
    assert (run.outcome, faults(run)) == ("retry", [])


def test_turns_are_sent_again_after_the_broker_was_killed(tmp_path, run_with, faults):
    """And the controller's answer to a turn that it got twice counts once."""
    needs_mosquitto()
    own = Mosquitto(tmp_path / "own")
    killed: list[bool] = []

    def answer(told: dict) -> list[bytes]:
        if told.get("turn") == 2 and not killed:
            killed.append(True)
            own.kill()
            own.start()
            return []
        return retry(told)

    with own, peer(own, answer) as heard:
        run = run_with(own.url)
    assert (run.outcome, faults(run)) == ("retry", [])
    assert [each["turn"] for each in heard if "turn" in each][:3] == [1, 2, 2]


# --- those that do not behave -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "kind", "text"),
    [
        (b"{]", "not-json", "JSON is malformed"),
        (b"", "not-json", ""),
        (b"{}", "not-json", 'expected {"case": ..., "turn": ..., "actions": [...]}'),
        (b"[]", "not-json", "expected"),
        (b'{"case": 7, "turn": 1, "actions": []}', "not-json", "expected"),
        (b'{"case": "x", "turn": 1, "actions": {}}', "not-json", "expected"),
        (b"\xff\xfe", "not-json", ""),
        (b"[" * 500_000, "not-json", ""),
        (b"x" * 3_000_000, "flood", "more than 1048576 octets in one answer"),
    ],
    ids=["half", "empty", "object", "list", "case", "actions", "not-utf-8", "deep", "long"],
)
def test_an_answer_that_is_none_is_judged_and_nothing_more_is_asked(broker, run_with, faults, payload, kind, text):
    with peer(broker, lambda told: [payload]) as heard:
        run = run_with(broker.url)
    ((found, said),) = faults(run)
    assert found == kind
    assert text in said
    assert len(heard) == 1
    assert not run.as_expected
    assert "in-turn" in {violation.property for violation in run.violations}


@pytest.mark.parametrize(
    ("actions", "kind", "text"),
    [
        ([{"action": "dance"}], "not-an-action", "Invalid value 'dance'"),
        ([7], "not-an-action", "Expected `object`"),
        ([COMMISSION] * 2, "out-of-turn", "CommissionDevices while a check or a commissioning is under way"),
        ([CHECK] * 500, "too-many-actions", "more than 200"),
    ],
)
def test_actions_that_are_none_or_out_of_turn_are_judged(broker, run_with, faults, actions, kind, text):
    with peer(broker, lambda told: [reply(told, actions)] if "turn" in told else []):
        run = run_with(broker.url)
    assert faults(run)[0][0] == kind
    assert text in faults(run)[0][1]


def of_turn(number: int, told: dict) -> bytes:
    return reply(told, [], turn=number)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (lambda told: [of_turn(told["turn"] - 1, told)], "an answer to turn 0, and turn 1 is the latest"),
        (lambda told: [of_turn(told["turn"] + 5, told)], "an answer to turn 6, and turn 1 is the latest"),
        (lambda told: [reply(told, [CHECK], turn=-1)], "an answer to turn -1, and turn 1 is the latest"),
    ],
    ids=["earlier", "later", "negative"],
)
def test_an_answer_to_another_turn_is_unasked(broker, run_with, faults, answer, text):
    with peer(broker, answer):
        run = run_with(broker.url)
    assert faults(run) == [("unasked", text)]


def test_a_second_answer_that_says_something_else_is_unasked_and_the_first_counts(broker, run_with, faults):
    """The second one is there before the next turn begins, for the broker keeps the order of one client's messages."""

    def answer(told: dict) -> list[bytes]:
        if told.get("turn") == 1:
            return []
        return retry(told)

    def twice(told: dict) -> list[bytes]:
        if told.get("turn") == 2:
            return [reply(told, [{"action": "dance"}], turn=1), *retry(told)]
        return retry(told)

    with peer(broker, twice):
        run = run_with(broker.url)
    assert faults(run) == [("unasked", "another answer to turn 1, and turn 2 is the latest")]


def test_an_answer_to_a_case_of_nobody_is_no_answer_and_the_fault_says_so(broker, run_with, faults, monkeypatch):
    answers_within(monkeypatch, 1.0)
    with peer(broker, lambda told: [reply(told, [], case="another")]):
        run = run_with(broker.url)
    ((kind, text),) = faults(run)
    assert kind == "silent"
    assert "no answer within 1 s on hanbench/run-" in text
    assert text.endswith("; it answered a case 'another', which is none of this run's")


def test_silence_and_an_answer_that_comes_too_late_are_silent(broker, run_with, faults, monkeypatch):
    answers_within(monkeypatch, 0.5)
    late: list[dict] = []

    def answer(told: dict) -> list[bytes]:
        late.append(told)
        return [reply(each, [CHECK]) for each in late[:-1] if "turn" in each]

    with peer(broker, answer) as heard:
        runs = [run_with(broker.url) for _ in range(2)]
        assert [each["turn"] for each in heard] == [1, 1]
    for run in runs:
        ((kind, text),) = faults(run)
        assert (kind, "no answer within 0.5 s" in text) == ("silent", True)


def test_what_a_broker_kept_from_an_earlier_run_is_no_answer(broker, run_with, faults, monkeypatch):
    """A bench's topics have a name that comes again; a retained message on them is older than the turn."""
    answers_within(monkeypatch, 60.0)
    monkeypatch.setattr(mqtt_endpoint.MqttEndpoint.__init__, "__defaults__", ("kept", 60.0))
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    client.publish("hanbench/kept/controller/action", b"rubbish", qos=1, retain=True).wait_for_publish(30)
    client.disconnect()
    client.loop_stop()
    with peer(broker, retry):
        run = run_with(broker.url)
    assert (run.outcome, faults(run)) == ("retry", [])


# --- brokers that do not let us ---------------------------------------------------------------------------------------


def test_a_broker_that_is_not_there_is_told_before_anything_and_judged_in_a_run(run_with, faults):
    url = f"mqtt://127.0.0.1:{free_port()}"
    with pytest.raises(ControllerStartError, match="connection refused: no broker listens there"):
        startable_controller(url)
    ((kind, text),) = faults(run_with(url))
    assert kind == "unreachable"
    assert "connection refused" in text


def test_a_broker_that_accepts_and_says_nothing_keeps_nobody_waiting(run_with, faults, monkeypatch):
    answers_within(monkeypatch, 0.5)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        ((kind, _),) = faults(run_with(f"mqtt://127.0.0.1:{deaf.getsockname()[1]}"))
    assert kind in ("silent", "unreachable")


def test_what_the_access_list_refuses_is_told(tmp_path: Path, run_with, faults, monkeypatch):
    """`starved` may send turns and is granted the subscription, but gets no answers; `mute` may not send turns."""
    needs_mosquitto()
    access = (
        "user starved\ntopic write hanbench/#\n"
        "user mute\ntopic readwrite hanbench/+/controller/action\n"
        "user fit\ntopic readwrite hanbench/#\n"
    )
    monkeypatch.setenv("HANBENCH_MQTT_PASSWORD", PASSWORD)
    with with_access_list(tmp_path / "access", access, "starved", "mute", "fit") as broker:
        at = f"127.0.0.1:{broker.port}"
        with pytest.raises(ControllerStartError, match="delivers nothing"):
            startable_controller(f"mqtt://starved@{at}")
        startable_controller(f"mqtt://fit@{at}")
        ((kind, text),) = faults(run_with(f"mqtt://mute@{at}"))
        assert (kind, "let this user write there" in text) == ("unreachable", True)
        monkeypatch.setenv("HANBENCH_MQTT_PASSWORD", "wrong")
        with pytest.raises(
            ControllerStartError, match=r"wrong user name or password|does not let this user in"
        ) as told:
            startable_controller(f"mqtt://fit@{at}")
        assert "wrong" not in str(told.value).replace("wrong user name", "")


def test_a_password_does_not_cross_a_network_unencrypted_nor_stand_in_a_report(monkeypatch):
    monkeypatch.setenv("HANBENCH_MQTT_PASSWORD", "s3cret")
    with pytest.raises(UnknownControllerError, match="expected mqtts://"):
        controller_factory("mqtt://bench@broker.example")
    with pytest.raises(UnknownControllerError, match="a password in a URL") as told:
        controller_factory("mqtt://bench:s3cret@127.0.0.1")
    assert "s3cret" not in str(told.value)
    assert named("mqtt://bench@127.0.0.1/lab") == "mqtt://***@127.0.0.1/lab"
