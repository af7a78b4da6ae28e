"""The parts of the suite: which choices are combined with which, and how completely."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product

from hanbench.harness.campaign.suite.array import orders
from hanbench.harness.campaign.suite.case import Case
from hanbench.harness.campaign.suite.consents import GIVERS, PAPERS, PATTERNS, Consent, right_paper, wrong_paper
from hanbench.harness.campaign.suite.courses import Course, findings
from hanbench.harness.campaign.suite.deadlines import DEADLINES, SPACINGS
from hanbench.harness.campaign.suite.fault_courses import FAULTS, SPOILERS, at_commissioning, lasting, places, spoiled
from hanbench.harness.campaign.suite.hands import CHANGES, Change
from hanbench.harness.campaign.suite.homes import COHORTS, HOMES, Home
from hanbench.harness.campaign.suite.moments import MOMENTS, moment
from hanbench.harness.campaign.suite.rules import RULES
from hanbench.harness.campaign.suite.starts import DATES, FIRST_OF_V19, LAST_OF_V18, MOC_DATES
from hanbench.harness.campaign.suite.switches import SWITCHES
from hanbench.harness.scenario.scenario import IN_FORCE
from hanbench.profiles.rulesets import Cohort

IOC = Cohort.IOC
FAILS = findings("fffff")
AT_THE_CAP = findings("wwfff")
ORDERS = ("fffff", "fpfff", "ffpff", "wwfff", "fffwp")
"""Orders of findings that tell ways of counting from one another."""
EARLY, LATER = moment("after-check-1"), moment("6h")
DORMANT, TWO_SUPPLIERS = HOMES[2], HOMES[1]
PROPOSED = (IN_FORCE, "consultation-2021-10")
"""The rules in force, and those under which MOC (Secure) is in scope."""


def told_in_time(home: Home, giver: str = "gas", pattern: str = "kept", when: str = "after-check-1") -> Consent:
    """Return the consent with the right paper."""
    return Consent(giver, right_paper(home.type), pattern, moment(when))


def statements(home: Home) -> Iterator[tuple[str, str, bool]]:
    """Yield who speaks, in which pattern, and whether with the right paper: what one has to tell apart."""
    yield from (("gas", pattern, True) for pattern in PATTERNS)
    yield "gas", "kept", False
    yield from ((giver, "kept", True) for giver in GIVERS if giver != "gas")


def _said(home: Home, said: tuple[str, str, bool], when: str) -> Consent:
    giver, pattern, right = said
    paper = right_paper(home.type) if right else wrong_paper(home.type)
    return Consent(giver, paper, pattern, moment(when))


# --- exhaustive parts -------------------------------------------------------------------------------------------------


def consents() -> Iterator[Case]:
    """Every installation x everything that is said x every moment, while the gas meter is dead."""
    for home, when in product(HOMES, MOMENTS):
        for said in statements(home):
            yield Case(IOC, home, FAILS, _said(home, said, when.name))


def scope() -> Iterator[Case]:
    """Every cohort x installation x rule set x everything that is said, and silence; orders of findings under each."""
    for cohort, home, rules in product(COHORTS, HOMES, RULES):
        yield Case(cohort, home, FAILS, rules=rules)
        for said in statements(home):
            yield Case(cohort, home, FAILS, _said(home, said, EARLY.name), rules=rules)
    for home, rules, letters in product(HOMES, RULES, ORDERS):
        for consent in (None, told_in_time(home)):
            yield Case(IOC, home, findings(letters), consent, rules=rules)


MOMENTS_OF_CHANGE = tuple(
    moment(name)
    for name in (
        "before-loading",
        "after-check-1",
        "during-check",
        "check-ends",
        "commissioning",
        "1h",
        "25h",
        "last-second",
        "time-up",
    )
)


def changes_of_hands() -> Iterator[Case]:
    """Every installation x change x moment x consent: none, the supplier's at loading, and that of the next one."""
    for home, what, when in product(HOMES, CHANGES, MOMENTS_OF_CHANGE):
        change = Change(what, when)
        yield Case(IOC, home, FAILS, None, change)
        yield Case(IOC, home, FAILS, told_in_time(home, when="before-loading"), change)
        yield Case(IOC, home, FAILS, Consent("next", PAPERS[0], "kept", LATER), change)
        yield Case(IOC, home, FAILS, Consent("next", PAPERS[1], "kept", LATER), change)
    for home, what, when in product(HOMES, CHANGES, (EARLY, moment("check-ends"), moment("1h"))):
        for consent in (None, told_in_time(home, when="before-loading")):
            yield Case(IOC, home, FAILS, consent, Change(what, when), rules="tmad-v18")


def orders_of_findings() -> Iterator[Case]:
    """Every order of three findings and every three of five, decided by the DCC and by a supplier; hours apart."""
    for letters in orders():
        course = findings(letters)
        for home in (DORMANT, TWO_SUPPLIERS):
            yield Case(IOC, home, course, spacing=1.0)
            yield Case(IOC, home, course, told_in_time(home), spacing=1.0)
            yield Case(IOC, home, course, told_in_time(home), rules="tmad-v18", spacing=1.0)
        yield Case(IOC, DORMANT, course, spacing=1.0, switch="wan-counts")
        yield Case(IOC, DORMANT, course, spacing=1.0, switch="counting-cumulative")
    for letters in ("".join(each) for each in product("pfew", repeat=2)):
        for home, rules in product((DORMANT, TWO_SUPPLIERS), PROPOSED):
            course = findings(letters)
            yield Case(Cohort.MOC_SECURE, home, course, told_in_time(home), rules=rules, spacing=1.0)


# --- faults -----------------------------------------------------------------------------------------------------------


def faults() -> Iterator[Case]:
    """Every fault: lasting, at commissioning, and at each of five checks, healed before the next one."""
    for fault in FAULTS:
        for cohort, rules, home in product(COHORTS, PROPOSED, HOMES[1:4]):
            yield Case(cohort, home, lasting(fault), told_in_time(home), rules=rules)
        yield from (Case(IOC, home, lasting(fault)) for home in HOMES)
        for home in HOMES[1:4]:
            yield Case(IOC, home, places(fault), told_in_time(home))
            yield Case(IOC, home, at_commissioning(fault), told_in_time(home), spacing=1.0)


# --- commissioning ----------------------------------------------------------------------------------------------------


def commissionings() -> Iterator[Case]:
    """Every subject that can fail at commissioning x attempts x what follows x consents."""
    for fault, times, then in product(SPOILERS, (1, 2, 3), ("ff", "pf", "wf")):
        course = spoiled(fault, times, then)
        for home in HOMES:
            yield Case(IOC, home, course, told_in_time(home))
            yield Case(IOC, home, course, told_in_time(home, pattern="withdrawn", when="check-ends"))
            yield Case(IOC, home, course, Consent("gas", right_paper(home.type), "objection-only", moment("6h")))
    for times, home in product((1, 2, 3), HOMES):
        course = spoiled("esme-dead", times, "ff")
        for when, pattern in product(("check-begins", "during-check", "check-ends"), ("withdrawn", "given-again")):
            yield Case(IOC, home, course, told_in_time(home, pattern=pattern, when=when))


RECOVERY = timedelta(hours=2)
"""Time after the deciding check at which the gas meter answers again, while a consent is awaited."""


def recovered(later: timedelta) -> Course:
    """Return three failures of a gas meter that answers again so much later."""
    hours = f"{later / timedelta(hours=1):g}"
    heals_after = FAILS.decided(IOC, timedelta(days=1)) + later
    return FAILS._replace(
        name=f"fff-back-{hours}h-later",
        words=f"checks find fff, and {hours} h later the gas meter is back",
        checks=FAILS.checks[:1],
        heals_after=heals_after,
    )


def recoveries() -> Iterator[Case]:
    """A gas meter that is back during the hold x installation x moment; evidence may be older, or must be younger."""
    course = recovered(RECOVERY)
    for home, when in product(HOMES, MOMENTS[MOMENTS.index(moment("check-ends")) :]):
        for pattern in ("kept", "given-again"):
            yield Case(IOC, home, course, told_in_time(home, pattern=pattern, when=when.name))
    for switch, when in product(("evidence-48h", "evidence-6h"), ("1h", "6h", "23h", "30h")):
        yield Case(IOC, TWO_SUPPLIERS, course, told_in_time(TWO_SUPPLIERS, when=when), switch=switch)


# --- dates, times and switches ----------------------------------------------------------------------------------------


def dates() -> Iterator[Case]:
    """Every date x installation, with and without consent; at the boundary every later moment too."""
    for start, home in product(DATES, HOMES):
        for consent in (None, told_in_time(home)):
            yield Case(IOC, home, FAILS, consent, start=start)
    for start, home in product(MOC_DATES, HOMES):
        yield Case(Cohort.MOC_SECURE, home, FAILS, told_in_time(home), start=start)
    for home, when in product(HOMES, MOMENTS):
        yield Case(IOC, home, FAILS, told_in_time(home, when=when.name), start=LAST_OF_V18)
    for start, home, what in product((LAST_OF_V18, FIRST_OF_V19), HOMES, CHANGES):
        for when in (EARLY, moment("check-ends"), moment("1h")):
            yield Case(IOC, home, FAILS, told_in_time(home), Change(what, when), start=start)


def times() -> Iterator[Case]:
    """Every cohort x installation x spacing x deadline x order of findings, with and without consent."""
    courses = (FAILS, AT_THE_CAP, findings("bbb"), findings("pp"), findings("ffp"))
    homes = (TWO_SUPPLIERS, DORMANT)
    for cohort, home, spacing, deadline, course in product(COHORTS, homes, SPACINGS[:2], DEADLINES, courses):
        for consent in (None, told_in_time(home)):
            yield Case(cohort, home, course, consent, spacing=spacing, deadline=deadline)
    for home, rules, deadline in product(HOMES, RULES[1:], DEADLINES):
        for consent in (None, told_in_time(home)):
            yield Case(IOC, home, FAILS, consent, rules=rules, deadline=deadline)


def switches() -> Iterator[Case]:
    """Every switch at every value x installation x orders of findings x consents early, late, and none."""
    for switch, letters, home in product(SWITCHES, ORDERS, (TWO_SUPPLIERS, DORMANT, HOMES[4])):
        for consent in (None, told_in_time(home), told_in_time(home, when="30h")):
            yield Case(IOC, home, findings(letters), consent, switch=switch)


# --- two cases about one installation ---------------------------------------------------------------------------------


def pairs() -> Iterator[tuple[Case, Case]]:
    """Two cases about one installation, one after the other: what was said or found in the first is over."""
    courses = (("ff", "ffp"), ("fff", "fff"), ("wwfff", "fff"), ("fff", "p"))
    for number, (home, (first, second)) in enumerate(product(HOMES, courses), 1):
        pair = f"home-{number}"
        before = Case(IOC, home, findings(first), told_in_time(home), deadline=DEADLINES[-1], pair=f"{pair}-first")
        yield before, Case(IOC, home, findings(second), pair=f"{pair}-second")
