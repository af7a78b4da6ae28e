"""One HAN on one clock: hub, electricity meter, gas meter, display and repeater, for asyncio code."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import TypeVar

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.emulator.devices import (
    AnyDevice,
    AnyJoiningDevice,
    CommsHub,
    Esme,
    Gsme,
    Ihd,
    JoiningDevice,
    Repeater,
    WanInterface,
)
from hanbench.emulator.radio import Air, AirRadio, Jammer
from hanbench.emulator.radio.medium import Medium
from hanbench.emulator.randomness import RandomSource, split
from hanbench.emulator.zigbee.nwk.maintenance import PanIdConflict
from hanbench.hardware.spinel_radio import SpinelRadio
from hanbench.harness.capture.keyfile import KeyRing
from hanbench.harness.case.calendar import Calendar
from hanbench.harness.han.head_end import HeadEnd
from hanbench.harness.han.health import BenchHealth
from hanbench.harness.han.network_events import conflict_in_words
from hanbench.harness.han.radios import Radios
from hanbench.harness.han.settings import HanSettings
from hanbench.profiles.benches import ROLES

ZIGBEE_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
METERS_AND_HUB = ("hub", "esme", "gsme")
_KINDS: dict[str, type[AnyDevice]] = {
    "hub": CommsHub,
    "esme": Esme,
    "repeater": Repeater,
    "gsme": Gsme,
    "ihd": Ihd,
}

D = TypeVar("D", bound=AnyDevice)


class NotEmulatedError(RuntimeError):
    """The operation needs a device that is not emulated on this bench."""


class Han:
    """One HAN: its emulated devices, their radios, and its head end."""

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
        starts: int = 0,
        name: str = "",
    ) -> None:
        """`start` is the date at the clock's present time. `physical`: devices that are present but not emulated.

        `starts`: how often these devices have started before, with flash that was kept; they draw other numbers then.
        `name`: of the home, where there are several.
        """
        self.name = name
        self.seed = seed
        self._starts = starts
        self.settings = settings
        self.clock = VirtualClock() if clock is None else clock
        self.start = start
        self.calendar = Calendar.starting(start, self.clock.now)
        """Converts the clock's time to dates."""
        self.physical = tuple(physical)
        self.on_progress: Callable[[str], None] = lambda text: None
        """Called with a description of each step while the HAN comes up."""
        self.on_event: Callable[[str], None] = lambda text: None
        """Called with a description of what a device tells of the network: networks heard, PAN ID conflicts."""
        self.radios = Radios(self.clock, seed) if radios is None else radios
        self.health = BenchHealth(lambda text: self.on_progress(text), can_fail=lambda: self.radios.can_fail)
        self.jammers: list[Jammer] = []
        """What faults of this HAN put on the Air, which other homes may share."""
        self.radios.on_failure = self.health.radio_failed
        self.air.sniffer = settings.positions["hub"]
        wanted = {*emulated, *(("ihd",) if ihd else ())}
        self._devices = {role: self._device(role) for role in ROLES if role in wanted}
        self.keys = KeyRing(name)
        """Every key that an emulated device has ever had."""
        for device in self.devices:
            self.keys.follow(device.name, device.storage)
        self._wan: WanInterface | None = None
        if self.emulates("hub"):
            self._wan = WanInterface(self.hub, self.clock.call_later)
            self.hub.on_pan_id_conflict = self._pan_id_conflict

    def _device(self, role: str) -> AnyDevice:
        radio = self.radios.slot_for(role, self.settings.positions[role])
        epoch = int((self.start - ZIGBEE_EPOCH).total_seconds()) - self.clock.now // SECOND
        again = (f"start {self._starts}",) if self._starts else ()
        chance = split(self.seed, role, *again)
        return _KINDS[role](role, self.settings.of(role), radio, self.clock, chance, epoch)

    # --- devices by role --------------------------------------------------------------------------------------------

    @property
    def hub(self) -> CommsHub:
        return self._of_kind("hub", CommsHub)

    @property
    def esme(self) -> Esme:
        return self._of_kind("esme", Esme)

    @property
    def gsme(self) -> Gsme:
        return self._of_kind("gsme", Gsme)

    @property
    def ihd(self) -> Ihd | None:
        """The in-home display; None: it is not emulated."""
        return self._of_kind("ihd", Ihd) if self.emulates("ihd") else None

    @property
    def repeater(self) -> Repeater | None:
        """The repeater; None: it is not emulated."""
        return self._of_kind("repeater", Repeater) if self.emulates("repeater") else None

    def _of_kind(self, role: str, kind: type[D]) -> D:
        device = self._devices.get(role)
        if device is None:
            what = "is a physical device" if role in self.physical else "does not exist"
            raise NotEmulatedError(f"the {role} {what} on this bench")
        assert isinstance(device, kind)
        return device

    @property
    def devices(self) -> tuple[AnyDevice, ...]:
        """All emulated devices, the hub first."""
        return tuple(self._devices.values())

    @property
    def joining_devices(self) -> tuple[AnyJoiningDevice, ...]:
        """All emulated devices except the hub."""
        return tuple(device for device in self.devices if isinstance(device, JoiningDevice))

    def role_at(self, station: str) -> str | None:
        """Return the role of the device whose radio on the Air has this name; None: it is none of this HAN."""
        home, _, role = station.rpartition(".")
        return role if home == self.name and role in ROLES else None

    def emulates(self, role: str) -> bool:
        """Return whether the device of this role is emulated."""
        return role in self._devices

    def present(self, role: str) -> bool:
        """Return whether the device of this role is on this bench, emulated or physical."""
        return self.emulates(role) or role in self.physical

    def role_of(self, short: int, pan_id: int) -> str | None:
        """Return the device that has a short address in a PAN now, as far as this bench knows."""
        for role in ROLES:
            device = self._devices.get(role)
            if device is not None:
                network = device.storage.network
                if network is not None and (network.short, network.pan_id) == (short, pan_id):
                    return role
            elif role in self.physical and short == self._short_of_physical(role) and pan_id in self.pan_ids:
                return role
        return None

    @property
    def pan_ids(self) -> set[int]:
        """The PAN IDs that emulated devices have."""
        return {device.storage.network.pan_id for device in self.devices if device.storage.network is not None}

    def _short_of_physical(self, role: str) -> int | None:
        """Return the short address of a physical device: the hub's is known, those of others if the hub is emulated."""
        if role == "hub":
            return 0x0000
        return self.hub.short_of(self.settings.of(role).ieee) if self.emulates("hub") else None

    def exchange_hub(self, hub: CommsHub) -> None:
        """Replace the hub by another one, also for the head end."""
        self._devices["hub"] = self.wan.hub = hub
        hub.on_pan_id_conflict = self._pan_id_conflict

    def _pan_id_conflict(self, conflict: PanIdConflict) -> None:
        self.on_event(f"hub: {conflict_in_words(conflict)}")

    def exchange_gsme(self, gsme: Gsme) -> None:
        """Put another gas meter in the place of the present one; the head end still expects the one of the settings."""
        gsme.on_state = self.gsme.on_state
        self._devices["gsme"] = gsme
        self.keys.follow(gsme.name, gsme.storage)

    # --- head end ---------------------------------------------------------------------------------------------------

    @property
    def wan(self) -> WanInterface:
        """The hub's WAN interface. Raises NotEmulatedError if the hub is not emulated."""
        if self._wan is None:
            raise NotEmulatedError("there is no WAN interface: the hub is not emulated on this bench")
        return self._wan

    @property
    def head_end(self) -> HeadEnd:
        """The head end of the hub. Raises NotEmulatedError if the hub is not emulated."""
        return HeadEnd(self.wan)

    # --- radios and chance ------------------------------------------------------------------------------------------

    @property
    def air(self) -> Air:
        """The bench's own Air; empty if all radios are physical."""
        return self.radios.air

    @property
    def medium(self) -> Medium:
        """The medium on which frames are observed."""
        return self.radios.medium

    def radio(self, name: str) -> AirRadio:
        """Return a device's radio on the Air, with or without a dongle. Raises NotOnTheAirError."""
        return self.radios.on_air(name)

    def on_air(self, name: str) -> bool:
        """Return whether a device's radio is on the bench's own Air."""
        return self.radios.slots[name].air is not None

    def radio_of(self, name: str) -> AirRadio | SpinelRadio:
        """Return the radio that faults mute: a device's own on the Air, or its dongle."""
        slot = self.radios.slots[name]
        radio = slot.air or slot.host
        assert radio is not None
        return radio

    def random(self, *path: str) -> RandomSource:
        """Return a random source of this bench's seed for a purpose other than a device."""
        return split(self.seed, *path)
