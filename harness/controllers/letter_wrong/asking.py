"""Wrong about the supplier to ask, and the paper to ask for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hanbench.harness.case.vocabulary import AnyAction, AskSupplier, ConsentKind
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.states import Step


class AlwaysAsksForAnAuthorisation(Reference):
    """Asks for an authorisation where a request is missing, and counts the answers rightly (letter, 2)."""

    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        """Ask for an authorisation where a request is missing."""
        for action in super().carry_out(step, now):
            if isinstance(action, AskSupplier):
                yield AskSupplier(action.supplier, ConsentKind.AUTHORISATION)
            else:
                yield action


class AsksTheElectricitySupplier(Reference):
    """Asks the supplier of the ESME for the consent of the GSME's supplier (letter, 2)."""

    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        """Ask for the right paper, at the wrong supplier."""
        for action in super().carry_out(step, now):
            if isinstance(action, AskSupplier):
                yield AskSupplier(self.installation.esme.supplier, action.consent)
            else:
                yield action
