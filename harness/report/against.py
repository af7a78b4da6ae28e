"""A run against an earlier one: which failures are new, which are fixed, which are tolerated until a date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct, structs

from hanbench.harness.report.json_file import Report
from hanbench.harness.report.model import ScenarioReport

NAMED = 20
"""How many new failures are named on the terminal."""
Signs = frozenset[str]
"""How a case failed: the violated properties, `outcome`, `expectation`."""


class Comparison(Struct, frozen=True):
    """Two runs compared: ids of cases, in the order of the later run."""

    new: tuple[str, ...]
    """Failed now, and not before, or not in this way."""
    known: tuple[str, ...]
    """Failed before in this way too, and are not tolerated."""
    tolerated: tuple[str, ...]
    """Failed before in this way too, and are tolerated today."""
    fixed: tuple[str, ...]
    """Failed before, and went as expected now."""
    missing: tuple[str, ...]
    """Failed before, and were not played now."""
    until: str | None = None
    """The last day on which failures of the earlier run are tolerated, as YYYY-MM-DD; None: they are not."""

    @property
    def fails(self) -> bool:
        """Whether a failure is not tolerated."""
        return bool(self.new or self.known)


class SignsAgainst:
    """Compares the signs of cases, as they come in, with those of an earlier run of whatever kind."""

    def __init__(self, before: Mapping[str, Signs], *, until: date | None, today: date) -> None:
        """`before`: signs by case. `until`: the last day (UTC) on which those are tolerated; None: they are not."""
        self._before = before
        self._now: dict[str, set[str]] = defaultdict(set)
        self._until = until
        self._tolerant = until is not None and today <= until

    def add(self, id: str, signs: Signs) -> None:
        """Take in one case of the later run; a case on several seeds fails if it does on one of them."""
        self._now[id] |= signs

    def excuses(self, id: str, signs: Signs) -> bool:
        """Return whether a failure is tolerated today."""
        return self._tolerant and signs <= self._before.get(id, frozenset())

    @property
    def until(self) -> str | None:
        """The last day of tolerance, as YYYY-MM-DD."""
        return None if self._until is None else self._until.isoformat()

    @property
    def comparison(self) -> Comparison:
        """The comparison of all cases so far."""
        failed = {id_: signs for id_, signs in self._now.items() if signs}
        new = tuple(id_ for id_, signs in failed.items() if not signs <= self._before.get(id_, frozenset()))
        old = tuple(id_ for id_ in failed if id_ not in set(new))
        gone = tuple(id_ for id_ in self._before if id_ not in failed)
        return Comparison(
            new=new,
            known=() if self._tolerant else old,
            tolerated=old if self._tolerant else (),
            fixed=tuple(id_ for id_ in gone if id_ in self._now),
            missing=tuple(id_ for id_ in gone if id_ not in self._now),
            until=self.until,
        )


class Against:
    """Compares reports, as they come in, with an earlier run."""

    def __init__(self, before: Iterable[ScenarioReport], *, until: date | None, today: date) -> None:
        """`until`: the last day (UTC) on which failures of the earlier run are tolerated; None: they are not."""
        self._signs = SignsAgainst(_signs(before), until=until, today=today)

    def add(self, report: ScenarioReport) -> None:
        """Take in one report of the later run."""
        self._signs.add(report.id, signs_of(report))

    def marked(self, report: ScenarioReport) -> ScenarioReport:
        """Return a report that says until when its failure is tolerated, if it is tolerated today."""
        excused = not report.as_expected and self.excuses(report)
        return structs.replace(report, tolerated_until=self._signs.until if excused else None)

    def excuses(self, report: ScenarioReport) -> bool:
        """Return whether a failure is tolerated today."""
        return self._signs.excuses(report.id, signs_of(report))

    @property
    def comparison(self) -> Comparison:
        """The comparison of all reports so far."""
        return self._signs.comparison


def compare(now: Report, before: Report, *, until: date | None, today: date) -> Comparison:
    """Compare two reports. `until` and `today` are days in UTC; see `Against`."""
    against = Against(before.scenarios, until=until, today=today)
    for report in now.scenarios:
        against.add(report)
    return against.comparison


def signs_of(report: ScenarioReport) -> Signs:
    """Return how a case failed; empty: it went as expected."""
    if report.as_expected:
        return frozenset()
    signs = {each.property for each in report.violations}
    if report.decision not in report.expected:
        signs.add("outcome")
    if report.unmet:
        signs.add("expectation")
    return frozenset(signs)


def _signs(reports: Iterable[ScenarioReport]) -> Mapping[str, Signs]:
    found: dict[str, Signs] = {}
    for report in reports:
        if signs := signs_of(report):
            found[report.id] = found.get(report.id, frozenset()) | signs
    return found


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """Yield the lines about a comparison: the first new failures by name, and how many there are of the others."""
    for id_ in comparison.new[:NAMED]:
        yield f"new failure: {id_}"
    if len(comparison.new) > NAMED:
        yield f"and {len(comparison.new) - NAMED} more new failures: --json names all"
    if comparison.known:
        expired = "" if comparison.until is None else f"; they were tolerated until {comparison.until}"
        yield f"failed before too: {len(comparison.known)}{expired}"
    if comparison.tolerated:
        yield f"tolerated until {comparison.until}: {len(comparison.tolerated)} that failed before too"
    if comparison.fixed:
        yield f"fixed: {len(comparison.fixed)}"
    if comparison.missing:
        yield f"failed before, not played now: {len(comparison.missing)}"
    if not comparison.fails:
        yield "no new failure"
