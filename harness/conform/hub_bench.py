"""The bench of a hub under test: an electricity meter and a gas meter that join it."""

from __future__ import annotations

import asyncio
from typing import cast

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices import AnyJoiningDevice, CommsHub
from hanbench.emulator.devices.gsme import MirrorState
from hanbench.emulator.radio import AirRadio
from hanbench.harness.conform.bench import PERMIT_S, ConformBench
from hanbench.harness.conform.case import Begin
from hanbench.harness.conform.dut.interface import HubUnderTest
from hanbench.harness.han.formation import join
from hanbench.harness.han.settings import settings_for
from hanbench.profiles.cohorts import household

FORMATION_S = 60.0
"""Time in which a hub scans and forms its network."""
MIRROR_S = 60
SETTLE_S = 30.0
"""Time after which the gas meter sleeps."""


class HubBench(ConformBench):
    """A HAN whose hub is under test, and whose meters are the bench's."""

    @property
    def head_end(self) -> HubUnderTest:
        """The hub, with what its head end can have it do."""
        return cast("HubUnderTest", self.device)

    def begin(self, begin: Begin) -> None:
        """Bring the hub, and the meters, to the state in which a case begins. Raises UnreachedError."""
        self.device.factory_reset()
        if begin is Begin.JOINED:
            self.form()
            # The gas meter first: it shall be a child of the hub, not of the electricity meter.
            for meter in (self.han.gsme, self.han.esme):
                self.admit(meter)
            self.head_end.permit_join(0)
            self.run(asyncio.sleep(SETTLE_S))

    def form(self) -> None:
        """Give the hub power, and have it form its network."""
        self.device.power_on()
        self.device.commission()
        self.run(asyncio.sleep(FORMATION_S))

    def admit(self, meter: AnyJoiningDevice) -> None:
        """Have the hub let a meter join, and wait for its link key and its mirror. Raises UnreachedError."""
        self.head_end.preauthorise(meter.settings.ieee, meter.settings.install_code)
        self.head_end.permit_join(PERMIT_S)
        self.run(self._joined(meter))

    async def _joined(self, meter: AnyJoiningDevice) -> None:
        pixit, han = self.setting.pixit, self.han
        meter.power_on()
        await join(han, meter)
        if "KEC.S" in self.setting.pics:
            await self._until(lambda: meter.keys.ready, pixit.secure_s, f"agreed no link key with the {meter.name}")
        if "MIR.S" in self.setting.pics and meter.name == "gsme":
            await self._settled()

    async def _settled(self) -> None:
        """Give the gas meter the time to get its mirror; whether it does is for cases to say."""
        end = self.clock.now + MIRROR_S * SECOND
        while self.han.gsme.mirror_state is not MirrorState.MIRRORED and self.clock.now < end:
            await asyncio.sleep(1)

    def other_network(self, *, channel: int, pan_id: int) -> CommsHub:
        """Put the hub of another home on the air, with a channel and a PAN ID that are given."""
        han = self.han
        settings = settings_for(household(self.setting.cohort), seed=f"{han.seed}/other", slow_background=True).hub
        x, y = han.settings.positions["hub"]
        radio = AirRadio(han.air, self.clock, han.random("other", "radio"), "other", (x + 1, y))
        epoch = int((self.clock.now) // SECOND)
        other = CommsHub("other", settings, radio, self.clock, han.random("other"), epoch)
        other.power_on()
        other.stack.form(channel=channel, pan_id=pan_id, extended_pan_id=settings.ieee)
        return other
