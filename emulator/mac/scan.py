"""Scans of channels: energy and networks (IEEE 802.15.4-2011, 5.1.2.1.1 and 5.1.2.1.2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hanbench.emulator.clock import MILLISECOND
from hanbench.emulator.errors import DropReason
from hanbench.emulator.mac.frames import BROADCAST, NONE, SHORT, MacCommand
from hanbench.emulator.mac.layer import Beacon, Mac

SYMBOL = 16
SUPERFRAME = 960 * SYMBOL
"""aBaseSuperframeDuration, microseconds."""
MOST_BEACONS = 256
"""Beacons that one scan keeps. A channel carries no more than some 200 a second."""


def listening_time(exponent: int) -> int:
    """Return how long a scan stays on each channel: aBaseSuperframeDuration x (2^exponent + 1), microseconds."""
    return SUPERFRAME * ((1 << exponent) + 1)


class Scanner:
    """The scans of one node."""

    def __init__(self, mac: Mac) -> None:
        self._mac = mac
        self._beacons: list[Beacon] = []

    def energy(self, channels: Sequence[int], exponent: int, done: Callable[[dict[int, int]], None]) -> None:
        """Measure the highest energy on each channel, dBm; `done` is called once, with the energies by channel."""
        remaining = list(channels)
        energies: dict[int, int] = {}

        def next_channel() -> None:
            if not remaining:
                done(energies)
                return
            channel = remaining.pop(0)

            def measured(dbm: int) -> None:
                energies[channel] = dbm
                next_channel()

            # In whole milliseconds, because a radio co-processor is told so many.
            duration = listening_time(exponent) // MILLISECOND * MILLISECOND
            self._mac.radio.energy_scan(channel, duration, measured)

        next_channel()

    def networks(self, channels: Sequence[int], exponent: int, done: Callable[[list[Beacon]], None]) -> None:
        """Ask for beacons on each channel; `done` is called once, with all that came."""
        mac = self._mac
        home = (mac.channel, mac.pan_id)
        mac.on_beacon, before = self._heard, mac.on_beacon
        self._beacons = []
        mac.scanning = True
        mac.radio.listen(True)
        remaining = list(channels)

        def next_channel() -> None:
            if not remaining:
                mac.on_beacon = before
                mac.scanning = False
                mac.configure(channel=home[0], pan_id=home[1])
                mac.radio.listen(mac.listening)
                done(self._beacons)
                return
            mac.configure(channel=remaining.pop(0), pan_id=BROADCAST)
            request = mac.command_frame(
                bytes((MacCommand.BEACON_REQUEST,)), BROADCAST, SHORT, dst_pan=BROADCAST, src_mode=NONE, ack=False
            )
            mac.transmit(request, lambda _: mac.clock.call_later(listening_time(exponent), next_channel))

        next_channel()

    def _heard(self, beacon: Beacon) -> None:
        if len(self._beacons) < MOST_BEACONS:
            self._beacons.append(beacon)
        else:
            self._mac.counters[DropReason.TABLE_FULL] += 1
