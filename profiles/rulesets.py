"""The rules of partial migration as typed data: one `RuleSet` for each version of the SMETS1 TMAD.

"The letter" is the Department's direction to re-designate the SMETS1 TMAD (14 March 2022); `reference` names its
paragraph. Every value says whether the letter states it, whether it is inferred, or whether it is assumed.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from hanbench.profiles.loader import load
from hanbench.profiles.sourced import Source as Source
from hanbench.profiles.sourced import Sourced as Sourced

FOLDER = Path(__file__).parent / "rules"

T = TypeVar("T")


class Cohort(StrEnum):
    """The groups in which SMETS1 installations were migrated."""

    IOC = "ioc"
    MOC_SECURE = "moc-secure"
    MOC_MDS = "moc-mds"
    FOC = "foc"


class InstallationType(StrEnum):
    """What the letter calls Active, Dormant and Mixed; Mixed is told apart by which meter is Active."""

    ACTIVE = "active"
    DORMANT = "dormant"
    MIXED_GSME_ACTIVE = "mixed-gsme-active"
    MIXED_GSME_DORMANT = "mixed-gsme-dormant"


class Decider(StrEnum):
    """Who decides that the ESME is migrated without the GSME."""

    DCC = "dcc"
    RESPONSIBLE_SUPPLIER = "responsible-supplier"


class Consent(StrEnum):
    """What the deciding Responsible Supplier has to give."""

    NONE = "none"
    REQUEST = "request"
    AUTHORISATION = "authorisation"


class Counting(StrEnum):
    """Which failures of the HAN-connectivity check add up."""

    CONSECUTIVE = "consecutive"
    """A pass sets the count back to zero; an inconclusive check leaves it alone."""
    CUMULATIVE = "cumulative"


PositiveInt = Annotated[int, Meta(ge=1, le=100)]


class ScopeRow(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether partial migration is allowed for some installation types of some cohorts."""

    cohorts: Annotated[tuple[Cohort, ...], Meta(min_length=1)]
    installations: Annotated[tuple[InstallationType, ...], Meta(min_length=1)]
    allowed: Sourced[bool]


class DecisionRule(Struct, frozen=True, forbid_unknown_fields=True):
    """What partial migration of one installation type needs besides being in scope."""

    decider: Sourced[Decider]
    consent: Sourced[Consent]
    """Where a Responsible Supplier decides: that of the GSME, whose meter is the one left out."""
    failures_required: Sourced[PositiveInt]
    """Failures of the HAN-connectivity check."""

    def __post_init__(self) -> None:
        if (self.decider.value is Decider.DCC) != (self.consent.value is Consent.NONE):
            raise ValueError("`consent` must be none where the DCC decides, and something else where a supplier does")


class Decisions(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """One `DecisionRule` for each installation type."""

    active: DecisionRule
    dormant: DecisionRule
    mixed_gsme_active: DecisionRule
    mixed_gsme_dormant: DecisionRule

    def of(self, installation: InstallationType) -> DecisionRule:
        """Return the rule of one installation type."""
        rule: DecisionRule = getattr(self, installation.value.replace("-", "_"))
        return rule


class Switches(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A scenario's own choice for values that the letter does not settle; None keeps the rule set's value."""

    failure_counting: Counting | None = None
    failures_required: PositiveInt | None = None
    """For all installation types."""
    wan_failure_counts: bool | None = None
    attempt_cap: PositiveInt | None = None
    evidence_max_age_hours: PositiveInt | None = None
    reinstate_on_recovery: bool | None = None
    mixed_gsme_dormant_decider: Decider | None = None


class RuleSet(Struct, frozen=True, forbid_unknown_fields=True):
    """One version of the rules. Days are inclusive and turn at 00:00 UTC (on 15 March 2022 GB was on GMT)."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    title: str
    scope: tuple[ScopeRow, ...]
    decision: Decisions
    failure_counting: Sourced[Counting]
    wan_failure_counts: Sourced[bool]
    attempt_cap: Sourced[PositiveInt]
    """Migration attempts that failed, after which the whole installation is excluded (`exclude-installation`)."""
    evidence_max_age_hours: Sourced[PositiveInt]
    """A failure is persistent now only if the latest check failed and is no older than this."""
    reinstate_on_recovery: Sourced[bool]
    """May a GSME that was excluded be commissioned after it passed a later check?"""
    exclusion_code: Sourced[str]
    replace_by: Sourced[date]
    """The day by which a supplier must have replaced the GSME left out."""
    first_day: Sourced[date] | None = None
    """First day in force; None: not known, take it as always before `last_day`."""
    last_day: Sourced[date] | None = None
    designated: bool = True
    """False: a proposal that never was in force."""

    def __post_init__(self) -> None:
        cells = [(cohort, kind) for row in self.scope for cohort in row.cohorts for kind in row.installations]
        missing = [f"{c.value}/{t.value}" for c in Cohort for t in InstallationType if (c, t) not in cells]
        if missing:
            raise ValueError(f"`scope` says nothing about {', '.join(missing)}")
        if len(cells) != len(set(cells)):
            raise ValueError("`scope` names a cohort and installation type twice")
        if self.first_day and self.last_day and self.first_day.value > self.last_day.value:
            raise ValueError("`first_day` is after `last_day`")
        most = max(self.decision.of(kind).failures_required.value for kind in InstallationType)
        if self.attempt_cap.value < most:
            raise ValueError(f"`attempt_cap` is below `failures_required` ({most})")

    def allows(self, cohort: Cohort, installation: InstallationType) -> Sourced[bool]:
        """Return whether partial migration is in scope, with its source."""
        return next(row.allowed for row in self.scope if cohort in row.cohorts and installation in row.installations)

    def switched(self, switches: Switches) -> RuleSet:
        """Return these rules with a scenario's choices in place of the values they replace."""
        if switches == _NOTHING_SWITCHED:
            return self
        changes = {
            name: _chosen(getattr(switches, name))
            for name in (
                "failure_counting",
                "wan_failure_counts",
                "attempt_cap",
                "evidence_max_age_hours",
                "reinstate_on_recovery",
            )
            if getattr(switches, name) is not None
        }
        return msgspec.structs.replace(self, decision=_switched_decisions(self.decision, switches), **changes)


_NOTHING_SWITCHED = Switches()


def _chosen(value: T) -> Sourced[T]:
    return Sourced(value, Source.ASSUMED, "scenario", "switched by the scenario")


def _switched_decisions(decisions: Decisions, switches: Switches) -> Decisions:
    rules = {name: getattr(decisions, name) for name in decisions.__struct_fields__}
    if (decider := switches.mixed_gsme_dormant_decider) is not None:
        consent = Consent.NONE if decider is Decider.DCC else Consent.AUTHORISATION
        rules["mixed_gsme_dormant"] = msgspec.structs.replace(
            decisions.mixed_gsme_dormant, decider=_chosen(decider), consent=_chosen(consent)
        )
    if (required := switches.failures_required) is not None:
        rules = {
            name: msgspec.structs.replace(rule, failures_required=_chosen(required)) for name, rule in rules.items()
        }
    return Decisions(**rules)


def load_ruleset(path: Path) -> RuleSet:
    """Read one rule set. Raises msgspec.DecodeError naming the key and what was expected, OSError if unreadable."""
    return load(path, RuleSet)


@cache
def shipped() -> MappingProxyType[str, RuleSet]:
    """Return the rule sets that come with hanbench, by id."""
    found = (load_ruleset(path) for path in sorted(FOLDER.glob("*.toml")))
    return MappingProxyType({rules.id: rules for rules in found})


def json_schema() -> dict[str, object]:
    """Return the JSON Schema of a rule set file."""
    return msgspec.json.schema(RuleSet)
