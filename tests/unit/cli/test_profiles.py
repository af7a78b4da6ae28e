"""`hanbench profiles`: what is emulated, and how well it is known."""

from __future__ import annotations

import json

import pytest

from profiles import cohorts, devices


def test_every_cohort_and_device_is_listed_with_its_kind(hanbench):
    listed = {each["id"]: each["kind"] for each in json.loads(hanbench("profiles", "--json").out)}
    assert set(listed) == {*cohorts.ids(), *devices.ids()}
    assert listed["ioc"] == listed["moc-secure"] == "cohort"
    assert listed["generic-gsme"] == "gsme"


def test_the_list_counts_what_is_only_assumed(hanbench):
    listed = {each["id"]: each for each in json.loads(hanbench("profiles", "--json").out)}
    facts = json.loads(hanbench("profiles", "show", "ioc-gsme", "--json").out)["facts"]
    for source in ("stated", "inferred", "assumed"):
        assert listed["ioc-gsme"][source] == sum(fact["source"] == source for fact in facts)


def test_the_plain_list_has_a_row_for_each(hanbench):
    outcome = hanbench("profiles")
    assert outcome.status == 0
    assert [line.split()[0] for line in outcome.out.splitlines()] == ["profile", *cohorts.ids(), *devices.ids()]


@pytest.mark.parametrize("name", ["moc-secure", "generic-hub", "generic-gsme"])
def test_a_profile_is_shown_with_the_source_of_each_value(hanbench, name):
    shown = hanbench("profiles", "show", name)
    facts = json.loads(hanbench("profiles", "show", name, "--json").out)["facts"]
    rows = {line.split()[0]: line for line in shown.out.partition("\nvalue ")[2].splitlines()[1:]}
    assert shown.status == 0
    assert set(rows) == {fact["key"] for fact in facts}
    assert all(fact["source"] in rows[fact["key"]] and fact["reference"] in rows[fact["key"]] for fact in facts)


def test_a_cohort_names_its_devices(hanbench):
    assert (
        "devices: hub ioc-hub, esme ioc-esme, gsme ioc-gsme, ihd ioc-ihd\n" in hanbench("profiles", "show", "ioc").out
    )


def test_an_unknown_profile_is_bad_input_that_names_those_there_are(hanbench):
    outcome = hanbench("profiles", "show", "gsm")
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err.startswith("hanbench: gsm: no such profile; there is generic-esme, generic-gsme")
    assert outcome.err.count("\n") == 1
