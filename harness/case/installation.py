"""The installation to migrate: cohort, two meters with their suppliers, and the rulebook that applies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from hanbench.harness.case.calendar import Moment
from hanbench.profiles.rulesets import Cohort, InstallationType, RuleSet, Switches

SupplierId = Annotated[str, Meta(min_length=1, max_length=64)]


class MeterStatus(StrEnum):
    """Whether the meter's supplier has a live smart service for it."""

    ACTIVE = "active"
    DORMANT = "dormant"


class MeterRole(StrEnum):
    """A meter that is commissioned or excluded."""

    ESME = "esme"
    GSME = "gsme"


class Meter(Struct, frozen=True, forbid_unknown_fields=True):
    """One meter, as far as the migration is concerned."""

    status: MeterStatus
    supplier: SupplierId
    """The Responsible Supplier of the meter."""


class RuleEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule set and the days, inclusive and in UTC, on which it applies; no day means no limit on that side."""

    id: str
    first_day: date | None = None
    last_day: date | None = None


class Rulebook(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The rule sets and their days; the rule set of the day of the decision applies."""

    rule_sets: Annotated[tuple[RuleEntry, ...], Meta(min_length=1)]
    switches: Switches = Switches()

    @classmethod
    def in_force(cls, rule_sets: Mapping[str, RuleSet], switches: Switches | None = None) -> Rulebook:
        """Return the rulebook as designated: each designated rule set on its own days."""
        designated = (rules for rules in rule_sets.values() if rules.designated)
        entries = (
            RuleEntry(
                rules.id,
                rules.first_day.value if rules.first_day else None,
                rules.last_day.value if rules.last_day else None,
            )
            for rules in designated
        )
        return cls(tuple(sorted(entries, key=lambda entry: entry.first_day or date.min)), switches or Switches())

    @classmethod
    def always(cls, rule_set: str, switches: Switches | None = None) -> Rulebook:
        """Return a rulebook with one rule set for every date, for example to try a proposal."""
        return cls((RuleEntry(rule_set),), switches or Switches())


class Installation(Struct, frozen=True, forbid_unknown_fields=True):
    """The SMETS1 Installation of one home, and the terms of its migration."""

    id: str
    cohort: Cohort
    esme: Meter
    gsme: Meter
    rulebook: Rulebook
    check_spacing: timedelta
    """Minimum time between the end of a HAN-connectivity check and the start of the next (ISO 8601 duration)."""
    decide_by: Moment
    """End of all waiting; a controller that still waits then closes with `hold` or `retry`."""

    def __post_init__(self) -> None:
        if self.check_spacing < timedelta(0):
            raise ValueError("`check_spacing` must not be negative")

    @property
    def type(self) -> InstallationType:
        """Active, Dormant or Mixed, from the status of both meters."""
        return _TYPES[self.esme.status, self.gsme.status]


_TYPES = {
    (MeterStatus.ACTIVE, MeterStatus.ACTIVE): InstallationType.ACTIVE,
    (MeterStatus.DORMANT, MeterStatus.DORMANT): InstallationType.DORMANT,
    (MeterStatus.DORMANT, MeterStatus.ACTIVE): InstallationType.MIXED_GSME_ACTIVE,
    (MeterStatus.ACTIVE, MeterStatus.DORMANT): InstallationType.MIXED_GSME_DORMANT,
}
