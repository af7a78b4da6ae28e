"""How scapy reads the same frames: MAC header, beacon, NWK header and auxiliary header. It opens nothing.

Its known faults keep out of the way here: it reads TAP packets as raw octets (so it gets PSDUs), takes data frames for
6LoWPAN unless told otherwise, and compares no FCS (so its own computation is asked).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scapy.config import conf
from scapy.layers.dot15d4 import Dot15d4Beacon, Dot15d4Cmd, Dot15d4Data, Dot15d4FCS
from scapy.layers.zigbee import ZigBeeBeacon, ZigbeeNWK, ZigbeeSecurityHeader

from tests.interop.reference_dissectors import Reader, Reading

_END_DEVICE_INITIATOR = 0x20
"""scapy calls this bit of the flags reserved."""
_EXTENDED = 3


def read_frames(psdus: Iterable[bytes], keys: Iterable[bytes] = ()) -> list[Reading]:
    """Every frame; `keys` are of no use to scapy."""
    settings: Any = conf
    settings.dot15d4_protocol = "zigbee"
    return [_read(psdu) for psdu in psdus]


def _read(psdu: bytes) -> Reading:
    packet: Any = Dot15d4FCS(psdu)
    fields: Reading = {
        "mac.fcs_ok": packet.compute_fcs(psdu[:-2]) == psdu[-2:],
        "mac.type": packet.fcf_frametype,
        "mac.sequence": packet.seqnum,
        "mac.ack_request": bool(packet.fcf_ackreq),
        "mac.frame_pending": bool(packet.fcf_pending),
        "mac.dst_mode": packet.fcf_destaddrmode,
        "mac.src_mode": packet.fcf_srcaddrmode,
        **dict.fromkeys(("mac.dst_pan", "mac.dst", "mac.src_pan", "mac.src")),
    }
    for layer in (Dot15d4Data, Dot15d4Cmd, Dot15d4Beacon):
        if layer in packet:
            fields |= _addresses(packet, packet[layer])
    if Dot15d4Cmd in packet:
        fields["mac.command"] = packet[Dot15d4Cmd].cmd_id
    if Dot15d4Beacon in packet:
        fields |= _beacon(packet[Dot15d4Beacon])
    if ZigbeeNWK in packet:
        fields |= _nwk(packet[ZigbeeNWK])
    return fields


def _addresses(packet: Any, layer: Any) -> Reading:
    """Destination and source; a source PAN ID that was left out is the destination's (802.15.4-2011, 5.2.1.1.5)."""
    dst_pan = getattr(layer, "dest_panid", None)
    src_pan = dst_pan if packet.fcf_panidcompress else getattr(layer, "src_panid", None)
    return {
        "mac.dst_pan": dst_pan if packet.fcf_destaddrmode else None,
        "mac.dst": _address(getattr(layer, "dest_addr", None), packet.fcf_destaddrmode),
        "mac.src_pan": src_pan if packet.fcf_srcaddrmode else None,
        "mac.src": _address(layer.src_addr, packet.fcf_srcaddrmode),
    }


def _beacon(layer: Any) -> Reading:
    fields: Reading = {
        "beacon.association_permit": bool(layer.sf_assocpermit),
        "beacon.pan_coordinator": bool(layer.sf_pancoord),
    }
    content = ZigBeeBeacon(bytes(layer.payload))
    return fields | {
        "beacon.extended_pan_id": _ieee(content.extended_pan_id),
        "beacon.router_capacity": bool(content.router_capacity),
        "beacon.end_device_capacity": bool(content.end_device_capacity),
        "beacon.depth": content.device_depth,
        "beacon.update_id": content.update_id,
    }


def _nwk(layer: Any) -> Reading:
    auxiliary = layer.payload
    secured = isinstance(auxiliary, ZigbeeSecurityHeader)
    fields: Reading = {
        "nwk.type": layer.frametype,
        "nwk.dst": layer.destination,
        "nwk.src": layer.source,
        "nwk.radius": layer.radius,
        "nwk.sequence": layer.seqnum,
        "nwk.discover_route": layer.discover_route,
        "nwk.end_device_initiator": bool(int(layer.flags) & _END_DEVICE_INITIATOR),
        "nwk.secured": secured,
        "nwk.dst_ieee": _ieee(layer.ext_dst),
        "nwk.src_ieee": _ieee(layer.ext_src),
        "nwk.relays": list(layer.relays or ()),
    }
    if secured:
        fields["nwk.counter"] = auxiliary.fc
        fields["nwk.sender_ieee"] = _ieee(auxiliary.source)
        fields["nwk.key_sequence"] = auxiliary.key_seqnum
    return fields


def _address(address: int | None, mode: int) -> int | str | None:
    if not mode:
        return None
    return _ieee(address) if mode == _EXTENDED else address


def _ieee(address: int | None) -> str | None:
    return None if address is None else f"{address:016x}"


READER = Reader("scapy", read_frames, ("mac.payload", "nwk.payload", "aps."))
