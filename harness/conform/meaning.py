"""The meaning of PICS codes in words, with the names of clusters and attributes."""

from __future__ import annotations

import re

from hanbench.emulator.zcl.clusters import BY_ID
from hanbench.profiles.conform.pics import catalogue, title_of

_OF_A_CLUSTER = re.compile(r"(?P<prefix>[A-Z]{3})\.(?P<side>[SC])(\.A(?P<attribute>[0-9A-F]{4}))?")


def meaning_of(code: str) -> str:
    """Return what a code means: `Metering (0x0702), server: CurrentSummationDelivered (0x0000)`."""
    match = _OF_A_CLUSTER.fullmatch(code)
    cluster = None if match is None else BY_ID.get(catalogue().clusters.get(match["prefix"], -1))
    if match is None or cluster is None:
        return title_of(code)
    server = match["side"] == "S"
    words = f"{cluster.name} (0x{cluster.id:04X}), {'server' if server else 'client'}"
    if match["attribute"] is None:
        return words
    number = int(match["attribute"], 16)
    table = cluster.attributes if server else cluster.client_attributes
    name = next((row.name for row in table if row.id == number), "attribute")
    return f"{words}: {name} (0x{number:04X})"
