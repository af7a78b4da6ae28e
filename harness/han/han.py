"""One HAN on one clock: hub, electricity meter, gas meter and display, offered to asyncio code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.emulator.devices import CommsHub, Device, Esme, Gsme, Ihd, WanInterface, WanReply
from hanbench.emulator.devices.gsme import MirrorState
from hanbench.emulator.devices.settings import DeviceSettings
from hanbench.emulator.radio import Air, AirRadio
from hanbench.emulator.randomness import RandomSource, split
from hanbench.hardware.spinel_radio import SpinelRadio
from hanbench.harness.capture.keyfile import KeyRing
from hanbench.harness.han.medium import Medium
from hanbench.harness.han.radios import Radios
from hanbench.harness.han.settings import HanSettings, made_up_identity
from hanbench.profiles.benches import ROLES

ZIGBEE_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
PERMIT_SECONDS = 254
JOIN_ATTEMPTS = 5
MIRROR_PATIENCE = 120
"""Seconds in which a gas meter that joined has its mirror."""
STRANGER_PATIENCE = 900
"""Seconds in which a device that is not ours must have joined: somebody has to walk up and press its button."""
LOOK_EVERY = 5
"""Seconds between two attempts of a device to find a network that is not ours open."""
STAGGER = 5
"""Seconds between the first attempts of two devices at a network that is not ours: installers add one at a time."""
METERS_AND_HUB = ("hub", "esme", "gsme")
_KINDS: dict[str, type[Device[Any, Any]]] = {"hub": CommsHub, "esme": Esme, "gsme": Gsme, "ihd": Ihd}

D = TypeVar("D", bound=Device[Any, Any])
T = TypeVar("T")


class FormationError(RuntimeError):
    """A HAN that is meant to be well did not come up: a fault of the bench, or of the scene it was given."""


class OutageError(RuntimeError):
    """A radio of the bench failed while something was under way that needs it."""


class NotEmulatedError(RuntimeError):
    """Something is wanted of a device that is not emulated here."""


class Han:
    """One HAN. Devices that stand in `emulated` are emulated; others are not there, or are somebody else's."""

    def __init__(
        self,
        settings: HanSettings,
        *,
        seed: int | str,
        start: datetime,
        clock: VirtualClock | None = None,
        ihd: bool = False,
        emulated: Collection[str] = METERS_AND_HUB,
        physical: Collection[str] = (),
        radios: Radios | None = None,
    ) -> None:
        """`start` is the date at the clock's present time. `physical`: devices that are there and not ours."""
        self.seed = seed
        self.settings = settings
        self.clock = VirtualClock() if clock is None else clock
        self.start = start
        self.radios = Radios(self.clock, seed) if radios is None else radios
        self.radios.on_failure = self._radio_failed
        self.air.sniffer = settings.positions["hub"]
        self.physical = tuple(physical)
        self.fault: str | None = None
        """What is wrong with the bench itself, if anything is said to be."""
        self.outages = 0
        """How often a radio of this bench failed."""
        self.on_progress: Callable[[str], None] = lambda text: None
        """Called with what is waited for, or has happened, while the HAN comes up."""
        self._failing: dict[str, str] = {}
        self._alarms: list[asyncio.Future[None]] = []
        wanted = {*emulated, *(("ihd",) if ihd else ())}
        self._devices = {role: self._device(role) for role in ROLES if role in wanted}
        self.keys = KeyRing()
        """Every key that any device of ours comes to hold."""
        for device in self.devices:
            self.keys.follow(device.name, device.storage)
        self._wan = WanInterface(self.hub, self.clock.call_later) if "hub" in self._devices else None

    def _device(self, role: str) -> Device[Any, Any]:
        settings = getattr(self.settings, role)
        radio = self.radios.slot_for(role, self.settings.positions[role])
        epoch = int((self.start - ZIGBEE_EPOCH).total_seconds()) - self.clock.now // SECOND
        return _KINDS[role](role, settings, radio, self.clock, split(self.seed, role), epoch)

    # --- who is who -------------------------------------------------------------------------------------------------

    @property
    def hub(self) -> CommsHub:
        return self._emulated("hub", CommsHub)

    @property
    def esme(self) -> Esme:
        return self._emulated("esme", Esme)

    @property
    def gsme(self) -> Gsme:
        return self._emulated("gsme", Gsme)

    @property
    def ihd(self) -> Ihd | None:
        """None: there is no display, or none of ours."""
        return self._emulated("ihd", Ihd) if "ihd" in self._devices else None

    @property
    def wan(self) -> WanInterface:
        if self._wan is None:
            raise NotEmulatedError("there is no WAN interface: the hub is not emulated on this bench")
        return self._wan

    def _emulated(self, role: str, kind: type[D]) -> D:
        device = self._devices.get(role)
        if device is None:
            what = "is a physical device" if role in self.physical else "is not there"
            raise NotEmulatedError(f"the {role} {what} on this bench")
        assert isinstance(device, kind)
        return device

    def has(self, role: str) -> bool:
        """Whether a device is emulated here."""
        return role in self._devices

    def present(self, role: str) -> bool:
        """Whether a device stands on this bench, ours or not."""
        return self.has(role) or role in self.physical

    @property
    def devices(self) -> tuple[Device[Any, Any], ...]:
        """All that are emulated here, the hub first."""
        return tuple(self._devices.values())

    def role_of(self, short: int) -> str | None:
        """Which device has a short address now, as far as this bench can know."""
        if short == 0x0000:
            return "hub"
        for role in ROLES[1:]:
            device = self._devices.get(role)
            if device is not None:
                network = device.storage.network
                if network is not None and network.short == short:
                    return role
            elif role in self.physical and self.has("hub") and self.hub.short_of(self._ieee_of(role)) == short:
                return role
        return None

    def _ieee_of(self, role: str) -> int:
        return self._settings_of(role).ieee

    def _settings_of(self, role: str) -> DeviceSettings:
        settings: DeviceSettings = getattr(self.settings, role)
        return settings

    # --- radios -----------------------------------------------------------------------------------------------------

    @property
    def air(self) -> Air:
        """The bench's own Air; nobody is on it where all radios are elsewhere."""
        return self.radios.air

    @property
    def medium(self) -> Medium:
        """Where frames are seen."""
        return self.radios.medium

    def radio(self, name: str) -> AirRadio:
        """The radio of a device on the Air, behind a dongle or not. Raises NotOnTheAirError."""
        return self.radios.on_air(name)

    def on_air(self, name: str) -> bool:
        """Whether a device's radio is on the bench's own Air."""
        return self.radios.slots[name].air is not None

    def radio_of(self, name: str) -> AirRadio | SpinelRadio:
        """What to mute of a device's radio: it itself where it is ours, else what we drive it with."""
        slot = self.radios.slots[name]
        radio = slot.air or slot.host
        assert radio is not None
        return radio

    @property
    def failure(self) -> str | None:
        """What is wrong with the bench itself now, if anything is."""
        return self.fault or next(iter(self._failing.values()), None)

    def _radio_failed(self, name: str, failure: str | None) -> None:
        if failure is None:
            if self._failing.pop(name, None) is not None:
                self.on_progress(f"{name}: its radio is back")
        else:
            self._failing[name] = f"the radio of the {name} failed: {failure}"
            self.outages += 1
            self.on_progress(self._failing[name])
            alarms, self._alarms = self._alarms, []
            for alarm in alarms:
                if not alarm.done():
                    alarm.set_exception(OutageError(self._failing[name]))

    async def or_outage(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, which is given up at the first failure of a radio. Raises OutageError."""
        if not self.radios.can_fail:
            return await work
        task = asyncio.get_running_loop().create_task(work)
        alarm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._alarms.append(alarm)
        try:
            await asyncio.wait((task, alarm), return_when=asyncio.FIRST_COMPLETED)
            if alarm.done():
                alarm.result()
            return await task
        finally:
            alarm.cancel()
            task.cancel()

    # --- chance, and another hub ------------------------------------------------------------------------------------

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
        hub = CommsHub("hub", settings, former.radio, self.clock, random, former.epoch)
        self._devices["hub"] = self.wan.hub = hub
        hub.storage.watch_like(former.storage)
        hub.power_on()
        hub.restore_from_backup(former)

    # --- forming ----------------------------------------------------------------------------------------------------

    async def form(self) -> None:
        """Bring the HAN up on the air: form, join every device by its install code, set up the mirror."""
        if not self.has("hub"):
            starts = range(0, STAGGER * len(self.devices), STAGGER)
            await asyncio.gather(*map(self._find_network, self.devices, starts))
            return
        self.hub.power_on()
        self.hub.form()
        for device in self.devices[1:]:
            self._preauthorise(device.settings)
            self.hub.permit_join(PERMIT_SECONDS)
            device.power_on()
            await self.join(device)
            self.on_progress(f"{device.name} has joined")
        for role in self.physical:
            await self._await_stranger(role)
        if self.has("gsme"):
            mirrored = MirrorState.MIRRORED
            await self._until(lambda: self.gsme.mirror_state is mirrored, MIRROR_PATIENCE, "no mirror")
        self.hub.permit_join(0)
        await asyncio.sleep(1)

    def _preauthorise(self, settings: DeviceSettings) -> None:
        self.hub.preauthorise(settings.ieee, settings.joining_key)

    async def join(self, device: Device[Any, Any]) -> None:
        """Let a device join that the hub expects, while the HAN is open. Raises FormationError."""
        joiner = device.stack.joiner
        assert joiner is not None
        for _ in range(JOIN_ATTEMPTS):
            if await called_back(joiner.join):
                return
            await asyncio.sleep(1)
        raise FormationError(f"{device.name} did not join in {JOIN_ATTEMPTS} attempts")

    async def _find_network(self, device: Device[Any, Any], start: int) -> None:
        """From `start` (seconds) on, look for a network until one lets the device in, however long that takes."""
        await asyncio.sleep(start)
        device.power_on()
        joiner = device.stack.joiner
        assert joiner is not None
        self.on_progress(f"{device.name} looks for a network that is open")
        while not await called_back(joiner.join):
            await asyncio.sleep(LOOK_EVERY)
        self.on_progress(f"{device.name} has joined PAN {device.stack.nwk.network.pan_id:#06x}")

    async def _await_stranger(self, role: str) -> None:
        settings = self._settings_of(role)
        self._preauthorise(settings)
        self.on_progress(f"waiting for the {role} {settings.ieee:016x}: let it join now")
        for second in range(STRANGER_PATIENCE):
            if settings.ieee in self.hub.device_table:
                self.on_progress(f"{role} has joined")
                return
            if second % (PERMIT_SECONDS - 14) == 0:
                self.hub.permit_join(PERMIT_SECONDS)
            await asyncio.sleep(1)
        raise FormationError(f"the {role} {settings.ieee:016x} did not join in {STRANGER_PATIENCE} s")

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
