"""Decision stories: who says what when, changes of hands, rules, switches and deadlines, on a HAN story of the pool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from hanbench.emulator.randomness import RandomSource, split
from hanbench.harness.campaign.explore.pool import HanStory, draw_han, han_number
from hanbench.harness.campaign.suite.homes import ELECTRICITY, GAS, NEXT, STRANGER
from hanbench.harness.case.installation import Meter, MeterRole, MeterStatus
from hanbench.harness.case.plan import StatementKind, SupplierAct, SupplierChange
from hanbench.harness.scenario.scenario import IN_FORCE, Scenario
from hanbench.profiles.rulesets import Counting, Decider, RecordFields, RuleSet, Switches, shipped

SUPPLIERS = (ELECTRICITY, GAS, NEXT, STRANGER)
_GIVES, _OTHER, _TAKES = "the right paper", "the other paper", "a withdrawal"
_COURSES = (
    (_GIVES,),
    (_GIVES,),
    (_GIVES,),
    (_GIVES,),
    (_OTHER,),
    (_TAKES,),
    (_GIVES, _TAKES),
    (_TAKES, _GIVES),
    (_GIVES, _TAKES, _GIVES),
    (_GIVES, _GIVES, _TAKES),
    (_GIVES, _TAKES, _GIVES, _TAKES),
    (_OTHER, _GIVES),
)
"""What a supplier says, one statement after the other; each comes at a moment of its own."""
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
_DELAYS = tuple(timedelta(hours=hours) for hours in (0, 0, 1, 6, 24, 25, 48))
"""Delays at which something else happens too, or stops to hold."""
_CHOICES: Mapping[str, tuple[Any, ...]] = {
    "failure_counting": tuple(Counting),
    "wan_failure_counts": (False, True),
    "reinstate_on_recovery": (False, True),
    "mixed_gsme_dormant_decider": tuple(Decider),
    "count_before_cap": (False, True),
    "ask_before_hold": (False, True),
    "exclusion_record": tuple(RecordFields),
}
_HOURS = ("evidence_max_age_hours", "idle_hours")
_MOST_CHECKS = 7


def draw(seed: str, number: int) -> Scenario:
    """Return a story of a seed by its number, always the same one."""
    han = _han(seed, han_number(number))
    random = split(seed, "decision", str(number))
    gas = ELECTRICITY if random.random() < 0.3 else GAS
    statuses = [random.choices(tuple(MeterStatus), weights)[0] for weights in ((1, 1), (2, 1))]
    rules = random.choice((IN_FORCE, IN_FORCE, IN_FORCE, *shipped()))
    decide_within = _decide_within(random, han.spacing_hours)
    return Scenario(
        id="explored." + "".join(each if each.isalnum() else "-" for each in f"{seed}-{number}".lower()),
        title=f"Story {number} drawn from seed {seed}",
        cohort=han.cohort,
        esme=Meter(statuses[0], ELECTRICITY),
        gsme=Meter(statuses[1], gas),
        start=han.start,
        begins=han.begins,
        rules=rules,
        check_spacing_hours=han.spacing_hours,
        decide_within_days=decide_within,
        switches=_switches(random, rules),
        changes=han.changes,
        suppliers=tuple(_acts(random, gas, statuses, _Moments(random, han.start, decide_within))),
        handovers=tuple(_handovers(random, _Moments(random, han.start, decide_within))),
    )


@lru_cache(maxsize=4)
def _han(seed: str, number: int) -> HanStory:
    """Return a HAN story; stories with the same one are drawn one after the other."""
    return draw_han(seed, number)


def _decide_within(random: RandomSource, spacing_hours: float) -> float:
    """Return the days that a case has: mostly enough for some checks, and from an hour to a month."""
    if random.random() < 0.2:
        return round(_long(random, 0.05, 30), 4)
    hours = random.choice((2, 3, 4, 4, 5, 6)) * (spacing_hours + 1)
    return round((hours + random.choice((0.0, 1.0, 12.0, 30.0, 100.0)) + random.random()) / 24, 4)


def _long(random: RandomSource, least: float, most: float) -> float:
    """Return a number, as likely between 1 and 2 as between 10 and 20."""
    return float(least * (most / least) ** random.random())


# --- switches ---------------------------------------------------------------------------------------------------------


def _switches(random: RandomSource, rules: str) -> Switches:
    """Return the choices of a case: in half of the cases those of the rule set, otherwise some at random values."""
    if random.random() < 0.5:
        return Switches()
    names = (*_CHOICES, *_HOURS, "failures_required", "attempt_cap")
    named = random.sample(names, random.choice((1, 1, 2, 3, len(names))))
    values = {name: random.choice(_CHOICES[name]) for name in named if name in _CHOICES}
    values |= {name: round(_long(random, 1, 100)) for name in named if name in _HOURS}
    possible = shipped().values() if rules == IN_FORCE else (shipped()[rules],)
    most, least = max(map(_required, possible)), min(each.attempt_cap.value for each in possible)
    if "failures_required" in named:
        most = values["failures_required"] = random.randint(1, least)
    if "attempt_cap" in named:
        # No rule set has a cap below the number of failures that it requires.
        values["attempt_cap"] = random.randint(most, 8)
    return Switches(**values)


def _required(rules: RuleSet) -> int:
    decision = rules.decision
    most: int = max(getattr(decision, name).failures_required.value for name in decision.__struct_fields__)
    return most


# --- what suppliers do ------------------------------------------------------------------------------------------------


class _Moments:
    """Draws the moments of a case: during checks and commissionings, between them, at their ends, about `decide_by`."""

    def __init__(self, random: RandomSource, start: datetime, decide_within_days: float) -> None:
        self._random = random
        self._start = start
        self._within = timedelta(days=decide_within_days)

    def draw(self, *, asked: bool = False) -> dict[str, Any]:
        """Return when an act or change comes, as the fields of its occasion. `asked`: also some time after asking."""
        kinds = (self._after_check, self._during_check, self._during_commissioning, self._about_the_end, self._at)
        kind = self._random.choices((*kinds, self._after_ask), (30, 12, 8, 12, 18, 20 if asked else 0))[0]
        return kind()

    def _check(self) -> int:
        return self._random.choice((1, 1, 2, 2, 3, 3, 3, 4, 5, self._random.randint(1, _MOST_CHECKS)))

    def _after_check(self) -> dict[str, Any]:
        later = timedelta(0) if self._random.random() < 0.5 else self._delay()
        return {"after_check": self._check(), "later": later}

    def _during_check(self) -> dict[str, Any]:
        return {"during_check": self._check(), "later": self._brief(4000)}

    def _during_commissioning(self) -> dict[str, Any]:
        return {"during_commissioning": self._random.choice((1, 1, 2)), "later": self._brief(30)}

    def _about_the_end(self) -> dict[str, Any]:
        near = self._random.choice((timedelta(0), _SECOND, -_SECOND, timedelta(microseconds=-1)))
        return {"to_decide_by": near if self._random.random() < 0.6 else self._any(-_DAY, _DAY)}

    def _at(self) -> dict[str, Any]:
        return {"at": self._start + self._any(-_DAY, self._within + _DAY)}

    def _after_ask(self) -> dict[str, Any]:
        return {"after_ask": self._delay()}

    def _brief(self, most: float) -> timedelta:
        """Return a delay, none in three of ten cases."""
        if self._random.random() < 0.3:
            return timedelta(0)
        return timedelta(seconds=round(self._random.uniform(0, most), 6))

    def _delay(self) -> timedelta:
        """Return a delay of any length."""
        if self._random.random() < 0.5:
            return self._random.choice(_DELAYS)
        return timedelta(seconds=round(_long(self._random, 1, 10 * 86_400), 3))

    def _any(self, least: timedelta, most: timedelta) -> timedelta:
        return timedelta(seconds=round(self._random.uniform(least.total_seconds(), most.total_seconds()), 3))


def _acts(random: RandomSource, gas: str, statuses: list[MeterStatus], moments: _Moments) -> Iterator[SupplierAct]:
    """Yield what suppliers say: each a course of statements, in the same instant or at moments of their own."""
    active = all(status is MeterStatus.ACTIVE for status in statuses)
    papers = [StatementKind.REQUEST, StatementKind.AUTHORISATION]
    right, other = papers if active else papers[::-1]
    kinds = {_GIVES: right, _OTHER: other, _TAKES: StatementKind.WITHDRAWAL}
    for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
        supplier = gas if random.random() < 0.7 else random.choice(SUPPLIERS)
        when = moments.draw(asked=True)
        for place, what in enumerate(random.choice(_COURSES)):
            if place and random.random() < 0.8:
                when = moments.draw(asked=True)
            yield SupplierAct(supplier=supplier, says=kinds[what], **when)


def _handovers(random: RandomSource, moments: _Moments) -> Iterator[SupplierChange]:
    """Yield changes of hands and statuses; two of three cases have none."""
    if random.random() < 0.65:
        return
    for _ in range(random.choice((1, 1, 2, 3))):
        meter = random.choice((MeterRole.ESME, MeterRole.GSME, MeterRole.GSME))
        supplier = random.choice((None, NEXT, *SUPPLIERS))
        yield SupplierChange(meter=meter, status=random.choice(tuple(MeterStatus)), supplier=supplier, **moments.draw())
