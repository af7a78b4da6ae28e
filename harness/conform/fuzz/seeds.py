"""What the fuzzer starts from: the frames of a device's own joining, and the tables of clusters and device profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.octets import Reader
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zcl.cluster import Command
from hanbench.emulator.zcl.clusters import CLUSTERS
from hanbench.emulator.zcl.frame import CLUSTER, TO_CLIENT, TO_SERVER, ZclFrame
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.frame import Frame

KEY_ESTABLISHMENT = 0x0800
INSTANCES = 2
"""Of each command of a table."""
_ATTEMPTS = 6
_LONGEST = 70
_NWK_COMMANDS = range(0x01, 0x0F)
"""Identifiers, of which R22 knows 0x01 to 0x0C (3.4)."""
_APS_COMMANDS = range(0x01, 0x13)
"""Identifiers, of which R22 knows 0x05 to 0x10 (4.4.10)."""

Message = tuple[int, bytes]
"""Cluster, and the octets of a ZCL frame or of a message of the device profile."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """Sound octets by layer."""

    mpdus: tuple[bytes, ...]
    npdus: tuple[bytes, ...]
    """As on the air: secured ones sealed."""
    nwk_commands: tuple[bytes, ...]
    apdus: tuple[bytes, ...]
    aps_commands: tuple[bytes, ...]
    zdp: tuple[Message, ...]
    zcl: tuple[Message, ...]
    key_establishment: tuple[Message, ...]


def collect(frames: Iterable[Frame], random: RandomSource) -> Seeds:
    """Return the seeds of a run: what was on the air, and what the tables know."""
    live = [frame for frame in frames if frame.mac is not None and frame.nwk is not None]
    zcl = [*_live_zcl(live), *_table_zcl(random)]
    return Seeds(
        mpdus=_each(frame.psdu[:-2] for frame in frames),
        npdus=_each(frame.mac.payload for frame in live if frame.mac is not None),
        nwk_commands=_each((*_payloads(live, nwk.COMMAND), *_with_ids(random, _NWK_COMMANDS))),
        apdus=_each(_payloads(live, nwk.DATA)),
        aps_commands=_each((*_aps_commands(live), *_with_ids(random, _APS_COMMANDS))),
        zdp=tuple(_table_zdp(random)),
        zcl=tuple(each for each in zcl if each[0] != KEY_ESTABLISHMENT),
        key_establishment=tuple(each for each in zcl if each[0] == KEY_ESTABLISHMENT),
    )


def _each(octets: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return each value once, in order."""
    return tuple(dict.fromkeys(octets))


def _payloads(live: Iterable[Frame], type: int) -> list[bytes]:
    return [f.nwk.payload for f in live if f.nwk is not None and f.nwk.type == type and f.nwk.payload]


def _aps_commands(live: Iterable[Frame]) -> list[bytes]:
    return [f.aps.payload for f in live if f.aps is not None and f.aps.type == aps.COMMAND and f.aps.payload]


def _with_ids(random: RandomSource, ids: Iterable[int]) -> list[bytes]:
    return [bytes((id,)) + random.randbytes(random.randrange(0, 30)) for id in ids for _ in range(INSTANCES)]


def _live_zcl(live: Iterable[Frame]) -> list[Message]:
    return [frame.found.zcl for frame in live if frame.found.zcl is not None]


def _table_zcl(random: RandomSource) -> list[Message]:
    found = []
    for cluster in CLUSTERS:
        for direction in (TO_SERVER, TO_CLIENT):
            for row in cluster.commands(direction):
                for _ in range(INSTANCES):
                    payload = _instance(random, row)
                    frame = ZclFrame(CLUSTER, direction, random.randrange(256), row.id, payload, row.manufacturer)
                    found.append((cluster.id, frame.encode()))
    return found


def _instance(random: RandomSource, row: Command) -> bytes:
    return _drawn(random, lambda octets: row.encode(row.decode(octets)))


def _table_zdp(random: RandomSource) -> list[Message]:
    found = []
    for cluster, codec in zdp.BY_CLUSTER.items():
        for _ in range(INSTANCES):

            def again(octets: bytes, codec: Any = codec) -> bytes:
                whole: bytes = codec.encode(codec.decode(Reader(octets, DropReason.MALFORMED_ZDP)))
                return whole

            found.append((cluster, bytes((random.randrange(256),)) + _drawn(random, again)))
    return found


def _drawn(random: RandomSource, again: Callable[[bytes], bytes]) -> bytes:
    """Return the octets of a message with random values: what `again` makes of random octets, if it can read them."""
    octets = b""
    for _ in range(_ATTEMPTS):
        octets = random.randbytes(_LONGEST)
        try:
            return again(octets)[:_LONGEST]
        except (RemoteProtocolError, LocalProtocolError):
            continue
    return octets
