"""Wrong hubs: the network key."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zigbee.aps.commands import SwitchKey, TransportNetworkKey
from hanbench.emulator.zigbee.nwk.layer import RX_ON_DEVICES
from hanbench.emulator.zigbee.storage import FrameCounter
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([], kind="hub")


@WRONG.add("hub-never-switches", "HKEY")
def never_switches(hub: Any, note: Note) -> None:
    """It distributes a network key, and never changes to it."""
    wrapped(hub.stack.trust_center, "switch", lambda former: note())


@WRONG.add("hub-changes-key-alone", "HKEY", "espressif/esp-zigbee-sdk#390")
def changes_key_alone(hub: Any, note: Note) -> None:
    """It changes its own network key, and tells nobody."""
    security = hub.stack.nwk.security

    def rotate(former: Any) -> None:
        note()
        sequence = security.active_sequence + 1 & 0xFF
        security.store(sequence, hub.stack.nwk.random.randbytes(16))
        security.switch(sequence)

    wrapped(hub.stack.trust_center, "rotate", rotate)


@WRONG.add("hub-keeps-old-key-for-itself", "HKEY", "espressif/esp-zigbee-sdk#849")
def keeps_old_key(hub: Any, note: Note) -> None:
    """It has all others change the network key, and does not change itself."""

    def switch(former: Any, sequence: int) -> bool:
        note()
        return False

    wrapped(hub.stack.nwk.security, "switch", switch)


@WRONG.add("hub-distributes-same-key", "HKEY")
def distributes_same_key(hub: Any, note: Note) -> None:
    """It distributes the network key that is in use, under another number."""
    storage = hub.storage

    def distribute(former: Any, key: bytes | None = None) -> int:
        note()
        sequence: int = former(storage.network_keys[storage.active_key])
        return sequence

    wrapped(hub.stack.trust_center, "distribute", distribute)


@WRONG.add("hub-numbers-keys-by-two", "HKEY")
def numbers_by_two(hub: Any, note: Note) -> None:
    """The number of its next network key is not the next one."""

    def send(former: Any, dst: int, command: Any, **named: Any) -> None:
        if isinstance(command, TransportNetworkKey):
            note()
            command = command.replace(sequence=command.sequence + 1 & 0xFF)
        former(dst, command, **named)

    wrapped(hub.stack.aps, "send_command", send)


@WRONG.add("hub-forgets-sleepers-at-rotation", "HKEY")
def forgets_sleepers(hub: Any, note: Note) -> None:
    """It gives the next network key to no child that sleeps."""
    wrapped(hub.stack.trust_center, "_send_next_key", lambda former, child, sequence: note())


@WRONG.add("hub-broadcasts-key-in-the-clear", "HKEY", "Koenkk/zigbee-herdsman#319")
def broadcasts_in_the_clear(hub: Any, note: Note) -> None:
    """It broadcasts the next network key without security."""

    def send(former: Any, dst: int, command: Any, **named: Any) -> None:
        if isinstance(command, TransportNetworkKey) and dst == RX_ON_DEVICES:
            note()
            hub.stack.nwk.send(dst, hub.stack.aps.encode_command(command), secured=False)
        former(dst, command, **named)

    wrapped(hub.stack.aps, "send_command", send)


@WRONG.add("hub-goes-back-to-old-key", "HKEY")
def goes_back(hub: Any, note: Note) -> None:
    """After a power cut it uses the network key from before the last change."""
    keys, security = hub.storage.network_keys, hub.stack.nwk.security
    if restarted(hub) and len(keys) > 1:
        note()
        security.switch(next(each for each in keys if each != hub.storage.active_key))
        wrapped(security, "switch", lambda former, sequence: False)


@WRONG.add("hub-counts-anew-under-the-same-key", "HKEY", "openthread/openthread#11186")
def counts_anew(hub: Any, note: Note) -> None:
    """Its frame counter starts at 0 under a new network key, as it may, and once more after a power cut."""
    security = hub.stack.nwk.security

    def switch(former: Any, sequence: int) -> bool:
        switched: bool = former(sequence)
        hub.storage.nwk_counter = FrameCounter()
        return switched

    wrapped(security, "switch", switch)
    if restarted(hub) and hub.storage.active_key:
        note()
        hub.storage.nwk_counter = FrameCounter()


@WRONG.add("hub-drops-the-former-network-key", "HKEY")
def drops_former_key(hub: Any, note: Note) -> None:
    """It forgets the network key before at the change to the next one."""
    security = hub.stack.nwk.security

    def switch(former: Any, sequence: int) -> bool:
        switched: bool = former(sequence)
        for other in [each for each in hub.storage.network_keys if each != sequence]:
            note()
            security._drop(other)
        return switched

    wrapped(security, "switch", switch)


@WRONG.add("hub-takes-network-keys-from-others", "HKEY")
def takes_keys_from_others(hub: Any, note: Note) -> None:
    """It takes a network key from a member, and changes to it when the member says so."""
    security = hub.stack.nwk.security

    def take(command: Any, frame: Any, indication: Any) -> None:
        if isinstance(command, TransportNetworkKey) and command.sequence != security.active_sequence:
            note()
            security.store(command.sequence, command.key)

    hub.stack.aps.on_command[TransportNetworkKey.ID] = take
    hub.stack.aps.on_command[SwitchKey.ID] = lambda command, frame, indication: security.switch(command.sequence)


@WRONG.add("hub-gives-the-former-key-to-those-that-return", "HKEY")
def gives_former_key(hub: Any, note: Note) -> None:
    """A device that comes back without the network key is given the one before."""
    storage = hub.storage

    def give(former: Any, device: Any, via: Any) -> None:
        active = storage.active_key
        others = [each for each in storage.network_keys if each != active]
        if others:
            note()
            storage.active_key = others[0]
        former(device, via)
        storage.active_key = active

    wrapped(hub.stack.trust_center, "_give_key", give)


@WRONG.add("hub-draws-another-key-when-it-is-interrupted", "HKEY")
def draws_another_key(hub: Any, note: Note) -> None:
    """A power cut between distribution and change leaves it with a network key that nobody has."""
    keys, following = hub.storage.network_keys, hub.storage.active_key + 1 & 0xFF
    if restarted(hub) and following in keys:
        note()
        hub.stack.nwk.security.replace(following, hub.stack.nwk.random.randbytes(16))


@WRONG.add("hub-forgets-newcomers-at-the-change", "HKEY")
def forgets_newcomers(hub: Any, note: Note) -> None:
    """Whoever joins between the distribution of a key and the change to it does not get the next key."""
    wrapped(hub.stack.trust_center, "_catch_up", lambda former, ieee, sequence: note())
