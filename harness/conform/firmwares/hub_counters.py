"""Wrong hubs: frame counters. What is wrong with them is wrong with meters, too."""

from __future__ import annotations

from hanbench.harness.conform.firmwares import counters
from hanbench.harness.conform.firmwares.model import Firmwares

WRONG = Firmwares([], kind="hub")
WRONG.add("hub-takes-replays", "HCTR", "zigbee-rs#61")(counters.takes_replays)
WRONG.add("hub-takes-a-counter-twice", "HCTR", "zigbee-rs#61; zigbee-rs#64")(counters.takes_equal_counter)
