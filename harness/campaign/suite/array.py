"""The covering array of decisions: every three choices together in some case."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import cast

from hanbench.harness.campaign.suite.case import Case
from hanbench.harness.campaign.suite.consents import GIVERS, PAPERS, PATTERNS, Consent
from hanbench.harness.campaign.suite.courses import LETTERS, Course, findings
from hanbench.harness.campaign.suite.covering import covering
from hanbench.harness.campaign.suite.deadlines import DEADLINES, SPACINGS, Deadline
from hanbench.harness.campaign.suite.hands import CHANGES, Change
from hanbench.harness.campaign.suite.homes import COHORTS, HOMES, Home
from hanbench.harness.campaign.suite.moments import MOMENTS, Moment
from hanbench.harness.campaign.suite.rules import RULES
from hanbench.harness.case.vocabulary import ConsentKind
from hanbench.profiles.rulesets import Cohort

STAGES = tuple(product(COHORTS, SPACINGS, (findings("fffff"), findings("wwfff"))))
"""The HAN stories on which decisions vary: one a cohort, spacing, and kind of failure."""
COVERED_SWITCHES = (
    "as-ruled",
    "counting-cumulative",
    "wan-counts",
    "cap-4",
    "cap-6",
    "evidence-48h",
    "reinstate",
    "decider-supplier",
)
COVERED_PATTERNS = tuple(
    each for each in PATTERNS if each not in ("both-papers-withdrawn", "other-paper-first-withdrawn")
)
"""The two that are left out differ from `withdrawn` by the other paper alone; parts exhaust them."""
FACTORS: dict[str, tuple[object, ...]] = {
    "stage": STAGES,
    "home": HOMES,
    "rules": RULES,
    "giver": tuple(GIVERS),
    "paper": PAPERS,
    "pattern": COVERED_PATTERNS,
    "moment": MOMENTS,
    "change": (None, *CHANGES),
    "moment of change": MOMENTS,
    "deadline": DEADLINES,
    "switch": COVERED_SWITCHES,
}
"""The factors of the covering array, with their levels."""


Row = tuple[tuple[Cohort, float, Course], Home, str, str, ConsentKind, str, Moment, str | None, Moment, Deadline, str]
"""A level of each factor, in their order."""


def rows() -> Iterator[Row]:
    """Yield the rows: every three factors have every three of their levels in one of them."""
    levels = tuple(FACTORS.values())
    for row in covering([len(each) for each in levels]):
        yield cast("Row", tuple(each[number] for each, number in zip(levels, row, strict=True)))


def decisions() -> Iterator[Case]:
    """Every three of: stage, installation, rules, what is said and when, change and when, deadline, switch."""
    for stage, home, rules, giver, paper, pattern, when, what, when_changed, deadline, switch in rows():
        cohort, spacing, course = stage
        consent = Consent(giver, paper, pattern, when)
        change = None if what is None else Change(what, when_changed)
        yield Case(cohort, home, course, consent, change, rules, spacing=spacing, deadline=deadline, switch=switch)


def orders() -> Iterator[str]:
    """Yield orders of five findings: every order of the first three, and every triple of findings at any three."""
    letters = "".join(LETTERS)
    for row in covering([len(letters)] * 5):
        yield "".join(letters[number] for number in row)
