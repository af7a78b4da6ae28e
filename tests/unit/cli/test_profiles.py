"""`hanbench profiles`: what is emulated, and how well it is known."""

from __future__ import annotations

import json

import pytest

from hanbench.profiles import cohorts, devices


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


OWN = """
based_on = "ioc-gsme"
id = "mine"
title = "A meter of my own"
[sleep]
wake_interval_s = { value = 600, source = "assumed", reference = "my desk" }
"""


def test_a_file_of_ones_own_is_shown(hanbench, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(OWN)
    outcome = hanbench("profiles", "show", str(path), "--json")
    assert outcome.status == 0
    assert json.loads(outcome.out)["values"]["sleep"] == {
        "wake_interval_s": 600,
        "poll_interval_ms": 250,
        "poll_failures": 3,
    }


def test_a_home_of_ones_own_is_shown(hanbench, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('based_on = "ioc"\nid = "ioc"\ntitle = "Mine"\n[devices]\ngsme = "moc-secure-gsme"\n')
    assert "devices: hub ioc-hub, esme ioc-esme, gsme moc-secure-gsme, ihd ioc-ihd\n" in (
        hanbench("profiles", "show", str(path)).out
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("600", "0"), "sleep.wake_interval_s.value: expected a whole number >= 1, found 0"),
        (("wake_interval_s", "wake_intervall_s"), "sleep.wake_intervall_s: no such key; expected one of"),
        (("ioc-gsme", "ioc-gas"), "based_on: no device 'ioc-gas'; there are generic-esme"),
        (("[sleep]", "[sleep"), "expected TOML: "),
        (
            ("title =", "devices = 3\ntitle ="),
            "based_on: no cohort 'ioc-gsme'; there are foc, ioc, moc-mds, moc-secure",
        ),
    ],
)
def test_a_file_that_is_wrong_is_bad_input_in_one_line(hanbench, tmp_path, change, said):
    path = tmp_path / "mine.toml"
    path.write_text(OWN.replace(*change))
    outcome = hanbench("profiles", "show", str(path))
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err.startswith(f"hanbench: {path}: {said}")
    assert outcome.err.count("\n") == 1


def test_an_unknown_profile_is_bad_input_that_names_the_nearest(hanbench):
    outcome = hanbench("profiles", "show", "ioc-gmse")
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err == (
        "hanbench: ioc-gmse: no such profile; did you mean ioc-gsme? (`hanbench profiles` lists them)\n"
    )
