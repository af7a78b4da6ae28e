"""Files of TOML that people write: benches, scenarios, devices, cohorts, rule sets, certificates."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

from msgspec import structs

from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.scenario.loading import load_scenario, load_scenario_text
from hanbench.harness.scenario.narration import narrate
from hanbench.harness.scenario.writing import as_toml
from hanbench.profiles import rulesets
from hanbench.profiles.benches import read_bench
from hanbench.profiles.certificates import read_certificates
from hanbench.profiles.cohorts import furnish, read_cohort
from hanbench.profiles.devices import read_device
from hanbench.profiles.errors import ProfileError
from tests.fuzz import trees
from tests.fuzz.place import file
from tests.fuzz.target import Target, unchanged


@cache
def _rules() -> MappingProxyType[str, rulesets.RuleSet]:
    return rulesets.shipped()


def _bench(octets: bytes) -> None:
    path = file(octets, "bench.toml")
    read_bench(path)
    BenchFile.find(str(path))


def _scenario(octets: bytes) -> None:
    """A scenario; written again it is the same, and its story can be told."""
    scenario = load_scenario(file(octets, "scenario.toml"), _rules())
    narrate(scenario)
    written = as_toml(structs.replace(scenario, cell=None)).encode()
    unchanged(
        lambda each: load_scenario(file(each, "scenario.toml"), _rules()), written, structs.replace(scenario, cell=None)
    )


def _scenario_text(octets: bytes) -> None:
    load_scenario_text(octets.decode(errors="replace"), "the text", _rules())


def _device(octets: bytes) -> None:
    read_device(file(octets, "device.toml"))


def _cohort(octets: bytes) -> None:
    path = file(octets, "cohort.toml")
    furnish(read_cohort(path).values, path)


def _ruleset(octets: bytes) -> None:
    rulesets.load_ruleset(file(octets, "rules.toml"))


def _certificates(octets: bytes) -> None:
    read_certificates(file(octets, "certificates.toml"))


TARGETS = tuple(
    Target(f"toml.{name}", run, (ProfileError,), 12288, trees.toml)
    for name, run in {
        "bench": _bench,
        "scenario": _scenario,
        "scenario_text": _scenario_text,
        "device": _device,
        "cohort": _cohort,
        "ruleset": _ruleset,
        "certificates": _certificates,
    }.items()
)
