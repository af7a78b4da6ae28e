"""Words for people: numbers with their nouns, states of faults, ports that are no dongles."""

from __future__ import annotations

import json

import pytest

from hanbench.hardware.discovery import FoundPort
from hanbench.harness.cli import doctor
from hanbench.harness.words import counted


@pytest.mark.parametrize(("number", "said"), [(0, "0 scenarios"), (1, "1 scenario"), (1592, "1,592 scenarios")])
def test_a_noun_follows_its_number(number, said):
    assert counted(number, "scenario") == said


def test_one_migration_is_told_in_the_singular(hanbench, tmp_path):
    only = "ioc.dormant.tmad-v19.battery-dead.consent"
    outcome = hanbench("verify", "--only", only, "--jobs", "1", "--out", str(tmp_path))
    assert outcome.err.startswith("hanbench verify: 1 scenario, ")
    assert "\n1 migration was run on emulated homes: " in outcome.out
    assert "\n0 homes were migrated whole, 1 without the gas meter, 0 not now or not at all.\n" in outcome.out


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("wan-down", "broken (the hub cannot be reached over the WAN)"),
        ("clock-drift", "impaired (something is wrong with its subject, and it can be reached)"),
    ],
)
def test_a_fault_is_shown_with_the_state_of_its_subject(hanbench, fault, state):
    assert f"\nstate: {state}\n" in hanbench("faults", "show", fault).out
    facts = json.loads(hanbench("faults", "show", fault, "--json").out)
    assert facts["cuts_off"] is state.startswith("broken")


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([], "no dongle was found: plug one in, try another cable, or name a PORT"),
        (["/dev/ttyS0"], "(/dev/ttyS0 is not a USB device; name it to probe it)"),
        (["/dev/ttyS0", "/dev/ttyS1"], "(/dev/ttyS0, /dev/ttyS1 are not USB devices; name one to probe it)"),
    ],
)
def test_ports_that_are_no_usb_devices_are_named(monkeypatch, hanbench, others, said):
    found = [FoundPort(name, name, None, None, None, None, None) for name in others]
    monkeypatch.setattr(doctor, "ports", lambda: found)
    assert said in hanbench("doctor").out


def test_a_fault_without_needs_says_nothing_of_them_and_names_its_scenarios(hanbench):
    out = hanbench("faults", "show", "hub-without-power").out
    assert "None" not in out
    assert "\nstate: broken (the hub cannot be reached over the WAN)\n" in out
    assert "\nscenarios: hub-without-power-for-hours, hub-without-power-for-weeks\n" in out
