"""Signs of the application: mirror, keep-alive, battery, clocks, and the electricity meter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zcl.clusters.metering import NO_MIRROR, MeteringAttributes, RequestMirrorResponse
from hanbench.emulator.zcl.clusters.power_configuration import PowerConfigurationAttributes
from hanbench.harness.field.losses import MOST_MISSED, counters_missed, wakes_needed
from hanbench.harness.field.observation import Address, Seen
from hanbench.harness.field.sign import Evidence, Finder, Sign, shown

ZIGBEE_EPOCH = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
LOW_BATTERY_STATUS = 0x02
"""Bit of the attribute Status of a meter (SE 1.4a, table D-17)."""
LOW_PERCENT = 10
DAY = 86_400
DRIFT_S_A_DAY = 60
"""A client's clock stays within 60 s of the hub's in a day (SE 1.4a, annex A.2)."""
_JUMP_S = 1800
_LEAST_SPAN_S = 2 * 3600
"""Time over which a drift is measured at least: readings count whole seconds."""
_LEAST_READINGS = 4
_SLOWER = 3
_STATUS, _BATTERY = MeteringAttributes.Status.id, MeteringAttributes.RemainingBatteryLife.id
_SNAPSHOT = MeteringAttributes.ReadingSnapshotTime.id
_PERCENTAGE = PowerConfigurationAttributes.BatteryPercentageRemaining.id
_MOST_READINGS = 96
"""The latest readings, from which a drift is measured: of two days."""
_UNANSWERED = 4


def values(frame: Seen) -> dict[int, object]:
    """Return the attributes in a report or an answer, by their ids."""
    found = {}
    for record in getattr(frame.message, "records", ()):
        data = getattr(record, "data", None)
        if data is not None and hasattr(record, "attribute"):
            found[record.attribute] = data.value
    return found


def mirror_refused(at: Evidence) -> Sign | None:
    """The hub refuses the meter a mirror, and has granted none since."""
    answers = [frame for frame in at.phases.to_it if isinstance(frame.message, RequestMirrorResponse)]
    if not answers or answers[-1].message.endpoint_id != NO_MIRROR:  # type: ignore[attr-defined]
        return None
    refused = [frame for frame in answers if frame.message.endpoint_id == NO_MIRROR]  # type: ignore[attr-defined]
    return shown("mirror-refused", "the hub refuses the meter a mirror {n:time}", refused)


def keep_alive_ignored(at: Evidence) -> Sign | None:
    """The hub leaves the meter's keep-alive reads without an answer."""
    asked = [frame for frame in at.phases.own if _is_keep_alive(frame, "read-attributes")]
    answers = [frame for frame in at.phases.to_it if _is_keep_alive(frame, "read-attributes-response")]
    last = answers[-1].time if answers else 0
    since = [frame for frame in asked if frame.time > last]
    hub = [frame for frame in at.home.frames if frame.time > last and at.home.is_hub(frame.sender)]
    # An answer comes after an acknowledgement: a sniffer that hears neither misses two frames of the hub.
    loss = min(max(at.phases.loss, counters_missed(hub)), MOST_MISSED)
    least = max(at.rules.wakes_min, wakes_needed(loss, at.rules) // 2)
    return shown("keep-alive-ignored", "the hub answers none of {n:keep-alive read}", since, least=least)


def _is_keep_alive(frame: Seen, name: str) -> bool:
    return frame.cluster == "Keep-Alive" and frame.name == name


def battery_low(at: Evidence) -> Sign | None:
    """The meter reports a low battery."""
    return shown("battery-low", "the meter reports a low battery ({n:time})", _low(at.phases.own))


def _low(own: Sequence[Seen]) -> Iterator[Seen]:
    for frame in own:
        found = values(frame) if frame.cluster in ("Metering", "Power Configuration") else {}
        if frame.cluster == "Metering":
            status, percent = found.get(_STATUS), found.get(_BATTERY)
            says_so = isinstance(status, int) and status & LOW_BATTERY_STATUS
            if says_so or (isinstance(percent, int) and percent < LOW_PERCENT):
                yield frame
        elif isinstance(found.get(_PERCENTAGE), int) and found[_PERCENTAGE] < 2 * LOW_PERCENT:  # type: ignore[operator]
            yield frame


def wakes_slower(at: Evidence) -> Sign | None:
    """The meter wakes less and less often."""
    wakes = at.phases.wakes.begins
    if len(wakes) < 4:
        return None
    gaps = [later - earlier for earlier, later in pairwise(wakes)]
    if gaps[-1] < _SLOWER * at.phases.interval or len(gaps) < 3:
        return None
    last = [frame for frame in at.phases.own if frame.time >= wakes[-1]][:1]
    return shown("wakes-slower", "the meter wakes less and less often", last)


# --- clocks -----------------------------------------------------------------------------------------------------------


def _offsets(at: Evidence) -> list[tuple[Seen, float]]:
    """Return the readings of the meter, each with the seconds that the meter's clock was ahead of the sniffer's."""
    found = []
    for frame in at.phases.own:
        snapshot = values(frame).get(_SNAPSHOT) if frame.name == "report-attributes" else None
        if isinstance(snapshot, int) and snapshot:
            found.append((frame, snapshot + ZIGBEE_EPOCH - frame.time / SECOND))
    return found


def clock_jumped(at: Evidence) -> Sign | None:
    """The times of the meter's readings jump back."""
    found = _offsets(at)
    jumps = [later for (_, earlier), (later, offset) in pairwise(found) if offset - earlier < -_JUMP_S]
    return shown("clock-jumped", "the times of the meter's readings jump back", jumps)


def clock_drifts(at: Evidence) -> Sign | None:
    """The times of the meter's readings drift."""
    found = _offsets(at)
    if len(found) < _LEAST_READINGS or clock_jumped(at):
        return None
    span = (found[-1][0].time - found[0][0].time) / SECOND
    drift = _slope([(frame.time / SECOND, offset) for frame, offset in found[-_MOST_READINGS:]]) * DAY
    if span < _LEAST_SPAN_S or abs(drift) <= DRIFT_S_A_DAY:
        return None
    text = f"the times of the meter's readings drift by {drift:.0f} s a day"
    return shown("clock-drifts", text, (frame for frame, _ in found))


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the line through the points, by least squares."""
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread if spread else 0.0


# --- the electricity meter --------------------------------------------------------------------------------------------


def esme_silent(at: Evidence) -> Sign | None:
    """The electricity meter sends nothing any more, and leaves the hub's requests without an answer."""
    for address in _asked(at):
        to_it = [frame for frame in at.home.frames if frame.receiver == address and frame.wants_ack]
        signs_of_life = [frame.time for frame in to_it if frame.acked]
        signs_of_life += [frame.time for frame in at.home.frames if frame.sender == address]
        alive = max(signs_of_life, default=0)
        text = "a meter that the hub asks sends nothing any more; {n:frame} to it have no acknowledgement"
        found = shown("esme-silent", text, (frame for frame in to_it if frame.time > alive), least=_UNANSWERED)
        if found is not None:
            return found
    return None


def _asked(at: Evidence) -> list[Address]:
    """Return the addresses of the other meters: the hub reads their identity or their register."""
    gsme = at.home.gsme
    return list(
        dict.fromkeys(
            frame.receiver
            for frame in at.home.frames
            if frame.receiver is not None
            and frame.name == "read-attributes"
            and frame.cluster in ("Basic", "Metering")
            and at.home.is_hub(frame.sender)
            and (gsme is None or frame.receiver not in gsme.shorts)
        )
    )


FINDERS: tuple[Finder, ...] = (
    mirror_refused,
    keep_alive_ignored,
    battery_low,
    wakes_slower,
    clock_jumped,
    clock_drifts,
    esme_silent,
)
