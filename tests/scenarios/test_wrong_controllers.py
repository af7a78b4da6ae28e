"""On the emulated HAN, over real frames: every wrong controller is caught by the property that it names."""

from __future__ import annotations

import pytest

from hanbench.harness.campaign.selftest import cases
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.wrong import WRONG
from hanbench.harness.scenario import ScenarioResult, run_scenario
from hanbench.profiles.rulesets import shipped

CAUGHT_BY = {
    "two-failures-suffice": "ioc.active.tmad-v18.battery-dead.consent",
    "counts-cumulatively": "ioc.active.tmad-v18.relapsing.consent",
    "counts-inconclusive": "ioc.active.tmad-v18.esme-dead.consent",
    "counts-wan-faults": "ioc.active.tmad-v18.wan-down.consent",
    "partial-on-esme-fault": "ioc.active.tmad-v18.esme-dead.consent",
    "never-gives-up": "ioc.active.tmad-v18.wan-down.consent",
    "gives-up-after-three": "ioc.active.tmad-v18.esme-dead.consent",
    "decides-after-the-cap": "ioc.dormant.in-force.april.wwfff.24h.silent.no-change.late.cap-first",
    "hurries": "ioc.active.tmad-v18.battery-dead.no-consent",
    "moc-like-ioc": "moc-secure.active.tmad-v18.battery-dead.consent",
    "v18-does-dormant": "ioc.dormant.tmad-v18.battery-dead.no-consent",
    "a-day-early": "ioc.dormant.third-failure-14-march.battery-dead.no-consent",
    "a-day-late": "ioc.dormant.third-failure-15-march.battery-dead.no-consent",
    "refuses-mixed": "ioc.mixed-gsme-active.tmad-v19.battery-dead.no-consent",
    "active-without-request": "ioc.active.tmad-v18.battery-dead.no-consent",
    "ignores-authorisation": "ioc.mixed-gsme-active.tmad-v19.battery-dead.no-consent",
    "any-paper-will-do": "ioc.active.tmad-v18.battery-dead.wrong-paper",
    "any-supplier-will-do": "ioc.active.tmad-v18.battery-dead.wrong-supplier",
    "ignores-withdrawal": "ioc.active.tmad-v18.battery-dead.withdrawn",
    "obeys-veto": "ioc.dormant.tmad-v19.battery-dead.objection",
    "waits-for-dormant-supplier": "ioc.dormant.tmad-v19.battery-dead.no-consent",
    "deaf-while-holding": "ioc.active.tmad-v18.battery-dead.consent",
    "leaves-recovered-behind": "ioc.active.tmad-v18.late-recovery.late-consent",
    "ignores-late-pass": "ioc.active.tmad-v18.late-recovery.late-consent",
    "migrates-blind": "ioc.active.tmad-v18.battery-dead.no-consent",
    "commissions-gsme-too": "ioc.active.tmad-v18.battery-dead.consent",
    "forgets-exclusion": "ioc.active.tmad-v18.battery-dead.consent",
    "forgets-record": "ioc.active.tmad-v18.battery-dead.consent",
    "old-replacement-date": "ioc.active.tmad-v18.battery-dead.consent",
    "takes-excluded-back": "ioc.active.tmad-v18.battery-dead.consent",
    "never-ends": "ioc.active.tmad-v18.battery-dead.no-consent",
    "gives-up-at-once": "ioc.active.tmad-v18.battery-dead.no-consent",
    "excludes-instead": "ioc.active.tmad-v18.battery-dead.consent",
    "wastes-pass": "ioc.active.tmad-v18.flapping.no-consent",
    "claims-both": "ioc.active.tmad-v18.battery-dead.consent",
    "commissions-twice": "ioc.active.tmad-v18.battery-dead.consent",
    "acts-out-of-turn": "ioc.active.tmad-v18.battery-dead.consent",
    "speaks-after-the-end": "ioc.active.tmad-v18.battery-dead.no-consent",
    "deaf-to-handovers": "active-becomes-dormant-while-a-request-is-awaited",
    "former-supplier-will-do": "gas-meter-changes-hands",
    "crashes-on-withdrawal": "ioc.active.tmad-v18.battery-dead.withdrawn",
}
"""Each with a case of the suite that shows it."""


def result_of(controller: str, scenario: str) -> ScenarioResult:
    make = WRONG[controller].make if controller in WRONG else Reference
    return run_scenario(cases()[scenario], shipped(), make, seed=f"1/{scenario}", controller_name=controller)


def test_every_wrong_controller_has_its_scenario() -> None:
    assert sorted(CAUGHT_BY) == sorted(WRONG)


@pytest.mark.parametrize("controller", WRONG)
def test_a_wrong_controller_is_caught_by_the_property_that_it_names(controller: str) -> None:
    result = result_of(controller, CAUGHT_BY[controller])
    assert WRONG[controller].property in {violation.property for violation in result.violations}
    assert not result.as_expected


@pytest.mark.parametrize("scenario", sorted(set(CAUGHT_BY.values())))
def test_the_reference_controller_is_caught_in_none_of_them(scenario: str) -> None:
    result = result_of("reference", scenario)
    assert result.violations == ()
    assert result.as_expected
