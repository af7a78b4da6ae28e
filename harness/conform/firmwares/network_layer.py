"""Wrong firmwares: NWK headers and numbers, frames for others, commands that they take to heart, and broadcasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.zigbee.duplicate_table import DuplicateTable
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.commands import LinkStatus, NetworkStatus
from hanbench.emulator.zigbee.nwk.frames import FrameSecurity, NwkFrame
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.emulator.zigbee.nwk.layer import NwkIndication
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([])
RADIUS_AT = 6
SECURED = 0x02
"""Bit of the second octet of the frame control field."""
RSSI, LQI = -50, 255


def change_npdus(device: Any, change: Callable[[bytes], bytes]) -> None:
    """Have `change` look at the NWK octets of each frame that the device sends, after they were secured."""

    def send(former: Any, dst: int, payload: bytes, *rest: Any, **named: Any) -> None:
        former(dst, change(payload), *rest, **named)

    wrapped(device.stack.mac, "send", send)


def change_headers(device: Any, change: Callable[[NwkFrame], bytes]) -> None:
    """Have `change` give the NWK header of each secured frame, which is then secured anew under the same counter."""

    def changed(npdu: bytes) -> bytes:
        frame = nwk.decode(npdu)
        if not frame.secured:
            return npdu
        cipher = device.stack.nwk.security.incoming(frame.key_sequence)
        frame.decrypt(cipher)
        security = FrameSecurity(cipher, frame.counter, frame.key_sequence, frame.sender_ieee)
        return nwk.seal(change(frame), frame.payload, security)

    change_npdus(device, changed)


@WRONG.add("radius-of-0", "NWK")
def radius_of_0(device: Any, note: Note) -> None:
    """Its frames have the radius 0, with which no router carries them."""

    def change(frame: NwkFrame) -> bytes:
        note()
        return frame.header[:RADIUS_AT] + b"\0" + frame.header[RADIUS_AT + 1 :]

    change_headers(device, change)


@WRONG.add("security-level-on-air", "NWK")
def security_level_on_air(device: Any, note: Note) -> None:
    """The security level in its auxiliary header is that of the nonce, 5, and not 0."""

    def change(npdu: bytes) -> bytes:
        if not npdu[1] & SECURED:
            return npdu
        note()
        at = len(nwk.decode(npdu).header)
        return npdu[:at] + bytes((nwk.AUTHENTICATED,)) + npdu[at + 1 :]

    change_npdus(device, change)


@WRONG.add("one-nwk-number", "NWK")
def one_nwk_number(device: Any, note: Note) -> None:
    """Each of its NWK frames has the same sequence number."""

    def number(former: Any, *given: Any) -> int:
        former(*given)
        note()
        return 1

    wrapped(device.stack.nwk, "next_sequence", number)


@WRONG.add("end-device-with-link-status", "NWK", kind="ihd")
def end_device_with_link_status(device: Any, note: Note) -> None:
    """It is an end device, and sends Link Status as a router does."""

    def joined(former: Any, rejoined: bool) -> None:
        former(rejoined)
        note()
        device.stack.nwk.send_command(0xFFFC, LinkStatus(entries=()))

    wrapped(device.stack.joiner, "on_joined", joined)


@WRONG.add("commands-without-eui64", "NWK")
def commands_without_eui64(device: Any, note: Note) -> None:
    """Its NWK commands do not name its EUI-64."""

    def change(frame: NwkFrame) -> bytes:
        if frame.type != nwk.COMMAND:
            return frame.header
        note()
        return nwk.header(frame.type, frame.dst, frame.src, frame.sequence, radius=frame.radius, secured=True)

    change_headers(device, change)


@WRONG.add("takes-frames-of-others", "NWK")
def takes_frames_of_others(device: Any, note: Note) -> None:
    """It takes what is for another short address, when that comes to its radio."""
    layer = device.stack.nwk

    def relay(former: Any, frame: Any, hop: int) -> None:
        if frame.type == nwk.DATA:
            note()
            layer.on_data(NwkIndication(frame.src, frame.dst, frame.payload, frame.secured, RSSI, LQI))

    wrapped(layer.forwarding, "relay", relay)


@WRONG.add("takes-frames-of-other-pans", "NWK", "espressif/esp-zigbee-sdk#727")
def takes_frames_of_other_pans(device: Any, note: Note) -> None:
    """Its radio looks at short addresses only, and takes what is for the same one in another PAN."""
    radio = device.radio
    accepts = type(radio).accepts

    def any_pan(psdu: bytes, mode: int) -> bool:
        if accepts(radio, psdu, mode):
            return True
        other = mode == mac.SHORT and psdu[5:7] == radio.config.short_address.to_bytes(2, "little")
        if other:
            note()
        return bool(other)

    radio.accepts = any_pan


@WRONG.add("gone-at-network-status", "NWK")
def gone_at_network_status(device: Any, note: Note) -> None:
    """It looks for its network anew at any Network Status."""

    def status(frame: Any, command: Any, mac_frame: Any) -> None:
        note()
        device.stack.joiner.event(JoinEvent.REJOIN)

    device.stack.nwk.on_command[NetworkStatus.ID] = status


@WRONG.add("serves-repeated-broadcasts", "NWK", kind="ihd")
def serves_repeated_broadcasts(device: Any, note: Note) -> None:
    """It serves a broadcast as often as it hears it."""

    layer = device.stack.nwk

    def accept(former: Any, *given: Any) -> None:
        note()
        layer._broadcasts = DuplicateTable(layer._broadcasts._lifetime)
        former(*given)

    wrapped(layer, "_accept_broadcast", accept)


@WRONG.add("deaf-to-0xffff", "NWK", kind="ihd")
def deaf_to_all(device: Any, note: Note) -> None:
    """It takes broadcasts to devices that listen, and none to all devices."""

    def accept(former: Any, frame: Any, mac_frame: Any, reception: Any) -> None:
        if frame.dst == 0xFFFF:
            note()
        else:
            former(frame, mac_frame, reception)

    wrapped(device.stack.nwk, "_accept_broadcast", accept)
