"""Every codec that reads what a peer sent, and octets that it reads well.

Codecs that are told more than octets (a cluster, a command) get it from the first octets of their input here, so that
the fuzzer breaks that too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from hanbench.emulator.errors import DropReason
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.octets import Reader
from hanbench.emulator.zcl import foundation, types, values
from hanbench.emulator.zcl import frame as zcl
from hanbench.emulator.zcl.clusters import BY_ID
from hanbench.emulator.zigbee.aps import commands as aps_commands
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import beacon, frames
from hanbench.emulator.zigbee.nwk import commands as nwk_commands
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId, key_load_key, key_transport_key
from hanbench.emulator.zigbee.zdo import messages as zdp
from tests.interop.han import HUB, LINK_KEY, NETWORK_KEY

Parse = Callable[[bytes], object]

_CLUSTERS = sorted(BY_ID)
_NETWORK = cipher(NETWORK_KEY)
_LINK = {
    KeyId.DATA: cipher(LINK_KEY),
    KeyId.KEY_TRANSPORT: cipher(key_transport_key(LINK_KEY)),
    KeyId.KEY_LOAD: cipher(key_load_key(LINK_KEY)),
}


def _reader(octets: bytes) -> Reader:
    return Reader(octets, DropReason.MALFORMED_ZCL)


def _nwk(octets: bytes) -> object:
    """Parse, and open where it is secured: the cipher meets whatever is left."""
    frame = frames.decode(octets)
    if frame.secured:
        frame.decrypt(_NETWORK)
    return frame


def _aps(octets: bytes) -> object:
    frame = aps.decode(octets)
    if frame.secured:
        frame.decrypt(_LINK[KeyId(frame.key_id)], frame.sender_ieee or HUB.ieee)
    return frame


def _zdp(octets: bytes) -> object:
    reader = _reader(octets)
    return zdp.decode(reader.u16(), reader.rest())


def _foundation(octets: bytes) -> object:
    reader = _reader(octets)
    return foundation.decode(reader.u8(), reader.rest())


def _cluster_command(octets: bytes) -> object:
    reader = _reader(octets)
    commands = BY_ID[_CLUSTERS[reader.u8() % len(_CLUSTERS)]].commands(reader.u8() % 2)
    if not commands:
        return None
    return commands[reader.u8() % len(commands)].decode(reader.rest())


def _typed_value(octets: bytes) -> object:
    reader = _reader(octets)
    return types.type_of(reader.u8()).decode_attribute(reader)


CODECS: dict[str, Parse] = {
    "mac.frames.parse": mac.decode,
    "mac.frames.verify": mac.verify,
    "mac.frames.parse_beacon": mac.decode_beacon,
    "nwk.beacon.parse": beacon.decode,
    "nwk.frames.parse": _nwk,
    "nwk.commands.decode": nwk_commands.decode,
    "aps.frames.parse": _aps,
    "aps.commands.decode": aps_commands.decode,
    "zdo.messages.parse": _zdp,
    "zcl.frame.parse": zcl.decode,
    "zcl.foundation.parse": _foundation,
    "zcl.values.reported": values.decode_report,
    "zcl.values.answered": values.decode_read_response,
    "zcl.values.attribute_ids": values.decode_read_request,
    "zcl.types.decode": _typed_value,
    "zcl.cluster.decode": _cluster_command,
}


def collect(psdus: Iterable[bytes]) -> dict[str, list[bytes]]:
    """Take frames apart: for each codec what it meets in them."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for psdu in psdus:
        frame = mac.verify(psdu)
        found["mac.frames.parse"].append(psdu)
        found["mac.frames.verify"].append(psdu)
        if frame.type == mac.BEACON:
            found["mac.frames.parse_beacon"].append(frame.payload)
            found["nwk.beacon.parse"].append(mac.decode_beacon(frame.payload).payload)
        elif frame.type == mac.DATA:
            _take_nwk(frame.payload, found)
    return found


def _take_nwk(npdu: bytes, found: dict[str, list[bytes]]) -> None:
    found["nwk.frames.parse"].append(npdu)
    packet = frames.decode(npdu)
    if packet.secured:
        packet.decrypt(_NETWORK)
    if packet.type == frames.COMMAND:
        found["nwk.commands.decode"].append(packet.payload)
    else:
        _take_aps(packet.payload, found)


def _take_aps(apdu: bytes, found: dict[str, list[bytes]]) -> None:
    found["aps.frames.parse"].append(apdu)
    frame = aps.decode(apdu)
    if frame.secured:
        frame.decrypt(_LINK[KeyId(frame.key_id)], frame.sender_ieee or HUB.ieee)
    if frame.type == aps.COMMAND:
        found["aps.commands.decode"].append(frame.payload)
    elif frame.type == aps.DATA and frame.fragment is None:
        if frame.profile == 0:
            found["zdo.messages.parse"].append(frame.cluster.to_bytes(2, "little") + frame.payload)
        else:
            _take_zcl(frame.cluster, frame.payload, found)


def _take_zcl(cluster: int, octets: bytes, found: dict[str, list[bytes]]) -> None:
    found["zcl.frame.parse"].append(octets)
    message = zcl.decode(octets)
    if message.frame_type == zcl.CLUSTER:
        rows = [command.id for command in BY_ID[cluster].commands(message.direction)]
        where = bytes((_CLUSTERS.index(cluster), message.direction, rows.index(message.command)))
        found["zcl.cluster.decode"].append(where + message.payload)
        return
    found["zcl.foundation.parse"].append(bytes((message.command,)) + message.payload)
    by_command = {
        0x00: "zcl.values.attribute_ids",
        0x01: "zcl.values.answered",
        0x0A: "zcl.values.reported",
    }
    if message.command in by_command:
        found[by_command[message.command]].append(message.payload)
    if message.command == 0x0A:
        found["zcl.types.decode"].append(message.payload[2:])
