"""An intruder on the Air: broken copies of a network's own frames neither stop its stacks nor change what they hold."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from hanbench.emulator.mac import frames
from hanbench.emulator.radio import AirRadio, RadioConfig
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.randomness import split

if TYPE_CHECKING:
    from hanbench.emulator.radio import Transmission
    from hanbench.emulator.zigbee.stack import Stack
    from tests.interop.home import Home
    from tests.interop.mutation import Mutator

ROUNDS = int(os.environ.get("HANBENCH_FUZZ_ROUNDS", "10000")) // 10


def with_fcs(octets: bytes) -> bytes:
    """The octets as a frame of a length that a radio sends."""
    octets = octets[:125]
    return octets + fcs(octets)


def is_data(octets: bytes) -> bool:
    """Still a data frame. Beacons and commands are not secured in Zigbee: those of an intruder do change things."""
    return len(octets) >= 3 and octets[0] & 7 == frames.DATA


class Intruder:
    """Somebody else's radio in the house, without keys."""

    def __init__(self, home: Home, mutator: Mutator) -> None:
        self._home = home
        self._mutator = mutator
        self._radio = AirRadio(home.air, home.clock, split(1, "intruder"), "intruder", (2.0, 2.0))
        self._radio.configure(RadioConfig(channel=home.hub.radio.config.channel))

    def send(self, count: int, wanted: Callable[[bytes], bool]) -> None:
        """Send `count` broken frames."""
        while count:
            octets = self._mutator.next()
            if len(octets) and wanted(octets):
                count -= 1
                self._radio.transmit(with_fcs(octets), lambda result: None, retries=0)
                self._home.run(0.02)


def flash(stack: Stack) -> tuple[object, ...]:
    """What must not change: the network, the keys and the children."""
    storage = stack.storage
    links = {partner: (link.key, link.incoming) for partner, link in storage.link_keys.items()}
    return repr(storage.network), dict(storage.network_keys), storage.active_key, links, sorted(storage.children)


@pytest.fixture
def overheard(joined_home: Home, report_from_gsme: Callable[[Home], None]) -> list[bytes]:
    """The frames of a report, without FCS."""
    heard: list[Transmission] = []
    joined_home.air.observers.append(heard.append)
    report_from_gsme(joined_home)
    joined_home.air.observers.remove(heard.append)
    return [sent.psdu[:-2] for sent in heard]


@pytest.mark.timeout(0 if ROUNDS > 1_000 else 60)
def test_broken_data_frames_change_nothing(
    joined_home: Home,
    overheard: list[bytes],
    mutate: type[Mutator],
    report_from_gsme: Callable[[Home], None],
) -> None:
    home = joined_home
    before = [flash(stack) for stack in home.stacks]
    own = [octets for octets in overheard if is_data(octets)]
    Intruder(home, mutate("data", own)).send(ROUNDS, is_data)
    assert [flash(stack) for stack in home.stacks] == before
    reasons = {reason for stack in home.stacks for reason in stack.counters}
    assert {"bad-mic", "replay", "malformed-nwk"} <= reasons
    report_from_gsme(home)


@pytest.mark.timeout(0 if ROUNDS > 1_000 else 60)
def test_broken_frames_of_all_kinds_stop_nobody(
    joined_home: Home,
    overheard: list[bytes],
    seeds: dict[str, list[bytes]],
    mutate: type[Mutator],
) -> None:
    home = joined_home
    keys = [(dict(stack.storage.network_keys), stack.storage.active_key) for stack in home.stacks]
    known = [*overheard, *(psdu[:-2] for psdu in seeds["mac.frames.parse"])]
    Intruder(home, mutate("all", known)).send(ROUNDS, lambda octets: True)
    home.run(60)
    assert [(dict(stack.storage.network_keys), stack.storage.active_key) for stack in home.stacks] == keys
