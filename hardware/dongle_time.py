"""Conversion of a dongle's time to the host's: each frame arrives some time after it ended on the air, and the frame
that arrives soonest gives the offset between the two clocks."""

from __future__ import annotations

DRIFT = 1e-4
"""Maximum relative drift between the two clocks: each crystal is accurate to 40 parts per million."""


class DongleTime:
    """The clock of one dongle since its start."""

    def __init__(self) -> None:
        self._offset: tuple[int, int] | None = None
        """Offset from the dongle's clock to the host's, and the host's time at which it was measured, microseconds."""

    def restarted(self) -> None:
        """Discard the offset, because the dongle's clock starts again."""
        self._offset = None

    def host_time(self, dongle_time: int, now: int) -> int:
        """Convert the dongle's time of an event that it reports `now` to the host's time; 0: the dongle gives no time.

        All times are in microseconds.
        """
        if not dongle_time:
            return now
        offset = now - dongle_time
        if self._offset is not None:
            known, since = self._offset
            offset = min(offset, known + int((now - since) * DRIFT) + 1)
        self._offset = (offset, now)
        return dongle_time + offset
