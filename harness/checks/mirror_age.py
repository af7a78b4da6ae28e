"""How old the gas meter's mirror is beside the meter itself: a mirror whose meter is gone goes on answering.

This is told with a check, and is no part of its verdict: a fresh mirror proves nothing, and a stale one neither.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.calendar import shown_date
from hanbench.harness.han.han import Han


class MirrorAge(Struct, frozen=True):
    """The mirror that the hub has of the gas meter."""

    as_of: datetime | None
    """Date of the report that the mirror holds; None: none has come since the hub started."""
    heard: datetime | None
    """When the hub last heard the meter: a report, or a poll of a child that it has. None: not since it started."""
    silent_s: float
    """Seconds since then, or since the start."""
    stale: bool
    """Whether that is longer than a healthy meter sleeps."""

    @property
    def words(self) -> str:
        """In one line."""
        holds = "without a report since the hub started" if self.as_of is None else f"from {shown_date(self.as_of)}"
        heard = "not heard since the hub started" if self.heard is None else f"last heard {shown_date(self.heard)}"
        return f"mirror {holds}, meter {heard}{f': stale, {_span(self.silent_s)}' if self.stale else ''}"


def _span(seconds: float) -> str:
    """Return a duration in its two largest units, such as `1 h 1 min`."""
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


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
    entry = han.hub.device_table.get(ieee)
    entered = None if entry is None else entry.since  # an installed HAN is written into flash as if heard just then
    polled = None if child is None or child.last_heard == entered else child.last_heard
    heard = max((each for each in (mirror.updated, polled) if each), default=None)
    silent = now - (heard or 0)
    return MirrorAge(
        None if mirror.updated is None else han.calendar.date(mirror.updated),
        None if heard is None else han.calendar.date(heard),
        silent / SECOND,
        silent > allowance * SECOND,
    )
