"""A bench that `up` publishes for Home Assistant and for readers of a Glow, as mosquitto_sub sees it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.mosquitto import Listener, Mosquitto, listening, needs_mosquitto, until
from tests.support.up import Up, up

SCHEMA = json.loads((Path(__file__).parents[1] / "unit" / "mqtt" / "home_assistant.schema.json").read_text())
PATH = re.compile(r"\{\{ value_json\.(\w+) \}\}")
"""The only form of template that is used, so that it can be followed without Jinja."""


class Kept:
    """What the broker keeps or kept last, by topic, and a bench."""

    def __init__(self, bench: Up, listener: Listener, port: int) -> None:
        self.bench = bench
        self.listener = listener
        self.port = port

    @property
    def latest(self) -> dict[str, str]:
        return {each.topic: each.payload for each in self.listener.heard}

    @property
    def configs(self) -> dict[str, Any]:
        found = {topic: payload for topic, payload in self.latest.items() if topic.endswith("/config")}
        return {topic.split("/")[-2]: json.loads(payload) for topic, payload in found.items() if payload}

    def values(self, config: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.latest[config["state_topic"]])
        return found

    def publish(self, topic: str, payload: str, *options: str) -> None:
        command = ["mosquitto_pub", "-p", str(self.port), "-t", topic, "-m", payload, "-q", "1", *options]
        subprocess.run(command, check=True)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    needs_mosquitto()
    with Mosquitto(tmp_path_factory.mktemp("mosquitto")) as running:
        yield running


@contextmanager
def published(folder: Path, broker: Mosquitto, name: str, *options: str) -> Iterator[Kept]:
    with (
        listening(broker.port, "#", folder / "heard") as listener,
        up(folder, name, "--mqtt", broker.url, "--mqtt-home-assistant", "--mqtt-glow", *options, speed="60") as bench,
    ):
        kept = Kept(bench, listener, broker.port)
        until(lambda: f"hanbench/{name}/home-assistant/gsme" in kept.latest)
        until(lambda: any("/gasmeter" in topic for topic in kept.latest))
        yield kept


@pytest.fixture(scope="module")
def commanded(tmp_path_factory: pytest.TempPathFactory, broker: Mosquitto) -> Iterator[Kept]:
    with published(tmp_path_factory.mktemp("commanded"), broker, "ha-1.a", "--mqtt-commands") as kept:
        yield kept


# --- discovery --------------------------------------------------------------------------------------------------------


def test_every_discovery_message_is_as_home_assistant_documents_it(commanded):
    configs = commanded.configs
    assert {each.rpartition("_")[2] for each in configs} == {"bench", "hub", "esme", "gsme", "faults"}
    for identifier, config in configs.items():
        assert re.fullmatch(r"[a-zA-Z0-9_-]+", identifier)
        jsonschema.Draft202012Validator(SCHEMA).validate(config)
        assert config["availability_mode"] == "all"
    ids = [each["unique_id"] for config in configs.values() for each in config["components"].values()]
    assert len(ids) == len(set(ids)) > 60


def test_every_topic_and_template_of_discovery_leads_to_a_published_value(commanded):
    for config in commanded.configs.values():
        for availability in config["availability"]:
            until(lambda topic=availability["topic"]: commanded.latest.get(topic) == "online")
        values = commanded.values(config)
        for key, component in config["components"].items():
            if component["platform"] == "button":
                continue
            (path,) = PATH.fullmatch(component["value_template"]).groups()
            assert path in values, key
            if component["platform"] in ("binary_sensor", "switch"):
                assert values[path] in ("ON", "OFF")
            elif "options" in component:
                assert values[path] in (None, *component["options"])
            elif "unit_of_measurement" in component:
                assert isinstance(values[path], (int, float)) or values[path] is None


def test_gas_is_a_volume_and_energy_in_the_classes_that_take_them(commanded):
    gas = next(config for name, config in commanded.configs.items() if name.endswith("gsme"))["components"]
    found = {key: (each.get("device_class"), each.get("unit_of_measurement")) for key, each in gas.items()}
    assert found["gas_volume"] == ("gas", "m³")
    assert found["gas_energy"] == ("energy", "kWh")


# --- what Home Assistant does -----------------------------------------------------------------------------------------


def test_a_birth_brings_the_discovery_again(commanded):
    def announced() -> int:
        return sum(each.topic.endswith("_bench/config") for each in commanded.listener.heard)

    before = announced()
    commanded.publish("homeassistant/status", "online")
    until(lambda: announced() > before)


def test_a_switch_injects_and_heals_a_fault_and_a_kept_one_is_not_obeyed(commanded):
    name = commanded.bench.name
    state = f"hanbench/{name}/home-assistant/faults"
    switch = f"hanbench/{name}/home-assistant/fault/mirror-refused/set"
    commanded.publish(switch, "ON")
    until(lambda: json.loads(commanded.latest[state])["mirror_refused"] == "ON")
    commanded.publish(switch, "OFF")
    until(lambda: json.loads(commanded.latest[state])["mirror_refused"] == "OFF")
    for nonsense in ("on", "", "{}", "ON" * 1000):
        commanded.publish(switch, nonsense)
    commanded.publish(f"hanbench/{name}/home-assistant/fault/no-such-fault/set", "ON")
    refused = f"hanbench/{name}/state"
    until(lambda: json.loads(commanded.latest[refused])["counters"]["refused"].get("switch") == 5)
    assert json.loads(commanded.latest[state])["mirror_refused"] == "OFF"


def test_a_button_presses_a_verb(commanded):
    """What Home Assistant sends when somebody presses the button of the check; its verdict is the value of a sensor."""
    bench = next(config for name, config in commanded.configs.items() if name.endswith("_bench"))
    button = bench["components"]["check"]
    commanded.publish(button["command_topic"], button["payload_press"])
    until(lambda: commanded.values(bench)["last_check"] == "pass", within=90)


# --- a Glow's readers -------------------------------------------------------------------------------------------------


ELECTRICITY = """
timestamp energy.export.cumulative energy.export.units energy.import.cumulative energy.import.day energy.import.week
energy.import.month energy.import.units energy.import.mpan energy.import.supplier energy.import.price.unitrate
energy.import.price.standingcharge power.value power.units
"""
GAS = """
timestamp energy.import.cumulative energy.import.day energy.import.week energy.import.month energy.import.units
energy.import.cumulativevol energy.import.cumulativevolunits energy.import.dayvol energy.import.weekvol
energy.import.monthvol energy.import.dayweekmonthvolunits energy.import.mprn energy.import.supplier
energy.import.price.unitrate energy.import.price.standingcharge
"""
STATE = "software timestamp hardware ethmac smetsversion eui han.rssi han.status han.lqi"


def paths(value: Any, before: str = "") -> set[str]:
    if not isinstance(value, dict):
        return {before.removesuffix(".")}
    return set().union(*(paths(each, f"{before}{key}.") for key, each in value.items()))


def test_a_glows_readers_find_every_path_that_a_real_one_sends(commanded):
    """Paths of messages of real displays (megakid/ha_hildebrand_glow_ihd_mqtt, sensor.py, issues 10 and 48)."""
    found = {topic: json.loads(text) for topic, text in commanded.latest.items() if topic.startswith("glow/")}
    (device,) = {topic.split("/")[1] for topic in found}
    assert re.fullmatch("[0-9A-F]{12}", device)
    electricity = found[f"glow/{device}/SENSOR/electricitymeter"]["electricitymeter"]
    gas = found[f"glow/{device}/SENSOR/gasmeter"]["gasmeter"]
    assert paths(electricity) == set(ELECTRICITY.split())
    assert paths(gas) == set(GAS.split())
    assert paths(found[f"glow/{device}/STATE"]) >= set(STATE.split())
    for meter, unit in ((electricity, "kWh"), (gas, "kWh")):
        read = meter["energy"]["import"]
        assert read["units"] == unit
        assert read["cumulative"] > read["month"] >= read["day"] >= 0
        assert read["month"] >= read["week"] or read["week"] >= read["day"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", meter["timestamp"])
    volumes = gas["energy"]["import"]
    assert (volumes["cumulativevolunits"], volumes["dayweekmonthvolunits"]) == ("m3", "m3")
    assert 10 < volumes["cumulative"] / volumes["cumulativevol"] < 12  # kWh in a cubic metre of GB gas


# --- the end, and without commands ------------------------------------------------------------------------------------


def test_without_commands_there_is_nothing_to_press_and_at_the_end_nothing_is_left(tmp_path, broker):
    with published(tmp_path, broker, "ha-quiet") as kept:
        mine = {name: config for name, config in kept.configs.items() if "ha-quiet" in name}
        platforms = {each["platform"] for config in mine.values() for each in config["components"].values()}
        assert platforms == {"sensor", "binary_sensor"}
        kept.publish("hanbench/ha-quiet/home-assistant/fault/battery-dead/set", "ON")
        kept.bench.end(signal.SIGTERM)
        told = [topic for topic in kept.latest if "ha-quiet" in topic and re.search("/config$|/home-assistant/", topic)]
        assert len(told) > 8
        until(lambda: [each for each in told if kept.latest[each] and not each.endswith("/set")] == [])
