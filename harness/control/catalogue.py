"""What a client can choose from: faults, scenarios, controllers."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from hanbench.harness.case.check import Subject
from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.controllers.lawful import LAWFUL
from hanbench.harness.controllers.lookup import SUSPECTS
from hanbench.harness.scenario.loading import load_scenario
from hanbench.harness.scenario.scenario import shipped as shipped_scenarios
from hanbench.profiles.benches import StartingState
from hanbench.profiles.rulesets import shipped


class KnownFault(Struct, frozen=True):
    """A fault that can be injected."""

    name: str
    title: str
    subject: Subject
    """The subject that breaks."""
    layer: str
    symptom: str
    """The symptom in the field, in one sentence."""
    breaks_reachability: bool
    """Whether the subject becomes unreachable; if not, a check must pass."""
    needs: str | None
    """Role of a device that not every HAN has, and without which the fault cannot be."""


class KnownScenario(Struct, frozen=True):
    """A shipped scenario that can be played on a HAN that exists."""

    id: str
    title: str


class Catalogue(Struct, frozen=True):
    """What the verbs `inject` and `scenario` take."""

    faults: tuple[KnownFault, ...]
    scenarios: tuple[KnownScenario, ...]
    controllers: tuple[str, ...]


@cache
def catalogue() -> Catalogue:
    """Return the catalogue. The first call reads every shipped scenario: half a second."""
    rule_sets = shipped()
    scenarios = [load_scenario(file, rule_sets) for file in shipped_scenarios().values()]
    return Catalogue(
        tuple(
            KnownFault(
                name=fault.name,
                title=fault.title,
                subject=fault.subject,
                layer=fault.layer,
                symptom=fault.symptom,
                breaks_reachability=fault.breaks_reachability,
                needs=fault.needs,
            )
            for fault in CATALOGUE.values()
        ),
        tuple(KnownScenario(each.id, each.title) for each in scenarios if each.begins is not StartingState.NEW),
        ("reference", *(f"lawful:{name}" for name in LAWFUL), *(f"wrong:{name}" for name in SUSPECTS)),
    )
