"""Any octets on the Air: radios take them, drop them or acknowledge them, and go on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.emulator.mac import frames
from hanbench.emulator.radio import Air, AirRadio, RadioConfig, Reception
from hanbench.emulator.radio.fcs import fcs, fcs_ok
from hanbench.emulator.randomness import split

if TYPE_CHECKING:
    from tests.interop.mutation import Mutator

PAN, HUB, METER = 0x1A62, 0x00124B0000000001, 0x00124B0000000003
ROUNDS = int(os.environ.get("HANBENCH_FUZZ_ROUNDS", "10000")) // 5


@pytest.mark.timeout(0 if ROUNDS > 2_000 else 60)
@pytest.mark.parametrize("good_fcs", [True, False])
def test_radios_survive_any_octets(good_fcs: bool, seeds: dict[str, list[bytes]], mutate: type[Mutator]) -> None:
    clock = VirtualClock()
    air = Air(clock, split(1, "air"))
    sender, hub, meter, sniffer = (
        AirRadio(air, clock, split(1, name), name, (n * 1.0, 0.0))
        for n, name in enumerate(("sender", "hub", "meter", "sniffer"))
    )
    hub.configure(RadioConfig(15, PAN, 0x0000, HUB, pan_coordinator=True))
    meter.configure(RadioConfig(15, PAN, 0x2222, METER))
    sniffer.configure(RadioConfig(15, promiscuous=True))
    sender.configure(RadioConfig(15))
    received: list[Reception] = []
    for radio in (hub, meter, sniffer):
        radio.receiver = received.append
        radio.source_match(True)
        radio.listen(True)
    mutator = mutate("radio", [psdu[:-2] for psdu in seeds["mac.frames.parse"]])
    sent = 0
    while sent < ROUNDS:
        psdu = mutator.next()[:125]
        psdu += fcs(psdu) if good_fcs else bytes(2)
        if len(psdu) >= 3 and fcs_ok(psdu) is good_fcs:
            sent += 1
            sender.transmit(psdu, lambda result: None, retries=0)
            clock.run_for(SECOND // 50)
    assert bool(received) is good_fcs
    received.clear()
    sender.transmit(frames.data(1, PAN, 0x2222, 0x0000, b"still there", ack=True), lambda result: None)
    clock.run_for(SECOND)
    assert len(received) == 2  # the meter and the sniffer
