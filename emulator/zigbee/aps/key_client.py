"""The keys that a Trust Centre sends: in the device that gets them, and in the router in between (R22, 4.4.3-4.4.7)."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import SECOND
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee.aps.commands import (
    REQUEST_APPLICATION_KEY,
    ApsCommand,
    RemoveDevice,
    RequestKey,
    SwitchKey,
    TransportApplicationKey,
    TransportNetworkKey,
    Tunnel,
    UpdateDevice,
)
from hanbench.emulator.zigbee.aps.frames import ApsFrame
from hanbench.emulator.zigbee.aps.layer import UNKNOWN_TRUST_CENTER, Aps
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.emulator.zigbee.nwk.joining import Joiner
from hanbench.emulator.zigbee.nwk.layer import NwkIndication
from hanbench.emulator.zigbee.nwk.parent import JoinIndication, Parent
from hanbench.emulator.zigbee.security.keys import KeyId, hashed_link_key
from hanbench.emulator.zigbee.storage import ChildEntry, KeyOrigin, LinkKey

COORDINATOR = 0x0000
KEY_REPEAT = 5 * SECOND
"""Between two transmissions of a new network key to one sleeper."""


class KeyClient:
    """Handles Transport-Key and Switch-Key in a router or end device."""

    def __init__(self, aps: Aps, joiner: Joiner) -> None:
        self._aps = aps
        self._joiner = joiner
        self.on_trust_center_swapped: Callable[[], None] | None = None
        """Called when a new Trust Centre has sent its network key; a link key with it is not agreed yet."""
        self.on_next_key: Callable[[TransportNetworkKey], None] = lambda command: None
        """Called with the network key that the Trust Centre will switch to."""
        self.on_partner_key: Callable[[int], None] | None = None
        """Called with the EUI-64 of a device with which a link key has come."""
        aps.on_command[TransportNetworkKey.ID] = self._transport_key
        aps.on_command[SwitchKey.ID] = self._switch_key
        aps.fallback_link_key = self._restored_key

    def _transport_key(self, command: ApsCommand, frame: ApsFrame, indication: NwkIndication) -> None:
        storage, security = self._aps.storage, self._aps.nwk.security
        if isinstance(command, TransportApplicationKey):
            self._partner_key(command, frame, indication)
            return
        if not isinstance(command, TransportNetworkKey) or storage.network is None:
            return
        if command.destination not in (0, storage.ieee):
            raise RemoteProtocolError(DropReason.NOT_FOR_US, "Transport-Key")
        if self._joiner.awaits_key:
            if not frame.secured or frame.key_id != KeyId.KEY_TRANSPORT:
                raise RemoteProtocolError(DropReason.UNSECURED, "Transport-Key")
            self._adopt_trust_center(command.source)
            security.replace(command.sequence, command.key)
            self._joiner.event(JoinEvent.KEY)
        elif indication.secured and command.source == storage.network.trust_center:
            security.store(command.sequence, command.key)
            self.on_next_key(command)
        else:
            raise RemoteProtocolError(DropReason.UNSECURED, "Transport-Key")

    def _restored_key(self) -> LinkKey | None:
        """The hash of the link key with the Trust Centre, which its successor has from the backup."""
        network = self._aps.storage.network
        if network is None or not network.trust_center or not self._joiner.follows_trust_center_swap:
            return None
        link = self._aps.storage.link_keys.get(network.trust_center)
        known = link is not None and link.origin is KeyOrigin.ESTABLISHED
        return LinkKey(hashed_link_key(link.key), KeyOrigin.RESTORED) if link is not None and known else None

    def forget_former_trust_center(self) -> None:
        """Delete what was kept of the former Trust Centre: a key is agreed with the new one."""
        storage = self._aps.storage
        if storage.network is not None and storage.network.former_trust_center:
            storage.link_keys.pop(storage.network.former_trust_center, None)
            storage.network.former_trust_center = 0

    def return_to_former_trust_center(self) -> bool:
        """Go back to the former Trust Centre, as the new one did not agree a key; False if there is none."""
        storage = self._aps.storage
        network = storage.network
        if network is None or not network.former_trust_center:
            return False
        storage.link_keys.pop(network.trust_center, None)
        network.trust_center, network.former_trust_center = network.former_trust_center, 0
        return True

    def request_partner_key(self, partner: int) -> None:
        """Ask the Trust Centre for a link key with another device (4.4.6). It sends it to both, or to neither."""
        network = self._aps.storage.network
        if network is not None and network.trust_center in self._aps.storage.link_keys:
            request = RequestKey(REQUEST_APPLICATION_KEY, partner)
            self._aps.send_command(COORDINATOR, request, key_id=KeyId.DATA, partner=network.trust_center)

    def _partner_key(self, command: TransportApplicationKey, frame: ApsFrame, indication: NwkIndication) -> None:
        network = self._aps.nwk.network
        if not indication.secured or not frame.secured or frame.key_id != KeyId.KEY_LOAD:
            raise RemoteProtocolError(DropReason.UNSECURED, "Transport-Key")
        if frame.sender_ieee != network.trust_center:
            raise RemoteProtocolError(DropReason.WRONG_KEY, "Transport-Key that is not from the Trust Centre")
        if command.partner in (network.trust_center, self._aps.storage.ieee):
            raise RemoteProtocolError(
                DropReason.NOT_FOR_US, "Transport-Key for this device or the Trust Centre as partner"
            )
        self._aps.storage.link_keys[command.partner] = LinkKey(command.key, KeyOrigin.BROKERED)
        if self.on_partner_key is not None:
            self.on_partner_key(command.partner)

    def _adopt_trust_center(self, ieee: int) -> None:
        """Take over the Trust Centre of the first Transport-Key: the preconfigured key belongs to it from now on."""
        storage = self._aps.storage
        network = storage.network
        assert network is not None
        restored = self._restored_key() if ieee not in storage.link_keys else None
        if restored is not None:
            storage.link_keys[ieee] = restored
            network.former_trust_center = network.trust_center
        network.trust_center = ieee
        storage.short_addresses[ieee] = COORDINATOR
        if restored is not None and self.on_trust_center_swapped is not None:
            self.on_trust_center_swapped()
        if UNKNOWN_TRUST_CENTER in storage.link_keys:
            storage.link_keys[ieee] = storage.link_keys.pop(UNKNOWN_TRUST_CENTER)

    def _switch_key(self, command: ApsCommand, frame: ApsFrame, indication: NwkIndication) -> None:
        assert isinstance(command, SwitchKey)
        if not indication.secured:
            raise RemoteProtocolError(DropReason.UNSECURED, "Switch-Key")
        if not self._aps.nwk.security.switch(command.sequence):
            raise RemoteProtocolError(DropReason.UNKNOWN_KEY, f"Switch-Key to {command.sequence}")


class RouterKeyRelay:
    """Tells the Trust Centre of a router's children, and passes its frames on to them."""

    def __init__(self, aps: Aps, parent: Parent, client: KeyClient) -> None:
        self._aps = aps
        self._parent = parent
        self._next: TransportNetworkKey | None = None
        self._undelivered: dict[int, int] = {}
        """Sleepers without the next network key: EUI-64 to the time of the next attempt."""
        client.on_next_key = self._next_key
        parent.on_awake.append(self._child_awake)
        parent.on_joined = self._joined
        aps.on_command[Tunnel.ID] = self._tunnel
        aps.on_command[RemoveDevice.ID] = self._remove

    def _next_key(self, command: TransportNetworkKey) -> None:
        """Keep the key for the children that sleep through its broadcast (R23, 4.6.3.4)."""
        self._next = command
        children = self._aps.storage.children.values()
        self._undelivered = {child.ieee: 0 for child in children if not child.rx_on and child.authenticated}

    def _child_awake(self, child: ChildEntry) -> None:
        command, now = self._next, self._aps.clock.now
        if command is None or self._undelivered.get(child.ieee, now + 1) > now:
            return
        if command.sequence == self._aps.storage.active_key:
            self._next = None
            return
        self._undelivered[child.ieee] = now + KEY_REPEAT
        self._aps.nwk.send(
            child.short,
            self._aps.encode_command(command.replace(destination=child.ieee)),
            lambda status: self._undelivered.pop(child.ieee, None) if status is not None else None,
        )

    def _joined(self, device: JoinIndication) -> None:
        """Send Update-Device: under the link key with the Trust Centre, if there is one (R22, 4.4.3.2)."""
        storage, command = self._aps.storage, UpdateDevice(device.ieee, device.short, device.status)
        partner = storage.network.trust_center if storage.network is not None else 0
        key_id = KeyId.DATA if partner in storage.link_keys else None
        self._aps.send_command(COORDINATOR, command, key_id=key_id, partner=partner)

    def _tunnel(self, command: ApsCommand, frame: ApsFrame, indication: NwkIndication) -> None:
        assert isinstance(command, Tunnel)
        child = self._parent.by_ieee(command.destination)
        if indication.secured and child is not None:
            self._aps.nwk.send(child.short, command.frame, secured=False)

    def _remove(self, command: ApsCommand, frame: ApsFrame, indication: NwkIndication) -> None:
        assert isinstance(command, RemoveDevice)
        child = self._parent.by_ieee(command.target)
        if indication.secured and child is not None:
            self._parent.remove(child.short)
