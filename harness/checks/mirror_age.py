"""How old the gas meter's mirror is beside the meter itself: a mirror whose meter is gone goes on answering.

This is told with a check, and is no part of its verdict: a fresh mirror proves nothing, and a stale one neither.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.calendar import shown_date
from hanbench.harness.han.han import Han


class MirrorAge(NamedTuple):
    """The mirror that the hub has of the gas meter, at a time."""

    at: datetime
    heard: datetime | None
    """When the hub last heard the meter: a report, or a poll of a child that it has. None: not since it started."""
    stale: bool
    """Whether that is longer ago than a healthy meter sleeps."""

    @property
    def words(self) -> str:
        """In one line."""
        heard = "not heard since the hub started" if self.heard is None else f"last heard {shown_date(self.heard)}"
        return f"mirror {shown_date(self.at)}, meter {heard}{': stale' if self.stale else ''}"


def mirror_age(han: Han, allowance: float) -> MirrorAge | None:
    """Return the age of the gas meter's mirror; None: the hub has none, or no power.

    `allowance`: seconds that a healthy meter may be silent.
    """
    if not han.emulates("hub") or not han.hub.powered:
        return None
    ieee, now = han.settings.gsme.ieee, han.clock.now
    mirror, child = han.hub.mirrors.get(ieee), han.hub.stack.parent.by_ieee(ieee)
    if mirror is None:
        return None
    signs = [each for each in (mirror.updated, None if child is None else child.last_heard) if each]
    heard = max(signs, default=None)
    stale = now - (heard or 0) > allowance * SECOND
    return MirrorAge(han.calendar.date(now), None if heard is None else han.calendar.date(heard), stale)
