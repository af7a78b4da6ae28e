"""A meter's register: a reading that grows with the time that passes, and is computed when it is read."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST = (1 << 48) - 2
"""The largest reading, after which a register begins at 0: the next number is the invalid pattern (ZCL r8, 2.6.2)."""


@dataclass(frozen=True, slots=True)
class Register:
    """A register that counts evenly. It is a function of the time that passed, so that flash need not be written to
    keep it, and that no setting of the meter's clock moves it.
    """

    first: int
    """The reading at `start`, in whole units."""
    rate: float
    """Units a second."""
    start: int
    """`Device.elapsed` at the first reading, seconds."""

    def at(self, elapsed: int) -> int:
        """Return the reading at a time, seconds of `Device.elapsed`."""
        return self.counted(elapsed) % (LARGEST + 1)

    def counted(self, elapsed: int) -> int:
        """Return the reading of a register that never rolls over: of two of them, the difference is consumption."""
        return self.first + int((elapsed - self.start) * self.rate)
