"""Claims: the first case holds what the vendor claims against what the device shows."""

from __future__ import annotations

from hanbench.harness.conform.case import Area
from hanbench.harness.conform.cases.common import DEVICE
from hanbench.harness.conform.probe import observe
from hanbench.harness.conform.requirement import SE, ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("PICS", "Claims")


@AREA.case(
    1,
    "It has what its PICS claims, and nothing else",
    ZIGBEE("2.4.4.2"),
    SE("table 5-13"),
    gate=DEVICE,
    seconds=900,
    wakes=40,
)
def claimed_is_observed(t: Tester) -> None:
    t.step("The bench asks for descriptors, identity and attributes, and compares them with the PICS")
    found = observe(t)
    t.observed(found)
    wrong = [row for row in found.compared(t.pics) if row.mismatch]
    t.require(
        not wrong,
        "what it shows is not what its PICS claims",
        expected=", ".join(f"{row.code}={int(row.claimed)}" for row in wrong),
        seen=", ".join(f"{row.code}={int(bool(row.observed))}" for row in wrong),
    )
