"""The named faults, each injected at the layer at which it occurs in the field, and the ground truth."""

from __future__ import annotations

from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.faults import application, exchange, keys, network, radio, repeater
from hanbench.harness.faults.fault import Fault
from hanbench.harness.faults.ground_truth import obstacles, reachable

_ROOMS = (radio, network, keys, application, repeater, exchange)
_BY_NAME = {fault.name: fault for room in _ROOMS for fault in room.FAULTS}
FAULTS: dict[str, Fault] = {name: _BY_NAME[name] for name in CATALOGUE}
"""Every fault of the catalogue, by name."""

__all__ = ["FAULTS", "Fault", "obstacles", "reachable"]
