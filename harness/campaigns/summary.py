"""Makes the report of a campaign: small tables from the store, whatever the number of cases."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from msgspec import structs

from hanbench.harness.campaigns.plan import Plan
from hanbench.harness.campaigns.reach import SILENT
from hanbench.harness.campaigns.report import (
    VERSION,
    CampaignReport,
    Cluster,
    Example,
    FaultPair,
    PropertySides,
    Session,
    Situation,
    SlowCase,
)
from hanbench.harness.campaigns.rows import DECISIONS, CaseVerdict
from hanbench.harness.campaigns.store import Store
from hanbench.harness.case.fault_catalogue import FAULTS_OF_EVERY_HAN
from hanbench.harness.case.plan import StatementKind
from hanbench.harness.controllers.lookup import named
from hanbench.harness.oracle import PROPERTIES
from hanbench.profiles.rulesets import InstallationType, shipped

MOST_CLUSTERS = 50
SLOWEST = 20
MOST_ALARMS = 20
QUANTILES = (0.5, 0.9, 0.99, 1.0)


def summary_of(store: Store, plan: Plan, folder: Path, out: Path | None = None) -> CampaignReport:
    """Return the report of a store's campaign.

    `folder`: that of the store; `out`: that of the files of the report, by default the same. Its commands name both.
    """
    about, counts, who = store.about, store.counts, store.identity
    sessions = tuple(_sessions(store))
    properties = tuple(_properties(store)) if plan.conform_size < about.size else ()
    pairs = tuple(FaultPair(*row) for row in store.rows(_PAIRS, (CaseVerdict.AS_EXPECTED,)))
    hours = tuple(store.rows("SELECT hour, cases FROM hour ORDER BY hour"))
    there = {pair.first for pair in pairs if pair.first == pair.second}
    ((clusters,),) = store.rows("SELECT count(*) FROM cluster")
    return CampaignReport(
        version=VERSION,
        name=about.name,
        seed=plan.spec.seed,
        hanbench=who.hanbench,
        python=who.python,
        source=who.source,
        spec_hash=about.spec_hash,
        spec=structs.replace(plan.spec, controllers=tuple(map(named, plan.spec.controllers))),  # without passwords
        plays=plan.words,
        size=about.size,
        played=counts.played,
        verdicts={CaseVerdict(number).words: cases for number, cases in sorted(counts.verdicts.items())},
        controllers=_controllers(store),
        seconds=round(sum(each.seconds for each in sessions), 1),
        worker_seconds=round(counts.wall_us / 1e6, 1),
        properties=properties,
        unreached=tuple(each.property for each in properties if not each.interesting),
        situations=tuple(_situations(store)) if properties else (),
        faults=tuple(sorted(there)),
        unmet_faults=tuple(each for each in FAULTS_OF_EVERY_HAN if each not in there) if properties else (),
        pairs=pairs,
        clusters=tuple(_clusters(store, folder, out or folder)),
        more_clusters=max(0, clusters - MOST_CLUSTERS),
        hours=hours,
        quantiles=_quantiles(hours),
        slowest=tuple(_slowest(store, plan)),
        sessions=sessions,
        alarms=tuple(store.rows("SELECT number, stored, found FROM alarm ORDER BY number LIMIT ?", (MOST_ALARMS,))),
    )


_PAIRS = (
    "SELECT first, second, sum(cases), sum(CASE WHEN verdict = ? THEN 0 ELSE cases END) FROM pair "
    "GROUP BY first, second ORDER BY first, second"
)


def _controllers(store: Store) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for name, verdict, cases in store.rows("SELECT name, verdict, cases FROM controller ORDER BY name, verdict"):
        found[name][CaseVerdict(verdict).words] = cases
    return dict(found)


def _properties(store: Store) -> Iterator[PropertySides]:
    tables = [
        dict(store.rows(f"SELECT property, cases FROM {table}"))  # noqa: S608 - our own names
        for table in ("evaluated", "interesting", "violated")
    ]
    for each in PROPERTIES:
        yield PropertySides(each.id, each.title, each.rule, *(table.get(each.id, 0) for table in tables))


def _situations(store: Store) -> Iterator[Situation]:
    """Yield each combination of rule set, installation and last statement, those that no case came to too."""
    found: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    for rules, type_, said, decision, cases in store.rows("SELECT rules, type, said, decision, cases FROM situation"):
        found[rules, type_, said][DECISIONS[decision] or "nothing"] = cases
    statements = (SILENT, *(each.value for each in StatementKind))
    for key in product(shipped(), (each.value for each in InstallationType), statements):
        yield Situation(*key, found.get(key, {}))


def _clusters(store: Store, folder: Path, out: Path) -> Iterator[Cluster]:
    rows = store.rows(
        "SELECT cluster.id, controller, property, rule, fault, outcome, cases, min(failure.number), case_id, "
        "failure.seed, text, shrunk.number, shrunk.scenario, shrunk.seed, shrunk.steady "
        "FROM cluster JOIN failure ON failure.cluster = cluster.id LEFT JOIN shrunk ON shrunk.cluster = cluster.id "
        "GROUP BY cluster.id ORDER BY cases DESC, cluster.id LIMIT ?",
        (MOST_CLUSTERS,),
    )
    for *cluster, number, scenario, han_seed, steady in rows:
        id_, by, violated, rule, fault, outcome, cases, first, case, seed, text = cluster
        example = None
        if number is not None:
            example = Example(number, scenario, example_command(out / example_file(id_), han_seed, by), bool(steady))
        again = f"hanbench campaign replay {first} --store {shlex.quote(str(folder))}"
        yield Cluster(id_, by, violated, rule, fault, outcome, cases, first, case, seed, text, again, example)


def example_command(file: Path, seed: str, controller: str) -> str:
    """Return the command that plays the example in a file."""
    words = ["hanbench", "run", str(file), "--seed", seed, "--slow-background", "--controller", controller]
    return shlex.join(words)


def example_file(cluster: int) -> str:
    """Return the name of the file of a cluster's example."""
    return f"failure-{cluster}.toml"


def _quantiles(hours: tuple[tuple[int, int], ...]) -> dict[str, int]:
    """Return the hours within which shares of the decisions were made."""
    total, found = sum(cases for _, cases in hours), {}
    for share in QUANTILES:
        so_far = 0
        for hour, cases in hours:
            so_far += cases
            if so_far >= share * total:
                found[f"{share:.0%}"] = hour + 1
                break
    return found


def _slowest(store: Store, plan: Plan) -> Iterator[SlowCase]:
    for row in store.cases("ORDER BY wall_us DESC LIMIT ?", (SLOWEST,)):
        name = plan.case(row.number).name
        yield SlowCase(row.number, name.case, name.seed, named(name.by), row.wall_us / 1000, row.virtual_s)


def _sessions(store: Store) -> Iterator[Session]:
    query = "SELECT began, seen, ended, workers, cases, deaths FROM session ORDER BY number"
    for began, seen, ended, workers, cases, deaths in store.rows(query):
        yield Session(round(began, 3), round(seen - began, 3), ended, workers, cases, deaths)
