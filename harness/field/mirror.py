"""What the hub's mirror could have known of the gas meter: the last report that the hub acknowledged."""

from __future__ import annotations

from dataclasses import dataclass

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.harness.field.home import Home
from hanbench.harness.field.observation import Seen
from hanbench.harness.field.phases import Phases, acknowledges_metering
from hanbench.harness.field.signs_of_application import values

_WITHIN = 30 * SECOND
"""Time between a report and the acknowledgement that the meter fetches."""
_REGISTER = MeteringAttributes.CurrentSummationDelivered.id


@dataclass(frozen=True)
class MirrorKnowledge:
    """The last report that reached the mirror, and the last one that the meter sent."""

    frame: int
    """Number of the report; 0: the capture has none."""
    time: int
    register: int | None
    """CurrentSummationDelivered in it; None: not in it, or not decrypted."""
    sent_since: int
    """Reports that the meter sent afterwards, which the hub did not acknowledge."""


def mirror_knowledge(home: Home, phases: Phases) -> MirrorKnowledge:
    """Return what the mirror could have known at the end of the capture."""
    reports = [frame for frame in phases.own if frame.name == "report-attributes"]
    reached = [frame for frame in reports if _reached(frame, phases)]
    if not reached:
        return MirrorKnowledge(0, 0, None, len(reports))
    last = reached[-1]
    register = values(last).get(_REGISTER)
    later = [frame for frame in reports if frame.time > last.time]
    return MirrorKnowledge(last.number, last.time, register if isinstance(register, int) else None, len(later))


def _reached(report: Seen, phases: Phases) -> bool:
    of = report.aps
    return of is not None and any(
        proof.aps is not None and proof.aps.counter == of.counter and 0 <= proof.time - report.time <= _WITHIN
        for proof in (*phases.well, *filter(acknowledges_metering, phases.to_it))
    )
