"""A bench that is up, with the methods of `synchronous.Bench`: for tests that run on either."""

from __future__ import annotations

from time import sleep

from hanbench.harness.case.check import HanCheck
from hanbench.harness.control.client import Client
from hanbench.harness.control.requests import LONGEST_WAIT

LOOK_EVERY = 0.5
"""Longest interval between looks at the bench's clock, real seconds."""


class AttachedBench:
    """A bench that `hanbench up` keeps. What was injected here is healed in the end."""

    def __init__(self, name: str) -> None:
        """`name`: of the bench. Raises ControlError."""
        self.client = Client(name)
        """Every verb of the bench."""
        self.seed = self.client.state().seed
        self._injected: list[str] = []

    def check(self) -> HanCheck:
        """Run one HAN-connectivity check. Raises ControlError."""
        check = self.client.check().check
        assert check is not None
        return check

    def inject(self, fault: str) -> None:
        """Inject a fault, and wait until it is active; it is healed when the bench is left. Raises ControlError."""
        self.client.inject(fault, wait_s=LONGEST_WAIT)
        self._injected.append(fault)

    def heal(self, fault: str) -> None:
        """Heal a fault, and wait until its meter can be reached again. Raises ControlError."""
        self.client.heal(fault, wait_s=LONGEST_WAIT)
        self._injected = [each for each in self._injected if each != fault]

    def wait(self, seconds: float) -> None:
        """Let `seconds` of the bench's time pass. Raises ControlError; ValueError if the bench is paused."""
        end = self.client.state().clock.clock + seconds
        while (clock := self.client.state().clock).clock < end:
            if clock.paused:
                raise ValueError("the bench is paused: its time does not pass")
            sleep(min((end - clock.clock) / clock.speed, LOOK_EVERY))

    def close(self) -> None:
        """Heal what was injected here and is still active, and leave the bench, which goes on."""
        try:
            active = self.client.state().faults
            for fault in reversed(self._injected):
                if fault in active:
                    self.client.heal(fault, wait_s=LONGEST_WAIT)
        finally:
            self.client.close()

    def __enter__(self) -> AttachedBench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
