"""Wrong about the party that decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from hanbench.harness.case.installation import Installation
from hanbench.harness.case.vocabulary import (
    AnyAction,
    AnyEvent,
    AskSupplier,
    Authorisation,
    ConsentKind,
    InstallationLoaded,
    SupplierRequest,
    Withdrawal,
)
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.states import Step
from hanbench.profiles.rulesets import Decider, DecisionRule, InstallationType, RuleSet


class EitherSupplierMayRequest(Reference):
    """Accepts a request of the ESME's supplier, although the GSME is left out (letter, 2, inferred)."""

    def consent_missing(self, rules: RuleSet) -> ConsentKind | None:
        """Take the request of the ESME's supplier too."""
        missing = super().consent_missing(rules)
        if missing is ConsentKind.REQUEST and (self.installation.esme.supplier, missing) in self.consents:
            return None
        return missing


class DormantSupplierMayVeto(Reference):
    """Waits for the supplier of a dormant GSME after it objected (letter, 4, 5 and 7)."""

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        """Begin without objections."""
        super().__init__(rulesets)
        self.objecting: set[str] = set()

    def note_consent(self, event: SupplierRequest | Authorisation | Withdrawal) -> None:
        """Note an objection, until its supplier agrees after all."""
        super().note_consent(event)
        if isinstance(event, Withdrawal):
            self.objecting.add(event.supplier)
        else:
            self.objecting.discard(event.supplier)

    def consent_missing(self, rules: RuleSet) -> ConsentKind | None:
        """Wait for the supplier of a dormant GSME if it objected."""
        if self.decision(rules).decider.value is Decider.DCC and self.installation.gsme.supplier in self.objecting:
            return ConsentKind.AUTHORISATION
        return super().consent_missing(rules)


class MixedIsOneKind(Reference):
    """Waits for an authorisation of the ESME's supplier if the GSME is the dormant meter (letter, 2, inferred)."""

    def _esme_supplier_decides(self, rules: RuleSet) -> bool:
        mixed = self.installation.type is InstallationType.MIXED_GSME_DORMANT
        return mixed and self.decision(rules).decider.value is Decider.DCC

    def consent_missing(self, rules: RuleSet) -> ConsentKind | None:
        """Wait for the ESME's supplier if the ESME is the Active meter."""
        if not self._esme_supplier_decides(rules):
            return super().consent_missing(rules)
        given = (self.installation.esme.supplier, ConsentKind.AUTHORISATION) in self.consents
        return None if given else ConsentKind.AUTHORISATION

    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        """Ask that supplier."""
        if step is Step.ASK_SUPPLIER and self._esme_supplier_decides(self.terms(now)):
            yield AskSupplier(self.installation.esme.supplier, ConsentKind.AUTHORISATION)
        else:
            yield from super().carry_out(step, now)


class TypeOfTheLoading(Reference):
    """Keeps the type of the installation that was loaded when a meter changes hands (letter, 2)."""

    _loaded: Installation

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Keep the installation as it was loaded."""
        if isinstance(event, InstallationLoaded):
            self._loaded = event.installation
        return super().handle(event, now)

    def decision(self, rules: RuleSet) -> DecisionRule:
        """Return the rule of the type that was loaded."""
        return rules.decision.of(self._loaded.type)

    def in_scope(self, rules: RuleSet) -> bool:
        """Return whether the type that was loaded is in scope."""
        return rules.allows(self._loaded.cohort, self._loaded.type).value
