"""What Home Assistant shows of a bench: a table of entities, each with its configuration and the source of its value.

An entity's id is also the key of its value in the payload that the bench publishes for it, so that the two cannot drift
apart. Classes and units are those that Home Assistant's MQTT integration accepts: energy and gas with
`total_increasing` only; gas in kWh is energy, because its class `gas` is a volume.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar, get_args

from hanbench.harness.case.check import Verdict
from hanbench.harness.case.vocabulary import AnyAction, Outcome
from hanbench.harness.control.answers import BenchState
from hanbench.harness.control.events import DecisionMade
from hanbench.harness.control.node import NodeState
from hanbench.harness.mqtt.gas import energy_of

S = TypeVar("S")

Value = str | float | None
"""None: unknown at present, which Home Assistant understands."""


@dataclass(frozen=True, slots=True)
class Entity(Generic[S]):
    """One entity: `config` is what Home Assistant's documentation of the platform lists."""

    id: str
    platform: str
    name: str
    value: Callable[[S], Value]
    config: dict[str, Any] = field(default_factory=dict)


class BenchView(NamedTuple):
    """A bench, and its latest decision."""

    state: BenchState
    decision: DecisionMade | None = None
    outcome: Outcome | None = None
    """Of the latest case that was closed."""


_ENERGY = {"device_class": "energy", "state_class": "total_increasing", "unit_of_measurement": "kWh"}
_POWER = {"device_class": "power", "state_class": "measurement", "unit_of_measurement": "kW"}
_GAS = {"device_class": "gas", "state_class": "total_increasing", "unit_of_measurement": "m³"}
_LINK = {"state_class": "measurement", "unit_of_measurement": "lqi", "entity_category": "diagnostic"}
_COUNT = {"state_class": "total_increasing"}
_DIAGNOSTIC = {"entity_category": "diagnostic"}


def _reading(name: str) -> Callable[[NodeState], Value]:
    def value(node: NodeState) -> Value:
        return next((each.value for each in node.readings if each.name == name), None)

    return value


def _gas_energy(node: NodeState) -> Value:
    volume = _reading("gas volume")(node)
    return round(energy_of(volume), 3) if isinstance(volume, float) else None


def _on(value: object) -> str:
    return "ON" if value else "OFF"


_EVERY_NODE: tuple[Entity[NodeState], ...] = (
    Entity(
        "on_han",
        "binary_sensor",
        "On the HAN",
        lambda node: _on(node.powered and node.joined),
        {"device_class": "connectivity"},
    ),
    Entity("fault", "binary_sensor", "Fault", lambda node: _on(node.faults), {"device_class": "problem"}),
)
_LISTENED: tuple[Entity[NodeState], ...] = (
    Entity("link_quality", "sensor", "Link quality", lambda node: node.lqi, _LINK),
)
_BY_ROLE: dict[str, tuple[Entity[NodeState], ...]] = {
    "hub": (Entity("mirrored_gas_volume", "sensor", "Mirrored gas volume", _reading("mirrored gas volume"), _GAS),),
    "esme": (
        Entity("import_energy", "sensor", "Import", _reading("import"), _ENERGY),
        Entity("power", "sensor", "Power", _reading("power"), _POWER),
    ),
    "gsme": (
        Entity("gas_volume", "sensor", "Gas volume", _reading("gas volume"), _GAS),
        Entity("gas_energy", "sensor", "Gas energy", _gas_energy, _ENERGY),
        Entity(
            "battery",
            "sensor",
            "Battery",
            lambda node: node.battery_percent,
            {"device_class": "battery", "state_class": "measurement", "unit_of_measurement": "%", **_DIAGNOSTIC},
        ),
        Entity(
            "battery_voltage",
            "sensor",
            "Battery voltage",
            lambda node: node.battery_volts,
            {"device_class": "voltage", "state_class": "measurement", "unit_of_measurement": "V", **_DIAGNOSTIC},
        ),
        Entity("asleep", "binary_sensor", "Asleep", lambda node: _on(not node.awake), _DIAGNOSTIC),
    ),
    "ihd": (
        Entity("shown_import_energy", "sensor", "Import shown", _reading("import"), _ENERGY),
        Entity("shown_power", "sensor", "Power shown", _reading("power"), _POWER),
        Entity("shown_gas_volume", "sensor", "Gas volume shown", _reading("gas volume"), _GAS),
    ),
}


def tag_of(action: type[Any]) -> str:
    """Return the name of an action, as in JSON."""
    return str(action.__struct_config__.tag)


def _verdict(view: BenchView) -> Value:
    return None if view.state.last_check is None else view.state.last_check.verdict.value


BENCH_ENTITIES: tuple[Entity[BenchView], ...] = (
    Entity(
        "last_check",
        "sensor",
        "Last check",
        _verdict,
        {"device_class": "enum", "options": [each.value for each in Verdict]},
    ),
    Entity(
        "last_decision",
        "sensor",
        "Last decision",
        lambda view: None if view.decision is None else tag_of(type(view.decision.action)),
        {"device_class": "enum", "options": [tag_of(each) for each in get_args(AnyAction)]},
    ),
    Entity(
        "last_outcome",
        "sensor",
        "Last outcome",
        lambda view: None if view.outcome is None else view.outcome.value,
        {"device_class": "enum", "options": [each.value for each in Outcome]},
    ),
    Entity("up", "binary_sensor", "HAN up", lambda view: _on(view.state.up), {"device_class": "connectivity"}),
    Entity("fault", "binary_sensor", "Fault", lambda view: _on(view.state.faults), {"device_class": "problem"}),
    Entity("checks", "sensor", "Checks", lambda view: view.state.checks, _COUNT | _DIAGNOSTIC),
    Entity("decisions", "sensor", "Decisions", lambda view: view.state.decisions, _COUNT | _DIAGNOSTIC),
    Entity("frames", "sensor", "Frames", lambda view: view.state.frames, _COUNT | _DIAGNOSTIC),
)
"""The entities of a bench itself."""


def node_entities(node: NodeState) -> tuple[Entity[NodeState], ...]:
    """Return the entities of a node; a physical one tells nothing of itself."""
    listened = () if node.role == "hub" else _LISTENED
    return (*_EVERY_NODE, *listened, *(_BY_ROLE.get(node.role, ()) if node.emulated else ()))


def values(entities: tuple[Entity[S], ...], subject: S) -> dict[str, Value]:
    """Return the payload with the values of entities, by their ids."""
    return {entity.id: entity.value(subject) for entity in entities}
