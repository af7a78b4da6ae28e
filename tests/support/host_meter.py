"""A gas meter as a program of its own: firmware that drives the dongle of HANBENCH_PORT, as `exec:` devices do."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from hanbench.emulator.clock import SECOND, ClockLoop, PacedClock
from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.security.cbke import Certificate, Identity
from hanbench.hardware.serial_port import SerialPort
from hanbench.hardware.spinel_radio import SpinelRadio
from hanbench.harness.conform.dut.emulated import EmulatedDevice
from hanbench.harness.conform.dut.interface import Place
from hanbench.harness.han.settings import Credential, settings_for
from hanbench.profiles.cohorts import household
from hanbench.profiles.rulesets import Cohort

WAKE_S = 20


def settings(given: dict[str, str]) -> Any:
    """Return the settings of a gas meter with what the factory gave it."""
    made = settings_for(household(Cohort.IOC)).gsme
    certificate = Certificate.decode(bytes.fromhex(given["certificate"]))
    identity = Identity(certificate, int(given["private_key"], 16), bytes.fromhex(given["authority"]))
    return replace(
        made,
        ieee=int(given["eui64"], 16),
        install_code=bytes.fromhex(given["install_code"]),
        wake_interval=WAKE_S * SECOND,
        key_establishment=replace(made.key_establishment, credential=Credential(identity)),
    )


async def main(clock: PacedClock) -> None:
    """Join, and go about a meter's work until the bench cuts the power."""
    given = json.loads((Path(os.environ["HANBENCH_FLASH"]) / "device.json").read_text())
    radio = SpinelRadio("meter", SerialPort(os.environ["HANBENCH_PORT"]), clock)
    await radio.start()
    device = EmulatedDevice(Place("gsme", radio, clock, split(0, "host meter"), settings(given), 0))
    device.commission()
    await asyncio.Event().wait()


if __name__ == "__main__":
    paced = PacedClock()
    with asyncio.Runner(loop_factory=lambda: ClockLoop(paced)) as runner:
        runner.run(main(paced))
