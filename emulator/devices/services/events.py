"""Events of a meter: published to the hub as they happen, and kept in a log (SE 1.4a, annex D.11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.devices.services.recent_log import RecentLog
from hanbench.emulator.zcl import ClusterClient, ClusterServer, CommandAnswer, Endpoint, Indication, on
from hanbench.emulator.zcl.cluster import Cluster
from hanbench.emulator.zcl.clusters import EVENTS
from hanbench.emulator.zcl.clusters.events import (
    ANY_EVENT,
    ClearedLogs,
    ClearEventLogRequest,
    ClearEventLogResponse,
    EarlyLoggedEvent,
    EarlyPublishEvent,
    EarlyPublishEventLog,
    EventAction,
    GetEventLog,
    LoggedEvent,
    LogId,
    LogPayloadControl,
    PublishEvent,
    PublishEventLog,
)

KEPT = 50
"""Events in a meter's flash; the oldest go first."""
IN_A_COMMAND = 5
"""Logged events in a PublishEventLog that fits in one frame."""


class DeviceEvent(NamedTuple):
    """An event."""

    log: LogId
    id: int
    """As in `hanbench.emulator.zcl.clusters.event_ids`."""
    time: int
    """UTC seconds."""


@dataclass(slots=True)
class EventFlash:
    """What `EventLog` keeps, the oldest first."""

    logged: tuple[DeviceEvent, ...] = ()
    unpublished: tuple[DeviceEvent, ...] = ()
    """Events that the hub has not been told of."""


class EventLog:
    """A meter's part. `server` goes on its endpoint."""

    def __init__(self, table: Cluster, utc: Callable[[], int], flash: EventFlash) -> None:
        """`table`: that of the meter's era."""
        self._early = table is not EVENTS
        self._utc = utc
        self._flash = flash
        self.endpoint: Endpoint
        """Set by the device."""
        self.server = ClusterServer(table, handlers=(on(GetEventLog, self._get), on(ClearEventLogRequest, self._clear)))

    @property
    def events(self) -> tuple[DeviceEvent, ...]:
        """The log, the oldest first."""
        return self._flash.logged

    def add(self, log: LogId, id: int) -> None:
        """Log an event, to be published by the next `tell`."""
        event = DeviceEvent(log, id, self._utc())
        self._flash.logged = (*self._flash.logged, event)[-KEPT:]
        self._flash.unpublished = (*self._flash.unpublished, event)[-KEPT:]

    def publish(self) -> None:
        """Publish the events that the hub has not been told of. The meter is awake and has a link key."""
        events, self._flash.unpublished = self._flash.unpublished, ()
        for event in events:
            self.endpoint.command(HUB, HUB_ENDPOINT, EVENTS.id, self._published(event))

    def _published(self, event: DeviceEvent) -> PublishEvent | EarlyPublishEvent:
        control = EventAction.REPORT_TO_HAN | EventAction.REPORT_TO_WAN
        if self._early:
            return EarlyPublishEvent(event.id, event.time, control, b"")
        return PublishEvent(event.log, event.id, event.time, control, b"")

    def _get(self, request: GetEventLog, indication: Indication) -> CommandAnswer:
        log = request.wanted_log.log_id
        found = [
            event
            for event in reversed(self.events)
            if log in (LogId.ALL, event.log)
            and request.event_id in (ANY_EVENT, event.id)
            and request.start_time <= event.time < request.end_time
        ]
        wanted = found[request.event_offset :][: request.number_of_events or None]
        parts = [wanted[at : at + IN_A_COMMAND] for at in range(0, len(wanted), IN_A_COMMAND)] or [[]]
        answers = [self._part(part, len(found), index, len(parts)) for index, part in enumerate(parts)]
        # The first has the request's sequence number; the others have numbers of their own.
        for answer in answers[1:]:
            place = indication.src, indication.src_endpoint
            self.endpoint.command(*place, EVENTS.id, answer)
        return answers[0]

    def _part(
        self, events: list[DeviceEvent], matching: int, index: int, total: int
    ) -> PublishEventLog | EarlyPublishEventLog:
        control = LogPayloadControl(0, len(events))
        if self._early:
            early = tuple(EarlyLoggedEvent(event.id, event.time, b"") for event in events)
            return EarlyPublishEventLog(matching, index, total, control, early)
        logged = tuple(LoggedEvent(event.log, event.id, event.time, b"") for event in events)
        return PublishEventLog(matching, index, total, control, logged)

    def _clear(self, request: ClearEventLogRequest, indication: Indication) -> CommandAnswer:
        log = request.log_id
        self._flash.logged = tuple(event for event in self.events if log not in (LogId.ALL, event.log))
        known = log in LogId.__members__.values()
        cleared = ClearedLogs[LogId(log).name] if known else 0
        return ClearEventLogResponse(cleared)


class EventListener:
    """The hub's part. `client` goes on its endpoint; `heard` has short address, event id and time of each event."""

    def __init__(self, table: Cluster) -> None:
        self.heard: RecentLog[tuple[int, int, int]] = RecentLog()
        published = on(PublishEvent, self._published)
        early = on(EarlyPublishEvent, self._published)
        self.client = ClusterClient(table, (published if table is EVENTS else early,))

    def _published(self, event: PublishEvent | EarlyPublishEvent, indication: Indication) -> CommandAnswer:
        self.heard.append((indication.src, event.event_id, event.event_time))
        return None
