"""From a dongle's clock to ours: each frame comes over the line some time after it ended on the air, and the quickest
one shows by how much the two clocks differ."""

from __future__ import annotations

DRIFT = 1e-4
"""By how much the two may run apart: crystals are right to 40 millionths, each."""


class DongleTime:
    """One dongle's time, since it started."""

    def __init__(self) -> None:
        self._offset: tuple[int, int] | None = None
        """From its time to ours, as of a time of ours, microseconds."""

    def restarted(self) -> None:
        """Its clock begins anew."""
        self._offset = None

    def ours(self, theirs: int, now: int) -> int:
        """When something happened by our clock, which the dongle tells us `now`; 0: it tells no time."""
        if not theirs:
            return now
        offset = now - theirs
        if self._offset is not None:
            known, since = self._offset
            offset = min(offset, known + int((now - since) * DRIFT) + 1)
        self._offset = (offset, now)
        return theirs + offset
