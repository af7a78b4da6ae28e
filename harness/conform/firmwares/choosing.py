"""Wrong firmwares: the choice of a parent by its beacon."""

from __future__ import annotations

from typing import Any

from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([])
PAYLOAD = 15
"""Its octets."""
HEAD = b"\x00\x22"
"""The first octets of the payload of a Zigbee PRO network."""


@WRONG.add("joins-any-protocol", "PAR")
def joins_any_protocol(device: Any, note: Note) -> None:
    """It looks at neither the stack profile nor the version in a beacon."""

    def open_networks(former: Any, beacons: Any) -> None:
        made = []
        for each in beacons:
            if each.payload[:2] != HEAD and len(each.payload) == PAYLOAD:
                note()
                each = each._replace(payload=HEAD + each.payload[2:])
            made.append(each)
        former(made)

    wrapped(device.stack.joiner, "_open_networks", open_networks)


@WRONG.add("takes-the-first-beacon", "PAR")
def takes_the_first_beacon(device: Any, note: Note) -> None:
    """It rejoins the first network of its name that answers."""

    def choose(former: Any, candidates: Any) -> None:
        if len(candidates) > 1:
            note()
        former(candidates[:1])

    wrapped(device.stack.joiner, "_choose", choose)


@WRONG.add("compares-update-ids-as-numbers", "PAR")
def compares_update_ids_as_numbers(device: Any, note: Note) -> None:
    """It takes the update identifier 255 for newer than 0."""

    def choose(former: Any, candidates: Any) -> None:
        highest = max((each.payload.update_id for each in candidates), default=0)
        if len({each.payload.update_id for each in candidates}) > 1:
            note()
        former([each for each in candidates if each.payload.update_id == highest])

    wrapped(device.stack.joiner, "_choose", choose)
