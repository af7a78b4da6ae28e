"""The shipped rules say what the letter says, and a file that is wrong is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hanbench.profiles.rulesets import (
    FOLDER,
    Cohort,
    Consent,
    Counting,
    Decider,
    InstallationType,
    Source,
    Sourced,
    Switches,
    json_schema,
    load_ruleset,
    shipped,
)

V18, V19, PROPOSAL = "tmad-v18", "tmad-v19", "consultation-2021-10"
IOC, SECURE, MDS, FOC = Cohort.IOC, Cohort.MOC_SECURE, Cohort.MOC_MDS, Cohort.FOC
ACTIVE, DORMANT = InstallationType.ACTIVE, InstallationType.DORMANT
MIXED_ACTIVE, MIXED_DORMANT = InstallationType.MIXED_GSME_ACTIVE, InstallationType.MIXED_GSME_DORMANT


def test_three_rule_sets_ship():
    assert set(shipped()) == {V18, V19, PROPOSAL}


@pytest.mark.parametrize(
    ("rule_set", "allowed"),
    [
        (V18, {(IOC, ACTIVE)}),
        (V19, {(IOC, kind) for kind in InstallationType}),
        (PROPOSAL, {(cohort, kind) for cohort in (IOC, SECURE) for kind in InstallationType}),
    ],
)
def test_the_scope_is_that_of_the_letter(rule_set, allowed):
    rules = shipped()[rule_set]
    found = {(cohort, kind) for cohort in Cohort for kind in InstallationType if rules.allows(cohort, kind).value}
    assert found == allowed


def test_v19_takes_effect_on_15_march_2022_and_v18_ends_the_day_before():
    assert shipped()[V19].first_day == Sourced(date(2022, 3, 15), Source.STATED, "letter, Direction")
    assert shipped()[V18].last_day.value == date(2022, 3, 14)
    assert shipped()[V19].last_day is None


def test_the_proposal_never_was_in_force():
    assert [rules.id for rules in shipped().values() if not rules.designated] == [PROPOSAL]


@pytest.mark.parametrize(
    ("kind", "decider", "consent"),
    [
        (ACTIVE, Decider.RESPONSIBLE_SUPPLIER, Consent.REQUEST),
        (DORMANT, Decider.DCC, Consent.NONE),
        (MIXED_ACTIVE, Decider.RESPONSIBLE_SUPPLIER, Consent.AUTHORISATION),
        (MIXED_DORMANT, Decider.DCC, Consent.NONE),
    ],
)
def test_who_decides(kind, decider, consent):
    for rules in shipped().values():
        rule = rules.decision.of(kind)
        assert (rule.decider.value, rule.consent.value) == (decider, consent)


def test_three_failures_are_stated_for_dormant_only():
    for rules in shipped().values():
        required = {kind: rules.decision.of(kind).failures_required for kind in InstallationType}
        assert all(value.value == 3 for value in required.values())
        assert [kind for kind, value in required.items() if value.source is Source.STATED] == [DORMANT]


def test_the_other_values():
    for rules in shipped().values():
        assert rules.failure_counting.value is Counting.CONSECUTIVE
        assert rules.wan_failure_counts.value is False
        assert rules.attempt_cap.value == 5
        assert rules.evidence_max_age_hours.value == 24
        assert rules.reinstate_on_recovery.value is False
        assert rules.exclusion_code.value == "GT01"
        assert rules.replace_by == Sourced(date(2022, 12, 31), Source.STATED, "letter, 7")


def test_what_is_not_stated_says_why():
    def sourced(value):
        if isinstance(value, Sourced):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                yield from sourced(item)
        elif hasattr(value, "__struct_fields__"):
            for field in value.__struct_fields__:
                yield from sourced(getattr(value, field))

    found = [value for rules in shipped().values() for value in sourced(rules)]
    assert len(found) > 60
    assert [value for value in found if value.source is Source.ASSUMED and not value.note] == []


# -- switches ----------------------------------------------------------------------------------------------------------


def test_nothing_switched_is_the_same_rule_set():
    rules = shipped()[V19]
    assert rules.switched(Switches()) is rules


def test_a_switched_value_is_marked_as_the_scenarios_own():
    rules = shipped()[V19].switched(Switches(failure_counting=Counting.CUMULATIVE, attempt_cap=7))
    assert rules.failure_counting.value is Counting.CUMULATIVE
    assert rules.attempt_cap.value == 7
    assert rules.attempt_cap.source is Source.ASSUMED
    assert rules.attempt_cap.reference == "scenario"
    assert rules.replace_by == shipped()[V19].replace_by


def test_a_switch_gives_the_supplier_the_say_over_a_mixed_dormant_gsme():
    rules = shipped()[V19].switched(Switches(mixed_gsme_dormant_decider=Decider.RESPONSIBLE_SUPPLIER))
    rule = rules.decision.of(MIXED_DORMANT)
    assert (rule.decider.value, rule.consent.value) == (Decider.RESPONSIBLE_SUPPLIER, Consent.AUTHORISATION)
    assert rules.decision.of(DORMANT) == shipped()[V19].decision.of(DORMANT)


def test_the_failures_required_are_switched_for_all_types():
    rules = shipped()[V19].switched(Switches(failures_required=1))
    assert {rules.decision.of(kind).failures_required.value for kind in InstallationType} == {1}


def test_a_cap_below_the_failures_required_is_refused():
    with pytest.raises(ValueError, match="attempt_cap"):
        shipped()[V19].switched(Switches(attempt_cap=2))


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('value = "GT01"', "value = 1", "exclusion_code"),
        ("[replace_by]", "[replaced_by]", "replace"),
        ('cohorts = ["moc-mds", "foc"]', 'cohorts = ["moc-mds"]', "foc/active"),
        ('cohorts = ["moc-mds", "foc"]', 'cohorts = ["ioc", "moc-mds", "foc"]', "twice"),
        ('cohorts = ["moc-mds", "foc"]', 'cohorts = ["moc-mds", "moon"]', "moon"),
        ("value = 2022-12-31", 'value = "soon"', "replace_by"),
        ("value = 5\n", "value = 2\n", "attempt_cap"),
        ("value = 5\n", "value = 0\n", "attempt_cap"),
        ('{ value = "dcc", source = "stated"', '{ value = "responsible-supplier", source = "stated"', "consent"),
        ('source = "stated"', 'source = "guessed"', "guessed"),
        ('reference = "letter, 7"', 'reference = ""', "reference"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(tmp_path, old, new, complaint):
    text = (FOLDER / "tmad-v19.toml").read_text(encoding="utf-8")
    assert old in text
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(Exception, match=complaint) as caught:
        load_ruleset(wrong)
    assert type(caught.value).__name__ in ("ValidationError", "ProfileError")


def test_a_rule_set_has_a_json_schema():
    schema: Any = json_schema()
    assert set(schema["$defs"]["RuleSet"]["required"]) >= {"id", "scope", "decision", "attempt_cap", "replace_by"}
