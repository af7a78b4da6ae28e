"""What a hub chooses before it forms its HAN (Zigbee PRO R22, 3.2.2.5 and 3.6.1.1)."""

from __future__ import annotations

import pytest

from hanbench.emulator.mac.layer import Beacon
from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.nwk.beacon import BeaconPayload
from hanbench.emulator.zigbee.nwk.formation import HeardNetwork, NetworkFormer, NetworkPlan, best_channel

QUIET = dict.fromkeys((11, 15, 20), -100)


def network(channel: int, pan_id: int = 0x1234) -> HeardNetwork:
    return HeardNetwork(channel, pan_id, 0x00124B0000000001, 200)


@pytest.mark.parametrize(
    ("energies", "networks", "channel"),
    [
        (QUIET, [], 15),  # all alike: the first choice
        (QUIET | {15: -90}, [], 20),  # "according to increasing energy"
        (QUIET, [network(15)], 20),  # "favoring a channel with no detected networks"
        (QUIET, [network(15), network(20), network(20, 2), network(11), network(11, 2)], 15),  # the fewest
        (QUIET | {20: -40, 11: -40}, [network(15)], 15),  # "beyond an acceptable level"
        (dict.fromkeys(QUIET, -40), [], 15),
        ({}, [network(20)], 15),
    ],
)
def test_a_hub_takes_the_quiet_channel_with_the_fewest_networks(energies, networks, channel):
    assert best_channel((15, 20, 11), energies, networks) == channel


class Channels:
    """A scanner that hears what it is told."""

    def __init__(self, *beacons: Beacon) -> None:
        self.beacons = list(beacons)
        self.scans: list[tuple[str, tuple[int, ...]]] = []

    def energy(self, channels, exponent, done):
        self.scans.append(("energy", channels))
        done(dict.fromkeys(channels, -100))

    def networks(self, channels, exponent, done):
        self.scans.append(("active", channels))
        done(self.beacons)


def beacon(channel: int, pan_id: int, payload: bytes | None = None, lqi: int = 100) -> Beacon:
    zigbee = BeaconPayload(True, 0, True, 0x00124B00000000AA, 0).encode()
    return Beacon(channel, pan_id, 0, False, True, True, zigbee if payload is None else payload, lqi)


def formed(plan: NetworkPlan, *beacons: Beacon):
    channels = Channels(*beacons)
    chosen: list[object] = []
    NetworkFormer(channels, split(1, "formation")).choose(plan, chosen.append)
    (formation,) = chosen
    return channels.scans, formation


def test_energy_is_measured_before_networks_are_looked_for():
    scans, _ = formed(NetworkPlan((15, 20), 0x1A62))
    assert scans == [("energy", (15, 20)), ("active", (15, 20))]


def test_one_channel_leaves_no_choice_and_is_not_measured():
    scans, formation = formed(NetworkPlan((20,), 0x1A62), beacon(20, 0x4444))
    assert scans == [("active", (20,))]
    assert formation.channel == 20


@pytest.mark.parametrize("channel", [15, 20])
def test_a_pan_id_that_another_network_has_is_not_taken(channel):
    _, formation = formed(NetworkPlan((15, 20), 0x1A62), beacon(channel, 0x1A62))
    assert formation.pan_id not in (0x1A62, 0xFFFF)


def test_a_pan_id_of_the_bench_file_is_taken_whoever_has_it():
    _, formation = formed(NetworkPlan((15,), 0x1A62, keeps_pan_id=True), beacon(15, 0x1A62))
    assert formation.pan_id == 0x1A62


def test_each_network_is_told_once_and_foreign_ones_too():
    heard = (beacon(20, 7, b"thread"), beacon(15, 0x1A62, lqi=80), beacon(15, 0x1A62, lqi=120))
    _, formation = formed(NetworkPlan((15, 20), 1), *heard)
    assert formation.networks == (HeardNetwork(15, 0x1A62, 0x00124B00000000AA, 120), HeardNetwork(20, 7, None, 100))
