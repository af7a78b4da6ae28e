"""A bench that is up, with the methods of `synchronous.Bench`: for tests that run on either."""

from __future__ import annotations

from time import sleep

from hanbench.harness.case.check import HanCheck
from hanbench.harness.control.client import Client
from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.requests import LONGEST_WAIT

LOOK_EVERY = 0.5
"""Longest interval between looks at the bench's clock, real seconds."""


class AttachedBench:
    """A home of a bench that `hanbench up` or `serve` keeps. What was injected here is healed in the end."""

    def __init__(
        self, where: str, *, bench: str | None = None, home: str | None = None, token: str | None = None
    ) -> None:
        """`where`, `bench`, `token`: as for `Client`. `home`: one of several.

        Raises ControlError.
        """
        self.client = Client(where, bench=bench, token=token)
        """Every verb of the bench."""
        self.home = home
        try:
            self.client.nodes(home=home)
        except ControlError:
            self.client.close()
            raise
        self.seed = self.client.state().seed
        self._injected: list[tuple[str | None, str]] = []
        """Homes and faults."""

    def check(self) -> HanCheck:
        """Run one HAN-connectivity check. Raises ControlError."""
        check = self.client.check(home=self.home).check
        assert check is not None
        return check

    def inject(self, fault: str) -> None:
        """Inject a fault, and wait until it is active; it is healed when the bench is left. Raises ControlError."""
        self.client.inject(fault, wait_s=LONGEST_WAIT, home=self.home)
        self._injected.append((self.home, fault))

    def heal(self, fault: str) -> None:
        """Heal a fault, and wait until its meter can be reached again. Raises ControlError."""
        self.client.heal(fault, wait_s=LONGEST_WAIT, home=self.home)
        self._injected = [each for each in self._injected if each != (self.home, fault)]

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
            for home, fault in reversed(tuple(self._injected)):
                self.home = home
                if fault in self.active():
                    self.heal(fault)
        finally:
            self.client.close()

    def active(self) -> tuple[str, ...]:
        """Return the active faults of the home. Raises ControlError."""
        homes = self.client.state().homes
        return tuple(fault for each in homes if self.home in (None, each.name) for fault in each.faults)

    def __enter__(self) -> AttachedBench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
