"""One energy scan: its commands, its measurement and its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hanbench.emulator.clock import MILLISECOND, Timer
from hanbench.emulator.octets import le
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId, ScanState
from hanbench.hardware.desired_state import SpinelCommand

LONGEST_SCAN = 65_535 * MILLISECOND
NO_MEASUREMENT = -128
"""dBm."""


@dataclass(slots=True, eq=False)
class EnergyScan:
    """A scan of one channel for `duration` microseconds; `done` gets the highest energy, dBm."""

    channel: int
    duration: int
    done: Callable[[int], None]
    highest: int = NO_MEASUREMENT
    timer: Timer | None = None
    """Ends the scan if the dongle does not."""

    def commands(self) -> tuple[SpinelCommand, ...]:
        """Return the commands that start the scan; its period is at least a millisecond."""
        period = max(1, min(self.duration, LONGEST_SCAN) // MILLISECOND)
        return (
            SpinelCommand(CommandId.SET, PropertyId.MAC_SCAN_MASK, bytes((self.channel,))),
            SpinelCommand(CommandId.SET, PropertyId.MAC_SCAN_PERIOD, le(period, 2)),
            SpinelCommand(CommandId.SET, PropertyId.MAC_SCAN_STATE, bytes((ScanState.ENERGY,))),
        )

    def measured(self, value: bytes) -> None:
        """Take the value of a MAC_ENERGY_SCAN_RESULT: channel and dBm."""
        if len(value) == 2:
            self.highest = max(self.highest, int.from_bytes(value[1:], "little", signed=True))

    def end(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        self.done(self.highest)
