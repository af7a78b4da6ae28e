"""New places of the modules and names of hanbench 0.1, for a hint to controllers that still import the old ones."""

from __future__ import annotations

import re
import traceback

_MODULES = {
    "harness.bench": "harness.bench.bench_file",
    "harness.build": "harness.han.settings",
    "harness.campaign.controllers": "harness.controllers.lookup",
    "harness.captured": "harness.bench.captured",
    "harness.faults.ailments": "harness.faults.active_faults",
    "harness.faults.disturbance": "harness.faults.frame_faults",
    "harness.faults.service": "harness.faults.site_visit",
    "harness.faults.upkeep": "harness.faults.application",
    "harness.frames.pattern": "harness.case.pattern",
    "harness.frames.sightings": "harness.han.observer",
    "harness.han": "harness.han.han",
    "harness.identities": "harness.han.credentials",
    "harness.installed": "harness.han.installed",
    "harness.janitor": "harness.bench.cleanup",
    "harness.medium": "harness.han.passive_medium",
    "harness.migration": "harness.case",
    "harness.migration.answers": "harness.controllers.answers",
    "harness.migration.child_process": "harness.controllers.child_process",
    "harness.migration.endpoint_address": "harness.controllers.endpoint_address",
    "harness.migration.http_endpoint": "harness.controllers.http_endpoint",
    "harness.migration.http_exchange": "harness.controllers.http_exchange",
    "harness.migration.mutants": "harness.controllers.mutants",
    "harness.migration.process_group": "harness.controllers.process_group",
    "harness.migration.reference": "harness.controllers.reference",
    "harness.migration.states": "harness.controllers.states",
    "harness.migration.wrong": "harness.controllers.wrong",
    "harness.radios": "harness.han.radios",
    "harness.report.story": "harness.report.timeline",
    "harness.scenario.play": "harness.scenario.run",
    "harness.scenario.words": "harness.scenario.narration",
    "harness.synchronous": "harness.bench.synchronous",
    "harness.version": "__version__",
}
"""Modules of 0.1 that have moved, below `hanbench`; all others only have `hanbench.` in front."""
_NAMES = {
    "Change": "hanbench.harness.case.plan.FaultEvent",
    "CheckRecord": "hanbench.harness.case.check.HanCheck",
    "CheckResult": "hanbench.harness.case.vocabulary.CheckEnded",
    "CommissioningRecord": "hanbench.harness.case.commissioning.Commissioning",
    "CommissioningResult": "hanbench.harness.case.vocabulary.CommissioningEnded",
    "Device": "hanbench.harness.case.installation.MeterRole",
    "Disturbance": "hanbench.harness.case.plan.FrameFaultSpec",
    "Handover": "hanbench.harness.case.plan.SupplierChange",
    "Played": "hanbench.harness.scenario.ScenarioResult",
    "Says": "hanbench.harness.case.plan.StatementKind",
    "Status": "hanbench.harness.case.installation.MeterStatus",
    "play": "hanbench.harness.scenario.run_scenario",
}
"""Names of 0.1 that a controller or a test may import, with their new names."""
_IMPORT = re.compile(r"\b(?:from|import)\s+((?:emulator|hardware|harness|profiles)(?:\.\w+)*)")
_MISSING = re.compile(r"cannot import name '(\w+)' from '(hanbench[\w.]*)'")


def hint_for(error: BaseException) -> str | None:
    """Return a sentence with the new place of a failed import; None: the error is not about a moved name."""
    if not isinstance(error, ImportError):
        return None
    frames = traceback.extract_tb(error.__traceback__)
    return hint_in(f"{frames[-1].line if frames else ''}\n{error}")


def hint_in(text: str) -> str | None:
    """Return the same for the text of a traceback."""
    missing = _MISSING.search(text)
    if missing is not None:
        name = missing[1]
        return f"{name} is {_NAMES[name]} since hanbench 0.2" if name in _NAMES else None
    if "No module named" not in text:
        return None
    found = _IMPORT.search(text)
    if found is None:
        return None
    return f"{found[1]} is hanbench.{_moved(found[1])} since hanbench 0.2"


def _moved(old: str) -> str:
    """Return the new name of a module, by its own entry or by that of its package."""
    if old in _MODULES:
        return _MODULES[old]
    package, _, name = old.rpartition(".")
    return f"{_MODULES[package]}.{name}" if package == "harness.migration" else old
