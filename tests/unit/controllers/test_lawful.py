"""Lawful variants in a world without radio: each goes another way than the reference, and none is convicted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hanbench.harness.case.installation import MeterRole, MeterStatus
from hanbench.harness.case.plan import Plan, StatementKind, SupplierAct, SupplierChange
from hanbench.harness.controllers.lawful import LAWFUL
from hanbench.harness.controllers.lookup import controller_factory, lawful_names
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.oracle import judge
from hanbench.profiles.rulesets import shipped
from tests.support.cases import CASES, START, Case, broken, gas_supplier, home, run_case

ACTIVE = MeterStatus.ACTIVE
GIVEN_BEFORE = Plan(
    START,
    (SupplierAct("newcomer", StatementKind.REQUEST, after_check=1),),
    (broken(),),
    (SupplierChange(MeterRole.GSME, ACTIVE, "newcomer", after_check=2),),
)
"""The next supplier of the gas meter requests before it has the meter."""
HELD_FOR_LONG = Plan(START, (gas_supplier(StatementKind.REQUEST, after_ask=timedelta(days=3)),), (broken(),))
FOUR_FAILURES = Plan(START, (gas_supplier(StatementKind.REQUEST, after_ask=timedelta(hours=30)),), (broken(),))
MORE = [
    Case(home(ACTIVE, ACTIVE, days=9), plan, CASES["dormant"].outcome)
    for plan in (GIVEN_BEFORE, HELD_FOR_LONG, FOUR_FAILURES)
]


def traces(make):
    return [run_case(make(shipped()), each.installation, each.plan).records for each in (*CASES.values(), *MORE)]


@pytest.mark.parametrize("name", lawful_names())
def test_a_lawful_variant_is_convicted_of_nothing(name):
    assert [judge(records, shipped()) for records in traces(controller_factory(name))] == [[]] * len((*CASES, *MORE))


@pytest.mark.parametrize("name", sorted(set(LAWFUL) - {"checks-once-a-day"}))
def test_a_lawful_variant_goes_another_way_somewhere(name):
    # With a check a day, checks-once-a-day is the reference: tests/scenarios plays it with less spacing.
    ways = zip(traces(LAWFUL[name].make), traces(Reference), strict=True)
    assert any(variant[1:] != reference[1:] for variant, reference in ways)
