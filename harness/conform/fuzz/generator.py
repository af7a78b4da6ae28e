"""The frames of the fuzzer: an endless sequence that a random source and the seeds determine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hanbench.emulator.devices.settings import SMART_ENERGY
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zcl.clusters import CLUSTERS
from hanbench.emulator.zcl.frame import GLOBAL, ZclFrame
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.frames import Fragment
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.harness.conform.fuzz.farewells import OF_A_DEVICE, ZDO_PROFILE, Farewells, is_farewell
from hanbench.harness.conform.fuzz.frame import FuzzFrame, Knowledge, Layer
from hanbench.harness.conform.fuzz.mutation import Mutator
from hanbench.harness.conform.fuzz.seeds import Seeds

LARGEST_MPDU = 125
"""Octets of a MAC frame without FCS."""
LARGEST_APDU = 78
"""Octets of an APS frame that fits into a frame under the network key with addresses in full."""
LARGEST_SECURED = 60
"""Octets of an APS payload that fits under both keys."""
REPEATED, EMPTY, SOUND = 0.04, 0.03, 0.1
"""Shares of frames: the one before once more; without payload; not broken."""
_WRITES = (0x02, 0x03, 0x05)
"""Write Attributes, undivided, without response (ZCL r8, 2.5)."""
_LENGTHS = (0x41, 0x42, 0x43, 0x44, 0x48, 0x4C, 0x50, 0x51)
"""Types whose values begin with a length: texts, arrays, structures, sets, bags (ZCL r8, 2.6.2)."""
_MAC_COMMANDS = range(0x01, 0x0B)
_FEW_COUNTERS = 4
"""APS counters of fragments: few, so that fragments meet others of their message."""


class Target(NamedTuple):
    """The addresses that reach the device, and those of the device of the bench that sends."""

    pan_id: int
    short: int
    endpoint: int
    source: int
    source_endpoint: int


class Generator:
    """An endless sequence of frames. None of them is a farewell under a key."""

    def __init__(
        self, random: RandomSource, seeds: Seeds, target: Callable[[], Target], farewells: Farewells = OF_A_DEVICE
    ) -> None:
        self._random = random
        self._farewells = farewells
        self._seeds = seeds
        self._target = target
        self._sequence = 0
        self._last: FuzzFrame | None = None
        self._ways: tuple[Callable[[], FuzzFrame], ...] = tuple(
            way
            for way, share in (
                (self._mac, 3),
                (self._mac_command, 2),
                (self._nwk_without_key, 3),
                (self._unsecured_command, 2),
                (self._nwk_header, 2),
                (self._nwk_command, 3),
                (self._aps, 3),
                (self._aps_command, 2),
                (self._fragment, 1),
                (self._zdp, 3),
                (self._zcl, 5),
                (self._general, 3),
                (self._key_establishment, 2),
            )
            for _ in range(share)
        )
        self._mutators: dict[int, Mutator] = {}

    def next(self) -> FuzzFrame:
        """Return the next frame."""
        if self._last is not None and self._random.random() < REPEATED:
            return self._last
        while True:
            frame = self._random.choice(self._ways)()
            if not is_farewell(frame, self._farewells):
                self._last = frame
                return frame

    # --- without keys -------------------------------------------------------------------------------------------------

    def _mac(self) -> FuzzFrame:
        return _outside(Layer.MAC, self._broken(self._seeds.mpdus))

    def _mac_command(self) -> FuzzFrame:
        random, target = self._random, self._target()
        kind = random.choice((mac.COMMAND, mac.COMMAND, mac.BEACON, mac.ACK, mac.DATA))
        head = bytes((random.choice(_MAC_COMMANDS),)) if kind == mac.COMMAND else b""
        frame = mac.MacFrame(
            kind,
            self._next_sequence(),
            head + random.randbytes(random.randrange(0, 24)),
            dst_pan=target.pan_id,
            dst=random.choice((target.short, target.short, 0xFFFF)),
            dst_mode=mac.SHORT,
            src_pan=target.pan_id,
            src=target.source,
            src_mode=mac.SHORT,
        )
        return _outside(Layer.MAC, self._sometimes_broken(frame.encode()[:-2]))

    def _nwk_without_key(self) -> FuzzFrame:
        return _outside(Layer.NWK, self._in_mac(self._broken(self._seeds.npdus)))

    def _unsecured_command(self) -> FuzzFrame:
        """A NWK command, an APS command or data in a NWK frame without security."""
        random = self._random
        layer, type, pool = random.choice(
            (
                (Layer.NWK, nwk.COMMAND, self._seeds.nwk_commands),
                (Layer.APS, nwk.DATA, self._seeds.apdus),
                (Layer.APS, nwk.DATA, tuple(self._as_command(each) for each in self._seeds.aps_commands)),
            )
        )
        header = self._header(type, secured=False)
        return _outside(layer, self._in_mac(header + self._sometimes_broken(random.choice(pool))))

    # --- under the network key ----------------------------------------------------------------------------------------

    def _nwk_header(self) -> FuzzFrame:
        """A sound payload behind an unusual NWK header, under the right key."""
        random, target = self._random, self._target()
        type = random.choice((nwk.DATA, nwk.COMMAND))
        header = self._header(
            type,
            secured=True,
            radius=random.choice((0, 1, 2, 30, 255)),
            src=random.choice((target.source, target.source, target.short, 0xFFFF, random.randrange(0x10000))),
            dst_ieee=random.choice((None, random.getrandbits(64))),
            src_ieee=random.choice((None, random.getrandbits(64))),
            relays=tuple(random.randrange(0x10000) for _ in range(random.randrange(0, 4))),
            end_device_initiator=random.random() < 0.5,
        )
        payload = random.choice(self._seeds.apdus if type == nwk.DATA else self._seeds.nwk_commands)
        keyed = _sized(payload, LARGEST_APDU - 24)
        return FuzzFrame(Layer.NWK, Knowledge.NETWORK_KEY, keyed.hex(), header.hex())

    def _nwk_command(self) -> FuzzFrame:
        octets = _sized(self._sometimes_broken(self._random.choice(self._seeds.nwk_commands)), LARGEST_APDU)
        return FuzzFrame(Layer.NWK, Knowledge.NETWORK_KEY, octets.hex(), command=True)

    def _aps(self) -> FuzzFrame:
        return self._keyed(Layer.APS, self._broken(self._seeds.apdus))

    def _aps_command(self) -> FuzzFrame:
        return self._keyed(
            Layer.APS, self._as_command(self._sometimes_broken(self._random.choice(self._seeds.aps_commands)))
        )

    def _fragment(self) -> FuzzFrame:
        """A part of a message, often of one of which there are parts already."""
        random = self._random
        cluster, octets = random.choice(self._seeds.zcl)
        part = Fragment(random.random() < 0.5, random.choice((0, 1, 2, 3, 255)))
        header = aps.data_header(
            self._target().endpoint,
            cluster,
            SMART_ENERGY,
            self._target().source_endpoint,
            random.randrange(_FEW_COUNTERS),
            ack_request=True,
            fragment=part,
        )
        return self._keyed(Layer.APS, header + octets)

    def _zdp(self) -> FuzzFrame:
        cluster, octets = self._random.choice(self._seeds.zdp)
        header = self._data_header(cluster, ZDO_PROFILE, 0)
        return self._keyed(Layer.ZDP, header + self._sometimes_broken(octets))

    # --- applications -------------------------------------------------------------------------------------------------

    def _zcl(self) -> FuzzFrame:
        cluster, octets = self._random.choice(self._seeds.zcl)
        return self._application(Layer.ZCL, cluster, self._sometimes_broken(octets))

    def _general(self) -> FuzzFrame:
        """A general command: reads, writes of values with lengths, and whatever octets."""
        random = self._random
        command = random.choice((*_WRITES, *range(0x18)))
        payload = random.randbytes(random.randrange(0, 40))
        if command in _WRITES:
            length = random.choice((0, 1, 0x7F, 0xFE, 0xFF))
            payload = random.randbytes(2) + bytes((random.choice(_LENGTHS), length)) + payload
        frame = ZclFrame(
            GLOBAL,
            random.randrange(2),
            random.randrange(256),
            command,
            payload,
            random.choice((None, None, None, random.randrange(0x10000))),
        )
        return self._application(Layer.ZCL, random.choice(CLUSTERS).id, self._sometimes_broken(frame.encode()))

    def _key_establishment(self) -> FuzzFrame:
        """A message of key establishment, which goes under the network key."""
        cluster, octets = self._random.choice(self._seeds.key_establishment)
        broken = self._sometimes_broken(octets)
        return self._keyed(Layer.KEY_ESTABLISHMENT, self._data_header(cluster, SMART_ENERGY) + broken)

    def _application(self, layer: Layer, cluster: int, octets: bytes) -> FuzzFrame:
        """A ZCL frame, under the link key as often as under the network key alone."""
        if self._random.random() < 0.5:
            return self._keyed(layer, self._data_header(cluster, SMART_ENERGY) + octets)
        header = self._data_header(cluster, SMART_ENERGY, secured=True)
        content = _sized(octets, LARGEST_SECURED)
        return FuzzFrame(layer, Knowledge.LINK_KEY, content.hex(), header.hex())

    # --- parts of frames ----------------------------------------------------------------------------------------------

    def _keyed(self, layer: Layer, apdu: bytes) -> FuzzFrame:
        return FuzzFrame(layer, Knowledge.NETWORK_KEY, _sized(apdu, LARGEST_APDU).hex())

    def _data_header(self, cluster: int, profile: int, endpoint: int | None = None, *, secured: bool = False) -> bytes:
        target = self._target()
        return aps.data_header(
            target.endpoint if endpoint is None else endpoint,
            cluster,
            profile,
            target.source_endpoint if endpoint is None else endpoint,
            self._random.randrange(256),
            ack_request=self._random.random() < 0.5,
            secured=secured,
        )

    def _as_command(self, octets: bytes) -> bytes:
        return aps.command_header(self._random.randrange(256)) + octets

    def _header(
        self,
        type: int,
        *,
        secured: bool,
        radius: int = 30,
        src: int | None = None,
        dst_ieee: int | None = None,
        src_ieee: int | None = None,
        relays: Sequence[int] = (),
        end_device_initiator: bool = False,
    ) -> bytes:
        target = self._target()
        return nwk.header(
            type,
            target.short,
            target.source if src is None else src,
            self._random.randrange(256),
            radius=radius,
            secured=secured,
            dst_ieee=dst_ieee,
            src_ieee=src_ieee,
            relays=tuple(relays),
            end_device_initiator=end_device_initiator,
        )

    def _in_mac(self, npdu: bytes) -> bytes:
        """Return the MAC frame that carries a NWK frame from the sender's address to the device, unacknowledged."""
        target = self._target()
        return mac.data(self._next_sequence(), target.pan_id, target.short, target.source, npdu, ack=False)[:-2]

    def _next_sequence(self) -> int:
        self._sequence = self._sequence + 1 & 0xFF
        return self._sequence

    # --- chance -------------------------------------------------------------------------------------------------------

    def _broken(self, pool: Sequence[bytes]) -> bytes:
        """Return octets of a pool, broken; sometimes none at all."""
        if self._random.random() < EMPTY:
            return b""
        mutator = self._mutators.get(id(pool))
        if mutator is None:
            mutator = self._mutators[id(pool)] = Mutator(self._random, pool)
        return mutator.next()

    def _sometimes_broken(self, octets: bytes) -> bytes:
        chance = self._random.random()
        if chance < EMPTY:
            return b""
        return octets if chance < EMPTY + SOUND else Mutator(self._random, (octets,)).broken(octets)


def _sized(octets: bytes, most: int) -> bytes:
    """Return octets that fit into a frame."""
    return octets[:most]


def _outside(layer: Layer, mpdu: bytes) -> FuzzFrame:
    return FuzzFrame(layer, Knowledge.OUTSIDE, (mpdu or b"\x00")[:LARGEST_MPDU].hex())
