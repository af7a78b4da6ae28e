"""The records of a case's trace as events of a bench: of a scenario that plays, and of a run that is replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanbench.harness.case.installation import Installation
from hanbench.harness.case.plan import State
from hanbench.harness.case.trace import (
    ActionAccepted,
    AnyRecord,
    CheckRecorded,
    CheckStarted,
    CommissioningRecorded,
    GroundTruth,
    SupplierSaid,
)
from hanbench.harness.case.vocabulary import CommissionDevices
from hanbench.harness.control.decisions import tell_decision
from hanbench.harness.control.events import CheckProgress, CommissioningProgress, ConsentStated, FaultChanged
from hanbench.harness.control.journal import TakesEvents
from hanbench.profiles.rulesets import RuleSet

SCENARIO = "scenario"
_PHASES = {State.HEALTHY: "healed", State.UNCERTAIN: "healing"}


@dataclass(frozen=True)
class TraceTeller:
    """Puts the records of one case into a journal."""

    journal: TakesEvents
    installation: Installation
    rulesets: Mapping[str, RuleSet]
    controller: str
    """Its name."""

    def tell(self, record: AnyRecord) -> None:
        """Tell one record, if it is an event of the bench."""
        journal = self.journal
        match record:
            case ActionAccepted(action=action):
                tell_decision(journal, self.installation, self.rulesets, action, record.time, self.controller)
                if isinstance(action, CommissionDevices):
                    devices = tuple(each.value for each in action.devices)
                    journal.add(CommissioningProgress, devices=devices, by=SCENARIO)
            case GroundTruth(cause=cause, state=state):
                journal.add(FaultChanged, fault=cause, phase=_PHASES.get(state, "active"), by=SCENARIO)
            case CheckStarted(attempt=attempt):
                journal.add(CheckProgress, attempt=attempt, by=SCENARIO)
            case CheckRecorded(check=check):
                journal.add(CheckProgress, attempt=check.attempt, check=check, by=SCENARIO)
            case CommissioningRecorded(commissioning=ended):
                devices = tuple(each.value for each in ended.devices)
                journal.add(CommissioningProgress, devices=devices, commissioning=ended, by=SCENARIO)
            case SupplierSaid(supplier=supplier, says=says):
                journal.add(ConsentStated, supplier=supplier, says=says, by=SCENARIO)
