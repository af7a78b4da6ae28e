"""The rules of partial migration as typed data: one `RuleSet` for each version of the SMETS1 TMAD.

"The letter" is the Department's direction to re-designate the SMETS1 TMAD (14 March 2022); `reference` names its
paragraph. The source of every value is the letter (stated), an inference, or an assumption.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
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
    """The letter's Active, Dormant and Mixed; Mixed has two forms, by the meter that is Active."""

    ACTIVE = "active"
    DORMANT = "dormant"
    MIXED_GSME_ACTIVE = "mixed-gsme-active"
    MIXED_GSME_DORMANT = "mixed-gsme-dormant"


class Decider(StrEnum):
    """The party that decides to migrate the ESME without the GSME."""

    DCC = "dcc"
    RESPONSIBLE_SUPPLIER = "responsible-supplier"


class Consent(StrEnum):
    """The consent that the deciding Responsible Supplier must give."""

    NONE = "none"
    REQUEST = "request"
    AUTHORISATION = "authorisation"


class Counting(StrEnum):
    """The method of counting failures of the HAN-connectivity check."""

    CONSECUTIVE = "consecutive"
    """A pass sets the count back to zero; an inconclusive check does not change it."""
    CUMULATIVE = "cumulative"


class RecordFields(StrEnum):
    """The fields of the exclusion record that are judged."""

    ALL = "all"
    """Code, supplier, attempts and date."""
    DATE = "date"
    """The day to replace the GSME by, which is the letter's; the other fields are hanbench's."""


PositiveInt = Annotated[int, Meta(ge=1, le=100)]


class ScopeRow(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether partial migration is allowed for some installation types of some cohorts."""

    cohorts: Annotated[tuple[Cohort, ...], Meta(min_length=1)]
    installations: Annotated[tuple[InstallationType, ...], Meta(min_length=1)]
    allowed: Sourced[bool]

    def __post_init__(self) -> None:
        for key in ("cohorts", "installations"):
            if len(set(getattr(self, key))) < len(getattr(self, key)):
                raise ValueError(f"`{key}` has one of them twice")


class DecisionRule(Struct, frozen=True, forbid_unknown_fields=True):
    """The conditions for partial migration of one installation type, in addition to its scope."""

    decider: Sourced[Decider]
    consent: Sourced[Consent]
    """Consent of the Responsible Supplier of the GSME, the meter that is left behind; none if the DCC decides."""
    failures_required: Sourced[PositiveInt]
    """Number of failures of the HAN-connectivity check."""

    def __post_init__(self) -> None:
        if (self.decider.value is Decider.DCC) != (self.consent.value is Consent.NONE):
            raise ValueError("`consent` must be none if the DCC decides, and another value if a supplier decides")


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
    """A scenario's choice of values that the letter does not settle; None keeps the rule set's value."""

    failure_counting: Counting | None = None
    failures_required: PositiveInt | None = None
    """Number for all installation types."""
    wan_failure_counts: bool | None = None
    attempt_cap: PositiveInt | None = None
    evidence_max_age_hours: PositiveInt | None = None
    reinstate_on_recovery: bool | None = None
    mixed_gsme_dormant_decider: Decider | None = None
    count_before_cap: bool | None = None
    idle_hours: PositiveInt | None = None
    ask_before_hold: bool | None = None
    exclusion_record: RecordFields | None = None


def _unsettled(value: T) -> Sourced[T]:
    """Return the default of a value that a rule set need not name."""
    return Sourced(value, Source.ASSUMED, "no public source", "a choice of hanbench")


class RuleSet(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """One version of the rules. Days are inclusive and change at 00:00 UTC (on 15 March 2022 GB was on GMT)."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$(?!\n)")]
    title: str
    scope: tuple[ScopeRow, ...]
    decision: Decisions
    failure_counting: Sourced[Counting]
    wan_failure_counts: Sourced[bool]
    attempt_cap: Sourced[PositiveInt]
    """Number of failed migration attempts after which the whole installation is excluded (`exclude-installation`)."""
    evidence_max_age_hours: Sourced[PositiveInt]
    """Maximum age of the latest check: only then does its failure count as persistent."""
    reinstate_on_recovery: Sourced[bool]
    """Whether an excluded GSME may be commissioned after it passed a later check."""
    exclusion_code: Sourced[str]
    replace_by: Sourced[date]
    """The day by which a supplier must have replaced the excluded GSME."""
    count_before_cap: Sourced[bool] = _unsettled(True)
    """Whether partial migration comes first if the last attempt is also the failure that makes the count full."""
    idle_hours: Sourced[PositiveInt] = _unsettled(24)
    """Maximum time, beyond the spacing, without the check that was possible before a case ends in `retry`."""
    ask_before_hold: Sourced[bool] = _unsettled(True)
    """Whether `hold` may end a case only after the supplier was asked."""
    exclusion_record: Sourced[RecordFields] = _unsettled(RecordFields.ALL)
    first_day: Sourced[date] | None = None
    """First day in force; None: unknown, in force on every day before `last_day`."""
    last_day: Sourced[date] | None = None
    designated: bool = True
    """False: a proposal that was never in force."""

    def __post_init__(self) -> None:
        cells = [(cohort, kind) for row in self.scope for cohort in row.cohorts for kind in row.installations]
        missing = [f"{c.value}/{t.value}" for c in Cohort for t in InstallationType if (c, t) not in cells]
        if missing:
            raise ValueError(f"`scope` lacks {', '.join(missing)}")
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
        """Return these rules with the choices of a scenario."""
        if switches == _NOTHING_SWITCHED:
            return self
        return _switched(self, switches)


@lru_cache(maxsize=256)
def _switched(rules: RuleSet, switches: Switches) -> RuleSet:
    """Return the rules with the choices: asked for at every turn of a case, and the same for many cases."""
    changes = {
        name: _chosen(getattr(switches, name))
        for name in (
            "failure_counting",
            "wan_failure_counts",
            "attempt_cap",
            "evidence_max_age_hours",
            "reinstate_on_recovery",
            "count_before_cap",
            "idle_hours",
            "ask_before_hold",
            "exclusion_record",
        )
        if getattr(switches, name) is not None
    }
    return msgspec.structs.replace(rules, decision=_switched_decisions(rules.decision, switches), **changes)


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
    """Load one rule set. Raises ProfileError."""
    return load(path, RuleSet)


@cache
def shipped() -> MappingProxyType[str, RuleSet]:
    """Return the shipped rule sets, by id."""
    found = (load_ruleset(path) for path in sorted(FOLDER.glob("*.toml")))
    return MappingProxyType({rules.id: rules for rules in found})


def json_schema() -> dict[str, object]:
    """Return the JSON Schema of a rule set file."""
    return msgspec.json.schema(RuleSet)
