"""The gas meter: battery, asleep nearly always; it wakes, pushes to its mirror, asks what there is, and sleeps."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices.device import BATTERY_SOURCE, Device
from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT, METERING_DEVICE
from hanbench.emulator.devices.keep_alive import KeepAlive
from hanbench.emulator.devices.metering import MeterParts
from hanbench.emulator.devices.metering.supply import PendingSupplyChange
from hanbench.emulator.devices.mirror_states import MirrorEvent, MirrorState, next_state
from hanbench.emulator.devices.notifications import Notice, NoticeReader
from hanbench.emulator.devices.register import Register
from hanbench.emulator.devices.settings import GsmeSettings
from hanbench.emulator.zcl import ClusterClient, ClusterServer, Reply
from hanbench.emulator.zcl.clusters import BASIC, IDENTIFY, KEEP_ALIVE, METERING, POWER_CONFIGURATION, TIME
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.event_ids import LOW_BATTERY as LOW_BATTERY_EVENT
from hanbench.emulator.zcl.clusters.events import LogId
from hanbench.emulator.zcl.clusters.identify import IdentifyAttributes
from hanbench.emulator.zcl.clusters.metering import (
    CUBIC_METRES,
    GAS,
    LOW_BATTERY,
    NO_MIRROR,
    MeteringAttributes,
    RequestMirror,
    RequestMirrorResponse,
)
from hanbench.emulator.zcl.clusters.ota import UpgradeStatus
from hanbench.emulator.zcl.clusters.power_configuration import PowerConfigurationAttributes
from hanbench.emulator.zcl.clusters.time import TimeAttributes
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent, JoinState

PHYSICAL_ENVIRONMENT = BasicAttributes.PhysicalEnvironment.id
TIME_ATTRIBUTE = TimeAttributes.Time.id
REPORTED = tuple(
    row.id
    for row in (
        MeteringAttributes.CurrentSummationDelivered,
        MeteringAttributes.ReadingSnapshotTime,
        MeteringAttributes.SupplyStatus,
        MeteringAttributes.Status,
        MeteringAttributes.RemainingBatteryLife,
        MeteringAttributes.UnitOfMeasure,
        MeteringAttributes.Multiplier,
        MeteringAttributes.Divisor,
        MeteringAttributes.SummationFormatting,
        MeteringAttributes.MeteringDeviceType,
    )
)
"""What a wake pushes: reading and its time, supply, status, battery, and how to read it."""
SET_CLOCK_EVERY = 24 * 3600 * SECOND
"""A client's clock is to stay within 60 s of the hub's in a day (SE 1.4a, annex A.2)."""
LONGEST_REPORT_BACKOFF = 48
"""Wakes without a report, at most: a meter whose reports fail although it finds its network saves its battery."""
LINGER = 20 * SECOND
"""How long the meter polls on when the hub asks it to stay awake, or has more to say."""
LOW_BATTERY_PERCENT = 5
LOW_BATTERY_VOLTS = 24
"""Tenths of a volt, of a lithium cell near its end."""
WAKE_JITTER = 0.02
"""Of the interval, either way: a crystal's and a scheduler's error."""
SET_UP_AFTER = 2 * SECOND
"""Between joining and the first mirror set-up."""


class Gsme(Device[GsmeSettings]):
    """One gas meter."""

    def build(self) -> None:
        settings = self.settings
        self._mirror_state = MirrorState.MIRRORED if self._mirror_endpoint else MirrorState.NONE
        self._failed_reports = 0
        self._clock_set: int | None = None
        self.sets_clock = True
        """False: firmware that trusts its own crystal."""
        self.wake_interval_factor = 1
        """How many wakes of a healthy meter pass from one wake to the next."""
        self._report_backoff = self._silent_wakes = 0
        """Wakes without a report after one that failed, and how many of them are still to come."""
        self._suspect_key: int | None = None
        """Reports went unacknowledged under this network key: if it still is the network's, it is the link key."""
        self.wake_filter: Callable[[], bool] = lambda: True
        """Asked at each wake; False: this wake is slept through (the flapping fault)."""
        if "register" not in self.storage.application:
            self.storage.application["register"] = Register(
                settings.first_reading, settings.mean_flow / 86_400, lambda: self.utc
            )
        register = self.storage.application["register"]
        parts = self.parts = MeterParts(
            settings.smart_energy,
            self.stack.clock,
            lambda: self.utc,
            self.storage.application,
            register,
            self._supply_changed,
        )
        self.events = self.event_log()
        self.firmware = self.firmware_client(lambda on: self._stay_awake() if on else self._may_sleep())
        self.endpoint = self.add_endpoint(
            settings.endpoint,
            METERING_DEVICE,
            (
                ClusterServer(BASIC, self.basic_values(BATTERY_SOURCE)),
                ClusterServer(IDENTIFY, {IdentifyAttributes.IdentifyTime: 0}),
                ClusterServer(
                    POWER_CONFIGURATION,
                    {
                        PowerConfigurationAttributes.BatteryVoltage: 36,
                        PowerConfigurationAttributes.BatteryPercentageRemaining: 2 * settings.battery,
                    },
                ),
                ClusterServer(
                    self.metering,
                    {
                        MeteringAttributes.CurrentSummationDelivered: register.read,
                        MeteringAttributes.ReadingSnapshotTime: lambda: self.utc,
                        **parts.values,
                        MeteringAttributes.Status: 0,
                        MeteringAttributes.RemainingBatteryLife: settings.battery,
                        MeteringAttributes.UnitOfMeasure: CUBIC_METRES,
                        MeteringAttributes.Multiplier: 1,
                        MeteringAttributes.Divisor: 1000,
                        MeteringAttributes.SummationFormatting: 0x7B,
                        MeteringAttributes.MeteringDeviceType: GAS,
                        MeteringAttributes.MeterSerialNumber: settings.serial.encode(),
                    },
                    parts.handlers,
                ),
                self.events.server,
            ),
            (
                TIME.id,
                KEEP_ALIVE.id,
                BASIC.id,
                ClusterClient(self.metering),
                self._initiator.side,
                self.firmware.client,
            ),
        )
        self.firmware.endpoint = self.events.endpoint = self.endpoint
        if self.metering is METERING:
            self._read_notices()
        self.keep_alive = KeepAlive(self.endpoint, settings.keep_alive, self._random, self._network_lost)
        self._schedule_wake()

    def _read_notices(self) -> None:
        """Two-way mirroring: what the hub says in its answers to reports."""
        notices = NoticeReader(
            {
                Notice.CBKE_UPDATE_REQUEST: self.keys.renew,
                Notice.NEW_OTA_FIRMWARE: self.firmware.look,
                Notice.TIME_SYNC: lambda: self._ask(TIME.id, (TIME_ATTRIBUTE,), self._set_clock),
                Notice.STAY_AWAKE_REQUEST_HAN: self._linger,
            },
            self._interval_asked_for,
        )
        notices.endpoint = self.endpoint
        self.endpoint.servers[METERING.id].add(notices.server_handler)
        self.endpoint.clients[METERING.id].add(notices.client_handler)

    def _supply_changed(self, change: PendingSupplyChange) -> None:
        """The valve was moved at the time that somebody asked for, and wants to hear of it."""
        place = change.short, change.endpoint
        self._linger()
        self.endpoint.command(*place, METERING.id, change.response)

    def _linger(self) -> None:
        self._stay_awake()
        self.stack.clock.call_later(LINGER, self._may_sleep)

    def _interval_asked_for(self, seconds: int) -> None:
        self.storage.application["interval"] = seconds * SECOND

    @property
    def _wake_interval(self) -> int:
        interval: int = self.storage.application.get("interval", self.settings.wake_interval)
        return interval

    # --- the mirror -------------------------------------------------------------------------------------------------

    @property
    def _mirror_endpoint(self) -> int:
        """0: none; kept in flash."""
        endpoint: int = self.storage.application.get("mirror", 0)
        return endpoint

    @property
    def mirror_state(self) -> MirrorState:
        return self._mirror_state

    def _mirror_event(self, event: MirrorEvent) -> None:
        following = next_state(self._mirror_state, event)
        if following is None:
            return
        self._mirror_state = following
        if following is MirrorState.LOOKING:
            self._ask(BASIC.id, (PHYSICAL_ENVIRONMENT,), self._environment_read)
        elif following is MirrorState.REQUESTING:
            self._request_mirror()
        elif following is MirrorState.MIRRORED:
            self.send_report()
        elif event is MirrorEvent.LOST:
            self.storage.application["mirror"] = 0

    def _environment_read(self, reply: Reply) -> None:
        offered = reply.ok and reply.values.get(PHYSICAL_ENVIRONMENT)
        self._mirror_event(MirrorEvent.OFFERED if offered else MirrorEvent.NOT_OFFERED)

    def _request_mirror(self) -> None:
        self._stay_awake()
        self.endpoint.command(HUB, HUB_ENDPOINT, METERING.id, RequestMirror(), self._mirror_answered)

    def _mirror_answered(self, reply: Reply) -> None:
        self._may_sleep()
        answer = reply.command
        endpoint = answer.endpoint_id if isinstance(answer, RequestMirrorResponse) else NO_MIRROR
        if endpoint != NO_MIRROR:
            self.storage.application["mirror"] = endpoint
            if self.metering is METERING:
                # ConfigureMirror follows.
                self._linger()
        self._mirror_event(MirrorEvent.REFUSED if endpoint == NO_MIRROR else MirrorEvent.GRANTED)

    # --- waking -----------------------------------------------------------------------------------------------------

    def _schedule_wake(self) -> None:
        jitter = 1.0 + WAKE_JITTER * (2.0 * self._random.random() - 1.0)
        self.stack.clock.call_later(int(self._wake_interval * self.wake_interval_factor * jitter), self._wake)

    def _wake(self) -> None:
        self._schedule_wake()
        if not self.stack.joined or not self.wake_filter():
            return
        assert self.stack.poller is not None
        if self.hung or not self.keys.ready:
            self.stack.poller.kick()
        elif self._mirror_state is MirrorState.MIRRORED and self._silent_wakes:
            self._silent_wakes -= 1
            self.stack.poller.kick()
        elif self._mirror_state is MirrorState.MIRRORED:
            self.send_report()
        else:
            self._mirror_event(MirrorEvent.AWAKE)

    def drain_battery(self) -> None:
        """The battery runs low: the meter says so, and will wake less often from its next wake on."""
        self.wake_interval_factor *= 4
        metering, power = self.endpoint.servers[METERING.id], self.endpoint.servers[POWER_CONFIGURATION.id]
        metering.set(MeteringAttributes.Status, LOW_BATTERY)
        metering.set(MeteringAttributes.RemainingBatteryLife, LOW_BATTERY_PERCENT)
        power.set(PowerConfigurationAttributes.BatteryVoltage, LOW_BATTERY_VOLTS)
        self.events.add(LogId.FAULT, LOW_BATTERY_EVENT)
        power.set(PowerConfigurationAttributes.BatteryPercentageRemaining, 2 * LOW_BATTERY_PERCENT)

    def send_report(self) -> None:
        """Report the register to the mirror."""
        if self._mirror_endpoint:
            self.endpoint.report(HUB, self._mirror_endpoint, METERING.id, REPORTED, self._report_ended)

    def _report_ended(self, reply: Reply) -> None:
        if reply.ok:
            self._failed_reports = self._report_backoff = 0
            self._suspect_key = None
            self.events.tell()
            if self.keep_alive.due:
                self._stay_awake()
                self.keep_alive.check(self._may_sleep)
            if self._clock_is_due:
                self._ask(TIME.id, (TIME_ATTRIBUTE,), self._set_clock)
                self.firmware.look()
            elif self.firmware.status is UpgradeStatus.DOWNLOAD_IN_PROGRESS:
                self.firmware.look()
            return
        self._failed_reports += 1
        if self._failed_reports >= self.settings.report_failures:
            self._failed_reports = 0
            self._report_backoff = min(2 * self._report_backoff or 1, LONGEST_REPORT_BACKOFF)
            self._suspect_key = self.storage.active_key
            self._network_lost()
        self._silent_wakes = self._report_backoff

    def _ask(self, cluster: int, attributes: tuple[int, ...], done: Callable[[Reply], None]) -> None:
        def answered(reply: Reply) -> None:
            self._may_sleep()
            done(reply)

        self._stay_awake()
        self.endpoint.read(HUB, HUB_ENDPOINT, cluster, attributes, answered, self.settings.request_timeout)

    def _stay_awake(self) -> None:
        assert self.stack.poller is not None
        self.stack.poller.hold()

    def _may_sleep(self) -> None:
        assert self.stack.poller is not None
        self.stack.poller.release()

    # --- the network ------------------------------------------------------------------------------------------------

    def joined(self, rejoined: bool) -> None:
        self.stack.zdo.announce()
        if not self.hung:
            self.stack.clock.call_later(SET_UP_AFTER, self._settle)

    def _settle(self) -> None:
        """In the network: agree a key if there is none, or if it is the key that reports failed for."""
        if not self.stack.joined:
            return
        suspicion, self._suspect_key = self._suspect_key, None
        if suspicion == self.storage.active_key and self.keys.ready:
            self.keys.renew(self.secured)
        else:
            self.keys.ensure(self.secured)

    def secured(self) -> None:
        """Tell what happened, learn the time, then see to the mirror."""
        self.events.tell()
        self._ask(TIME.id, (TIME_ATTRIBUTE,), self._time_read)

    def _time_read(self, reply: Reply) -> None:
        if not reply.ok:
            return
        self._set_clock(reply)
        if self._mirror_state is MirrorState.MIRRORED:
            self.send_report()
        else:
            self._mirror_event(MirrorEvent.AWAKE)

    @property
    def _clock_is_due(self) -> bool:
        return self.sets_clock and (self._clock_set is None or self._clock.now >= self._clock_set + SET_CLOCK_EVERY)

    def _set_clock(self, reply: Reply) -> None:
        time = reply.values.get(TIME_ATTRIBUTE)
        if reply.ok and isinstance(time, int):
            self._clock_set = self._clock.now
            self.epoch += time - self.utc

    def left(self) -> None:
        super().left()
        self.forget_mirror()

    def trust_center_swapped(self) -> None:
        self.forget_mirror()

    def forget_mirror(self) -> None:
        """Ask for a mirror at the next wake, as if there had never been one."""
        self.storage.application["mirror"] = 0
        self._mirror_event(MirrorEvent.LOST)

    def _network_lost(self) -> None:
        joiner = self.stack.joiner
        if joiner is not None and joiner.state is JoinState.JOINED:
            joiner.event(JoinEvent.LOST)
