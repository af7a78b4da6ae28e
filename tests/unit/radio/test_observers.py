"""Observers of the Air decode octets that any transmitter may have sent: one that fails on them ends nothing."""

from __future__ import annotations

import pytest

from hanbench.emulator.clock import VirtualClock
from hanbench.emulator.radio import Air, Transmission
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.radio.observers import ObserverWarning
from hanbench.emulator.radio.silent_station import SilentStation
from hanbench.emulator.randomness import split

CLOCK = VirtualClock()


class OneOctetReader:
    """Reads the octet behind a header that it takes for granted."""

    def __init__(self) -> None:
        self.read: list[int] = []

    def __call__(self, transmission: Transmission) -> None:
        self.read.append(transmission.psdu[8])


def send(air: Air, *psdus: bytes) -> None:
    """Put frames on the air, one after the other."""
    for psdu in psdus:
        air.send(SilentStation("stranger", 15), psdu, CLOCK.now)
        CLOCK.run_for(10_000)


@pytest.fixture
def air() -> Air:
    return Air(CLOCK, split(1, "air"))


SHORT, LONG = b"\x41\x88\x07" + fcs(b"\x41\x88\x07"), bytes(range(10)) + fcs(bytes(range(10)))


def test_an_observer_that_fails_is_reported_once_and_ends_nothing(air: Air) -> None:
    reader, seen = OneOctetReader(), []
    air.observers.append(reader)
    air.observers.append(lambda transmission: seen.append(transmission.psdu))
    with pytest.warns(ObserverWarning, match="OneOctetReader failed on a frame of 5 octets") as warned:
        send(air, SHORT, LONG, SHORT)
    assert len(warned) == 1
    assert reader.read == [8]
    assert seen == [SHORT, LONG, SHORT]


def test_an_observer_that_cannot_write_ends_the_run(air: Air) -> None:
    def full(transmission: Transmission) -> None:
        raise OSError(28, "No space left on device")

    air.observers.append(full)
    with pytest.raises(OSError, match="No space left"):
        send(air, LONG)


def test_an_observer_may_take_itself_away(air: Air) -> None:
    seen = []

    def once(transmission: Transmission) -> None:
        seen.append(transmission.psdu)
        air.observers.remove(once)

    air.observers.append(once)
    air.observers.append(lambda transmission: seen.append(transmission.psdu))
    send(air, SHORT, LONG)
    assert seen == [SHORT, SHORT, LONG]
