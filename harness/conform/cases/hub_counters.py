"""Frame counters at a hub: what a meter sent once is not taken a second time."""

from __future__ import annotations

from hanbench.harness.conform.case import Area
from hanbench.harness.conform.cases.common import HUB
from hanbench.harness.conform.cases.counters import drops_equal_counter, drops_replay
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import ZIGBEE

AREA = Area("HCTR", "Hub: frame counters", gate=HUB, wakes=2)


@AREA.case(1, "It drops a frame that it has had", ZIGBEE("4.3.1.2"))
def replay(t: HubTester) -> None:
    drops_replay(t, "esme")


@AREA.case(2, "It drops another frame under the counter that it has had last", ZIGBEE("4.3.1.2"))
def equal_counter(t: HubTester) -> None:
    drops_equal_counter(t, "esme")
