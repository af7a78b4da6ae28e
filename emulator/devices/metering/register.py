"""A meter's register: a reading that grows with time, and is computed when it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Register:
    """A register that counts evenly. It is a function of time, so that flash need not be written to keep it."""

    first: int
    """The reading at `start`, in whole units."""
    rate: float
    """Units a second."""
    start: int
    """UTC seconds."""

    def at(self, seconds: int) -> int:
        """The reading at a time, UTC seconds."""
        return self.first + int((seconds - self.start) * self.rate)
