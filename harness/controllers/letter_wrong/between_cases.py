"""Wrong from one case to the next: the cases that this process had before change their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import count
from typing import ClassVar

from hanbench.harness.case.vocabulary import (
    AnyAction,
    AnyEvent,
    Authorisation,
    ConsentKind,
    InstallationLoaded,
    SupplierRequest,
    Withdrawal,
)
from hanbench.harness.controllers.reference import Reference
from hanbench.profiles.rulesets import RuleSet


class ConsentsSharedByAllCases(Reference):
    """Keeps consents by supplier in one table for all homes, and not for one installation (letter, 2)."""

    _given: ClassVar[set[tuple[str, ConsentKind]]] = set()

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        """Begin with the table as the last case left it."""
        super().__init__(rulesets)
        self.consents = self._given

    def note_consent(self, event: SupplierRequest | Authorisation | Withdrawal) -> None:
        """Change the table for all homes."""
        super().note_consent(event)
        kept = set(self.consents)
        self._given.clear()
        self._given.update(kept)
        self.consents = self._given


class HalfRolledOut(Reference):
    """Applies v18 instead of v19 in every second case, as two servers in turn would (letter, Direction)."""

    _cases: ClassVar[count[int]] = count()

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        """Take the next server."""
        super().__init__(rulesets)
        self._old = next(self._cases) % 2 == 1

    def rules_on(self, day: date) -> RuleSet | None:
        """Return v18 for v19 in every second case."""
        rules = super().rules_on(day)
        if self._old and rules is not None and rules.id == "tmad-v19":
            return self.rulesets["tmad-v18"].switched(self.installation.rulebook.switches)
        return rules


class CountKeptByInstallationId(Reference):
    """Goes on counting where an earlier case of the same installation stopped (letter, 2)."""

    _failures: ClassVar[dict[str, list[int]]] = {}

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Go on counting where the last case of that id stopped."""
        if isinstance(event, InstallationLoaded):
            self.failures = self._failures.setdefault(event.installation.id, [])
        return super().handle(event, now)
