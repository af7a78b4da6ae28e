"""Lawful variants: controllers that go another way than the reference, and break no rule.

They test that the oracle convicts by rules alone. The docstring of a class says what it does otherwise, and in brackets
the paragraph that allows it. `lawful:NAME` plays it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from hanbench.harness.case.controller import ControllerFactory
from hanbench.harness.controllers.lawful import asking, checking, consents, dates, record
from hanbench.harness.controllers.reference import Reference


class LawfulController(NamedTuple):
    """A controller that goes another lawful way."""

    name: str
    description: str
    """What it does otherwise, and the paragraph that allows it."""
    make: ControllerFactory


def _table(*rows: tuple[type[Reference], str]) -> Mapping[str, LawfulController]:
    return MappingProxyType({name: LawfulController(name, make.__doc__ or "", make) for make, name in rows})


LAWFUL = _table(
    (checking.ChecksOnceMore, "checks-once-more"),
    (checking.ChecksDailyWhileHolding, "checks-daily-while-holding"),
    (checking.ChecksOnceADay, "checks-once-a-day"),
    (asking.AsksWhenLoaded, "asks-when-loaded"),
    (asking.AsksEveryDay, "asks-every-day"),
    (dates.WaitsForOtherRules, "waits-for-other-rules"),
    (consents.KeepsAConsentToItsGiver, "keeps-a-consent-to-its-giver"),
    (record.RecordsTheLastFailures, "records-the-last-failures"),
)
"""The lawful variants, by name."""
