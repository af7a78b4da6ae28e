"""The dimension of consent: which supplier says what, in which order, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from hanbench.harness.campaign.suite.homes import ELECTRICITY, GAS, NEXT, STRANGER
from hanbench.harness.campaign.suite.moments import Moment, following
from hanbench.harness.case.plan import StatementKind, SupplierAct
from hanbench.harness.case.vocabulary import ConsentKind
from hanbench.profiles.rulesets import InstallationType

GIVERS = {"gas": GAS, "electricity": ELECTRICITY, "next": NEXT, "stranger": STRANGER}
"""The suppliers that may speak. After the gas meter has gone to `next`, `gas` is its former supplier."""
PAPERS = (ConsentKind.REQUEST, ConsentKind.AUTHORISATION)
_OTHER = {ConsentKind.REQUEST: ConsentKind.AUTHORISATION, ConsentKind.AUTHORISATION: ConsentKind.REQUEST}

GIVES, GIVES_OTHER, TAKES_BACK, ANOTHER_TAKES_BACK = "gives", "gives-other", "takes-back", "another-takes-back"
PATTERNS: dict[str, tuple[str, tuple[tuple[str, int], ...]]] = {
    "kept": ("", ((GIVES, 0),)),
    "withdrawn": (" and withdraws it", ((GIVES, 0), (TAKES_BACK, 1))),
    "withdrawn-at-once": (" and withdraws it in the same instant", ((GIVES, 0), (TAKES_BACK, 0))),
    "given-again": (", withdraws and gives it again", ((GIVES, 0), (TAKES_BACK, 1), (GIVES, 2))),
    "withdrawn-again": (
        ", withdraws, gives and withdraws it again",
        ((GIVES, 0), (TAKES_BACK, 1), (GIVES, 2), (TAKES_BACK, 3)),
    ),
    "twice-withdrawn-once": (" twice, and withdraws it once", ((GIVES, 0), (GIVES, 1), (TAKES_BACK, 2))),
    "after-objection": (" after it objected", ((TAKES_BACK, 0), (GIVES, 1))),
    "objection-only": (", rather: it objects only", ((TAKES_BACK, 0),)),
    "another-withdraws": (", and another supplier withdraws", ((GIVES, 0), (ANOTHER_TAKES_BACK, 1))),
    "both-papers": (", and the other paper too", ((GIVES_OTHER, 0), (GIVES, 0))),
    "both-papers-withdrawn": (
        ", then the other paper, and withdraws once",
        ((GIVES, 0), (GIVES_OTHER, 1), (TAKES_BACK, 2)),
    ),
    "other-paper-first-withdrawn": (
        " after the other paper, and withdraws once",
        ((GIVES_OTHER, 0), (GIVES, 1), (TAKES_BACK, 2)),
    ),
}
"""What is said, by name: the words after "gives its request", and the statements, each some moments after the first."""


class Consent(NamedTuple):
    """What one supplier says in the course of a case."""

    giver: str
    paper: ConsentKind
    pattern: str
    moment: Moment

    @property
    def name(self) -> str:
        """The part of an id that says it."""
        return f"{self.giver}-{self.paper.value}-{self.moment.name}-{self.pattern}"

    @property
    def words(self) -> str:
        """What is said, in words."""
        says, _ = PATTERNS[self.pattern]
        return f"{GIVERS[self.giver]} gives its {self.paper.value}{says}, {self.moment.words}"

    def acts(self, start: datetime, decides: int) -> Iterator[SupplierAct]:
        """Yield the statements."""
        supplier = GIVERS[self.giver]
        another = ELECTRICITY if supplier != ELECTRICITY else GAS
        for what, steps in PATTERNS[self.pattern][1]:
            when = following(self.moment, steps).when(start, decides)
            paper = _OTHER[self.paper] if what == GIVES_OTHER else self.paper
            says = StatementKind(paper.value) if what in (GIVES, GIVES_OTHER) else StatementKind.WITHDRAWAL
            yield SupplierAct(another if what == ANOTHER_TAKES_BACK else supplier, says, **when)


def right_paper(kind: InstallationType) -> ConsentKind:
    """Return the paper that the letter asks of the Responsible Supplier: a request where both meters are Active."""
    return ConsentKind.REQUEST if kind is InstallationType.ACTIVE else ConsentKind.AUTHORISATION


def wrong_paper(kind: InstallationType) -> ConsentKind:
    """Return the other one."""
    return _OTHER[right_paper(kind)]
