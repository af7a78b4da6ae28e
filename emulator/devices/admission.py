"""Clusters that require APS security, and the refusal of messages without it (SE 1.4a, 5.4.6).

The clusters listed here are open to every holder of the network key; all others on a Smart Energy endpoint need the
link key, those of manufacturers too. Power Configuration and Keep-Alive are assumed to be open: the table that says so
was not at hand in print.
"""

from __future__ import annotations

from hanbench.emulator.zcl import Indication, Status
from hanbench.emulator.zcl.clusters import BASIC, IDENTIFY, KEEP_ALIVE, KEY_ESTABLISHMENT, POWER_CONFIGURATION, TIME
from hanbench.emulator.zigbee.storage import KeyOrigin

OPEN = frozenset(cluster.id for cluster in (BASIC, POWER_CONFIGURATION, IDENTIFY, TIME, KEEP_ALIVE, KEY_ESTABLISHMENT))
DATA_KEYS = frozenset((KeyOrigin.ESTABLISHED, KeyOrigin.BROKERED))
"""Origins of link keys that protect data; a joining key does not."""


def needs_link_key(cluster: int) -> bool:
    """Whether messages of a cluster travel under the link key."""
    return cluster not in OPEN


def admit(indication: Indication) -> bool | Status:
    """Let a message in, or refuse it with FAILURE where it should have been secured."""
    if indication.secured or indication.cluster in OPEN:
        return True
    return Status.FAILURE
