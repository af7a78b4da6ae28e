"""Two-way mirroring: a hub's notices to a sleeping meter, in its answers to reports (SE 1.4a, D.3.2.3 and D.3.4.4).

The meter reports, the hub answers with flags, and the meter does what they ask for or fetches the command that waits.
One word of flags is in use, the predefined scheme A: FunctionalNotificationFlags alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntFlag

from hanbench.emulator.zcl import ClusterCommand, CommandAnswer, Endpoint, Indication, on
from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zcl.clusters.metering import (
    ConfigureMirror,
    GetNotifiedMessage,
    MeteringClientAttributes,
    MirrorReportAttributeResponse,
)

SCHEME_A = 1
FLAGS_ATTRIBUTE = MeteringClientAttributes.FunctionalNotificationFlags.id


class Notice(IntFlag):
    """Bits of FunctionalNotificationFlags (annex D.3.3.1.1): those that emulated devices act on."""

    NEW_OTA_FIRMWARE = 1 << 0
    CBKE_UPDATE_REQUEST = 1 << 1
    TIME_SYNC = 1 << 2
    STAY_AWAKE_REQUEST_HAN = 1 << 4
    CHANGE_SUPPLY = 1 << 18
    LOCAL_CHANGE_SUPPLY = 1 << 19
    SET_UNCONTROLLED_FLOW_THRESHOLD = 1 << 20
    GET_SNAPSHOT = 1 << 22
    GET_SAMPLED_DATA = 1 << 23


FETCHED = (
    Notice.CHANGE_SUPPLY
    | Notice.LOCAL_CHANGE_SUPPLY
    | Notice.SET_UNCONTROLLED_FLOW_THRESHOLD
    | Notice.GET_SNAPSHOT
    | Notice.GET_SAMPLED_DATA
)
"""Notices that announce a command; the meter fetches it."""


class NoticeBoard:
    """The hub's side, one for each mirror. `handler` goes on the client side of the mirror's Metering."""

    def __init__(self, reporting_interval: int) -> None:
        """`reporting_interval`: that which the meter shall keep, seconds."""
        self._interval = reporting_interval
        self._flags = Notice(0)
        self._commands: dict[Notice, ClusterCommand] = {}
        self.endpoint: Endpoint
        """Set by the mirror."""
        self.handler = on(GetNotifiedMessage, self._fetch)

    def configure(self, short: int, endpoint: int) -> None:
        """Configure the meter: how often it reports, and that it is answered."""
        command = ConfigureMirror(
            issuer_event_id=self.endpoint.clock.now // 1_000_000,
            reporting_interval=self._interval,
            mirror_notification_reporting=True,
            notification_scheme=SCHEME_A,
        )
        self.endpoint.command(short, endpoint, METERING.id, command)

    def put(self, notice: Notice, command: ClusterCommand | None = None) -> None:
        """Give `notice` in the next answer. `command`: the one that the notice announces."""
        self._flags |= notice
        if command is not None:
            self._commands[notice] = command

    def answer(self, short: int, endpoint: int) -> None:
        """CommandAnswer a report of the meter at this address."""
        flags = MirrorReportAttributeResponse(SCHEME_A, (int(self._flags),))
        self.endpoint.command(short, endpoint, METERING.id, flags)
        self._flags &= FETCHED

    def _fetch(self, command: GetNotifiedMessage, indication: Indication) -> CommandAnswer:
        wanted = Notice(command.notification_flags) & FETCHED
        for notice in [notice for notice in self._commands if notice & wanted]:
            self._flags &= ~notice
            waiting = self._commands.pop(notice)
            self.endpoint.command(indication.src, indication.src_endpoint, METERING.id, waiting)
        return None


class NoticeReader:
    """The meter's side. `server_handler` and `client_handler` go on the two sides of its Metering."""

    def __init__(self, actions: Mapping[Notice, Callable[[], None]], configured: Callable[[int], None]) -> None:
        """`actions` by notice; `configured` gets the reporting interval that the hub asks for, seconds."""
        self._actions = actions
        self._configured = configured
        self.endpoint: Endpoint
        """Set by the device."""
        self.server_handler = on(MirrorReportAttributeResponse, self._answered)
        self.client_handler = on(ConfigureMirror, self._configure)

    def _configure(self, command: ConfigureMirror, indication: Indication) -> CommandAnswer:
        if command.reporting_interval:
            self._configured(command.reporting_interval)
        return None

    def _answered(self, command: MirrorReportAttributeResponse, indication: Indication) -> CommandAnswer:
        flags = command.notification_flags
        said = Notice(flags[0] if flags else 0)
        for notice, action in self._actions.items():
            if said & notice:
                action()
        if said & FETCHED:
            wanted = GetNotifiedMessage(SCHEME_A, FLAGS_ATTRIBUTE, int(said & FETCHED))
            self.endpoint.command(indication.src, indication.src_endpoint, METERING.id, wanted)
        return None
