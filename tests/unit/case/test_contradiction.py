"""Traces that contradict themselves (issue 11: one with an attempt twice, one with two outcomes, were judged)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from hanbench.harness.case.check import Verdict
from hanbench.harness.case.contradiction import contradiction
from hanbench.harness.case.trace import (
    ActionAccepted,
    CheckRecorded,
    CheckStarted,
    Closed,
    CommissioningRecorded,
    End,
    EventDelivered,
    Excluded,
)
from hanbench.harness.case.vocabulary import CheckEnded, Close, CommissioningEnded, Outcome
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario import load_scenario, run_scenario
from hanbench.harness.scenario.scenario import shipped
from hanbench.profiles.rulesets import shipped as shipped_rules
from tests.support.traces import HandWrittenTrace


@pytest.fixture(scope="module")
def whole():
    """The records of a case that was played: three failures, a partial migration."""
    rules = shipped_rules()
    played = run_scenario(load_scenario(shipped()["dormant-three-failures"], rules), rules, Reference, seed="1")
    return list(played.records)


def place(records, kind, event=None):
    """Where the first record of a kind is, or the first event of a kind that the controller was given."""
    return next(
        at
        for at, each in enumerate(records)
        if isinstance(each, kind) and (event is None or isinstance(each.event, event))
    )


def changed(records, at, **changes):
    return [*records[:at], structs.replace(records[at], **changes), *records[at + 1 :]]


def text_of(records):
    found = contradiction(records)
    return "" if found is None else found.text


def test_what_was_played_does_not_contradict_itself(whole):
    assert contradiction(whole) is None


def test_what_is_missing_is_no_contradiction(whole):
    for left_out in (CheckStarted, ActionAccepted, EventDelivered, End, CheckRecorded):
        assert contradiction([each for each in whole if not isinstance(each, left_out)]) is None
    assert contradiction(HandWrittenTrace().fails(3).partial_migration().records) is None


@pytest.mark.parametrize("kind", [CheckStarted, CheckRecorded])
def test_an_attempt_comes_once(whole, kind):
    at = place(whole, kind)
    found = contradiction([*whole[: at + 1], whole[at], *whole[at + 1 :]])
    assert found is not None
    assert found.position == at + 1
    assert "expected each attempt once, in order" in found.text


def test_attempts_are_in_order(whole):
    checks = [each for each in whole if isinstance(each, CheckRecorded)]
    assert "attempt 1 after attempt 2" in text_of([whole[0], checks[1], checks[0]])


def test_the_result_of_an_attempt_is_told_once_and_as_it_was(whole):
    at = place(whole, EventDelivered, CheckEnded)
    assert "is given a second time" in text_of([*whole[: at + 1], whole[at], *whole[at + 1 :]])
    event = structs.replace(whole[at].event, verdict=Verdict.PASS)
    said = text_of(changed(whole, at, event=event))
    assert said == "the result of attempt 1 is given with verdict pass; expected fail, as in `check-finished`"


def test_a_check_ends_after_it_began_and_before_the_next_begins(whole):
    places = [at for at, each in enumerate(whole) if isinstance(each, CheckRecorded)]
    first, second = (whole[at].check for at in places[:2])
    early = structs.replace(first, finished=first.started - timedelta(seconds=1))
    assert text_of(changed(whole, places[0], check=early)) == "attempt 1 finished before it started"
    overlapping = structs.replace(second, started=first.finished - timedelta(seconds=1))
    assert "attempt 2 started before attempt 1 finished" in text_of(changed(whole, places[1], check=overlapping))


def test_the_outcome_is_that_of_the_controller_and_there_is_one(whole):
    at = place(whole, Closed)
    other = text_of(changed(whole, at, outcome=Outcome.RETRY))
    assert other == "closed with retry; expected migrate-esme-only, with which the controller closed it"
    assert text_of([*whole[: at + 1], whole[at], *whole[at + 1 :]]) == "closed a second time; expected one outcome"
    assert any(isinstance(each, ActionAccepted) and isinstance(each.action, Close) for each in whole)


def test_effects_are_what_was_wanted_and_told(whole):
    at = place(whole, Excluded)
    assert "with another record than the controller gave" in text_of(changed(whole, at, exclusion=None))
    at = place(whole, EventDelivered, CommissioningEnded)
    said = text_of(changed(whole, at, event=structs.replace(whole[at].event, succeeded=False)))
    assert said == "the commissioning's result is given otherwise than it is in `commissioned`"
    assert place(whole, CommissioningRecorded) < at


def test_nothing_comes_after_the_end_and_the_home_is_that_of_the_header(whole):
    assert "a record after the end" in text_of([*whole, whole[-1]])
    home = structs.replace(whole[0].installation, id="another")
    assert "not that of the header" in text_of(changed(whole, 0, installation=home))
