"""Key establishment by certificate: the cluster 0x0800 at work (SE 1.4a, annex C).

`states` is the order of messages, `session` what is made of them, `initiator` and `responder` the two sides on the
air, `keeper` when a device does it. The mathematics is `hanbench.emulator.zigbee.security.cbke`.
"""

from __future__ import annotations

from hanbench.emulator.devices.key_establishment.initiator import Ended, Initiator
from hanbench.emulator.devices.key_establishment.link_key_manager import LinkKeyManager
from hanbench.emulator.devices.key_establishment.responder import Responder

__all__ = ["Ended", "Initiator", "LinkKeyManager", "Responder"]
