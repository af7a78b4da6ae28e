"""Migration of one installation: the model, the controller's vocabulary and interface, the reference controller."""

from __future__ import annotations

from harness.migration.controller import Controller, ControllerFactory, RemoteController
from harness.migration.installation import Installation, Meter, Rulebook, RuleEntry, Status
from harness.migration.plan import Change, Plan, Says, State, SupplierAct
from harness.migration.reference import Reference
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
    "Reference",
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
