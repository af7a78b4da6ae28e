"""Configured reporting: minimum and maximum interval and reportable change (ZCL r8, 2.5.7, 2.5.11.2).

One timer a cluster: attributes that fall due together travel in one frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hanbench.emulator.clock import SECOND, Clock, Timer
from hanbench.emulator.zcl.attributes import AttributeStore
from hanbench.emulator.zcl.cluster import REPORT, key_of
from hanbench.emulator.zcl.records import EXPECTS, SENDS, ReportingConfiguration, ReportingStatus
from hanbench.emulator.zcl.status import Status

NEVER = 0xFFFF
"""Maximum interval that switches reporting off."""
ON_CHANGE_ONLY = 0
"""Maximum interval of an attribute that is not reported without a change."""

SAMPLE = SECOND
"""Interval at which values that come from a callable are read to find their changes, unless the minimum interval is
longer."""

Target = tuple[int, int]
"""Short address and endpoint."""


@dataclass(slots=True)
class _AttributeReporting:
    """How one attribute is reported, and the time and value of its last report. Times are microseconds."""

    configuration: ReportingConfiguration
    target: Target
    sent: int
    value: Any
    changed: bool = False

    @property
    def earliest(self) -> int:
        return self.sent + (self.configuration.minimum or 0) * SECOND

    @property
    def latest(self) -> int | None:
        return self.sent + self.configuration.maximum * SECOND if self.configuration.maximum else None

    def significant(self, value: Any) -> bool:
        """Whether the change since the last report is reportable."""
        change = self.configuration.change
        if value == self.value:
            return False
        if all(isinstance(each, (int, float)) for each in (value, self.value, change)):
            return bool(abs(value - self.value) >= change)
        return True


class Reporting:
    """The reporting of one side of one cluster on one endpoint."""

    def __init__(self, clock: Clock, store: AttributeStore, send: Callable[[Target, tuple[int, ...]], None]) -> None:
        """`send(target, keys)` puts these attributes into a report to `target`."""
        self._clock = clock
        self._store = store
        self._send = send
        self._rules: dict[int, _AttributeReporting] = {}
        self._expected: dict[int, int] = {}
        self._timer: Timer | None = None
        store.watcher = self._watch

    def configure(self, record: ReportingConfiguration, target: Target, manufacturer: int | None) -> Status:
        """Carry out one record of Configure Reporting, which `target` sent."""
        key = key_of(record.attribute, manufacturer)
        if record.direction == EXPECTS:
            self._expected[key] = record.timeout or 0
            return Status.SUCCESS
        if record.direction != SENDS:
            return Status.INVALID_FIELD
        row = self._store.row(key)
        if row is None:
            return Status.UNSUPPORTED_ATTRIBUTE
        if not row.access & REPORT:
            return Status.UNREPORTABLE_ATTRIBUTE
        if record.type_id != row.type.id:
            return Status.INVALID_DATA_TYPE
        minimum, maximum = record.minimum or 0, record.maximum or 0
        # Minimum 0xFFFF with maximum 0 asks for the default, which is not to report.
        if maximum == NEVER or (minimum == NEVER and maximum == ON_CHANGE_ONLY):
            self._rules.pop(key, None)
        elif maximum != ON_CHANGE_ONLY and maximum < minimum:
            return Status.INVALID_VALUE
        else:
            self._rules[key] = _AttributeReporting(record, target, self._clock.now, self._store.value(key))
        self._schedule()
        return Status.SUCCESS

    def configuration(self, direction: int, attribute: int, manufacturer: int | None) -> ReportingStatus:
        """One record of Read Reporting Configuration Response."""
        key = key_of(attribute, manufacturer)
        if direction == EXPECTS and key in self._expected:
            return ReportingStatus(Status.SUCCESS, direction, attribute, timeout=self._expected[key])
        row = self._store.row(key)
        if row is None:
            return ReportingStatus(Status.UNSUPPORTED_ATTRIBUTE, direction, attribute)
        rule = self._rules.get(key)
        if direction != SENDS or rule is None:
            reportable = row.access & REPORT
            status = Status.NOT_FOUND if reportable else Status.UNREPORTABLE_ATTRIBUTE
            return ReportingStatus(status, direction, attribute)
        record = rule.configuration
        return ReportingStatus(
            Status.SUCCESS, SENDS, attribute, record.type_id, record.minimum, record.maximum, record.change
        )

    def stop(self) -> None:
        """Forget every configuration."""
        self._rules.clear()
        self._schedule()

    def _watch(self, key: int, value: Any) -> None:
        rule = self._rules.get(key)
        if rule is not None and not rule.changed and rule.significant(value):
            rule.changed = True
            self._schedule()

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = min((self._due(key, rule) for key, rule in self._rules.items()), default=None)
        if due is not None and due < _FOREVER:
            self._timer = self._clock.call_later(max(0, due - self._clock.now), self._fire)

    def _due(self, key: int, rule: _AttributeReporting) -> int:
        """Time of the next look at this rule."""
        latest = _FOREVER if rule.latest is None else rule.latest
        if rule.changed:
            return min(latest, rule.earliest)
        if self._store.provided(key):
            return min(latest, max(rule.earliest, self._clock.now + SAMPLE))
        return latest

    def _fire(self) -> None:
        now = self._clock.now
        self._timer = None
        due: dict[Target, list[int]] = {}
        for key, rule in list(self._rules.items()):
            if self._store.row(key) is None:
                del self._rules[key]
                continue
            value = self._store.value(key)
            changed = now >= rule.earliest and rule.significant(value)
            rule.changed = rule.changed and rule.significant(value)
            if changed or (rule.latest is not None and now >= rule.latest):
                due.setdefault(rule.target, []).append(key)
                rule.sent, rule.value, rule.changed = now, value, False
        self._schedule()
        for target, keys in due.items():
            self._send(target, tuple(keys))


_FOREVER = 1 << 62
