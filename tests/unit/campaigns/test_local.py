"""Local processes: a case that kills its worker is found and recorded, and costs no other case."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime

from msgspec import structs

from hanbench.harness.campaign.unanswered import SilentControllerError
from hanbench.harness.campaigns import one_case, playing
from hanbench.harness.campaigns.coordinator import Coordinator, batches_of, begun
from hanbench.harness.campaigns.executing import Died
from hanbench.harness.campaigns.local import LocalProcesses
from hanbench.harness.campaigns.plan import plan_of
from hanbench.harness.campaigns.playing import Batch, run_batch
from hanbench.harness.campaigns.rows import CaseVerdict
from hanbench.harness.campaigns.store import Store
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, InstallationLoaded
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario.scenario import opaque_id
from hanbench.harness.scenario.staging import seed_for
from hanbench.profiles.rulesets import RuleSet
from tests.unit.campaigns.test_store import contents

POISON: set[str] = set()
"""Ids of installations at which the controller kills its process."""


class Killing(Reference):
    """The reference, which kills its process at some installations: a crash in a library of its own does that."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        if isinstance(event, InstallationLoaded) and event.installation.id in POISON:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().handle(event, now)


def killing(rulesets: Mapping[str, RuleSet]) -> Killing:
    return Killing(rulesets)


def played(store: Store, spec, executor=None) -> list[str]:
    """Play what is left of a campaign; return what was told meanwhile."""
    said: list[str] = []
    coordinator = Coordinator(store, spec, said.append)
    with closing(coordinator.run(executor or LocalProcesses(spec, 2))) as steps:
        assert sum(step.cases for step in steps) == spec.size
    return said


def begin(folder, spec) -> Store:
    return Store.begin(folder, begun(spec), list(batches_of(plan_of(spec), [])))


def test_two_processes_come_to_what_one_comes_to(small, tmp_path) -> None:
    with begin(tmp_path / "two", small) as two, begin(tmp_path / "one", small) as one:
        played(two, small)
        for low, high in one.to_do(99, []):
            one.commit(run_batch(small, Batch(low, high)))
        assert contents(two) == contents(one)
        assert two.rows("SELECT ended, cases, deaths FROM session") == [("finished", 60, 0)]


def test_a_case_that_kills_its_worker_twice_is_found_and_recorded_as_crashed(small, tmp_path, monkeypatch) -> None:
    spec = structs.replace(small, controllers=("reference", f"{__name__}:killing"))
    poison = plan_of(spec).case(13)
    assert poison.name.by == f"{__name__}:killing"
    monkeypatch.setattr(f"{__name__}.POISON", {_installation(poison)})
    with begin(tmp_path, spec) as store:
        said = played(store, spec)
        verdicts = dict(store.rows("SELECT number, verdict FROM verdict"))
        assert verdicts.pop(13) == CaseVerdict.CRASHED
        assert set(verdicts.values()) == {CaseVerdict.AS_EXPECTED}
        assert len(verdicts) == 59
        ((number, text),) = store.rows("SELECT number, text FROM failure")
        assert (number, text) == (13, "its worker process was killed by SIGKILL, twice")
        assert store.counts.deaths >= 2
        assert "  case 13: its worker process was killed by SIGKILL, twice; recorded as crashed" in said


def _installation(case) -> str:
    return case.scenario.installation_id or opaque_id(case.scenario.id, seed_for(case.scenario, case.name.seed))


class Dying:
    """An executor whose workers die at every batch that has the case 7 or 42."""

    words = "workers that die"

    def __init__(self, spec) -> None:
        self.spec = spec

    def results(self, feed, on_death):
        while found := feed(3):
            for batch in found:
                poisoned = any(batch.low <= number < batch.high for number in (7, 42))
                yield Died(batch, "died twice") if poisoned else run_batch(self.spec, batch)


def test_batches_are_divided_until_the_cases_that_kill_are_found(small, tmp_path) -> None:
    with begin(tmp_path, small) as store:
        played(store, small, Dying(small))
        assert store.rows("SELECT number FROM verdict WHERE verdict = 4") == [(7,), (42,)]
        assert store.rows("SELECT count(*) FROM verdict") == [(60,)]


class Silent:
    words = "a silent controller"

    def results(self, feed, on_death):
        yield from ()
        raise SilentControllerError("the controller gave no answer in 5 cases in a row")


def test_a_silent_controller_ends_the_session_and_says_so(small, tmp_path) -> None:
    with begin(tmp_path, small) as store:
        coordinator = Coordinator(store, small, print)
        assert list(coordinator.run(Silent())) == []
        assert coordinator.stopped == "the controller gave no answer in 5 cases in a row"
        assert store.rows("SELECT ended FROM session") == [(coordinator.stopped,)]


def test_an_exception_costs_its_case_alone(small, monkeypatch) -> None:
    original = one_case.play_migration

    def fails_at_one(spec, number, *rest):
        if number == 3:
            raise KeyError("no")
        return original(spec, number, *rest)

    monkeypatch.setattr(playing, "play_migration", fails_at_one)
    result = run_batch(small, Batch(0, 6))
    assert [row.verdict for row in result.rows] == [0, 0, 0, CaseVerdict.CRASHED, 0, 0]
    assert result.failing[0].text == "KeyError: 'no'"


def test_a_wrong_controller_is_told_in_clusters(small, tmp_path) -> None:
    """It commissions the gas meter without a check (docs/migration.md), so that each case fails in the same way."""
    spec = structs.replace(small, controllers=("wrong:migrates-blind",), size=30, random=None)
    with begin(tmp_path, spec) as store:
        played(store, spec)
        assert store.counts.verdicts == {CaseVerdict.VIOLATION: 30}
        assert store.rows("SELECT DISTINCT property, fault FROM cluster") == [("gsme-only-after-pass", "none")]
