"""Parts in which something comes between two that belong together, and must not part them.

An inconclusive check between two failures; 15 March between the last check and the decision; a change of hands between
a supplier's withdrawal and the decision; a change of the clocks between the last check and a consent.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hanbench.harness.campaign.suite.case import Case
from hanbench.harness.campaign.suite.consents import PAPERS, Consent
from hanbench.harness.campaign.suite.courses import REQUIRED, findings
from hanbench.harness.campaign.suite.hands import Change
from hanbench.harness.campaign.suite.homes import HOMES
from hanbench.harness.campaign.suite.moments import MOMENTS, moment
from hanbench.harness.campaign.suite.parts import AT_THE_CAP, DORMANT, FAILS, TWO_SUPPLIERS, told_in_time
from hanbench.harness.campaign.suite.starts import BEFORE_CLOCKS_CHANGE, LAST_HOURS_OF_V18
from hanbench.profiles.rulesets import Cohort

IOC = Cohort.IOC
ACTIVE_HOMES = HOMES[:2]
_ATTEMPTS = 5
_MOST_INCONCLUSIVE = 2


def interrupted() -> Iterator[str]:
    """Yield every order of five findings with an inconclusive one or two, and failures else, that ends in a failure.

    Then the same of four after a pass. Orders of four are among those of five: the last finding persists.
    """
    for first, length in (("", _ATTEMPTS), ("p", _ATTEMPTS - 1)):
        for before in product("fewb", repeat=length - 1):
            letters = "".join((*before, "f"))
            if letters.count("f") >= REQUIRED and 0 < length - letters.count("f") <= _MOST_INCONCLUSIVE:
                yield first + letters


def interrupted_counts() -> Iterator[Case]:
    """Every order of failures with one or two inconclusive checks among them x installation, with its consent."""
    for letters in interrupted():
        course = findings(letters)
        for home in HOMES:
            yield Case(IOC, home, course, told_in_time(home), spacing=1.0)
        yield Case(IOC, TWO_SUPPLIERS, course, spacing=1.0)
        yield Case(IOC, DORMANT, course, spacing=1.0, switch="wan-counts")


def decided_under_other_rules() -> Iterator[Case]:
    """The last check under v18 x Active x change x a later moment, on 15 March too, x consent, of either paper."""
    changes = ("gsme-dormant", "gsme-to-next-dormant", "esme-dormant", "gsme-to-next-active")
    early, later = moment("after-check-1"), moment("24h")
    consents = (
        None,
        Consent("gas", PAPERS[1], "kept", early),
        *(Consent("gas", each, "kept", later) for each in PAPERS),
    )
    times = (moment("1h"), moment("6h"), moment("23h"))
    for start, home, what, when, consent in product(LAST_HOURS_OF_V18, ACTIVE_HOMES, changes, times, consents):
        yield Case(IOC, home, FAILS, consent, Change(what, when), start=start)


def withdrawn_before_the_meter_came() -> Iterator[Case]:
    """Every installation x either paper that the next supplier gives and withdraws before the gas meter comes to it."""
    patterns, said = (
        ("withdrawn", "withdrawn-at-once", "given-again"),
        (moment("before-loading"), moment("after-check-1")),
    )
    times = (moment("during-check"), moment("check-ends"), moment("1h"))
    for home, paper, pattern, first, when in product(HOMES, PAPERS, patterns, said, times):
        yield Case(IOC, home, FAILS, Consent("next", paper, pattern, first), Change("gsme-to-next-active", when))


def evidence_across_clock_changes() -> Iterator[Case]:
    """The deciding check the day before summer time begins or ends x installation x moment of the consent."""
    for start, home, course, when in product(BEFORE_CLOCKS_CHANGE, HOMES, (FAILS, AT_THE_CAP), MOMENTS):
        yield Case(IOC, home, course, told_in_time(home, when=when.name), start=start)
