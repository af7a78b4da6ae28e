"""The test of the judge: changes of a syntax tree, copies of a package, coverage, and what each property stands on."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from hanbench.harness import oracle
from hanbench.harness.campaign.judge_test.conviction import BenchAccusedError, answers_differ, blamed
from hanbench.harness.campaign.judge_test.coverage import SIDES, reached
from hanbench.harness.campaign.judge_test.equivalents import equivalents, without_equivalents
from hanbench.harness.campaign.judge_test.killers import killers
from hanbench.harness.campaign.judge_test.oracle_mutants import oracle_mutants, package, try_mutants
from hanbench.harness.campaign.judge_test.standing import implied, without_standing, wrongly_implied
from hanbench.harness.campaign.judge_test.stored_traces import REFUSED, stored_traces
from hanbench.harness.campaign.judge_test.suspects import suspects
from hanbench.harness.campaign.judge_test.syntax import changes
from hanbench.harness.campaign.judge_test.telling_traces import telling_traces
from hanbench.harness.case.plan import StatementKind
from hanbench.harness.oracle import PROPERTIES, judge, judgement
from hanbench.harness.oracle import counting as real_counting
from hanbench.harness.oracle.case import Case
from hanbench.harness.report.coverage import CoverageTally
from hanbench.profiles.rulesets import shipped
from tests.support.traces import BOTH, HandWrittenTrace


def changed(source):
    """Every changed form of a source, by its operator."""
    tree = ast.parse(source)
    found = {}
    for change in changes(tree):
        with change.applied():
            found[change.operator] = ast.unparse(tree)
    assert ast.unparse(tree) == ast.unparse(ast.parse(source))
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a < b", {"Lt-to-LtE": "x = a <= b", "Lt-to-GtE": "x = a >= b"}),
        ("x = a is None", {"Is-to-IsNot": "x = a is not None"}),
        ("x = 5", {"5-to-4": "x = 4", "5-to-6": "x = 6"}),
        ("x = a + b", {"Add-to-Sub": "x = a - b"}),
        ("x = not a", {"without-not": "x = not not a"}),
        ("x = max(a)", {"max-to-min": "x = min(a)"}),
        ("x = f'{a + 1}'", {}),
        ("def f():\n    'Words.'", {}),
    ],
)
def test_an_operator_changes_one_thing(source, expected):
    assert changed(source) == expected


def test_a_way_out_is_taken_at_once_or_not_at_all():
    found = changed("def f(a):\n    if a:\n        return\n    g()")
    assert found["returns-at-once"] == "def f(a):\n    return\n    if a:\n        return\n    g()"
    assert found["without-return"] == "def f(a):\n    if a:\n        pass\n    g()"


def test_a_changed_copy_leaves_the_oracle_alone():
    mutant = next(each for each in oracle_mutants() if (each.file, each.where) == ("counting.py", "is_failure"))
    copied = package().copy(mutant)
    assert copied.module("hanbench.harness.oracle.counting") is not real_counting
    assert copied.module("hanbench.harness.oracle.case").Case is oracle.case.Case
    assert copied.module("hanbench.harness.oracle.judge").judge is not judge


def test_every_mutant_has_an_id_of_its_own():
    ids = [mutant.id for mutant in oracle_mutants()]
    assert len(ids) == len(set(ids)) > 900


def test_the_stored_traces_have_the_verdicts_with_which_they_were_stored():
    for trace in stored_traces():
        if trace.violated != (REFUSED,):
            said = judgement(trace.records, trace.rulesets, trace.again, truth_known=trace.truth_known)
            assert tuple(dict.fromkeys(each.property for each in said.violations)) == trace.violated, trace.name


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_change_of_the_oracle_goes_unnoticed():
    noticed = list(try_mutants(without_equivalents(oracle_mutants())))
    assert [each.id for each in noticed if each.trace is None] == []
    # The traces that tell are tried first: some two judgements a change.
    assert sum(each.judged for each in noticed) < 4 * len(noticed)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_is_listed_as_making_no_difference_makes_none():
    listed = [mutant for mutant in oracle_mutants() if any(each.names(mutant) for each in equivalents())]
    noticed = {each.id for each in try_mutants(listed) if each.trace is not None}
    for entry in equivalents():
        named = [mutant.id for mutant in listed if entry.names(mutant)]
        assert set(named) - noticed, f"excuses nothing: {entry}"


def test_the_traces_that_tell_are_stored_and_their_functions_exist():
    assert telling_traces().keys() <= {mutant.place for mutant in oracle_mutants()}
    assert {name for names in telling_traces().values() for name in names} <= {trace.name for trace in stored_traces()}


def test_every_property_has_its_sides_and_stored_traces_come_to_each():
    assert set(SIDES) == {each.id for each in PROPERTIES}
    tally = CoverageTally()
    for trace in stored_traces():
        if trace.violated != (REFUSED,):
            found = judgement(trace.records, trace.rulesets, trace.again)
            tally.add(reached(found.case, found.violations))
    assert tally.missed == ()
    assert all(each.evaluated >= each.interesting >= each.violated > 0 for each in tally.coverage)


def test_a_case_without_a_gas_meter_that_fails_says_nothing_about_consent():
    trace = HandWrittenTrace().passes().commissions(BOTH)
    said = reached(Case(trace.records, shipped()), ())
    assert "gsme-only-after-pass" in said.evaluated
    assert not {"consent", "count", "scope"} & said.evaluated


def test_each_property_catches_something_alone_or_is_implied_by_another():
    assert without_standing((trace.name, trace.violated) for trace in stored_traces()) == []
    assert list(wrongly_implied(stored_traces())) == []
    assert implied().keys() <= {each.id for each in PROPERTIES}


def test_a_wrong_check_blames_no_controller():
    found = judge(HandWrittenTrace().gsme_dead().passes().records, shipped())
    assert "verdict-agrees-with-truth" in {each.property for each in found}
    assert "verdict-agrees-with-truth" not in blamed(found)


def test_the_same_answers_on_another_han_are_no_difference_of_controllers():
    one, other = HandWrittenTrace().passes().commissions(BOTH), HandWrittenTrace().passes()
    assert not answers_differ(one.records, one.records)
    one.says("gas", StatementKind.REQUEST)
    with pytest.raises(BenchAccusedError):
        answers_differ(one.records, other.records)


def test_the_table_of_killers_knows_suspects_and_properties():
    assert killers().keys() == suspects().keys()
    assert {each.property for each in killers().values()} <= {each.id for each in PROPERTIES}
    assert Counter(len(each.cases) for each in killers().values()).keys() <= {1, 2}


def test_the_table_of_properties_names_all_that_a_violation_may_rest_on():
    said = {each.id: {(g.basis, g.choice) for g in (each.ground, *each.also)} for each in PROPERTIES}
    for stored in stored_traces():
        if stored.violated == (REFUSED,):
            continue
        for found in judge(stored.records, stored.rulesets, stored.again):
            assert (found.basis, found.choice) in said[found.property], found
