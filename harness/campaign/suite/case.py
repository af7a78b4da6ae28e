"""One case of the suite: a choice in every dimension, and the scenario that it makes."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from hanbench.harness.campaign.suite.consents import Consent
from hanbench.harness.campaign.suite.courses import REQUIRED, Course
from hanbench.harness.campaign.suite.deadlines import LATE, Deadline
from hanbench.harness.campaign.suite.hands import Change
from hanbench.harness.campaign.suite.homes import Home
from hanbench.harness.campaign.suite.starts import APRIL, Start
from hanbench.harness.campaign.suite.switches import NO_SWITCH, SWITCHES
from hanbench.harness.case.cell import MatrixCell
from hanbench.harness.scenario.scenario import IN_FORCE, Scenario
from hanbench.profiles.rulesets import Cohort

ID_FORM = "COHORT.HOME.RULES.START.COURSE.SPACING.CONSENT.CHANGE.DEADLINE.SWITCH"
"""The parts of a case's id. A second part after a pair's name says which of the two cases of one home it is."""
SILENT, NO_CHANGE = "silent", "no-change"
_DAY = timedelta(days=1)


class Case(NamedTuple):
    """A choice in every dimension."""

    cohort: Cohort
    home: Home
    course: Course
    consent: Consent | None = None
    change: Change | None = None
    rules: str = IN_FORCE
    start: Start = APRIL
    spacing: float = 24.0
    """Hours between two checks."""
    deadline: Deadline = LATE
    switch: str = NO_SWITCH
    pair: str = ""
    """The name of a pair of cases about one installation, and this one's place in it."""

    @property
    def id(self) -> str:
        """The id, which says every choice."""
        parts = (
            self.cohort.value,
            self.home.name,
            self.rules,
            self.start.name,
            self.course.name,
            f"{self.spacing:g}h",
            self.consent.name if self.consent else SILENT,
            self.change.name if self.change else NO_CHANGE,
            self.deadline.name,
            self.switch,
        )
        return ".".join((*parts, self.pair) if self.pair else parts)

    @property
    def title(self) -> str:
        """What happens, in words."""
        words = (
            self.consent.words if self.consent else "no supplier speaks",
            self.change.words if self.change else "",
            self.start.words,
            self.deadline.words if self.deadline is not LATE else "",
            f"switched: {self.switch}" if self.switch != NO_SWITCH else "",
        )
        return f"A home that is {self.home.words}: {self.course.words}; {'; '.join(each for each in words if each)}"

    @property
    def cell(self) -> MatrixCell:
        """The place in the tables of a report."""
        consent = self.consent.name if self.consent else SILENT
        return MatrixCell(self.cohort, self.home.type, self.rules, self.course.name, consent)

    @property
    def required(self) -> int:
        """The failures after which the failure is persistent here."""
        return SWITCHES[self.switch].failures_required or REQUIRED

    @property
    def story(self) -> tuple[object, ...]:
        """What tells the HAN story of this case from others."""
        spacing = timedelta(hours=self.spacing)
        return self.cohort, self.start.of(self.course, self.cohort, spacing), self.course.events()

    def scenario(self) -> Scenario:
        """Return the scenario."""
        spacing = timedelta(hours=self.spacing)
        start = self.start.of(self.course, self.cohort, spacing)
        decides = self.course.decides(self.required)
        decided = self.course.decided(self.cohort, spacing, self.required)
        return Scenario(
            id=self.id,
            title=self.title,
            cohort=self.cohort,
            esme=self.home.esme,
            gsme=self.home.gsme,
            start=start,
            rules=self.rules,
            installation_id=self.pair.rpartition("-")[0] or None,
            check_spacing_hours=self.spacing,
            decide_within_days=self.deadline.of(decided, spacing) / _DAY,
            switches=SWITCHES[self.switch],
            changes=self.course.events(),
            suppliers=tuple(self.consent.acts(start, decides)) if self.consent else (),
            handovers=tuple(self.change.handovers(self.home, start, decides)) if self.change else (),
            cell=self.cell,
        )
