"""A scenario that tells the story of a capture: when the meter was last heard, and the fault that fits best."""

from __future__ import annotations

from typing import Any

import tomli_w

from hanbench.harness.case.fault_catalogue import CATALOGUE, FaultDescription
from hanbench.harness.field.diagnosis import Diagnosis
from hanbench.harness.field.verdict import FieldVerdict
from hanbench.harness.field.words import date_of

SCHEMA = "#:schema ../schemas/scenario.schema.json"
_CHECK_SPACING_H = 24
_DECIDE_WITHIN_DAYS = 7
_YEARS = range(2001, 2100)
"""Years in which a scenario may begin: devices count seconds since 2000."""


class NoStoryError(Exception):
    """A capture has no story that a scenario can tell. The text says why, in one line."""


def scenario_text(diagnosis: Diagnosis, id: str) -> str:
    """Return the text of a scenario file. Raises NoStoryError.

    The home is IOC's, and both meters are Dormant: a capture shows neither cohort nor supplier.
    """
    phases = diagnosis.phases
    if phases is None or diagnosis.verdict is FieldVerdict.NOTHING:
        raise NoStoryError(f"the capture proves nothing: {diagnosis.ruling.why}")
    fault = _fault(diagnosis)
    # The case is loaded when the meter was last heard well, so that its first check meets the fault.
    begin = date_of(phases.begin if fault is None else phases.since).replace(microsecond=0)
    if begin.year not in _YEARS:
        raise NoStoryError(f"its clock says {begin.year}; a scenario begins in {_YEARS[0]} to {_YEARS[-1]}")
    table: dict[str, Any] = {
        "id": id,
        "title": _title(diagnosis, fault),
        "source": f"capture {diagnosis.path.name}, by hanbench diagnose",
        "cohort": "ioc",
        "start": begin,
        "rules": "in-force",
        "check_spacing_hours": _CHECK_SPACING_H,
        "decide_within_days": _DECIDE_WITHIN_DAYS,
        "esme": {"status": "dormant", "supplier": "supplier-electricity"},
        "gsme": {"status": "dormant", "supplier": "supplier-gas"},
    }
    if fault is not None:
        table["changes"] = [_change(fault)]
    return "\n".join((SCHEMA, *_comments(diagnosis, fault), "", tomli_w.dumps(table)))


def _fault(diagnosis: Diagnosis) -> FaultDescription | None:
    """Return the fault to play: the first of the best class; None: the meter is well."""
    if not diagnosis.ranked:
        return None
    return CATALOGUE[diagnosis.ranked[0].fault_class.faults[0]]


def other_classes(diagnosis: Diagnosis) -> list[str]:
    """Return the classes that fit less well than the one that is told, each with its faults in words."""
    return [f"{each.fault_class.title} ({', '.join(each.fault_class.faults)})" for each in diagnosis.ranked[1:]]


def _title(diagnosis: Diagnosis, fault: FaultDescription | None) -> str:
    if fault is None:
        return f"As captured in {diagnosis.path.name}: the meter is heard well"
    return f"As captured in {diagnosis.path.name}: {fault.title}"


def _change(fault: FaultDescription) -> dict[str, Any]:
    return {"subject": fault.subject.value, "state": fault.state, "cause": fault.name, "before_check": 1}


def _comments(diagnosis: Diagnosis, fault: FaultDescription | None) -> list[str]:
    lines = [
        f"# Made from {diagnosis.path.name}: {diagnosis.verdict.value} ({diagnosis.ruling.code}).",
        "# Assumed, because no capture shows them: cohort, suppliers, status of the meters, rules.",
    ]
    if fault is not None:
        alike = [name for name in diagnosis.ranked[0].fault_class.faults if name != fault.name]
        if alike:
            lines.append(f"# Alike on the air: {', '.join(alike)}.")
        lines += [f"# Fits too: {text}." for text in other_classes(diagnosis)]
    return lines
