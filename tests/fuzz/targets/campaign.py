"""The spec of a campaign as people write it, and its store as a disk gives it back."""

from __future__ import annotations

import shutil
from functools import cache

import msgspec

from hanbench.harness.campaigns import spec as specs
from hanbench.harness.campaigns.coordinator import batches_of, begun
from hanbench.harness.campaigns.plan import Plan, plan_of
from hanbench.harness.campaigns.playing import Batch, BatchResult
from hanbench.harness.campaigns.reach import Tallies
from hanbench.harness.campaigns.report import headline
from hanbench.harness.campaigns.rows import CaseName, CaseVerdict, Failing, Row
from hanbench.harness.campaigns.status import status_of
from hanbench.harness.campaigns.store import Store
from hanbench.harness.campaigns.summary import summary_of
from hanbench.harness.campaigns.tables import FILE
from hanbench.harness.cli.campaign_export import _pages
from hanbench.harness.files import OutputError
from hanbench.profiles.errors import ProfileError
from tests.fuzz import trees
from tests.fuzz.patched import patched
from tests.fuzz.place import file, folder
from tests.fuzz.target import Target, readable

_SPEC = specs.CampaignSpec("fuzz", 300, random=specs.RandomPart(), conform=specs.ConformPart(kinds=("gsme",)), batch=20)


def _spec(octets: bytes) -> None:
    """A spec; one that was stored is the same again, and differs in nothing from itself."""
    spec = specs.load_spec(file(octets, "spec.toml"))
    with readable(spec):
        again = specs.decode(specs.encode(spec))
    assert again == spec
    assert specs.spec_hash(again) == specs.spec_hash(spec)
    assert specs.changed_fields(spec, again) == ()


@cache
def _plan() -> Plan:
    return plan_of(_SPEC)


def _failing(number: int) -> Failing:
    name = CaseName("case", "1", "reference")
    return Failing(number, name, "no-veto", "TMAD 5.1", "battery-empty", "retry", "the controller decided retry")


def _tallies() -> Tallies:
    tallies = Tallies.empty()
    tallies.verdicts["reference", CaseVerdict.AS_EXPECTED] += 19
    tallies.verdicts["reference", CaseVerdict.VIOLATION] += 1
    tallies.summary["none", "ioc", "both", CaseVerdict.AS_EXPECTED, 1] += 19
    tallies.situations["tmad-v09", "both", "silent", 1] += 20
    for counter in (tallies.evaluated, tallies.interesting, tallies.violated):
        counter["no-veto"] += 1
    tallies.pairs["battery-empty", "battery-empty", CaseVerdict.VIOLATION] += 1
    tallies.hours[49] += 20
    return tallies


def template() -> bytes:
    """Return the file of a store of which one batch was played."""
    place = folder() / "template"
    shutil.rmtree(place, ignore_errors=True)
    with Store.begin(place, begun(_SPEC), list(batches_of(_plan(), []))) as store:
        store.begin_session("2 processes")
        rows = tuple(Row(number, int(number == 7), 1, 176_400, 900, number << 40) for number in range(20))
        store.commit(BatchResult(Batch(0, 20), rows, _tallies(), (_failing(7),), 20_000))
        store.keep_shrunk(1, 7, True, 'id = "shrunk"\n', "1")
        store.end_session("interrupted")
    return (place / FILE).read_bytes()


def _store(octets: bytes) -> None:
    """A store with other octets in places: whatever a command tells of it can be told, or it is damaged."""
    place = folder() / "campaign"
    place.mkdir(exist_ok=True)
    for path in place.iterdir():
        path.unlink()
    (place / FILE).write_bytes(patched(template, octets))
    with Store.open(place) as store:
        specs.changed_fields(specs.decode(store.about.spec), _SPEC)
        msgspec.json.encode(status_of(store, place))
        store.known_failures()
        found = summary_of(store, _plan(), place)
        msgspec.json.encode(found)
        headline(found)
        for _ in _pages(store, _plan()):
            pass
        _went_on(store)


def _went_on(store: Store) -> None:
    """Play a batch that is left, and one that is there already."""
    store.begin_session("2 processes")
    for low, high in store.to_do(9, []):
        rows = tuple(Row(number, 0, 1, 1, 1, 1) for number in range(low, min(high, low + 3)))
        store.commit(BatchResult(Batch(low, min(high, low + 3)), rows, _tallies(), (), 1))
    store.commit(BatchResult(Batch(0, 20), (Row(1, 0, 1, 1, 1, 1),), _tallies(), (_failing(3),), 1))
    store.end_session("finished")


TARGETS = (
    Target("campaign.spec", _spec, (ProfileError,), 2048, trees.toml),
    Target("campaign.store", _store, (OutputError,), 256),
)
