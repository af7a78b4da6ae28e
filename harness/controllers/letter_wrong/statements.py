"""Wrong about which statement of a supplier counts, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from hanbench.harness.case.vocabulary import (
    AnyAction,
    AnyEvent,
    Authorisation,
    CheckEnded,
    ConsentKind,
    InstallationChanged,
    RunCheck,
    SupplierRequest,
    Withdrawal,
)
from hanbench.harness.controllers.letter_wrong.dated import Dated
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.states import CaseState, Step
from hanbench.profiles.rulesets import RuleSet

Statement = SupplierRequest | Authorisation | Withdrawal


class NoRequestBeforeTheThirdFailure(Dated):
    """Ignores a request that comes before the failure is persistent (letter, 2, inferred)."""

    def note_consent(self, event: Statement) -> None:
        """Drop a request that comes before the count is full."""
        if not isinstance(event, SupplierRequest) or len(self.failures) >= self.failures_required(self.now):
            super().note_consent(event)


class DeafDuringACheck(Dated):
    """Ignores statements of suppliers while a check runs (letter, 2)."""

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        """Begin without a check."""
        super().__init__(rulesets)
        self._check_from: datetime | None = None

    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        """Note when the check that is asked for begins."""
        for action in super().carry_out(step, now):
            if isinstance(action, RunCheck):
                self._check_from = action.not_before
            yield action

    def note_consent(self, event: Statement) -> None:
        """Drop a consent or a withdrawal while a check runs."""
        running = self.state is CaseState.CHECKING and self._check_from is not None and self.now > self._check_from
        if not running:
            super().note_consent(event)


class DeafDuringACommissioning(Reference):
    """Ignores a withdrawal during a commissioning, and commissions again when that has failed (letter, 2, inferred)."""

    def note_consent(self, event: Statement) -> None:
        """Drop a statement while a commissioning runs."""
        if self.state not in (CaseState.COMMISSIONING_BOTH, CaseState.COMMISSIONING_ESME):
            super().note_consent(event)


class SameInstantDoesNotCount(Dated):
    """Ignores a consent in the instant of a check's end, which is neither before nor after it (letter, 2)."""

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        """Begin without consents."""
        super().__init__(rulesets)
        self._given_at: dict[tuple[str, ConsentKind], datetime] = {}

    def note_check(self, result: CheckEnded) -> None:
        """Drop the consents of that instant."""
        super().note_check(result)
        self.consents = {given for given in self.consents if self._given_at[given] != self.now}

    def note_consent(self, event: Statement) -> None:
        """Drop a consent of the instant in which the last check ended; a withdrawal always counts."""
        if self.now != self.last_finished or isinstance(event, Withdrawal):
            before = set(self.consents)
            super().note_consent(event)
            self._given_at |= dict.fromkeys(self.consents - before, self.now)


class ConsentIsABalance(Reference):
    """Counts consents up and withdrawals down, and so keeps one of two after a withdrawal (letter, 2, inferred)."""

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        """Begin at zero."""
        super().__init__(rulesets)
        self._balance: Counter[tuple[str, ConsentKind]] = Counter()

    def note_consent(self, event: Statement) -> None:
        """Count a consent as given if the balance of its supplier is above zero."""
        match event:
            case SupplierRequest():
                self._balance[event.supplier, ConsentKind.REQUEST] += 1
            case Authorisation():
                self._balance[event.supplier, ConsentKind.AUTHORISATION] += 1
            case Withdrawal():
                for kind in ConsentKind:
                    self._balance[event.supplier, kind] -= 1
        self.consents = {given for given, balance in self._balance.items() if balance > 0}


class AnyWithdrawalTakesAllBack(Reference):
    """Drops the consent of the GSME's supplier when another supplier withdraws (letter, 2, inferred)."""

    def note_consent(self, event: Statement) -> None:
        """Drop all consents after a withdrawal."""
        super().note_consent(event)
        if isinstance(event, Withdrawal):
            self.consents = set()


class ObjectionStandsForEver(Reference):
    """Ignores what a supplier requests or authorises after it once withdrew (letter, 2, inferred)."""

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        """Begin without objections."""
        super().__init__(rulesets)
        self._objected: set[str] = set()

    def note_consent(self, event: Statement) -> None:
        """Drop a consent of a supplier that withdrew."""
        if isinstance(event, Withdrawal):
            self._objected.add(event.supplier)
        if isinstance(event, Withdrawal) or event.supplier not in self._objected:
            super().note_consent(event)


class ConsentGoesWithTheMeter(Reference):
    """Lets the next supplier of the GSME inherit what the former one gave (letter, 2)."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Let the next supplier of the GSME inherit what the former one gave."""
        if isinstance(event, InstallationChanged):
            former, following = self.installation.gsme.supplier, event.installation.gsme.supplier
            self.consents |= {(following, kind) for supplier, kind in self.consents if supplier == former}
        return super().handle(event, now)


class WithdrawalTakesTheLatestPaper(Reference):
    """Takes back the paper that its supplier gave last, and keeps the one before (letter, 2, inferred)."""

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        """Begin without papers."""
        super().__init__(rulesets)
        self._given: list[tuple[str, ConsentKind]] = []

    def note_consent(self, event: Statement) -> None:
        """Note what is given, and drop the latest of it."""
        if not isinstance(event, Withdrawal):
            kind = ConsentKind.REQUEST if isinstance(event, SupplierRequest) else ConsentKind.AUTHORISATION
            self._given = [*(each for each in self._given if each != (event.supplier, kind)), (event.supplier, kind)]
        elif of_giver := [each for each in self._given if each[0] == event.supplier]:
            self._given.remove(of_giver[-1])
        self.consents = set(self._given)


class HearsWithdrawalsOfTheMetersSupplierOnly(Reference):
    """Keeps a consent that the next supplier of the GSME withdrew before the meter came to it (letter, 2, inferred)."""

    def note_consent(self, event: Statement) -> None:
        """Drop a withdrawal of a supplier that does not have the GSME."""
        if not isinstance(event, Withdrawal) or event.supplier == self.installation.gsme.supplier:
            super().note_consent(event)
