"""The Trust Centre: who may come in, who gets which key, and when keys change (R22, 4.6.3 and 4.7.3).

Admission is by list: a device whose link key (from its install code, or agreed since) the Trust Centre does not
hold gets nothing. Smart Energy knows no other way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hanbench.emulator.clock import MINUTE, SECOND, Clock, Timer
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.randomness import RandomSource
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
from hanbench.emulator.zigbee.aps.layer import Aps
from hanbench.emulator.zigbee.nwk.commands import Leave
from hanbench.emulator.zigbee.nwk.layer import RX_ON_DEVICES, NwkIndication
from hanbench.emulator.zigbee.nwk.parent import JoinStatus, Parent
from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH
from hanbench.emulator.zigbee.security.keys import KeyId, hashed_link_key
from hanbench.emulator.zigbee.storage import ChildEntry, KeyOrigin, LinkKey

ESTABLISHMENT_TIME = 60 * MINUTE
"""Within which a newcomer has to agree a key by certificate; then it is removed (SE 1.4a, 5.4.2.2)."""
ROTATION_TIME = 60 * MINUTE
"""From sending out a network key that wear made necessary to its use: a sleeper fetches it at one of its wakes."""
KEY_REPEAT = 5 * SECOND
"""A sleeper that was handed a new network key is not handed it again for this long."""


class Backup(NamedTuple):
    """A Trust Centre's devices, with the hashes of their link keys: the keys themselves never leave it."""

    extended_pan_id: int
    pan_id: int
    channel: int
    link_keys: dict[int, bytes]
    """By EUI-64."""

    def __repr__(self) -> str:
        return f"Backup({self.extended_pan_id:016x}, {len(self.link_keys)} devices)"


class TrustCenter:
    """Runs on the coordinator."""

    def __init__(self, aps: Aps, parent: Parent, clock: Clock, random: RandomSource) -> None:
        self._aps = aps
        self._parent = parent
        self._clock = clock
        self._random = random
        self.on_device: Callable[[int, int, JoinStatus], None] | None = None
        """EUI-64, short address and way of a device that was let in."""
        self._undelivered: dict[int, int] = {}
        """Sleepers that have not been given the next key yet: EUI-64 to the time of the next try."""
        self._next: tuple[int, bytes] | None = None
        self.establishment_time = ESTABLISHMENT_TIME
        """Microseconds; 0: devices may stay without a key of their own."""
        self.on_removed: Callable[[int], None] | None = None
        """EUI-64 of a device that was removed because it never agreed a key."""
        aps.nwk.security.on_counter_exhausted = self._counter_exhausted
        parent.on_joined = self.joined
        parent.admits = self.knows
        parent.on_awake.append(self._child_awake)
        self._newcomers: dict[int, Timer] = {}
        self._partner_keys: dict[int, dict[int, TransportApplicationKey]] = {}
        """Keys that wait for a sleeper to be awake: by its EUI-64, by its partner's."""
        aps.on_command[UpdateDevice.ID] = self._update_device
        aps.on_command[RequestKey.ID] = self._request_key
        for child in aps.storage.children.values():
            # Power came back: who had not finished before has an hour again.
            self._grant_time(child.ieee, None)

    # --- the list -------------------------------------------------------------------------------------------------

    def add(self, ieee: int, link_key: bytes) -> None:
        """Expect a device: its key comes from its install code."""
        self._aps.storage.link_keys[ieee] = LinkKey(link_key)

    def backup(self) -> Backup:
        """What another Trust Centre needs to take this one's place (SE 1.4a, 5.4.2.4)."""
        network = self._aps.nwk.network
        hashed = {
            ieee: hashed_link_key(link.key)
            for ieee, link in self._aps.storage.link_keys.items()
            if link.origin is KeyOrigin.ESTABLISHED
        }
        return Backup(network.extended_pan_id, network.pan_id, network.channel, hashed)

    def restore(self, backup: Backup) -> None:
        """Take over the devices of a Trust Centre that is no more; the network is already formed as it was."""
        for ieee, key in backup.link_keys.items():
            self._aps.storage.link_keys[ieee] = LinkKey(key, KeyOrigin.RESTORED)

    def knows(self, ieee: int) -> bool:
        return ieee in self._aps.storage.link_keys

    def form(self, key: bytes | None = None) -> None:
        """Make the first network key."""
        self._aps.nwk.security.replace(0, key if key is not None else self._new_key())

    def _new_key(self) -> bytes:
        return self._random.randbytes(KEY_LENGTH)

    # --- devices that come ------------------------------------------------------------------------------------------

    def joined(self, ieee: int, short: int, status: JoinStatus, via: int | None = None) -> None:
        """A device came, to us or (`via`) to a router of ours."""
        if not self.knows(ieee):
            if status is not JoinStatus.LEFT:
                self._reject(ieee, short, via)
            return
        if status is JoinStatus.LEFT:
            return
        self._aps.storage.short_addresses[ieee] = short
        if status in (JoinStatus.UNSECURED_JOIN, JoinStatus.TRUST_CENTER_REJOIN):
            self._give_key(ieee, short, via)
        self._grant_time(ieee, via, afresh=status is JoinStatus.UNSECURED_JOIN)
        if self.on_device is not None:
            self.on_device(ieee, short, status)

    def _grant_time(self, ieee: int, via: int | None, *, afresh: bool = False) -> None:
        """Give a newcomer its hour; a rejoin does not prolong it."""
        earlier = self._newcomers.get(ieee)
        if earlier is not None and afresh:
            earlier.cancel()
            del self._newcomers[ieee]
        if self.establishment_time and self._is_new(ieee) and ieee not in self._newcomers:
            self._newcomers[ieee] = self._clock.call_later(self.establishment_time, self._require_key, ieee, via)

    def _require_key(self, ieee: int, via: int | None) -> None:
        """Its time is up: a device that still has the newcomer's key only has to go."""
        self._newcomers.pop(ieee, None)
        short = self._aps.storage.short_addresses.get(ieee)
        if short is None or not self._is_new(ieee):
            return
        child = self._parent.by_ieee(ieee)
        if via is not None:
            self._aps.send_command(via, RemoveDevice(ieee))
        elif child is not None and child.rx_on:
            self._remove_device(child)
        self._aps.storage.link_keys.pop(ieee, None)
        if self.on_removed is not None:
            self.on_removed(ieee)

    def _reject(self, ieee: int, short: int, via: int | None) -> None:
        if via is None:
            self._parent.remove(short)
        else:
            self._aps.send_command(via, RemoveDevice(ieee))

    def _give_key(self, ieee: int, short: int, via: int | None) -> None:
        storage = self._aps.storage
        if storage.link_keys[ieee].outgoing.used_up:
            return
        command = TransportNetworkKey(storage.network_keys[storage.active_key], storage.active_key, ieee, storage.ieee)
        frame = self._aps.build_command(command, key_id=KeyId.KEY_TRANSPORT, partner=ieee)
        if via is None:
            self._aps.nwk.send(short, frame, secured=False)
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
        self.joined(command.device, command.short, status, via=indication.src)

    # --- keys for partners ------------------------------------------------------------------------------------------

    def _request_key(self, command: ApsCommand, frame: ApsFrame, indication: NwkIndication) -> None:
        """Two devices that both agreed a key with us by certificate get one for each other (4.4.6.3)."""
        assert isinstance(command, RequestKey)
        if not frame.secured or frame.key_id != KeyId.DATA:
            raise RemoteProtocolError(DropReason.UNSECURED, "Request-Key")
        # Who asks is who holds the key; anybody can write a network address.
        one, other = frame.sender_ieee, command.partner
        if command.key_type != REQUEST_APPLICATION_KEY or other is None or one is None or one == other:
            raise RemoteProtocolError(DropReason.UNSUPPORTED, f"Request-Key of type {command.key_type}")
        if not self._trusts(one) or not self._trusts(other):
            raise RemoteProtocolError(DropReason.WRONG_KEY, "Request-Key for a device without an established key")
        key = self._new_key()
        self._hand_over(one, TransportApplicationKey(key, other, True))
        self._hand_over(other, TransportApplicationKey(key, one, False))

    def _is_new(self, ieee: int) -> bool:
        """It has but its install code's key; one that a former Trust Centre knew is no newcomer."""
        link = self._aps.storage.link_keys.get(ieee)
        return link is not None and link.origin is KeyOrigin.PRECONFIGURED

    def _trusts(self, ieee: int) -> bool:
        link = self._aps.storage.link_keys.get(ieee)
        return link is not None and link.origin is KeyOrigin.ESTABLISHED

    def _hand_over(self, ieee: int, command: TransportApplicationKey) -> None:
        child = self._parent.by_ieee(ieee)
        if child is not None and not child.rx_on:
            self._partner_keys.setdefault(ieee, {})[command.partner] = command
            return
        short = self._aps.storage.short_addresses.get(ieee)
        if short is not None:
            self._aps.send_command(short, command, key_id=KeyId.KEY_LOAD, partner=ieee)

    # --- key rotation -----------------------------------------------------------------------------------------------

    def distribute(self, key: bytes | None = None) -> int:
        """Send everybody the next network key, and owe it to those asleep; returns its sequence number."""
        storage = self._aps.storage
        sequence = storage.active_key + 1 & 0xFF
        if key is None:
            # One that was sent out before a power cut is still out there under this number.
            key = storage.network_keys.get(sequence) or self._new_key()
        self._next = (sequence, key)
        self._undelivered = {
            child.ieee: 0 for child in storage.children.values() if not child.rx_on and child.authenticated
        }
        self._aps.send_command(RX_ON_DEVICES, TransportNetworkKey(key, sequence, 0, storage.ieee))
        self._aps.nwk.security.store(sequence, key)
        return sequence

    def _counter_exhausted(self, sequence: int) -> None:
        """A frame counter is far advanced: change the network key before it is used up (4.3.1.2)."""
        if self._next is None and sequence == self._aps.storage.active_key:
            self.distribute()
            self._clock.call_later(ROTATION_TIME, self.switch)

    def switch(self) -> None:
        """Tell everybody to use the key that was distributed, and use it; sleepers follow when they hear us use it."""
        if self._next is None:
            return
        sequence, _ = self._next
        self._next = None
        self._undelivered.clear()
        self._aps.send_command(RX_ON_DEVICES, SwitchKey(sequence))
        self._clock.call_later(SECOND, self._aps.nwk.security.switch, sequence)

    def _remove_device(self, child: ChildEntry) -> None:
        leave = Leave(request=True)
        self._aps.nwk.send_command(child.short, leave, done=lambda _: self._parent.remove(child.short))

    def _child_awake(self, child: ChildEntry) -> None:
        if not self.knows(child.ieee):
            # Removed while it slept; a sleeper is told when it can hear it.
            self._remove_device(child)
            return
        for partner_key in self._partner_keys.pop(child.ieee, {}).values():
            self._aps.send_command(child.short, partner_key, key_id=KeyId.KEY_LOAD, partner=child.ieee)
        if self._next is None or self._undelivered.get(child.ieee, self._clock.now + 1) > self._clock.now:
            return
        if self._aps.storage.link_keys[child.ieee].outgoing.used_up:
            return
        self._undelivered[child.ieee] = self._clock.now + KEY_REPEAT
        sequence, key = self._next
        command = TransportNetworkKey(key, sequence, child.ieee, self._aps.storage.ieee)
        self._aps.nwk.send(
            child.short,
            self._aps.build_command(command, key_id=KeyId.KEY_TRANSPORT, partner=child.ieee),
            lambda status: self._undelivered.pop(child.ieee, None) if status is not None else None,
        )
