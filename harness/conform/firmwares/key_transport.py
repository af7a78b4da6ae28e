"""Wrong firmwares: network keys that they take although they must not."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.commands import TransportNetworkKey
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId, key_transport_key
from hanbench.emulator.zigbee.storage import LinkKey
from hanbench.harness.conform.firmwares.model import Firmwares, Note, own_link, wrapped

WRONG = Firmwares([])
WELL_KNOWN = b"ZigBeeAlliance09"


@WRONG.add("takes-keys-for-others", "TRK")
def takes_keys_for_others(device: Any, note: Note) -> None:
    """As a newcomer it takes a network key that is for another device."""
    handlers = device.stack.aps.on_command
    former = handlers[TransportNetworkKey.ID]

    def taken(command: Any, frame: Any, indication: Any) -> None:
        own = device.storage.ieee
        if isinstance(command, TransportNetworkKey) and command.destination not in (0, own):
            note()
            command = command.replace(destination=own)
        former(command, frame, indication)

    handlers[TransportNetworkKey.ID] = taken


@WRONG.add("takes-keys-under-the-load-key", "TRK")
def takes_keys_under_the_load_key(device: Any, note: Note) -> None:
    """It takes a network key under the derived key that is for link keys."""
    handlers = device.stack.aps.on_command
    former = handlers[TransportNetworkKey.ID]

    def taken(command: Any, frame: Any, indication: Any) -> None:
        if frame.secured and frame.key_id == KeyId.KEY_LOAD:
            note()
            frame.key_id = KeyId.KEY_TRANSPORT
        former(command, frame, indication)

    handlers[TransportNetworkKey.ID] = taken


@WRONG.add("takes-keys-under-the-link-key", "TRK")
def takes_keys_under_the_link_key(device: Any, note: Note) -> None:
    """It takes a network key under its link key itself, from which no key is derived."""
    layer = device.stack.aps

    def unseal(former: Any, frame: Any, source: int) -> None:
        if frame.type != aps.COMMAND or frame.key_id != KeyId.DATA:
            former(frame, source)
            return
        frame.decrypt(cipher(device.settings.joining_key), frame.sender_ieee)
        note()
        frame.key_id = KeyId.KEY_TRANSPORT

    wrapped(layer, "_unseal", unseal)


@WRONG.add("keeps-its-install-code-key", "TRK")
def keeps_its_install_code_key(device: Any, note: Note) -> None:
    """It still takes a network key under the key of its install code, long after it has agreed another one."""
    layer = device.stack.aps

    def unseal(former: Any, frame: Any, source: int) -> None:
        link = own_link(device)
        joining = LinkKey(device.settings.joining_key)
        if frame.key_id != KeyId.KEY_TRANSPORT or link is None or link.key == joining.key:
            former(frame, source)
            return
        try:
            frame.decrypt(cipher(key_transport_key(joining.key)), frame.sender_ieee)
            note()
        except RemoteProtocolError:
            former(frame, source)

    wrapped(layer, "_unseal", unseal)


@WRONG.add("knows-the-well-known-key", "TRK")
def knows_the_well_known_key(device: Any, note: Note) -> None:
    """It takes its network key under the well-known link key of home automation, too."""
    layer = device.stack.aps

    def unseal(former: Any, frame: Any, source: int) -> None:
        if frame.key_id != KeyId.KEY_TRANSPORT:
            former(frame, source)
            return
        try:
            frame.decrypt(cipher(key_transport_key(WELL_KNOWN)), frame.sender_ieee)
            note()
        except RemoteProtocolError:
            former(frame, source)

    wrapped(layer, "_unseal", unseal)
