"""Events: what happened to a meter, told to the hub as it happens and kept in a log (SE 1.4a, annex D.11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.zcl import Answer, ClusterClient, ClusterServer, Endpoint, Indication
from hanbench.emulator.zcl.cluster import Cluster
from hanbench.emulator.zcl.clusters import EVENTS
from hanbench.emulator.zcl.clusters.events import (
    ANY_EVENT,
    ClearedLogs,
    EarlyLoggedEvent,
    EventAction,
    LoggedEvent,
    LogId,
    LogPayloadControl,
)

KEPT = 50
"""Events in a meter's flash; the oldest go first."""
IN_A_COMMAND = 5
"""Logged events of a PublishEventLog that fits in one frame."""
FOREVER = 0xFFFFFFFF
_LOGGED, _UNTOLD = "events", "events_untold"


class DeviceEvent(NamedTuple):
    """Something that happened."""

    log: LogId
    id: int
    """As in `hanbench.emulator.zcl.clusters.event_ids`."""
    time: int
    """UTC seconds."""


class EventLog:
    """A meter's part. `server` goes on its endpoint; `stored` is the flash."""

    def __init__(self, table: Cluster, utc: Callable[[], int], stored: dict[str, Any]) -> None:
        """`table`: that of the meter's era."""
        self._early = table is not EVENTS
        self._utc = utc
        self._stored = stored
        self.endpoint: Endpoint
        """Set by the device."""
        self.server = ClusterServer(table, {}, {"GetEventLog": self._get, "ClearEventLogRequest": self._clear})

    @property
    def events(self) -> tuple[DeviceEvent, ...]:
        """The log, the oldest first."""
        events: tuple[DeviceEvent, ...] = self._stored.get(_LOGGED, ())
        return events

    def add(self, log: LogId, id: int) -> None:
        """Note an event; `tell` says so to the hub."""
        event = DeviceEvent(log, id, self._utc())
        self._stored[_LOGGED] = (*self.events, event)[-KEPT:]
        self._stored[_UNTOLD] = (*self._stored.get(_UNTOLD, ()), event)[-KEPT:]

    def tell(self) -> None:
        """Publish what the hub has not been told: once there is a key, and the meter is awake."""
        for event in self._stored.pop(_UNTOLD, ()):
            values = {
                "event_id": event.id,
                "event_time": event.time,
                "event_control": EventAction.REPORT_TO_HAN | EventAction.REPORT_TO_WAN,
                "event_data": b"",
            }
            if not self._early:
                values["log_id"] = event.log
            self.endpoint.command(HUB, HUB_ENDPOINT, EVENTS.id, "PublishEvent", values)

    def _get(self, values: dict[str, Any], indication: Indication) -> Answer:
        log = values["wanted_log"].log_id
        end = FOREVER if values["end_time"] in (None, FOREVER) else values["end_time"]
        found = [
            event
            for event in reversed(self.events)
            if log in (LogId.ALL, event.log)
            and values["event_id"] in (ANY_EVENT, event.id)
            and (values["start_time"] or 0) <= event.time < end
        ]
        wanted = found[values["event_offset"] :][: values["number_of_events"] or None]
        parts = [wanted[at : at + IN_A_COMMAND] for at in range(0, len(wanted), IN_A_COMMAND)] or [[]]
        answers = [self._part(part, len(found), index, len(parts)) for index, part in enumerate(parts)]
        # One answers the question, with its number; the others follow by themselves.
        for answer in answers[1:]:
            place = indication.src, indication.src_endpoint
            self.endpoint.command(*place, EVENTS.id, "PublishEventLog", answer)
        return "PublishEventLog", answers[0]

    def _part(self, events: list[DeviceEvent], matching: int, index: int, total: int) -> dict[str, Any]:
        return {
            "total_number_of_matching_events": matching,
            "command_index": index,
            "total_commands": total,
            "log_payload_control": LogPayloadControl(0, len(events)),
            "events": tuple(self._logged(event) for event in events),
        }

    def _logged(self, event: DeviceEvent) -> LoggedEvent | EarlyLoggedEvent:
        if self._early:
            return EarlyLoggedEvent(event.id, event.time, b"")
        return LoggedEvent(event.log, event.id, event.time, b"")

    def _clear(self, values: dict[str, Any], indication: Indication) -> Answer:
        log = values["log_id"]
        self._stored[_LOGGED] = tuple(event for event in self.events if log not in (LogId.ALL, event.log))
        known = log in LogId.__members__.values()
        cleared = ClearedLogs[LogId(log).name] if known else 0
        return "ClearEventLogResponse", {"cleared_event_logs": cleared}


class EventListener:
    """The hub's part. `client` goes on its endpoint; `heard` has address, event id and time of each event told."""

    def __init__(self, table: Cluster) -> None:
        self.heard: list[tuple[int, int, int]] = []
        self.client = ClusterClient(table, {"PublishEvent": self._published})

    def _published(self, values: dict[str, Any], indication: Indication) -> Answer:
        self.heard.append((indication.src, values["event_id"], values["event_time"]))
        return None
