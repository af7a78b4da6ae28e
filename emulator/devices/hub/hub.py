"""The Communications Hub: coordinator, Trust Centre, Energy Services Interface, and the gas meters' mirrors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from hanbench.emulator.devices.admission import admit
from hanbench.emulator.devices.conduct import HubConduct
from hanbench.emulator.devices.device import Device
from hanbench.emulator.devices.hub.flash import DeviceEntry, HubFlash
from hanbench.emulator.devices.hub.joining_window import JoiningWindow
from hanbench.emulator.devices.hub.mirror import Mirror, mirror_server
from hanbench.emulator.devices.hub.mirror_table import MirrorTable
from hanbench.emulator.devices.hub.sleepy_queue import SleepyDeviceQueue
from hanbench.emulator.devices.hub.time_source import TimeSource
from hanbench.emulator.devices.ids import ESI, HUB, HUB_ENDPOINT
from hanbench.emulator.devices.key_establishment import Ended, Initiator, Responder
from hanbench.emulator.devices.notifications import Notice, NoticeBoard
from hanbench.emulator.devices.services.events import EventListener
from hanbench.emulator.devices.services.firmware import FirmwareServer
from hanbench.emulator.devices.services.image import Image
from hanbench.emulator.devices.services.messages import Messages
from hanbench.emulator.devices.services.prices import Prices
from hanbench.emulator.devices.services.tunnel import TunnelClient
from hanbench.emulator.devices.settings import HubSettings
from hanbench.emulator.mac.frames import MacFrame
from hanbench.emulator.radio.interface import Reception
from hanbench.emulator.zcl import ClusterClient, ClusterServer, Endpoint, Indication, Status
from hanbench.emulator.zcl.clusters import BASIC, EVENTS, KEEP_ALIVE, METERING
from hanbench.emulator.zcl.clusters.basic import MIRROR_CAPABLE, POWER_SOURCE_MAINS
from hanbench.emulator.zcl.clusters.keep_alive import KeepAliveAttributes
from hanbench.emulator.zcl.smart_energy import TABLES
from hanbench.emulator.zigbee.addresses import is_member
from hanbench.emulator.zigbee.nwk.config import RX_ON_WHEN_IDLE
from hanbench.emulator.zigbee.nwk.formation import Formation
from hanbench.emulator.zigbee.nwk.frames import NwkFrame
from hanbench.emulator.zigbee.nwk.maintenance import PanIdConflict
from hanbench.emulator.zigbee.nwk.parent import JoinIndication, JoinStatus
from hanbench.emulator.zigbee.stack import CoordinatorStack
from hanbench.emulator.zigbee.storage import KeyOrigin, LinkKey
from hanbench.emulator.zigbee.zdo.messages import DeviceAnnce


class CommsHub(Device[HubSettings, HubConduct, CoordinatorStack]):
    """The hub of one HAN."""

    stack_type = CoordinatorStack
    on_pan_id_conflict: Callable[[PanIdConflict], None] | None = None
    """Called when the HAN moves to another PAN ID, because another network has its own."""

    @cached_property
    def flash(self) -> HubFlash:
        """The application's flash; it lives as long as the device."""
        return HubFlash()

    @property
    def profile_conduct(self) -> HubConduct:
        return HubConduct(key_establishments=self.settings.key_establishment.capacity)

    def build(self) -> None:
        stack, settings = self.stack, self.settings
        stack.trust_center.on_device = self._device_joined
        stack.trust_center.on_removed = self._device_removed
        stack.maintenance.on_pan_id_conflict = self._pan_id_conflict
        room = stack.parent.has_room
        stack.parent.has_room = lambda: room() and not self.conduct.child_table_full
        stack.parent.keeps_alive = lambda child: child.rx_on or not self.conduct.ages_wrong_child
        self.sleepy_queue = SleepyDeviceQueue(stack.parent, stack.clock)
        stack.nwk.on_heard.append(self._heard)
        stack.on_announce = self._announced
        self.on_device: Callable[[int, JoinStatus], None] | None = None
        """Called with EUI-64 and status when a device joins or rejoins."""
        self.responder = Responder(
            settings.key_establishment,
            lambda: self.identity,
            self._random,
            stack,
            self._key_agreed,
            capacity=lambda ieee: self.conduct.key_establishments,
            withdrawn=lambda: self.conduct.withdrawn_certificates,
        )
        self.initiator = Initiator(settings.key_establishment, lambda: self.identity, self._random)
        self.prices = Prices(lambda: self.utc)
        self.messages = Messages()
        self.firmware = FirmwareServer(lambda: self.utc)
        self.tunnels = TunnelClient()
        self.events = EventListener(TABLES[settings.smart_energy][EVENTS.id])
        self.mirrors = MirrorTable(
            stack,
            settings,
            self.metering,
            self.flash,
            lambda: self.conduct,
            self._open_mirror,
            lambda endpoint: self.make_endpoint(endpoint, ESI, (), (METERING.id,)),
        )
        stack.aps.on_no_endpoint = self.mirrors.refuse
        self._window = JoiningWindow(stack)
        self.endpoint = self._build_endpoint()
        self.firmware.endpoint = self.tunnels.endpoint = self.endpoint
        self.initiator.endpoint = self.responder.endpoint = self.endpoint
        self.prices.listeners.endpoint = self.messages.listeners.endpoint = self.endpoint
        self.mirrors.reopen()

    def _build_endpoint(self) -> Endpoint:
        keep_alive = {
            KeepAliveAttributes.TCKeepAliveBase: self.settings.keep_alive_base,
            KeepAliveAttributes.TCKeepAliveJitter: self.settings.keep_alive_jitter,
        }
        endpoint = self.add_endpoint(
            self.settings.endpoint,
            ESI,
            (
                *self.device_servers(POWER_SOURCE_MAINS, environment=MIRROR_CAPABLE),
                TimeSource(lambda: self.utc if self.knows_time else None).server,
                ClusterServer(KEEP_ALIVE, keep_alive),
                self.responder.side,
                self.prices.server,
                self.messages.server,
                self.firmware.server,
            ),
            (self.mirrors.client, BASIC.id, self.tunnels.client, self.events.client, self.initiator.side),
        )
        endpoint.admit = self._admit
        return endpoint

    def _admit(self, indication: Indication) -> bool | Status:
        if indication.cluster == KEEP_ALIVE.id and not self.conduct.answers_keep_alive:
            return False
        return admit(indication)

    # --- the network ------------------------------------------------------------------------------------------------

    @property
    def extended_pan_id(self) -> int:
        """Extended PAN ID of the network that this hub forms."""
        return self.settings.network.extended_pan_id or self.settings.ieee

    def form(self, done: Callable[[Formation], None]) -> None:
        """Look for a quiet channel and a free PAN ID, and form the HAN; `done` is called once."""

        def chosen(formation: Formation) -> None:
            self.stack.form(channel=formation.channel, pan_id=formation.pan_id, extended_pan_id=self.extended_pan_id)
            done(formation)

        self.stack.former.choose(self.settings.network, chosen)

    def restore_from_backup(self, former: CommsHub) -> None:
        """Take the place of a hub that is no more: its network, its devices, and the hashes of their keys.

        `former` may be without power; this one has just got its own, and knows no network yet.
        """
        backup = former.stack.trust_center.backup()
        self.stack.form(channel=backup.channel, pan_id=backup.pan_id, extended_pan_id=backup.extended_pan_id)
        self.stack.trust_center.restore(backup)
        for ieee, entry in former.device_table.items():
            self.device_table[ieee] = replace(entry)

    def preauthorise(self, ieee: int, key: bytes) -> None:
        """Let a device join with this link key, as the head end asks when a meter is installed."""
        self.stack.trust_center.add(ieee, key)

    def remove(self, ieee: int) -> None:
        """Have a device leave the HAN, and let it in no more: its key, its entry and its mirror go."""
        self.stack.trust_center.remove(ieee)

    def permit_join(self, seconds: int) -> None:
        """Open the HAN for so long, here and at every router; 0 closes it."""
        self._window.open(seconds)

    def change_channel(self, channel: int) -> None:
        """Move the HAN; sleepers are not told (R22, 3.6.1.14)."""
        update_id = self.stack.nwk.network.update_id + 1 & 0xFF
        self.stack.zdo.client.change_channel(channel, update_id)
        self.stack.maintenance.change_channel(channel, update_id)

    def _pan_id_conflict(self, conflict: PanIdConflict) -> None:
        if self.on_pan_id_conflict is not None:
            self.on_pan_id_conflict(conflict)

    def renew_key(self, ieee: int) -> None:
        """Agree another link key with a device that listens, as a Trust Centre does whose key has become stale."""
        short = self.short_of(ieee)
        if short is not None and self.identity is not None and not self.initiator.busy:
            self.initiator.start(short, HUB_ENDPOINT, ieee, lambda ended: self._key_renewed(ieee, ended))

    def _key_renewed(self, ieee: int, ended: Ended) -> None:
        if ended.key is not None:
            self._key_agreed(ieee, ended.key)

    def _key_agreed(self, ieee: int, key: bytes) -> None:
        self.storage.link_keys[ieee] = LinkKey(key, KeyOrigin.ESTABLISHED)

    # --- the device table -------------------------------------------------------------------------------------------

    @property
    def device_table(self) -> dict[int, DeviceEntry]:
        """By EUI-64; kept in flash."""
        return self.flash.devices

    def short_of(self, ieee: int) -> int | None:
        """Short address of a device in the table; None: it is not there."""
        if ieee not in self.device_table:
            return None
        return self.storage.short_addresses.get(ieee, self.device_table[ieee].short)

    def forget(self, ieee: int) -> None:
        """Lose everything about a device: entry, key, mirror, and its place among the children."""
        storage = self.storage
        self.device_table.pop(ieee, None)
        storage.link_keys.pop(ieee, None)
        storage.short_addresses.pop(ieee, None)
        self.mirrors.close(ieee)
        child = self.stack.parent.by_ieee(ieee)
        if child is not None:
            self.stack.parent.remove(child.short)

    def _device_joined(self, device: JoinIndication) -> None:
        ieee, short, status = device
        child = self.stack.parent.by_ieee(ieee)
        known = self.device_table.get(ieee)
        sleeps = not child.rx_on if child is not None else known is not None and known.sleeps
        self.device_table[ieee] = DeviceEntry(ieee, short, self.stack.clock.now, sleeps)
        if self.on_device is not None:
            self.on_device(ieee, status)

    def _announced(self, device: DeviceAnnce) -> None:
        """Learn whether a device sleeps that has joined through a router: Update-Device does not say so."""
        entry = self.device_table.get(device.ieee)
        if entry is not None and self.stack.parent.by_ieee(device.ieee) is None:
            entry.sleeps = not device.capability & RX_ON_WHEN_IDLE

    def _heard(self, frame: NwkFrame, mac_frame: MacFrame, reception: Reception) -> None:
        """A frame that came through a relay: if its source sleeps, it is awake now."""
        relayed = frame.src != mac_frame.src and is_member(self.stack.storage, mac_frame.src)
        if frame.secured and relayed and frame.dst == HUB:
            ieee = self.stack.aps.partners.at(frame.src)
            if ieee is not None:
                # Later: the frame may record the way back, or prove the address.
                self.stack.clock.call_later(0, self.sleepy_queue.heard, ieee)

    def _device_removed(self, ieee: int) -> None:
        self.device_table.pop(ieee, None)
        self.mirrors.close(ieee)

    # --- mirrors and firmware ---------------------------------------------------------------------------------------

    def _open_mirror(self, ieee: int, endpoint: int) -> Mirror:
        server = mirror_server(self.metering)
        notices = NoticeBoard(self.settings.mirror_interval) if self.metering is METERING else None
        client = ClusterClient(self.metering, () if notices is None else (notices.handler,))
        made = self.add_endpoint(endpoint, ESI, (server,), (client,))
        return Mirror(ieee, made, server, self.stack.aps.ieee_of, notices)

    def offer_firmware(self, image: Image) -> None:
        """Offer an image: by ImageNotify to devices that listen, by notice to meters with two-way mirroring."""
        self.firmware.publish(image)
        for entry in self.device_table.values():
            mirror = self.mirrors.get(entry.ieee)
            short = self.short_of(entry.ieee)
            if mirror is not None and mirror.notices is not None:
                mirror.notices.put(Notice.NEW_OTA_FIRMWARE)
            elif not entry.sleeps and short is not None:
                self.firmware.notify(short, HUB_ENDPOINT)
