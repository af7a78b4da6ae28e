"""Home Assistant's discovery messages for a bench, device by device (Home Assistant 2024.11 or later).

One retained message on `homeassistant/device/<id>/config` describes a device with all its entities: the bench, each of
its nodes, and, where commands are allowed, its faults as switches. An empty message takes the device away again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from hanbench import __version__
from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.control.answers import BenchState
from hanbench.harness.control.node import NodeState
from hanbench.harness.mqtt.entities import BENCH_ENTITIES, Entity, node_entities
from hanbench.harness.mqtt.topics import Topics

PREFIX = "homeassistant"
"""Home Assistant's default prefix of discovery topics."""
STATUS = f"{PREFIX}/status"
"""Where Home Assistant tells its birth and its end."""
BIRTH = b"online"
REPORT_EVERY = 30.0
"""Real seconds between two reports of the same values, at most."""
EXPIRES_AFTER = int(3 * REPORT_EVERY)
"""Real seconds without a report after which Home Assistant takes a value for unknown."""
BENCH = "bench"
FAULTS = "faults"
_NAMES = {
    "hub": "communications hub",
    "esme": "electricity meter",
    "gsme": "gas meter",
    "ihd": "in-home display",
    "repeater": "range extender",
}
_EXPIRES = ("sensor", "binary_sensor")
"""Platforms whose values expire."""

Config = dict[str, Any]


class Button(NamedTuple):
    """A button: the verb that it asks for, and the request, `{node}` being the node."""

    id: str
    name: str
    verb: str
    request: str
    device_class: str | None = None


BENCH_BUTTONS = (
    Button("check", "Check", "check", "{}"),
    Button("commission", "Commission both meters", "commission", "{}"),
    Button("pause", "Pause", "pause", '{"action":"on"}'),
    Button("resume", "Resume", "pause", '{"action":"off"}'),
)
NODE_BUTTONS = (
    Button("cycle_power", "Cycle power", "power", '{"node":"{node}","action":"cycle"}', "restart"),
    Button("press_join", "Join", "press", '{"node":"{node}","button":"join"}'),
    Button("press_leave", "Leave", "press", '{"node":"{node}","button":"leave"}'),
    Button("press_button", "Own button", "press", '{"node":"{node}","button":"button"}'),
)


class Places(NamedTuple):
    """The topics of one bench that Home Assistant is told of, beside those that everybody is."""

    topics: Topics

    @property
    def root(self) -> str:
        return f"{self.topics.base}/{self.topics.bench}"

    def values(self, device: str) -> str:
        """Return where the values of a device's entities are: of `bench`, `faults`, or a node."""
        return f"{self.root}/home-assistant/{device}"

    def switch(self, fault: str) -> str:
        """Return where Home Assistant sends ON and OFF for a fault."""
        return f"{self.root}/home-assistant/fault/{fault}/set"

    def fault_of(self, topic: str) -> str | None:
        """Return the fault of a switch's topic; None: it is no such topic."""
        before, after = self.switch("\0").split("\0")
        fault = topic.removeprefix(before).removesuffix(after)
        return fault if topic == self.switch(fault) else None

    def config(self, device: str) -> str:
        """Return the topic of a device's discovery message."""
        return f"{PREFIX}/device/{self.identifier(device)}/config"

    def identifier(self, device: str) -> str:
        """Return the id of a device, unique among the benches of a broker."""
        return re.sub(r"[^a-zA-Z0-9-]", "_", f"{self.root}/{device}")


def discovery(
    places: Places, bench: BenchState, nodes: Sequence[NodeState], *, commands: bool
) -> Iterator[tuple[str, Config]]:
    """Yield the discovery message of each device of a bench, with its topic; the bench is the first.

    `commands`: whether the bench takes commands over MQTT; without, nothing in Home Assistant changes a bench.
    """
    yield places.config(BENCH), _bench(places, bench, commands=commands)
    for node in nodes:
        yield places.config(node.name), _node(places, bench, node, commands=commands)
    if commands:
        yield places.config(FAULTS), _faults(places, bench)


def _bench(places: Places, bench: BenchState, *, commands: bool) -> Config:
    device = {"name": f"hanbench {bench.bench}", "model": bench.title, "serial_number": f"seed {bench.seed}"}
    components = _components(places, BENCH, BENCH_ENTITIES)
    if commands:
        components |= _buttons(places, BENCH, BENCH_BUTTONS)
    return _device(places, BENCH, device, components)


def _node(places: Places, bench: BenchState, node: NodeState, *, commands: bool) -> Config:
    name = _NAMES.get(node.role, node.role)
    device = {
        "name": f"hanbench {bench.bench} {name}",
        "model": f"emulated {name}" if node.emulated else f"physical {name}",
        "serial_number": node.ieee,
        "via_device": places.identifier(BENCH),
    }
    components = _components(places, node.name, node_entities(node))
    if commands and node.emulated:
        components |= _buttons(places, node.name, NODE_BUTTONS)
    return _device(places, node.name, device, components, places.topics.node_availability(node.ieee))


def _faults(places: Places, bench: BenchState) -> Config:
    device = {
        "name": f"hanbench {bench.bench} faults",
        "model": "faults of the catalogue",
        "via_device": places.identifier(BENCH),
    }
    switches = {
        key_of(fault): {
            **_common(places, FAULTS, key_of(fault), "switch", described.title),
            "value_template": f"{{{{ value_json.{key_of(fault)} }}}}",
            "command_topic": places.switch(fault),
            "entity_category": "config",
        }
        for fault, described in CATALOGUE.items()
    }
    return _device(places, FAULTS, device, switches)


def fault_values(bench: BenchState) -> dict[str, str]:
    """Return the payload with the states of the fault switches."""
    return {key_of(fault): "ON" if fault in bench.faults else "OFF" for fault in CATALOGUE}


def key_of(fault: str) -> str:
    """Return the key of a fault in a payload: in a template a hyphen would be a minus sign."""
    return fault.replace("-", "_")


def _device(places: Places, name: str, device: Config, components: Config, *more: str) -> Config:
    return {
        "device": {"identifiers": [places.identifier(name)], "manufacturer": "hanbench", **device},
        "origin": {"name": "hanbench", "sw_version": __version__},
        "components": components,
        "state_topic": places.values(name),
        "availability": [{"topic": topic} for topic in (places.topics.availability, *more)],
        "availability_mode": "all",
        "qos": 1,
    }


def _common(places: Places, device: str, key: str, platform: str, name: str) -> Config:
    identifier = places.identifier(f"{device}/{key}")
    return {
        "platform": platform,
        "name": name,
        "unique_id": identifier,
        "default_entity_id": f"{platform}.{identifier.lower().replace('-', '_')}",
    }


def _components(places: Places, device: str, entities: Iterable[Entity[Any]]) -> Config:
    return {
        entity.id: {
            **_common(places, device, entity.id, entity.platform, entity.name),
            "value_template": f"{{{{ value_json.{entity.id} }}}}",
            **({"expire_after": EXPIRES_AFTER} if entity.platform in _EXPIRES else {}),
            **entity.config,
        }
        for entity in entities
    }


def _buttons(places: Places, device: str, buttons: Iterable[Button]) -> Config:
    return {
        button.id: {
            **_common(places, device, button.id, "button", button.name),
            "command_topic": places.topics.request(button.verb),
            "payload_press": button.request.replace("{node}", device),
            **({} if button.device_class is None else {"device_class": button.device_class}),
        }
        for button in buttons
    }
