"""A desk with a real meter, for tests: an Air of its own with a dongle, and a gas meter that commands switch.

    python -m tests.support.desk FIFO

It prints one line of JSON: the address of the dongle, and EUI-64 and install code of the meter. Lines in FIFO are `on`,
`off`, `reset` and `commission`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from hanbench.emulator.clock import SECOND, ClockLoop, PacedClock
from hanbench.emulator.radio import AirRadio
from hanbench.emulator.randomness import split
from hanbench.harness.conform.dut.emulated import EmulatedDevice
from hanbench.harness.conform.dut.interface import Place
from hanbench.harness.han.radios import Radios, Wiring
from hanbench.harness.han.settings import settings_for, with_wake_interval
from hanbench.profiles.cohorts import household
from hanbench.profiles.radio_url import RadioKind, RadioUrl
from hanbench.profiles.rulesets import Cohort

WAKE_S = 20


async def main(clock: PacedClock, fifo: str) -> None:
    """Serve the dongle, and do what the lines say, until the process is ended."""
    settings = with_wake_interval(settings_for(household(Cohort.IOC), seed="desk"), WAKE_S).gsme
    radios = Radios(clock, "desk")
    dongle = radios.add_dongle("lab", Wiring(RadioUrl(RadioKind.TCP, "")), (1.0, 1.0))
    radio = AirRadio(radios.air, clock, split("desk", "radio"), "meter", (2.0, 1.0))
    meter = EmulatedDevice(Place("gsme", radio, clock, split("desk"), settings, clock.now // SECOND))
    actions = {
        "on": meter.power_on,
        "off": meter.power_off,
        "reset": meter.factory_reset,
        "commission": meter.commission,
    }
    async with radios:
        given = {"radio": dongle.port.url, "ieee": f"{settings.ieee:016x}", "install_code": settings.install_code.hex()}
        print(json.dumps(given), flush=True)
        descriptor = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)

        def readable() -> None:
            for word in os.read(descriptor, 4096).decode().split():
                actions[word]()

        asyncio.get_running_loop().add_reader(descriptor, readable)
        await asyncio.Event().wait()


if __name__ == "__main__":
    paced = PacedClock()
    with asyncio.Runner(loop_factory=lambda: ClockLoop(paced)) as runner:
        runner.run(main(paced, sys.argv[1]))
