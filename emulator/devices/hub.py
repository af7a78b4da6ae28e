"""The Communications Hub: coordinator, Trust Centre, Energy Services Interface, and the gas meters' mirrors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hanbench.emulator.clock import MILLISECOND, SECOND, Timer
from hanbench.emulator.devices.admission import admit
from hanbench.emulator.devices.device import MAINS_SOURCE, Device
from hanbench.emulator.devices.ids import ESI, HUB_ENDPOINT
from hanbench.emulator.devices.key_establishment import Responder
from hanbench.emulator.devices.mirror import Mirror, mirror_server
from hanbench.emulator.devices.notifications import Notice, NoticeBoard
from hanbench.emulator.devices.services.events import EventListener
from hanbench.emulator.devices.services.firmware import FirmwareServer
from hanbench.emulator.devices.services.image import Image
from hanbench.emulator.devices.services.messages import Messages
from hanbench.emulator.devices.services.prices import Prices
from hanbench.emulator.devices.services.tunnel import TunnelClient
from hanbench.emulator.devices.settings import HubSettings
from hanbench.emulator.devices.sleepy_queue import SleepyDeviceQueue
from hanbench.emulator.zcl import Answer, ClusterClient, ClusterServer, Indication, Status, on
from hanbench.emulator.zcl.clusters import BASIC, EVENTS, IDENTIFY, KEEP_ALIVE, METERING, TIME
from hanbench.emulator.zcl.clusters.identify import IdentifyAttributes
from hanbench.emulator.zcl.clusters.keep_alive import KeepAliveAttributes
from hanbench.emulator.zcl.clusters.metering import (
    NO_MIRROR,
    MirrorRemoved,
    RemoveMirror,
    RequestMirror,
    RequestMirrorResponse,
)
from hanbench.emulator.zcl.clusters.time import TimeAttributes
from hanbench.emulator.zcl.smart_energy import TABLES
from hanbench.emulator.zigbee.nwk.parent import LONGEST_PERMIT, JoinStatus
from hanbench.emulator.zigbee.storage import KeyOrigin, LinkKey

MASTER_SYNCHRONIZED = 0x03
"""TimeStatus: this is the master clock, and it is right."""
CONFIGURE_AFTER = 100 * MILLISECOND
PERMIT_AGAIN = 240
"""Seconds."""


@dataclass(slots=True)
class DeviceEntry:
    """A device in the hub's device table."""

    ieee: int
    short: int
    since: int
    """When it joined, microseconds."""
    sleeps: bool = False
    """It listens only when it polls: what is meant for it waits until it does."""


class CommsHub(Device[HubSettings]):
    """The hub of one HAN."""

    def build(self) -> None:
        stack, settings = self.stack, self.settings
        assert stack.trust_center is not None
        assert stack.parent is not None
        stack.trust_center.on_device = self._device_joined
        stack.trust_center.on_removed = self._device_removed
        self.sleepers = SleepyDeviceQueue(stack.parent, stack.clock)
        self.mirrors: dict[int, Mirror] = {}
        self.on_device: Callable[[int, JoinStatus], None] | None = None
        self.responder = Responder(
            settings.key_establishment, self.identity, self._random, stack.aps.ieee_of, self._key_agreed
        )
        self.prices = Prices(lambda: self.utc)
        self.messages = Messages()
        self.firmware = FirmwareServer(lambda: self.utc)
        self.tunnels = TunnelClient()
        self.events = EventListener(TABLES[settings.smart_energy][EVENTS.id])
        self._opening: Timer | None = None
        self.grants_mirrors = True
        """False: the hub has no mirror to give, whatever its settings say."""
        self.answers_keep_alive = True
        self._metering = ClusterClient(
            self.metering, (on(RequestMirror, self._request_mirror), on(RemoveMirror, self._remove_mirror))
        )
        self.endpoint = self.add_endpoint(
            settings.endpoint,
            ESI,
            (
                ClusterServer(BASIC, self.basic_values(MAINS_SOURCE, environment=1)),
                ClusterServer(IDENTIFY, {IdentifyAttributes.IdentifyTime: 0}),
                ClusterServer(
                    TIME, {TimeAttributes.Time: lambda: self.utc, TimeAttributes.TimeStatus: MASTER_SYNCHRONIZED}
                ),
                ClusterServer(
                    KEEP_ALIVE,
                    {
                        KeepAliveAttributes.TCKeepAliveBase: settings.keep_alive_base,
                        KeepAliveAttributes.TCKeepAliveJitter: settings.keep_alive_jitter,
                    },
                ),
                self.responder.side,
                self.prices.server,
                self.messages.server,
                self.firmware.server,
            ),
            (self._metering, BASIC.id, self.tunnels.client, self.events.client),
        )
        self.firmware.endpoint = self.tunnels.endpoint = self.endpoint
        self.responder.endpoint = self.prices.listeners.endpoint = self.messages.listeners.endpoint = self.endpoint
        self.endpoint.admit = self._admit
        for ieee, endpoint in self._mirror_table.items():
            self._open_mirror(ieee, endpoint)

    def _admit(self, indication: Indication) -> bool | Status:
        if indication.cluster == KEEP_ALIVE.id and not self.answers_keep_alive:
            return False
        return admit(indication)

    # --- the network ------------------------------------------------------------------------------------------------

    def form(self) -> None:
        """Start the HAN as the settings say."""
        settings = self.settings
        self.stack.form(
            channel=settings.channel,
            pan_id=settings.pan_id,
            extended_pan_id=settings.extended_pan_id or settings.ieee,
        )

    def restore_from_backup(self, former: CommsHub) -> None:
        """Stand in for a hub that is no more: its network, its devices, and the hashes of their keys.

        `former` may be without power; this one has just got its own, and knows no network yet.
        """
        assert former.stack.trust_center is not None
        assert self.stack.trust_center is not None
        backup = former.stack.trust_center.backup()
        self.stack.form(channel=backup.channel, pan_id=backup.pan_id, extended_pan_id=backup.extended_pan_id)
        self.stack.trust_center.restore(backup)
        for ieee, entry in former.device_table.items():
            self.device_table[ieee] = replace(entry)

    def preauthorise(self, ieee: int, key: bytes) -> None:
        """Let a device join with this key: what the head end sends when a meter is installed."""
        assert self.stack.trust_center is not None
        self.stack.trust_center.add(ieee, key)

    def _key_agreed(self, ieee: int, key: bytes) -> None:
        self.storage.link_keys[ieee] = LinkKey(key, KeyOrigin.ESTABLISHED)

    def permit_join(self, seconds: int) -> None:
        """Open the HAN for so long, here and at every router; 0 closes it.

        Smart Energy never opens a network for good, and for at most 254 s at a time: a longer opening is repeated every
        240 s (SE 1.4a, 5.4.2.1).
        """
        assert self.stack.parent is not None
        if self._opening is not None:
            self._opening.cancel()
        self.stack.parent.permit(seconds)
        self.stack.zdo.client.permit_joining(min(seconds, LONGEST_PERMIT))
        if seconds > LONGEST_PERMIT:
            left = seconds - PERMIT_AGAIN
            self._opening = self.stack.clock.call_later(PERMIT_AGAIN * SECOND, self.permit_join, left)

    def change_channel(self, channel: int) -> None:
        """Move the HAN; sleepers are not told (R22, 3.6.1.14)."""
        update_id = self.stack.nwk.network.update_id + 1 & 0xFF
        self.stack.zdo.client.change_channel(channel, update_id)
        self.stack.maintenance.change_channel(channel, update_id)

    # --- the device table -------------------------------------------------------------------------------------------

    @property
    def device_table(self) -> dict[int, DeviceEntry]:
        """By EUI-64; kept in flash."""
        table: dict[int, DeviceEntry] = self.storage.application.setdefault("devices", {})
        return table

    def _device_joined(self, ieee: int, short: int, status: JoinStatus) -> None:
        child = self.stack.parent.by_ieee(ieee) if self.stack.parent is not None else None
        known = self.device_table.get(ieee)
        sleeps = not child.rx_on if child is not None else known is not None and known.sleeps
        self.device_table[ieee] = DeviceEntry(ieee, short, self.stack.clock.now, sleeps)
        if self.on_device is not None:
            self.on_device(ieee, status)

    def _device_removed(self, ieee: int) -> None:
        self.device_table.pop(ieee, None)
        self.close_mirror(ieee)

    def forget(self, ieee: int) -> None:
        """Lose everything about a device: its entry, its key, its mirror. What the fault of that name does."""
        storage = self.storage
        self.device_table.pop(ieee, None)
        storage.link_keys.pop(ieee, None)
        storage.short_addresses.pop(ieee, None)
        self.close_mirror(ieee)
        child = self.stack.parent.by_ieee(ieee) if self.stack.parent is not None else None
        if child is not None and self.stack.parent is not None:
            self.stack.parent.remove(child.short)

    def short_of(self, ieee: int) -> int | None:
        """Where a device of the table is now."""
        if ieee not in self.device_table:
            return None
        return self.storage.short_addresses.get(ieee, self.device_table[ieee].short)

    # --- mirrors ----------------------------------------------------------------------------------------------------

    @property
    def _mirror_table(self) -> dict[int, int]:
        """EUI-64 to mirror endpoint; kept in flash."""
        table: dict[int, int] = self.storage.application.setdefault("mirrors", {})
        return table

    def _request_mirror(self, command: RequestMirror, indication: Indication) -> Answer:
        ieee = self.stack.aps.ieee_of(indication.src)
        endpoint = NO_MIRROR
        if ieee is not None and ieee in self.device_table and self.grants_mirrors:
            endpoint = self._mirror_endpoint(ieee)
            mirror = self.mirrors.get(ieee)
            if mirror is not None and mirror.notices is not None:
                # After the answer: it tells the meter who is speaking to it.
                place = indication.src, indication.src_endpoint
                self.stack.clock.call_later(CONFIGURE_AFTER, mirror.notices.configure, *place)
        return RequestMirrorResponse(endpoint)

    def offer_firmware(self, image: Image) -> None:
        """Have an image, and say so: to who listens by ImageNotify, to meters with two-way mirroring by notice."""
        self.firmware.offer(image)
        for entry in self.device_table.values():
            mirror = self.mirrors.get(entry.ieee)
            short = self.short_of(entry.ieee)
            if mirror is not None and mirror.notices is not None:
                mirror.notices.put(Notice.NEW_OTA_FIRMWARE)
            elif not entry.sleeps and short is not None:
                self.firmware.notify(short, HUB_ENDPOINT)

    def _mirror_endpoint(self, ieee: int) -> int:
        """The same meter gets the same endpoint again."""
        table = self._mirror_table
        if ieee not in table:
            first = self.settings.first_mirror_endpoint
            free = [e for e in range(first, first + self.settings.mirrors) if e not in table.values()]
            if not free:
                return NO_MIRROR
            table[ieee] = free[0]
            self._open_mirror(ieee, free[0])
        return table[ieee]

    def _remove_mirror(self, command: RemoveMirror, indication: Indication) -> Answer:
        ieee = self.stack.aps.ieee_of(indication.src)
        endpoint = self._mirror_table.get(ieee, NO_MIRROR) if ieee is not None else NO_MIRROR
        if ieee is not None:
            self.close_mirror(ieee)
        return MirrorRemoved(endpoint)

    def _open_mirror(self, ieee: int, endpoint: int) -> None:
        server = mirror_server(self.metering)
        notices = NoticeBoard(self.settings.mirror_interval) if self.metering is METERING else None
        client = ClusterClient(self.metering, () if notices is None else (notices.handler,))
        made = self.add_endpoint(endpoint, ESI, (server,), (client,))
        self.mirrors[ieee] = Mirror(ieee, made, server, self.stack.aps.ieee_of, notices)

    def close_mirror(self, ieee: int) -> None:
        """Take a meter's mirror away; it is not told."""
        self._mirror_table.pop(ieee, None)
        mirror = self.mirrors.pop(ieee, None)
        if mirror is not None:
            mirror.endpoint.close()
            self.stack.aps.unregister(mirror.endpoint.id)
            descriptors = self.stack.management.descriptors
            descriptors[:] = [d for d in descriptors if d.endpoint != mirror.endpoint.id]
