"""A dongle on a pty or a TCP port with the host's driver on it, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from hanbench.emulator.clock import VirtualClock, run
from hanbench.emulator.dongle import STRICT, Firmware, LockstepLine, PtyPort, TcpPort, VirtualDongle
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import Air, AirRadio, RadioConfig, TxResult
from hanbench.emulator.randomness import split
from hanbench.hardware.serial_port import SerialPort
from hanbench.hardware.spinel_radio import SpinelRadio

PAN, CHANNEL = 0x1A62, 15


class Rig:
    """One dongle, its host, and a second radio on the same Air."""

    def __init__(self, kind: str = "pty", firmware: Firmware = STRICT, clock: VirtualClock | None = None) -> None:
        self.clock = VirtualClock() if clock is None else clock
        self.air = Air(self.clock, split(1, "air"))
        self.radio = AirRadio(self.air, self.clock, split(1, "dongle"), "dongle")
        lockstep = LockstepLine(self.clock)
        self.port = PtyPort(lockstep=lockstep) if kind == "pty" else TcpPort(lockstep=lockstep)
        self.dongle = VirtualDongle("dongle", self.radio, self.clock, self.port, eui64=7, firmware=firmware)
        self.events: list[str] = []
        self.dongle.on_event = lambda name, text: self.events.append(text)
        self.host = SpinelRadio("host", SerialPort(lambda: self.port.url, lockstep=lockstep), self.clock)
        self.troubles: list[str | None] = []
        self.host.on_failure = self.troubles.append
        self.other = AirRadio(self.air, self.clock, split(1, "other"), "other", (3.0, 0.0))
        self.other.configure(RadioConfig(CHANNEL, PAN, 0x0001, 0x1001))
        self.other.listen(True)
        self.heard: list[bytes] = []
        self.host.receiver = lambda reception: self.heard.append(reception.psdu)

    def configure(self) -> None:
        self.host.configure(RadioConfig(CHANNEL, PAN, 0x0000, 0x1000))
        self.host.listen(True)

    async def send(self, radio: Any, psdu: bytes, **options: Any) -> TxResult:
        """One transmission, from its beginning to its end."""
        ended: asyncio.Future[TxResult] = asyncio.get_running_loop().create_future()
        radio.transmit(psdu, ended.set_result, **options)
        return await ended

    def run(self, scenario: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Plug in, start the host, run the scenario, let go."""

        async def whole() -> Any:
            self.dongle.plug()
            try:
                await self.host.start()
                return await scenario()
            finally:
                self.host.close()
                self.dongle.unplug()

        return run(self.clock, whole())


def data(sequence: int = 1, dst: int = 0x0001, src: int = 0x0000, *, ack: bool = True) -> bytes:
    return mac.data(sequence, PAN, dst, src, b"payload", ack=ack)


@pytest.fixture(params=["pty", "tcp"])
def rig(request: pytest.FixtureRequest) -> Rig:
    return Rig(request.param)


@pytest.fixture
def rig_of() -> Callable[..., Rig]:
    return Rig


@pytest.fixture(scope="session")
def frame() -> Callable[..., bytes]:
    """`frame(sequence, dst, src, ack=True)`: a data frame."""
    return data
