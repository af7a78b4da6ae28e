"""Another reading of a consent whose giver had no say when it gave it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hanbench.harness.case.vocabulary import (
    AnyAction,
    AnyEvent,
    Authorisation,
    InstallationChanged,
    SupplierRequest,
    Withdrawal,
)
from hanbench.harness.controllers.reference import Reference


class KeepsAConsentToItsGiver(Reference):
    """Counts a consent only while its giver is the Responsible Supplier of the GSME (letter, 2: the supplier's right).

    A supplier that takes the meter over, also one that had it before, is asked anew.
    """

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Drop all consents when the GSME has another supplier."""
        moved = isinstance(event, InstallationChanged) and event.installation.gsme.supplier
        if moved and moved != self.installation.gsme.supplier:
            self.consents.clear()
        return super().handle(event, now)

    def note_consent(self, event: SupplierRequest | Authorisation | Withdrawal) -> None:
        """Record the consent of the GSME's supplier, and no other."""
        if event.supplier == self.installation.gsme.supplier:
            super().note_consent(event)
