"""Migration of one installation: the model, the controller's vocabulary and interface, and the session that drives it.

The reference controller is in `reference`, the deliberately wrong ones in `wrong`; the judge imports neither.
"""

from __future__ import annotations

from harness.migration.controller import Controller, ControllerFactory, RemoteController
from harness.migration.installation import Installation, Meter, Rulebook, RuleEntry, Status
from harness.migration.plan import Change, Plan, Says, State, SupplierAct
from harness.migration.session import Limits, drive
from harness.migration.trace import Trace
from harness.migration.world import CheckRecord, CommissioningRecord, World

__all__ = [
    "Change",
    "CheckRecord",
    "CommissioningRecord",
    "Controller",
    "ControllerFactory",
    "Installation",
    "Limits",
    "Meter",
    "Plan",
    "RemoteController",
    "RuleEntry",
    "Rulebook",
    "Says",
    "State",
    "Status",
    "SupplierAct",
    "Trace",
    "World",
    "drive",
]
