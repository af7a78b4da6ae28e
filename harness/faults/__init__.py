"""Named faults, each applied at the layer where it happens in the field, and the ground truth they make."""

from __future__ import annotations

from hanbench.harness.case.check import Subject
from hanbench.harness.faults import application as upkeep
from hanbench.harness.faults import keys, network, radio
from hanbench.harness.faults.fault import Fault
from hanbench.harness.faults.ground_truth import obstacles, reachable

FAULTS: dict[str, Fault] = {
    fault.name: fault for fault in (*radio.FAULTS, *network.FAULTS, *keys.FAULTS, *upkeep.FAULTS)
}
GSME_FAULTS = tuple(
    name for name, fault in FAULTS.items() if fault.subject is Subject.GSME and fault.breaks_reachability
)
"""Those that cut the gas meter off."""
IMPAIRMENTS = tuple(name for name, fault in FAULTS.items() if not fault.breaks_reachability)
"""Those under which it can still be reached."""

__all__ = ["FAULTS", "GSME_FAULTS", "IMPAIRMENTS", "Fault", "obstacles", "reachable"]
