"""How hanbench itself reads a capture: its own codecs, flattened to named fields that other readers can be held to."""

from __future__ import annotations

from collections.abc import Iterable

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.frames import MacFrame
from hanbench.emulator.radio.fcs import fcs_ok
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import beacon as nwk_beacon
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.security.ccm import FrameCipher, cipher
from hanbench.emulator.zigbee.security.keys import KeyId, key_load_key, key_transport_key
from tests.interop.reference_dissectors import Reading


def read_frames(psdus: Iterable[bytes], keys: Iterable[bytes]) -> list[Reading]:
    """Every frame, opened with `keys` as far as they fit."""
    reader = _Reader(list(keys))
    return [reader.read(psdu) for psdu in psdus]


class _Reader:
    def __init__(self, keys: list[bytes]) -> None:
        derived = {KeyId.KEY_TRANSPORT: key_transport_key, KeyId.KEY_LOAD: key_load_key}
        self._ciphers = {
            kind: [cipher(derived[kind](key) if kind in derived else key) for key in keys] for kind in KeyId
        }
        self._ieee: dict[tuple[int | None, int], int] = {}

    def read(self, psdu: bytes) -> Reading:
        frame = mac.decode(psdu)
        fields: Reading = {
            "mac.fcs_ok": fcs_ok(psdu),
            "mac.type": frame.type,
            "mac.sequence": frame.sequence,
            "mac.ack_request": frame.ack_request,
            "mac.frame_pending": frame.frame_pending,
            "mac.dst_mode": frame.dst_mode,
            "mac.dst_pan": frame.dst_pan,
            "mac.dst": _address(frame.dst, frame.dst_mode),
            "mac.src_mode": frame.src_mode,
            "mac.src_pan": frame.src_pan,
            "mac.src": _address(frame.src, frame.src_mode),
            "mac.payload": frame.payload.hex(),
        }
        if frame.type == mac.COMMAND:
            fields |= {"mac.command": frame.payload[0], "mac.payload": frame.payload[1:].hex()}
        elif frame.type == mac.BEACON:
            fields |= _beacon(frame.payload)
        elif frame.type == mac.DATA:
            fields |= self._nwk(frame)
        return fields

    def _nwk(self, frame: MacFrame) -> Reading:
        packet = nwk.decode(frame.payload)
        fields: Reading = {
            "nwk.type": packet.type,
            "nwk.dst": packet.dst,
            "nwk.src": packet.src,
            "nwk.radius": packet.radius,
            "nwk.sequence": packet.sequence,
            "nwk.discover_route": packet.discover_route,
            "nwk.end_device_initiator": packet.end_device_initiator,
            "nwk.secured": packet.secured,
            "nwk.dst_ieee": _ieee(packet.dst_ieee),
            "nwk.src_ieee": _ieee(packet.src_ieee),
            "nwk.relays": list(packet.relays),
        }
        place = (frame.dst_pan, packet.src)
        if packet.src_ieee is not None:
            self._ieee[place] = packet.src_ieee
        payload: bytes | None = packet.payload
        if packet.secured:
            fields["nwk.counter"] = packet.counter
            fields["nwk.sender_ieee"] = _ieee(packet.sender_ieee)
            fields["nwk.key_sequence"] = packet.key_sequence
            if frame.src == packet.src:
                self._ieee[place] = packet.sender_ieee
            payload = packet.payload if _opened(packet, self._ciphers[KeyId.NETWORK]) else None
        fields["nwk.payload"] = None if payload is None else payload.hex()
        if packet.type == nwk.DATA and payload is not None:
            fields |= self._aps(payload, self._ieee.get(place, 0))
        return fields

    def _aps(self, payload: bytes, sender: int) -> Reading:
        frame = aps.decode(payload)
        fields: Reading = {
            "aps.type": frame.type,
            "aps.delivery": frame.delivery,
            "aps.ack_format": frame.ack_format,
            "aps.ack_request": frame.ack_request,
            "aps.secured": frame.secured,
            "aps.dst_endpoint": frame.dst_endpoint,
            "aps.group": frame.group,
            "aps.cluster": frame.cluster,
            "aps.profile": frame.profile,
            "aps.src_endpoint": frame.src_endpoint,
            "aps.counter": frame.counter,
            "aps.block": None if frame.fragment is None else frame.fragment.block,
            "aps.received": None if frame.fragment is None else frame.fragment.received,
        }
        plain: bytes | None = frame.payload
        if frame.secured:
            fields |= {"aps.frame_counter": frame.frame_counter, "aps.key_id": frame.key_id}
            sender = sender if frame.sender_ieee is None else frame.sender_ieee
            plain = frame.payload if _opened(frame, self._ciphers[KeyId(frame.key_id)], sender) else None
        fields["aps.payload"] = None if plain is None else plain.hex()
        return fields


def _opened(frame: nwk.NwkFrame | aps.ApsFrame, ciphers: list[FrameCipher], *sender: int) -> bool:
    """Try one key after the other."""
    for candidate in ciphers:
        try:
            frame.decrypt(candidate, *sender)
        except RemoteProtocolError as error:
            if error.reason is not DropReason.BAD_MIC:
                raise
        else:
            return True
    return False


def _beacon(payload: bytes) -> Reading:
    content = mac.decode_beacon(payload)
    beacon = nwk_beacon.decode(content.payload)
    return {
        "mac.payload": content.payload.hex(),
        "beacon.association_permit": content.association_permit,
        "beacon.pan_coordinator": content.pan_coordinator,
        "beacon.extended_pan_id": _ieee(beacon.extended_pan_id),
        "beacon.router_capacity": beacon.router_capacity,
        "beacon.end_device_capacity": beacon.end_device_capacity,
        "beacon.depth": beacon.depth,
        "beacon.update_id": beacon.update_id,
    }


def _address(address: int | None, mode: int) -> int | str | None:
    return _ieee(address) if mode == mac.EXTENDED else address


def _ieee(address: int | None) -> str | None:
    return None if address is None else f"{address:016x}"
