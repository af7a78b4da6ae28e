"""Keywords about faults, devices and whether meters are reachable."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from robot.api.deco import keyword

from hanbench.harness.control.requests import LONGEST_WAIT
from hanbench.harness.robot_library.base import SOON, Keywords
from hanbench.harness.robot_library.failure import BenchFailure

Meter = Literal["esme", "gsme"]


class FaultKeywords(Keywords):
    """Keywords about faults and devices."""

    @keyword(tags=("faults",))
    def inject_fault(self, fault: str) -> None:
        """Inject a fault, and wait until it is active. ``hanbench faults`` lists the faults.

        | `Inject Fault` | battery-dead |
        """
        self._asked(lambda bench: bench.inject(fault))

    @keyword(tags=("faults",))
    def heal_fault(self, fault: str) -> None:
        """Heal a fault, and wait until its meter is reachable again."""
        self._asked(lambda bench: bench.heal(fault))

    @keyword(tags=("faults",))
    def heal_all_faults(self) -> None:
        """Heal every active fault of the home."""
        for fault in self._asked(lambda bench: bench.active()):
            self.heal_fault(fault)

    @keyword(tags=("faults",))
    def fault_should_be_active(self, fault: str) -> None:
        """Fail unless the fault is active."""
        active = self._asked(lambda bench: bench.active())
        if fault not in active:
            raise BenchFailure(f"Expected the fault {fault} to be active; active: {', '.join(active) or 'none'}.")

    @keyword(tags=("faults",))
    def no_fault_should_be_active(self) -> None:
        """Fail if a fault is active."""
        if active := self._asked(lambda bench: bench.active()):
            raise BenchFailure(f"Expected no active fault; active: {', '.join(active)}.")

    @keyword(tags=("devices",))
    def switch_power(self, node: str, action: Literal["off", "on", "cycle"]) -> None:
        """Switch the power of a node: a meter's battery or mains, the hub's mains."""
        self._asked(lambda bench: bench.client.power(self._node(node), action))

    @keyword(tags=("devices",))
    def press_button(self, node: str, button: Literal["join", "leave", "button"]) -> None:
        """Press a button of a device, and wait for the result: join the HAN, leave it, or the device's own button."""
        self._asked(lambda bench: bench.client.press(self._node(node), button, wait_s=LONGEST_WAIT))

    @keyword(tags=("devices",))
    def meter_should_be_reachable(self, meter: Meter = "gsme") -> None:
        """Fail unless the hub can reach a meter now. This is the ground truth, which no check reads."""
        if why := self._why_unreachable(meter):
            raise BenchFailure(f"Expected the {meter} to be reachable, but {why}.")

    @keyword(tags=("devices",))
    def meter_should_be_unreachable(self, meter: Meter = "gsme") -> None:
        """Fail if the hub can reach a meter now. This is the ground truth, which no check reads."""
        if not self._why_unreachable(meter):
            raise BenchFailure(f"Expected the {meter} to be unreachable, but the hub can reach it.")

    @keyword(tags=("devices",))
    def wait_until_meter_is_reachable(self, meter: Meter = "gsme", timeout: timedelta = SOON) -> None:
        """Wait until the hub can reach a meter; ``timeout`` is real time.

        | `Wait Until Meter Is Reachable` | gsme | timeout=30 s |
        """
        self._until(lambda: not self._why_unreachable(meter), timeout, lambda: self._why_unreachable(meter))

    def _why_unreachable(self, meter: str) -> str:
        """Return why the hub cannot reach a meter; empty: it can."""
        node = self._asked(lambda bench: bench.client.node(self._node(meter)))
        if node.obstacles:
            return "; ".join(node.obstacles)
        if not node.powered:
            return "it has no power"
        return "" if node.joined else "it is not in the HAN"
