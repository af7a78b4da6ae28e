"""The bench of one case: the devices of the bench around the device under test, and the frames between them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from hanbench.emulator.clock import MINUTE, SECOND, ClockLoop, PacedClock, VirtualClock
from hanbench.emulator.devices.hub import CommsHub
from hanbench.emulator.radio import AirRadio, Transmission
from hanbench.emulator.radio.frame_rules import FrameAction, FrameRule, Occurrences
from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.emulator.zigbee.storage import KeyOrigin
from hanbench.harness.bench.bench_file import VIRTUAL_START, BenchFile
from hanbench.harness.conform.case import Ability, Begin
from hanbench.harness.conform.dut.choice import DeviceChoice
from hanbench.harness.conform.dut.command import CommandDevice
from hanbench.harness.conform.dut.interface import DeviceUnderTest, Place
from hanbench.harness.conform.dut.person import Person
from hanbench.harness.conform.dut.physical import PhysicalDevice
from hanbench.harness.conform.frame import Frame
from hanbench.harness.frames import Dissected, Dissector
from hanbench.harness.han.credentials import load_credentials
from hanbench.harness.han.formation import join
from hanbench.harness.han.han import ZIGBEE_EPOCH, Han
from hanbench.harness.han.observer import FrameObserver
from hanbench.harness.han.radios import Wiring
from hanbench.harness.han.settings import HanSettings, settings_for, with_address, with_wake_interval
from hanbench.profiles.cohorts import household
from hanbench.profiles.conform.pics import Pics
from hanbench.profiles.conform.pixit import Pixit
from hanbench.profiles.radio_url import RadioKind, RadioUrl
from hanbench.profiles.rulesets import Cohort

T = TypeVar("T")
Kind = Literal["gsme", "esme", "ihd", "hub"]
BESIDE_M = (1.0, 1.0)
"""Position of the dongle that a host build of firmware is given, metres."""
PERMIT_S = 254
HIGHEST_PAN = 0x3FFF
HOUR = 60 * MINUTE
OTHERS: dict[str, tuple[str, ...]] = {"gsme": ("hub",), "esme": ("hub",), "ihd": ("hub",), "hub": ("esme", "gsme")}
"""The bench's own devices, by the kind of the device under test."""


MOST_PER_HOUR = 6_000
"""Frames that a device may send in an hour, acknowledgements aside. A display that reads a meter every ten seconds
sends some 1,500; a device that sends more than this has run wild, and its case is over."""


class FloodError(RuntimeError):
    """The device sends without end."""


class UnreachedError(RuntimeError):
    """The device did not come to the state in which a case begins, or the bench failed."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all cases of a run have in common."""

    kind: Kind
    choice: DeviceChoice
    pics: Pics
    pixit: Pixit
    cohort: Cohort = Cohort.IOC
    seed: str = "1"
    bench: BenchFile | None = None
    """The bench of a physical device."""
    person: Person | None = None
    """Who does by hand what a bench cannot; None: nobody."""

    @property
    def real_time(self) -> bool:
        """Whether a case takes as long as its device does."""
        return self.choice.real_time

    def home(self) -> HanSettings:
        """Return the settings of all devices, with what the PIXIT states."""
        credentials = None if self.pixit.certificates is None else load_credentials(self.pixit.certificates)
        home = settings_for(household(self.cohort), seed=self.seed, slow_background=True, credentials=credentials)
        return self.stated(with_wake_interval(home, self.pixit.wake_period_s))

    def stated(self, home: HanSettings) -> HanSettings:
        """Return settings with what the PIXIT states of the device under test."""
        own = home.of(self.kind)
        if self.pixit.ieee is not None:
            own = with_address(own, int(self.pixit.ieee, 16))
        if self.pixit.install_code is not None:
            own = replace(own, install_code=InstallCode.from_text(self.pixit.install_code).octets)
        changed: dict[str, Any] = {self.kind: own}
        return replace(home, **changed)


class ConformBench:
    """A HAN whose hub is the bench's, and the device under test in it. Call `close`."""

    def __init__(self, setting: Setting, seed: str) -> None:
        """`seed`: of this case. Raises RadioError, ProfileError and DeviceError."""
        self.setting = setting
        self.clock = PacedClock() if setting.real_time else VirtualClock()
        self._runner = asyncio.Runner(loop_factory=lambda: ClockLoop(self.clock))
        self.han = self._han(seed)
        self.frames: list[Frame] = []
        """Every frame on the air, in order."""
        self.resets: list[int] = []
        """As many frames were on the air when a case put the device into its factory state once more."""
        self.on_frame: Callable[[Frame], None] = lambda frame: None
        self._sent: Counter[int] = Counter()
        """Frames of the device by the hour, acknowledgements aside."""
        self._broken: asyncio.Future[None] | None = None
        """Ends the work under way, with the error that it gets."""
        self._observer = FrameObserver(self.han)
        self.device = self._device(seed)
        self.han.medium.observers.append(self._saw)
        try:
            self.run(self._open())
        except BaseException:
            self.close()
            raise

    def _han(self, seed: str) -> Han:
        setting = self.setting
        if setting.bench is not None:
            return self._on_bench(setting.bench, seed)
        return Han(
            setting.home(),
            seed=seed,
            start=VIRTUAL_START,
            clock=self.clock,
            emulated=OTHERS[setting.kind],
            physical=(setting.kind,),
        )

    def _on_bench(self, bench: BenchFile, seed: str) -> Han:
        """Return the HAN of a bench file, in real time. Raises ProfileError."""
        pixit = self.setting.pixit
        han = bench.assemble(
            clock=self.clock,
            seed=seed,
            cohort=self.setting.cohort,
            slow_background=True,
            credentials=None if pixit.certificates is None else load_credentials(pixit.certificates),
            wake_interval_s=pixit.wake_period_s,
        )
        han.settings = self.setting.stated(han.settings)
        return han

    def _device(self, seed: str) -> DeviceUnderTest:
        setting, kind, han = self.setting, self.setting.kind, self.han
        choice = setting.choice
        if choice.in_process is not None:
            settings = han.settings.of(kind)
            radio = AirRadio(han.air, self.clock, split(seed, kind, "radio"), kind, han.settings.positions[kind])
            epoch = int((han.start - ZIGBEE_EPOCH).total_seconds()) - self.clock.now // SECOND
            return choice.in_process(Place(kind, radio, self.clock, split(seed, kind), settings, epoch))
        if choice.port is not None:
            return PhysicalDevice(kind, choice.port, self.run, setting.person)
        assert choice.command is not None
        dongle = han.radios.add_dongle(kind, Wiring(RadioUrl(RadioKind.TCP, "")), BESIDE_M)
        device = CommandDevice(choice.command, dongle, han.settings.of(kind), lockstep=choice.lockstep)
        device.on_failure = self._break
        return device

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end; `asyncio.sleep` in it is the bench's time. Raises FloodError and DeviceError."""
        return self._runner.run(self._unless_broken(work))

    async def _unless_broken(self, work: Coroutine[Any, Any, T]) -> T:
        loop = asyncio.get_running_loop()
        task, self._broken = loop.create_task(work), loop.create_future()
        await asyncio.wait((task, self._broken), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            self._broken.result()
        return task.result()

    def _break(self, error: Exception) -> None:
        """End the work under way with an error."""
        if self._broken is not None and not self._broken.done():
            self._broken.set_exception(error)

    async def _open(self) -> None:
        await self.han.radios.__aenter__()

    def _saw(self, transmission: Transmission) -> None:
        observed, found = self._observer.with_dissection(transmission)
        frame = Frame(len(self.frames) + 1, transmission, observed, found)
        self.frames.append(frame)
        if observed.sender == self.setting.kind and found.name != "acknowledgement":
            self._count(frame.time // HOUR)
        self.on_frame(frame)

    def stop_watching(self) -> None:
        """Neither keep nor count frames from now on: for runs of more frames than memory holds."""
        self.han.medium.observers.remove(self._saw)

    def _count(self, hour: int) -> None:
        """Count a frame of the device, and end the case if there are too many in this hour."""
        self._sent[hour] += 1
        if self._sent[hour] > MOST_PER_HOUR:
            self._break(FloodError(f"it sends more than {MOST_PER_HOUR} frames in an hour"))

    # --- the state in which a case begins -----------------------------------------------------------------------------

    def begin(self, begin: Begin) -> None:
        """Bring the bench, and the device, to the state in which a case begins. Raises UnreachedError."""
        self.run(self._form())
        self.device.factory_reset()
        if begin is Begin.JOINED:
            self.preauthorise()
            self.han.hub.permit_join(PERMIT_S)
            self.device.power_on()
            self.device.commission()
            self.run(self._until_joined())

    def reset_device(self) -> None:
        """Put the device into its factory state once more: what it did before does not bind it."""
        self.device.factory_reset()
        self.resets.append(len(self.frames))

    async def _form(self) -> None:
        han = self.han
        han.hub.power_on()
        plan = han.settings.hub.network
        han.hub.stack.form(channel=plan.channels[0], pan_id=plan.pan_id, extended_pan_id=han.hub.extended_pan_id)
        for device in han.joining_devices:
            han.hub.preauthorise(device.settings.ieee, device.settings.joining_key)
            han.hub.permit_join(PERMIT_S)
            device.power_on()
            await join(han, device)
        han.hub.permit_join(0)

    def preauthorise(self) -> None:
        """Let the hub know the install code of the device."""
        settings = self.own
        self.han.hub.preauthorise(settings.ieee, settings.joining_key)

    @property
    def own(self) -> Any:
        """The settings of the device under test, as far as the bench knows them: DeviceSettings."""
        return self.han.settings.of(self.setting.kind)

    async def _until_joined(self) -> None:
        pixit, pics = self.setting.pixit, self.setting.pics
        await self._until(lambda: self.own.ieee in self.han.hub.device_table, pixit.join_s, "did not join")
        if "KEC.C" in pics:
            await self._until(self._has_key, pixit.secure_s, "agreed no link key")
        if "MIR.C" in pics:
            await self._until(self._has_reported, pixit.wake_period_s + 60, "reported to no mirror")
        self.han.hub.permit_join(0)
        # Routers repeat that broadcast, and a case that begins with another one would meet them on the air.
        await asyncio.sleep(5)

    def _has_key(self) -> bool:
        link = self.han.hub.storage.link_keys.get(self.own.ieee)
        return link is not None and link.origin is KeyOrigin.ESTABLISHED

    def _has_reported(self) -> bool:
        mirror = self.han.hub.mirrors.get(self.own.ieee)
        return mirror is not None and mirror.updated is not None

    # --- what is done to the air --------------------------------------------------------------------------------------

    @property
    def abilities(self) -> frozenset[Ability]:
        """What can be done to the device here."""
        emulated_air = self.setting.bench is None or self.han.on_air("hub")
        return self.device.abilities | ({Ability.AIR} if emulated_air else set())

    def lose(self, matches: Callable[[Dissected], bool], seconds: float, count: int | None = None) -> FrameRule:
        """Have no radio hear the frames of a set, for so long, or the first `count` of them; returns the rule."""
        dissect, end = Dissector(self.han.keys), self.clock.now + int(seconds * SECOND)
        rule = FrameRule(
            lambda sent: self.clock.now < end and matches(dissect(sent.psdu)),
            FrameAction.DROP,
            Occurrences(count=count),
        )
        self.han.air.frame_rules.append(rule)
        return rule

    def foreign_hub(self) -> CommsHub:
        """Put the hub of another home on the air, nearer to the device than its own; it knows none of the devices."""
        han = self.han
        settings = settings_for(household(self.setting.cohort), seed=f"{han.seed}/foreign", slow_background=True).hub
        x, y = han.settings.positions[self.setting.kind]
        radio = AirRadio(han.air, self.clock, han.random("foreign", "radio"), "foreign", (x + 1, y))
        hub = CommsHub("foreign", settings, radio, self.clock, han.random("foreign"), han.hub.epoch)
        hub.power_on()
        network = han.hub.stack.nwk.network
        pan_id = (network.pan_id + 1) & HIGHEST_PAN
        hub.stack.form(channel=network.channel, pan_id=pan_id, extended_pan_id=settings.ieee)
        return hub

    async def _until(self, condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
        end = self.clock.now + int(seconds * SECOND)
        while not condition():
            if self.clock.now >= end:
                raise UnreachedError(f"the device {otherwise} within {seconds:g} s, before the case began")
            await asyncio.sleep(1)

    def close(self) -> None:
        """End the device, and close all radios."""
        self._runner.run(self._close())
        self._runner.close()

    async def _close(self) -> None:
        self.device.close()
        self.han.radios.close()
