"""The installation's id that a controller is told says nothing of the story (issue 11: it was the id of the case)."""

from __future__ import annotations

import re
from itertools import islice

from msgspec import structs

from hanbench.harness.campaign.suite import suite
from hanbench.harness.case.trace import EventDelivered, Header
from hanbench.harness.case.vocabulary import InstallationLoaded
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario import load_scenario, run_scenario
from hanbench.harness.scenario.scenario import shipped
from hanbench.profiles.rulesets import shipped as shipped_rules

OPAQUE = re.compile(r"inst-[0-9a-f]{16}")
RULES = shipped_rules()
SCENARIO = load_scenario(shipped()["dormant-three-failures"], RULES)


def id_of(scenario=SCENARIO, seed="1"):
    return scenario.installation(RULES, seed).id


def test_cases_of_the_suite_have_opaque_ids_each_its_own():
    alone = [scenario for scenario in suite() if scenario.installation_id is None]
    ids = [id_of(scenario) for scenario in islice(alone, 3000)]
    assert all(OPAQUE.fullmatch(each) for each in ids)
    assert len(set(ids)) == len(ids)


def test_the_id_is_the_same_again_and_another_for_another_seed():
    assert id_of() == id_of()
    assert id_of(seed="2") != id_of()


def test_an_id_that_the_scenario_sets_stays():
    assert id_of(structs.replace(SCENARIO, installation_id="home-7")) == "home-7"


def test_the_controller_is_told_the_opaque_id_and_the_trace_names_the_case():
    result = run_scenario(SCENARIO, RULES, Reference, seed="1")
    header = result.records[0]
    assert isinstance(header, Header)
    (loaded,) = [
        record.event.installation
        for record in result.records
        if isinstance(record, EventDelivered) and isinstance(record.event, InstallationLoaded)
    ]
    assert header.scenario == "dormant-three-failures"
    assert OPAQUE.fullmatch(loaded.id)
    assert header.installation.id == loaded.id
