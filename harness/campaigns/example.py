"""One short example for each cluster of failures: the first case, shrunk as `hanbench explore` shrinks."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from hanbench.harness.campaign.explore.first_answers import FirstAnswers
from hanbench.harness.campaign.explore.running import Exploration, attempt
from hanbench.harness.campaign.explore.shrinking import shrink
from hanbench.harness.campaigns.plan import MigrationCase, Plan
from hanbench.harness.campaigns.store import Store
from hanbench.harness.controllers.lookup import controller_factory
from hanbench.harness.oracle import PROPERTIES, Basis
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.scenario.writing import as_toml
from hanbench.harness.stories.shelf import Shelf

MOST = 10
"""Clusters that get an example, the largest first."""
_LARGEST = (
    "SELECT cluster.id, min(failure.number) FROM cluster JOIN failure ON failure.cluster = cluster.id "
    "LEFT JOIN shrunk ON shrunk.cluster = cluster.id WHERE shrunk.cluster IS NULL "
    "AND property IN ({}) GROUP BY cluster.id ORDER BY cases DESC, cluster.id LIMIT ?"
)


def add_examples(store: Store, plan: Plan, seconds: float, tell: Callable[[str], object]) -> None:
    """Shrink the first case of the largest clusters that have no example yet, `seconds` each, and keep the results."""
    properties = [each.id for each in PROPERTIES]
    query = _LARGEST.format(", ".join("?" * len(properties)))
    for cluster, number in store.rows(query, (*properties, MOST)):
        case = plan.case(number)
        if isinstance(case, MigrationCase) and not case.before:
            tell(f"  shrinking case {number}: {case.name.case}")
            _add(store, plan, cluster, number, case, seconds, tell)


def _add(
    store: Store,
    plan: Plan,
    cluster: int,
    number: int,
    case: MigrationCase,
    seconds: float,
    tell: Callable[[str], object],
) -> None:
    about = Exploration(case.name.seed, case.name.by, Basis(plan.spec.hold_to))
    make, seed = controller_factory(case.name.by), seed_for(case.scenario, case.name.seed)
    with Shelf(1) as shelf:
        failure = attempt(case.scenario, seed, FirstAnswers(make), shelf, about, tell)
    if failure is None:
        tell(f"  case {number} did not fail again: it depends on more than its HAN and its seed")
        return
    shrunk = shrink(failure, make, about, seconds, tell=tell)
    found = shrunk.failure
    scenario = structs.replace(found.scenario, cell=None)  # it stands in no matrix
    store.keep_shrunk(cluster, number, shrunk.steady, as_toml(scenario), found.seed)
