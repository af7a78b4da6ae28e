"""Wrong firmwares: what is claimed and is not there."""

from __future__ import annotations

from typing import Any

from hanbench.harness.conform.firmwares.model import Firmwares, Note

WRONG = Firmwares([])


@WRONG.add("lacks-a-claimed-cluster", "PICS")
def lacks_a_claimed_cluster(device: Any, note: Note) -> None:
    """Its simple descriptor lacks a cluster that its PICS claims."""
    note()
    listed = device.stack.management.descriptors
    listed[:] = [type(each)(*(*_fields(each)[:4], each.inputs[:-1], each.outputs)) for each in listed]


def _fields(descriptor: Any) -> tuple[Any, ...]:
    return descriptor.endpoint, descriptor.profile, descriptor.device, descriptor.version
