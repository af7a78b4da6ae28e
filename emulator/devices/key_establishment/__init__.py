"""Key establishment by certificate: the cluster 0x0800 at work (SE 1.4a, annex C).

`states` is the order of messages, `session` the computation of one side, `initiator` and `responder` the two sides on
the air, `link_key_manager` decides when a device starts. The mathematics is `hanbench.emulator.zigbee.security.cbke`.
"""

from __future__ import annotations

from hanbench.emulator.devices.key_establishment.initiator import Ended, Initiator
from hanbench.emulator.devices.key_establishment.link_key_manager import LinkKeyManager
from hanbench.emulator.devices.key_establishment.responder import Responder

__all__ = ["Ended", "Initiator", "LinkKeyManager", "Responder"]
