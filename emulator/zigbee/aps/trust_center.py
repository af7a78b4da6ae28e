"""The Trust Centre: admission of devices, distribution and rotation of keys (R22, 4.6.3 and 4.7.3).

Admission is by list: a device whose link key (from its install code, or agreed since) the Trust Centre does not
hold gets no network key. Smart Energy knows no other way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hanbench.emulator.clock import MINUTE, SECOND, Timer
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee import addresses
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
from hanbench.emulator.zigbee.aps.key_client import KEY_REPEAT
from hanbench.emulator.zigbee.aps.layer import Aps
from hanbench.emulator.zigbee.nwk.commands import Leave
from hanbench.emulator.zigbee.nwk.layer import RX_ON_DEVICES, NwkIndication
from hanbench.emulator.zigbee.nwk.parent import JoinIndication, JoinStatus, Parent
from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH
from hanbench.emulator.zigbee.security.keys import KeyId, hashed_link_key
from hanbench.emulator.zigbee.storage import ChildEntry, KeyOrigin, LinkKey

ESTABLISHMENT_TIME = 60 * MINUTE
"""A device that has not agreed a key by certificate within this time of joining is removed (SE 1.4a, 5.4.2.2)."""
ROTATION_TIME = 60 * MINUTE
"""From the distribution of a network key, after a counter was exhausted, to its use: sleepers fetch it meanwhile."""
ANNOUNCEMENT_TIME = MINUTE
"""From what a router says of a device that came without any key to the Device_annce of that device."""


class Backup(NamedTuple):
    """The devices of a Trust Centre, with the hashes of their link keys; the keys themselves are not in it."""

    extended_pan_id: int
    pan_id: int
    channel: int
    link_keys: dict[int, bytes]
    """By EUI-64."""

    def __repr__(self) -> str:
        return f"Backup({self.extended_pan_id:016x}, {len(self.link_keys)} devices)"


class TrustCenter:
    """The Trust Centre, on the coordinator."""

    def __init__(self, aps: Aps, parent: Parent) -> None:
        self._aps = aps
        self._parent = parent
        self._clock = aps.clock
        self.on_device: Callable[[JoinIndication], None] | None = None
        """Called with each device that was let in."""
        self._undelivered: dict[int, int] = {}
        """Sleepers without the next network key: EUI-64 to the time of the next attempt."""
        self._next: int | None = None
        """Sequence number of a network key that was sent out and is not in use yet."""
        self.establishment_time = ESTABLISHMENT_TIME
        """Microseconds; 0: devices may stay without an established key."""
        self.on_removed: Callable[[int], None] | None = None
        """Called with the EUI-64 of a device that was removed because it agreed no key in time."""
        self.allows_joins: Callable[[], bool] = lambda: parent.permitting
        """Whether newcomers at routers get the network key: while this network is open (allowJoins, R22 4.7.3)."""
        aps.nwk.security.on_counter_exhausted = self._counter_exhausted
        parent.on_joined = self.joined
        parent.on_proven = self._proven
        self._unproven: set[int] = set()
        """Members, by EUI-64, in whose name a device came without any key."""
        self._moving: dict[int, tuple[JoinIndication, int, int]] = {}
        """Members, by EUI-64, in whose name a device came to a router without any key, at another address; with the
        router, and the time until which that counts."""
        parent.admits = self.knows
        parent.on_awake.append(self._child_awake)
        self._unestablished: dict[int, Timer] = {}
        self._partner_keys: dict[int, dict[int, TransportApplicationKey]] = {}
        """Keys for sleepers that are not awake: by the sleeper's EUI-64, then by its partner's."""
        aps.on_command[UpdateDevice.ID] = self._update_device
        aps.on_command[RequestKey.ID] = self._request_key
        for child in aps.storage.children.values():
            # Power came back: a device without an established key has the whole time again.
            self._grant_time(child.ieee, None)

    # --- the list -------------------------------------------------------------------------------------------------

    def add(self, ieee: int, link_key: bytes) -> None:
        """Admit a device with this preconfigured link key, from its install code."""
        self._aps.storage.link_keys[ieee] = LinkKey(link_key)

    def backup(self) -> Backup:
        """The backup with which another Trust Centre can replace this one (SE 1.4a, 5.4.2.4)."""
        network = self._aps.nwk.network
        hashed = {
            ieee: hashed_link_key(link.key)
            for ieee, link in self._aps.storage.link_keys.items()
            if link.origin is KeyOrigin.ESTABLISHED
        }
        return Backup(network.extended_pan_id, network.pan_id, network.channel, hashed)

    def restore(self, backup: Backup) -> None:
        """Take over the devices of a former Trust Centre; its network must have been formed again already."""
        for ieee, key in backup.link_keys.items():
            self._aps.storage.link_keys[ieee] = LinkKey(key, KeyOrigin.RESTORED)

    def knows(self, ieee: int) -> bool:
        return ieee in self._aps.storage.link_keys

    def form(self, key: bytes | None = None) -> None:
        """Make the first network key."""
        self._aps.nwk.security.replace(0, key if key is not None else self._new_key())

    def _new_key(self) -> bytes:
        return self._aps.nwk.random.randbytes(KEY_LENGTH)

    # --- admission --------------------------------------------------------------------------------------------------

    def joined(self, device: JoinIndication, via: int | None = None) -> None:
        """Admit or reject a device that came to this node or, if given, to the router `via`."""
        ieee, _, status = device
        if status is JoinStatus.LEFT:
            return
        if not self.knows(ieee):
            self._reject(device, via)
            return
        if status in (JoinStatus.UNSECURED_JOIN, JoinStatus.TRUST_CENTER_REJOIN):
            self._give_key(device, via)
        if via is None and status is not JoinStatus.SECURED_REJOIN and self._is_member(ieee):
            # It says so without any key: nothing changes until it has used the network key.
            self._unproven.add(ieee)
            return
        self._take_in(device, via)

    def _proven(self, device: JoinIndication) -> None:
        if device.ieee in self._unproven:
            self._unproven.discard(device.ieee)
            self._take_in(device)

    def _is_member(self, ieee: int) -> bool:
        """Whether a device that this Trust Centre knows has been in the network, and not left it."""
        link = self._aps.storage.link_keys.get(ieee)
        return link is not None and link.origin is KeyOrigin.ESTABLISHED

    def _take_in(self, device: JoinIndication, via: int | None = None) -> None:
        ieee, short, status = device
        addresses.enter(self._aps.storage, ieee, short)
        self._grant_time(ieee, via, afresh=status is JoinStatus.UNSECURED_JOIN)
        if self._next is not None:
            self._clock.call_later(KEY_REPEAT, self._catch_up, ieee, self._next)
        if self.on_device is not None:
            self.on_device(device)

    def _grant_time(self, ieee: int, via: int | None, *, afresh: bool = False) -> None:
        """Start the time in which a new device must agree a key; a rejoin does not restart it."""
        earlier = self._unestablished.get(ieee)
        if earlier is not None and afresh:
            earlier.cancel()
            del self._unestablished[ieee]
        if self.establishment_time and self._is_new(ieee) and ieee not in self._unestablished:
            self._unestablished[ieee] = self._clock.call_later(self.establishment_time, self._require_key, ieee, via)

    def _require_key(self, ieee: int, via: int | None) -> None:
        """Remove a device that still has its preconfigured key only."""
        self._unestablished.pop(ieee, None)
        if ieee in self._aps.storage.short_addresses and self._is_new(ieee):
            self.remove(ieee, via)

    def remove(self, ieee: int, via: int | None = None) -> None:
        """Have a device leave, and let it in no more (4.6.3.6.2); a sleeping child is told when it wakes.

        `via`: the router that is its parent; None: it is a child of this node.
        """
        child = self._parent.by_ieee(ieee)
        if via is not None:
            self._aps.send_command(via, RemoveDevice(ieee))
        elif child is not None and child.rx_on:
            self._remove_device(child)
        self._aps.storage.link_keys.pop(ieee, None)
        if self.on_removed is not None:
            self.on_removed(ieee)

    def _reject(self, device: JoinIndication, via: int | None) -> None:
        if via is None:
            self._parent.remove(device.short)
        else:
            self._aps.send_command(via, RemoveDevice(device.ieee))

    def _give_key(self, device: JoinIndication, via: int | None) -> None:
        storage, ieee = self._aps.storage, device.ieee
        if storage.link_keys[ieee].outgoing.used_up:
            return
        command = TransportNetworkKey(storage.network_keys[storage.active_key], storage.active_key, ieee, storage.ieee)
        frame = self._aps.encode_command(command, key_id=KeyId.KEY_TRANSPORT, partner=ieee)
        if via is None:
            self._aps.nwk.send(device.short, frame, secured=False)
        else:
            self._aps.send_command(via, Tunnel(ieee, frame))

    def _update_device(self, command: ApsCommand, frame: ApsFrame, indication: NwkIndication) -> None:
        assert isinstance(command, UpdateDevice)
        if not indication.secured:
            raise RemoteProtocolError(DropReason.UNSECURED, "Update-Device")
        try:
            status = JoinStatus(command.status)
        except ValueError:
            raise RemoteProtocolError(DropReason.UNSUPPORTED, f"Update-Device status {command.status}") from None
        device = JoinIndication(command.device, command.short, status)
        if status is JoinStatus.UNSECURED_JOIN and not self.allows_joins():
            # The router let it associate; the Trust Centre does not have to follow (4.7.3).
            self._reject(device, indication.src)
            return
        if frame.secured and self._comes_elsewhere(device):
            # The router says true, and the device said so without any key.
            self._moving[device.ieee] = device, indication.src, self._clock.now + ANNOUNCEMENT_TIME
            self._give_key(device, indication.src)
            return
        if status is not JoinStatus.LEFT:
            self._check_address(command, proven=frame.secured)
        self.joined(device, via=indication.src)

    def _comes_elsewhere(self, device: JoinIndication) -> bool:
        """Whether a member has come without NWK security, and to another address than it has."""
        ieee, short, status = device
        unsecured = status in (JoinStatus.UNSECURED_JOIN, JoinStatus.TRUST_CENTER_REJOIN)
        known = self._aps.storage.short_addresses.get(ieee)
        return unsecured and self._is_member(ieee) and known not in (None, short)

    def announced(self, ieee: int, short: int) -> None:
        """A device announces itself under the network key: one that came to a router without it is there now."""
        device, via, until = self._moving.get(ieee, (None, 0, 0))
        if device is None or device.short != short:
            return
        del self._moving[ieee]
        if self._clock.now > until:
            return
        child = self._parent.by_ieee(ieee)
        if child is not None:
            self._parent.remove(child.short)
        addresses.check_claim(self._aps.storage, ieee, short)
        self._take_in(device, via)

    def _check_address(self, command: UpdateDevice, *, proven: bool) -> None:
        """Check the address of a device at a router. `proven`: the link key of the router vouches for it.

        Raises ADDRESS_CONFLICT.
        """
        storage, ieee = self._aps.storage, command.device
        child = self._parent.by_ieee(ieee)
        if proven and child is not None and child.short != command.short:
            # The device has another parent now.
            self._parent.remove(child.short)
        addresses.check_claim(storage, ieee, command.short)
        known = storage.short_addresses.get(ieee)
        if not proven and known not in (None, command.short) and self._is_member(ieee):
            raise RemoteProtocolError(DropReason.ADDRESS_CONFLICT, f"{ieee:016x} has {known:#06x}")

    # --- keys for partners ------------------------------------------------------------------------------------------

    def _request_key(self, command: ApsCommand, frame: ApsFrame, indication: NwkIndication) -> None:
        """Make a link key for two devices that have both agreed a key by certificate (4.4.6.3)."""
        assert isinstance(command, RequestKey)
        if not frame.secured or frame.key_id != KeyId.DATA:
            raise RemoteProtocolError(DropReason.UNSECURED, "Request-Key")
        # The key proves the sender, and the APS has compared it with the owner of the network address.
        one, other = frame.sender_ieee, command.partner
        if command.key_type != REQUEST_APPLICATION_KEY or other is None or one is None or one == other:
            raise RemoteProtocolError(DropReason.UNSUPPORTED, f"Request-Key of type {command.key_type}")
        if not self._trusts(one) or not self._trusts(other):
            raise RemoteProtocolError(DropReason.WRONG_KEY, "Request-Key for a device without an established key")
        key = self._new_key()
        self._send_partner_key(one, TransportApplicationKey(key, other, True))
        self._send_partner_key(other, TransportApplicationKey(key, one, False))

    def _is_new(self, ieee: int) -> bool:
        """Whether a device has its preconfigured key only; one from the backup of a former Trust Centre is not new."""
        link = self._aps.storage.link_keys.get(ieee)
        return link is not None and link.origin is KeyOrigin.PRECONFIGURED

    def _trusts(self, ieee: int) -> bool:
        link = self._aps.storage.link_keys.get(ieee)
        return link is not None and link.origin is KeyOrigin.ESTABLISHED

    def _send_partner_key(self, ieee: int, command: TransportApplicationKey) -> None:
        child = self._parent.by_ieee(ieee)
        if child is not None and not child.rx_on:
            self._partner_keys.setdefault(ieee, {})[command.partner] = command
            return
        short = self._aps.storage.short_addresses.get(ieee)
        if short is not None:
            self._aps.send_command(short, command, key_id=KeyId.KEY_LOAD, partner=ieee)

    # --- key rotation -----------------------------------------------------------------------------------------------

    def distribute(self, key: bytes | None = None) -> int:
        """Broadcast the next network key, and send it to each sleeper when it wakes; returns its sequence number."""
        storage = self._aps.storage
        sequence = storage.active_key + 1 & 0xFF
        if key is None:
            # A key that was sent before a power cut has this number already.
            key = storage.network_keys.get(sequence) or self._new_key()
        self._next = sequence
        self._undelivered = {
            child.ieee: 0 for child in storage.children.values() if not child.rx_on and child.authenticated
        }
        self._aps.send_command(RX_ON_DEVICES, TransportNetworkKey(key, sequence, 0, storage.ieee))
        self._aps.nwk.security.store(sequence, key)
        return sequence

    def _catch_up(self, ieee: int, sequence: int) -> None:
        """Give the next network key to a device that has come since it was distributed, with the present key alone."""
        storage, child = self._aps.storage, self._parent.by_ieee(ieee)
        short = storage.short_addresses.get(ieee)
        if self._next != sequence or short is None:
            return
        if child is None:
            command = TransportNetworkKey(storage.network_keys[sequence], sequence, ieee, storage.ieee)
            self._aps.send_command(short, command)
        elif child.rx_on:
            self._send_next_key(child, sequence)
        else:
            self._undelivered.setdefault(ieee, 0)

    def _counter_exhausted(self, sequence: int) -> None:
        """Change the network key before a frame counter is used up (4.3.1.2)."""
        if self._next is None and sequence == self._aps.storage.active_key:
            self.rotate()

    def rotate(self) -> None:
        """Distribute another network key, and use it when sleepers have had the time to fetch it."""
        self.distribute()
        self._clock.call_later(ROTATION_TIME, self.switch)

    def switch(self) -> None:
        """Broadcast Switch-Key, and use the distributed key; a sleeper follows at the first frame under it."""
        if self._next is None:
            return
        sequence, self._next = self._next, None
        self._undelivered.clear()
        self._aps.send_command(RX_ON_DEVICES, SwitchKey(sequence))
        self._clock.call_later(SECOND, self._aps.nwk.security.switch, sequence)

    def _remove_device(self, child: ChildEntry) -> None:
        leave = Leave(request=True)
        self._aps.nwk.send_command(child.short, leave, done=lambda _: self._parent.remove(child.short))

    def _child_awake(self, child: ChildEntry) -> None:
        if not self.knows(child.ieee):
            # It was removed while it slept.
            self._remove_device(child)
            return
        for partner_key in self._partner_keys.pop(child.ieee, {}).values():
            self._aps.send_command(child.short, partner_key, key_id=KeyId.KEY_LOAD, partner=child.ieee)
        if self._next is not None and self._undelivered.get(child.ieee, self._clock.now + 1) <= self._clock.now:
            self._send_next_key(child, self._next)

    def _send_next_key(self, child: ChildEntry, sequence: int) -> None:
        storage = self._aps.storage
        if storage.link_keys[child.ieee].outgoing.used_up:
            return
        self._undelivered[child.ieee] = self._clock.now + KEY_REPEAT
        command = TransportNetworkKey(storage.network_keys[sequence], sequence, child.ieee, storage.ieee)
        self._aps.nwk.send(
            child.short,
            self._aps.encode_command(command, key_id=KeyId.KEY_TRANSPORT, partner=child.ieee),
            lambda status: self._undelivered.pop(child.ieee, None) if status is not None else None,
        )
