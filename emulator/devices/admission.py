"""Which clusters travel under the APS link key, and what becomes of a message that does not (SE 1.4a, 5.4.6).

The clusters listed here are open to every holder of the network key; all others on a Smart Energy endpoint need the
link key, those of manufacturers too. That Power Configuration and Keep-Alive are open is a reading of a table that
nobody could show us in print (assumed).
"""

from __future__ import annotations

from hanbench.emulator.zcl import Indication, Status
from hanbench.emulator.zcl.clusters import BASIC, IDENTIFY, KEEP_ALIVE, KEY_ESTABLISHMENT, POWER_CONFIGURATION, TIME
from hanbench.emulator.zigbee.storage import KeyOrigin

OPEN = frozenset(cluster.id for cluster in (BASIC, POWER_CONFIGURATION, IDENTIFY, TIME, KEEP_ALIVE, KEY_ESTABLISHMENT))
DATA_KEYS = frozenset((KeyOrigin.ESTABLISHED, KeyOrigin.BROKERED))
"""Link keys that protect data: what lets a newcomer in does not."""


def needs_link_key(cluster: int) -> bool:
    """Whether messages of a cluster travel under the link key."""
    return cluster not in OPEN


def admit(indication: Indication) -> bool | Status:
    """Let a message in, or refuse it with FAILURE where it should have been secured."""
    if indication.secured or indication.cluster in OPEN:
        return True
    return Status.FAILURE
