"""The gas meter: on battery and nearly always asleep; it wakes, reports to its mirror, and sleeps again."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices.clock_setting import ClockSetting
from hanbench.emulator.devices.conduct import GasMeterConduct
from hanbench.emulator.devices.gsme.flash import GasMeterFlash
from hanbench.emulator.devices.gsme.mirror_client import MirrorClient
from hanbench.emulator.devices.gsme.mirror_reports import MirrorReports
from hanbench.emulator.devices.gsme.mirror_states import MirrorEvent, MirrorState
from hanbench.emulator.devices.gsme.network_recovery import NetworkRecovery
from hanbench.emulator.devices.gsme.wake_schedule import WakeSchedule
from hanbench.emulator.devices.gsme.wakefulness import Wakefulness
from hanbench.emulator.devices.ids import METERING_DEVICE
from hanbench.emulator.devices.keep_alive import KeepAlive
from hanbench.emulator.devices.meter import MeterDevice
from hanbench.emulator.devices.metering.supply import PendingSupplyChange
from hanbench.emulator.devices.notifications import Notice, NoticeReader
from hanbench.emulator.devices.settings import GsmeSettings
from hanbench.emulator.zcl import ClusterClient, ClusterServer, Endpoint
from hanbench.emulator.zcl.clusters import BASIC, KEEP_ALIVE, METERING, POWER_CONFIGURATION, TIME
from hanbench.emulator.zcl.clusters.basic import POWER_SOURCE_BATTERY
from hanbench.emulator.zcl.clusters.event_ids import LOW_BATTERY as LOW_BATTERY_EVENT
from hanbench.emulator.zcl.clusters.events import LogId
from hanbench.emulator.zcl.clusters.metering import CUBIC_METRES, GAS, LOW_BATTERY, MeteringAttributes
from hanbench.emulator.zcl.clusters.ota import UpgradeStatus
from hanbench.emulator.zcl.clusters.power_configuration import PowerConfigurationAttributes
from hanbench.emulator.zigbee.stack import SleepyStack

DAY_SECONDS = 86_400
FULL_BATTERY_VOLTS = 36
LOW_BATTERY_PERCENT = 5
LOW_BATTERY_VOLTS = 24
"""Tenths of a volt, of a lithium cell at its best and near its end."""
LOW_BATTERY_SLOWDOWN = 4
"""Factor by which a low battery lengthens the wake interval."""


class Gsme(MeterDevice[GsmeSettings, GasMeterConduct, SleepyStack]):
    """One gas meter."""

    stack_type = SleepyStack

    @cached_property
    def flash(self) -> GasMeterFlash:
        return GasMeterFlash()

    @property
    def profile_conduct(self) -> GasMeterConduct:
        return GasMeterConduct(join=self.settings.node.join, renews_keys=self.settings.key_establishment.renews)

    def build(self) -> None:
        settings = self.settings
        self._wakefulness = Wakefulness(self.stack, settings.request_timeout)
        self._mirror = MirrorClient(self.flash, self._wakefulness, self.send_report, two_way=self.metering is METERING)
        self._clock_setting = ClockSetting(self.stack.clock, self._wakefulness.ask, self.set_utc)
        self._recovery = NetworkRecovery(self.stack, self.keys, self.look_for_network, self.secured)
        self._reports = MirrorReports(
            self.flash, settings.report_failures, self._report_acknowledged, self._recovery.reports_fail
        )
        self.build_parts(settings.first_reading, settings.mean_flow / DAY_SECONDS, self._fetching)
        self.endpoint = self._build_endpoint()
        self._wakefulness.endpoint = self._mirror.endpoint = self._reports.endpoint = self.endpoint
        self.endpoint.on_report_refused = self._mirror.report_refused
        self.firmware.endpoint = self.events.endpoint = self.endpoint
        if self.metering is METERING:
            self._read_notices()
        self.keep_alive = KeepAlive(self.endpoint, settings.keep_alive, self._random, self.look_for_network)
        self._wakes = WakeSchedule(self.stack.clock, self._random, lambda: self.wake_interval, self.wake)

    def _build_endpoint(self) -> Endpoint:
        battery = self.settings.battery
        power = ClusterServer(
            POWER_CONFIGURATION,
            {
                PowerConfigurationAttributes.BatteryVoltage: FULL_BATTERY_VOLTS,
                PowerConfigurationAttributes.BatteryPercentageRemaining: 2 * battery,
            },
        )
        metering = self.metering_server(CUBIC_METRES, GAS, {MeteringAttributes.RemainingBatteryLife: battery})
        return self.add_endpoint(
            self.settings.endpoint,
            METERING_DEVICE,
            (
                *self.device_servers(POWER_SOURCE_BATTERY, application_version=self.firmware.version),
                power,
                metering,
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

    def _read_notices(self) -> None:
        """Two-way mirroring: act on the hub's notices in its answers to reports."""
        notices = NoticeReader(
            {
                Notice.CBKE_UPDATE_REQUEST: self.keys.renew,
                Notice.NEW_OTA_FIRMWARE: self.firmware.look,
                Notice.TIME_SYNC: self._clock_setting.set,
                Notice.STAY_AWAKE_REQUEST_HAN: self._wakefulness.linger,
            },
            self._interval_asked_for,
        )
        notices.endpoint = self.endpoint
        self.endpoint.servers[METERING.id].add(notices.server_handler)
        self.endpoint.clients[METERING.id].add(notices.client_handler)

    def _interval_asked_for(self, seconds: int) -> None:
        self.flash.wake_interval = seconds * SECOND

    def _fetching(self, fetches: bool) -> None:
        if fetches:
            self._wakefulness.stay_awake()
        else:
            self._wakefulness.may_sleep()

    def supply_changed(self, change: PendingSupplyChange) -> None:
        self._wakefulness.linger()
        super().supply_changed(change)

    # --- waking -----------------------------------------------------------------------------------------------------

    @property
    def next_wake(self) -> int:
        """Time of the next wake by the meter's schedule, microseconds; the meter must have power."""
        return self._wakes.due

    @property
    def wake_interval(self) -> int:
        """Mean time between two wakes, microseconds."""
        return (self.flash.wake_interval or self.settings.wake_interval) * self.conduct.wake_interval_factor

    def wake(self) -> None:
        """Wake now: report, or do what comes before that. The schedule stays as it is."""
        if not self.stack.joined or not self.conduct.wakes:
            return
        if self.conduct.hung or not self.keys.ready:
            self._wakefulness.poll_once()
        elif self.mirror_state is not MirrorState.MIRRORED:
            self._mirror.event(MirrorEvent.AWAKE)
        elif self._reports.passes_over_wake():
            self._wakefulness.poll_once()
        else:
            self.send_report()

    def drain_battery(self) -> None:
        """The battery runs low: the meter reports it, and wakes less often from its next wake on."""
        factor = self.conduct.wake_interval_factor * LOW_BATTERY_SLOWDOWN
        self.conduct = replace(self.conduct, wake_interval_factor=factor)
        metering, power = self.endpoint.servers[METERING.id], self.endpoint.servers[POWER_CONFIGURATION.id]
        metering.set(MeteringAttributes.Status, LOW_BATTERY)
        metering.set(MeteringAttributes.RemainingBatteryLife, LOW_BATTERY_PERCENT)
        power.set(PowerConfigurationAttributes.BatteryVoltage, LOW_BATTERY_VOLTS)
        self.events.add(LogId.FAULT, LOW_BATTERY_EVENT)
        power.set(PowerConfigurationAttributes.BatteryPercentageRemaining, 2 * LOW_BATTERY_PERCENT)

    # --- the mirror -------------------------------------------------------------------------------------------------

    @property
    def mirror_state(self) -> MirrorState:
        """Where the meter stands with its mirror."""
        return self._mirror.state

    def send_report(self) -> None:
        """Report the register to the mirror."""
        self._reports.send()

    def forget_mirror(self) -> None:
        """Forget the mirror: the meter asks for another one at its next wake."""
        self._mirror.forget()

    def _report_acknowledged(self) -> None:
        """The hub is there: do everything else that the meter has to do with it."""
        self._recovery.reports_arrive()
        self.events.publish()
        if self.keep_alive.due:
            self._wakefulness.stay_awake()
            self.keep_alive.check(self._wakefulness.may_sleep)
        if self.conduct.sets_clock and self._clock_setting.due:
            self._clock_setting.set()
            self.firmware.look()
        elif self.firmware.status is UpgradeStatus.DOWNLOAD_IN_PROGRESS:
            self.firmware.look()

    # --- the network ------------------------------------------------------------------------------------------------

    def joined(self, rejoined: bool) -> None:
        self.stack.zdo.announce()
        if not self.conduct.hung:
            self._recovery.joined()

    def secured(self) -> None:
        """Publish events, set the clock, then report or get a mirror."""
        self.events.publish()
        self._clock_setting.set(self._see_to_mirror)

    def _see_to_mirror(self) -> None:
        if self.mirror_state is MirrorState.MIRRORED:
            self.send_report()
        else:
            self._mirror.event(MirrorEvent.AWAKE)

    def left(self) -> None:
        super().left()
        self.forget_mirror()

    def trust_center_swapped(self) -> None:
        self.forget_mirror()
