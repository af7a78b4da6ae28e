"""A bench: one HAN on one Air and one clock, offered to asyncio code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from emulator.clock import SECOND, VirtualClock
from emulator.devices import CommsHub, Device, Esme, Gsme, Ihd, WanInterface, WanReply
from emulator.devices.mirror_states import MirrorState
from emulator.radio import Air, AirRadio
from emulator.randomness import RandomSource, split
from harness.build import HanSettings, made_up_identity

ZIGBEE_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
PERMIT_SECONDS = 254
JOIN_ATTEMPTS = 5
MIRROR_PATIENCE = 120
"""Seconds in which a gas meter that joined has its mirror."""

T = TypeVar("T")


class FormationError(RuntimeError):
    """A HAN that is meant to be well did not come up: a fault of the bench, or of the scene it was given."""


class Han:
    """One emulated HAN: hub, electricity meter, gas meter, and a display if wanted."""

    def __init__(
        self,
        settings: HanSettings,
        *,
        seed: int | str,
        start: datetime,
        clock: VirtualClock | None = None,
        ihd: bool = False,
    ) -> None:
        """`start` is the date at the clock's present time."""
        self.seed = seed
        self.settings = settings
        self.clock = VirtualClock() if clock is None else clock
        self.start = start
        self.air = Air(self.clock, split(seed, "air"))
        self.air.sniffer = settings.positions["hub"]
        self.hub: CommsHub = self._device("hub", CommsHub, settings.hub)
        self.esme: Esme = self._device("esme", Esme, settings.esme)
        self.gsme: Gsme = self._device("gsme", Gsme, settings.gsme)
        self.ihd: Ihd | None = self._device("ihd", Ihd, settings.ihd) if ihd else None
        self.wan = WanInterface(self.hub, self.clock.call_later)
        self.fault: str | None = None
        """What is wrong with the bench itself, if anything is."""

    def _device(self, name: str, kind: Callable[..., T], settings: Any) -> T:
        radio = AirRadio(self.air, self.clock, split(self.seed, name, "radio"), name, self.settings.positions[name])
        epoch = int((self.start - ZIGBEE_EPOCH).total_seconds()) - self.clock.now // SECOND
        return kind(name, settings, radio, self.clock, split(self.seed, name), epoch)

    @property
    def devices(self) -> tuple[Device[Any], ...]:
        return (self.hub, self.esme, self.gsme, *((self.ihd,) if self.ihd is not None else ()))

    def radio(self, name: str) -> AirRadio:
        """The emulated radio of a device."""
        device = next(device for device in self.devices if device.name == name)
        assert isinstance(device.radio, AirRadio)
        return device.radio

    def random(self, *path: str) -> RandomSource:
        """A random source of this bench's seed for something beside the devices."""
        return split(self.seed, *path)

    def replace_hub(self, ieee: int) -> None:
        """Put another hub in the place of this one, with its backup; devices have yet to find out."""
        former = self.hub
        former.power_off()
        identity = former.identity
        if identity is not None:
            own = made_up_identity(ieee, former.settings.manufacturer)
            identity = replace(own, others={**identity.others, identity.certificate.issuer: identity.authority})
        settings = replace(
            former.settings,
            ieee=ieee,
            extended_pan_id=former.settings.extended_pan_id or former.settings.ieee,
            key_establishment=replace(former.settings.key_establishment, identity=identity),
        )
        random = self.random("hub", f"{ieee:016x}")
        self.hub = self.wan.hub = CommsHub("hub", settings, former.radio, self.clock, random, former.epoch)
        self.hub.storage.watch_like(former.storage)
        self.hub.power_on()
        self.hub.take_over(former)

    # --- forming ----------------------------------------------------------------------------------------------------

    async def form(self) -> None:
        """Bring the HAN up on the air: form, join every device by its install code, set up the mirror."""
        self.hub.power_on()
        self.hub.form()
        for device in self.devices[1:]:
            self.hub.expect(device.settings.ieee, device.settings.install_code)
            self.hub.permit_join(PERMIT_SECONDS)
            device.power_on()
            await self.join(device)
        await self._until(lambda: self.gsme.mirror_state is MirrorState.MIRRORED, MIRROR_PATIENCE, "no mirror")
        self.hub.permit_join(0)
        await asyncio.sleep(1)

    async def join(self, device: Device[Any]) -> None:
        """Let a device join that the hub expects, while the HAN is open. Raises FormationError."""
        joiner = device.stack.joiner
        assert joiner is not None
        for _ in range(JOIN_ATTEMPTS):
            if await called_back(joiner.join):
                return
            await asyncio.sleep(1)
        raise FormationError(f"{device.name} did not join in {JOIN_ATTEMPTS} attempts")

    async def _until(self, condition: Callable[[], bool], seconds: int, otherwise: str) -> None:
        for _ in range(seconds):
            if condition():
                return
            await asyncio.sleep(1)
        raise FormationError(otherwise)

    # --- the head end's view ----------------------------------------------------------------------------------------

    async def ask(self, request: Callable[..., None], *arguments: Any, patience: float) -> WanReply:
        """One request over the WAN interface; undelivered if nothing comes back within `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                reply: WanReply = await called_back(lambda done: request(*arguments, done))
                return reply
        except TimeoutError:
            return WanReply(False)


async def called_back(start: Callable[[Callable[[Any], None]], object]) -> Any:
    """Await the argument of the callback that `start` is given."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def done(result: Any) -> None:
        if not future.done():
            future.set_result(result)

    start(done)
    return await future
