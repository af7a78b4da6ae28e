"""Formation of a network: the coordinator looks for a quiet channel and a free PAN ID (R22, 3.2.2.5 and 3.6.1.1)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac.layer import Beacon
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zigbee.nwk import beacon as beacon_payload

ACCEPTABLE_ENERGY = -75
"""dBm. Channels above it come last: a radio's CCA would find them busy. The standard leaves the level to the maker."""
LAST_PAN_ID = 0xFFFE
"""0xFFFF is the broadcast PAN ID."""


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """The network that a coordinator wants to form."""

    channels: tuple[int, ...]
    """Channels to scan. Of equally quiet ones, the first is taken."""
    pan_id: int
    """Another one is drawn if a network that was heard has this one."""
    keeps_pan_id: bool = False
    """Take `pan_id` even so: a user wants it."""
    extended_pan_id: int = 0
    """0: the coordinator's EUI-64."""
    scan_exponent: int = 3
    """Each channel is scanned for 15.36 ms x (2^n + 1), for energy and for networks."""


class HeardNetwork(NamedTuple):
    """A network whose beacon was heard."""

    channel: int
    pan_id: int
    extended_pan_id: int | None
    """None: it is no Zigbee PRO network."""
    lqi: int
    """Of its best beacon, 0 to 255."""


class Formation(NamedTuple):
    """What a coordinator heard, and what it chose."""

    channel: int
    pan_id: int
    energies: Mapping[int, int]
    """Highest energy by channel, dBm; empty: with one channel to choose from, none was measured."""
    networks: tuple[HeardNetwork, ...]


class Scans(Protocol):
    """What a node can find out about channels: see `Scanner`."""

    def energy(self, channels: Sequence[int], exponent: int, done: Callable[[dict[int, int]], None]) -> None: ...

    def networks(self, channels: Sequence[int], exponent: int, done: Callable[[list[Beacon]], None]) -> None: ...


class NetworkFormer:
    """Chooses channel and PAN ID of a new network."""

    def __init__(self, scanner: Scans, random: RandomSource) -> None:
        self._scanner = scanner
        self._random = random

    def choose(self, plan: NetworkPlan, done: Callable[[Formation], None]) -> None:
        """Scan the channels of `plan`; `done` is called once."""

        def measured(energies: Mapping[int, int]) -> None:
            self._scanner.networks(
                plan.channels,
                plan.scan_exponent,
                lambda beacons: done(self._chosen(plan, energies, heard_networks(beacons))),
            )

        if len(plan.channels) == 1:
            measured({})
        else:
            self._scanner.energy(plan.channels, plan.scan_exponent, measured)

    def _chosen(self, plan: NetworkPlan, energies: Mapping[int, int], networks: tuple[HeardNetwork, ...]) -> Formation:
        taken = {each.pan_id for each in networks}
        pan_id = plan.pan_id
        if pan_id in taken and not plan.keeps_pan_id:
            pan_id = free_pan_id(self._random, taken)
        return Formation(best_channel(plan.channels, energies, networks), pan_id, energies, networks)


def best_channel(channels: tuple[int, ...], energies: Mapping[int, int], networks: Iterable[HeardNetwork]) -> int:
    """Return the channel of acceptable energy with the fewest networks; of several, the quietest, then the first."""
    populated = [each.channel for each in networks]
    energy = {channel: energies.get(channel, ACCEPTABLE_ENERGY) for channel in channels}
    return min(channels, key=lambda each: (energy[each] > ACCEPTABLE_ENERGY, populated.count(each), energy[each]))


def heard_networks(beacons: Iterable[Beacon]) -> tuple[HeardNetwork, ...]:
    """Return the networks of some beacons, each once, in the order of channel and PAN ID."""
    best: dict[tuple[int, int, int | None], int] = {}
    for beacon in beacons:
        key = beacon.channel, beacon.pan_id, _extended_pan_id(beacon)
        best[key] = max(beacon.lqi, best.get(key, 0))
    found = (HeardNetwork(*key, lqi) for key, lqi in best.items())
    return tuple(sorted(found, key=lambda each: (each.channel, each.pan_id, each.extended_pan_id or 0)))


def _extended_pan_id(beacon: Beacon) -> int | None:
    try:
        return beacon_payload.decode(beacon.payload).extended_pan_id
    except RemoteProtocolError:
        return None


def free_pan_id(random: RandomSource, taken: Collection[int]) -> int:
    """Draw a PAN ID that is not among those taken, of which there are fewer than PAN IDs."""
    while True:
        pan_id = 1 + int(random.random() * LAST_PAN_ID)
        if pan_id not in taken:
            return pan_id
