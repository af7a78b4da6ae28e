"""Wrong firmwares: network keys."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.commands import TransportNetworkKey
from hanbench.emulator.zigbee.nwk.commands import RejoinRequest
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([])


@WRONG.add("no-trust-center-rejoin", "KEY", "Nordic NCSIDB-1336; sdk-nrf#17997; ncs-zigbee#97")
def no_trust_center_rejoin(device: Any, note: Note) -> None:
    """It cannot rejoin after it missed a key rotation: it uses the old key for ever."""

    def send(former: Any, dst: int, command: Any, **named: Any) -> None:
        if isinstance(command, RejoinRequest) and named.get("secured") is False:
            note()
        else:
            former(dst, command, **named)

    wrapped(device.stack.nwk, "send_command", send)


@WRONG.add("switches-not-itself", "KEY", "espressif/esp-zigbee-sdk#849")
def switches_not_itself(device: Any, note: Note) -> None:
    """It does not switch to the next network key itself."""

    def switch(former: Any, sequence: int) -> bool:
        note()
        return True

    wrapped(device.stack.nwk.security, "switch", switch)


@WRONG.add("falls-back-to-default-key", "KEY", "dresden-elektronik/deconz-rest-plugin#2890")
def falls_back_to_default_key(device: Any, note: Note) -> None:
    """Its network key is a default, all octets 0xcc, after a restart."""
    if restarted(device):
        note()
        device.storage.network_keys[device.storage.active_key] = b"\xcc" * 16
        device.stack.nwk.security.load()


@WRONG.add("switches-early", "KEY")
def switches_early(device: Any, note: Note) -> None:
    """It uses the next network key as soon as it has it."""
    security = device.stack.nwk.security

    def store(former: Any, sequence: int, key: bytes) -> None:
        former(sequence, key)
        note()
        security.switch(sequence)

    wrapped(security, "store", store)


@WRONG.add("same-key-resets-counter", "KEY", "the key reinstallation attacks on WPA2 (CVE-2017-13077), for Zigbee")
def same_key_resets_counter(device: Any, note: Note) -> None:
    """Its frame counter starts again when the present network key is sent once more."""
    security = device.stack.nwk.security

    def store(former: Any, sequence: int, key: bytes) -> None:
        former(sequence, key)
        note()
        device.storage.nwk_counter.value = 0

    wrapped(security, "store", store)


@WRONG.add("takes-foreign-network-key", "KEY")
def takes_foreign_network_key(device: Any, note: Note) -> None:
    """It takes a network key from anyone in the network."""
    handlers = device.stack.aps.on_command
    former = handlers[TransportNetworkKey.ID]

    def taken(command: Any, frame: Any, indication: Any) -> None:
        network = device.storage.network
        if isinstance(command, TransportNetworkKey) and network is not None and network.trust_center:
            note()
            command = command.replace(source=network.trust_center)
        former(command, frame, indication)

    handlers[TransportNetworkKey.ID] = taken


@WRONG.add("takes-network-key-in-the-clear", "KEY")
def takes_network_key_in_the_clear(device: Any, note: Note) -> None:
    """In the network, it takes a network key without NWK and APS security."""
    device.stack.nwk.accepts_unsecured.append(lambda frame: True)

    def accept(former: Any, indication: Any) -> None:
        plain = not indication.secured and not aps.decode(indication.payload).secured
        if plain:
            note()
        former(indication._replace(secured=True) if plain and device.stack.joined else indication)

    wrapped(device.stack.aps, "accept", accept)


@WRONG.add("switches-to-nothing", "KEY")
def switches_to_nothing(device: Any, note: Note) -> None:
    """It switches to a network key that it does not have."""
    security = device.stack.nwk.security

    def switch(former: Any, sequence: int) -> bool:
        if sequence not in device.storage.network_keys:
            note()
            device.storage.active_key = sequence
            security.load()
        return bool(former(sequence))

    wrapped(security, "switch", switch)


@WRONG.add("forgets-the-key-to-come", "KEY", "nrfconnect/sdk-nrf#17997, where a device misses a rotation")
def forgets_the_key_to_come(device: Any, note: Note) -> None:
    """A power cut takes the network key that it has got and does not use yet."""
    keys, active = device.storage.network_keys, device.storage.active_key
    for other in [each for each in keys if each != active]:
        note()
        del keys[other]


@WRONG.add("compares-key-numbers", "KEY")
def compares_key_numbers(device: Any, note: Note) -> None:
    """It takes no network key whose number is lower than that of the present one."""
    security = device.stack.nwk.security

    def store(former: Any, sequence: int, key: bytes) -> None:
        if sequence < device.storage.active_key:
            note()
        else:
            former(sequence, key)

    wrapped(security, "store", store)
