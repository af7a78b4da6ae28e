"""Assembly of a HAN from a bench file: settings, radios, dongles, obstacles and a clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import structs

from hanbench.emulator.clock import PacedClock, VirtualClock
from hanbench.emulator.devices.settings import DeviceSettings, GsmeSettings
from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.radio import Air
from hanbench.emulator.radio.propagation import Position
from hanbench.emulator.zigbee.nwk.formation import NetworkPlan
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.harness.bench.state_folder import StateFolder, opened
from hanbench.harness.faults import FAULTS
from hanbench.harness.han.credentials import Credentials
from hanbench.harness.han.formation import form
from hanbench.harness.han.han import Han
from hanbench.harness.han.installed import install
from hanbench.harness.han.radios import Radios, Wiring
from hanbench.harness.han.settings import HanSettings, moved, settings_for, with_address, with_wake_interval
from hanbench.profiles.benches import (
    ROLES,
    VIRTUAL,
    WELL_KNOWN,
    BenchProfile,
    Node,
    Nodes,
    SpareDongle,
    StartingState,
    find_bench,
)
from hanbench.profiles.cohorts import household, household_of
from hanbench.profiles.devices import beside
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import suggestion
from hanbench.profiles.firmware_models import FirmwareModel
from hanbench.profiles.radio_url import RadioKind
from hanbench.profiles.rulesets import Cohort

VIRTUAL_START = datetime(2022, 4, 4, 8, tzinfo=UTC)
"""The date at which benches in virtual time begin: TMAD v19 is in force."""


class SharedPlace(NamedTuple):
    """Where one of several homes on one Air stands."""

    air: Air
    at_m: Position
    first_dongle: int
    """Number of its first virtual dongle."""


@dataclass(frozen=True, slots=True)
class BenchFile:
    """A bench and its file."""

    profile: BenchProfile
    path: str
    home: str = ""
    """Name of the home, if this is one of several homes of a bench."""

    @classmethod
    def find(cls, name: str) -> BenchFile:
        """Return the shipped bench with this id, or the bench in this file. Raises ProfileError."""
        return cls(find_bench(name), name)

    def with_firmware(self, model: str) -> BenchFile:
        """Return this bench with one firmware model in all its virtual dongles. Raises ProfileError."""
        bench, kinds = self.profile, (RadioKind.PTY, RadioKind.TCP)
        wired = {role: node for role, node in bench.present.items() if node.url.kind in kinds}
        if not wired and not bench.dongles:
            raise ProfileError(self.path, "expected a virtual dongle (pty: or tcp:) for a firmware", "nodes")
        nodes = {role: msgspec.structs.replace(node, firmware=model) for role, node in wired.items()}
        dongles = {name: msgspec.structs.replace(spare, firmware=model) for name, spare in bench.dongles.items()}
        there = msgspec.structs.replace(bench.nodes, **nodes)
        return BenchFile(msgspec.structs.replace(bench, nodes=there, dongles=dongles), self.path)

    def key(self, key: str) -> str:
        """Return the key in the file for one of this home."""
        return f"homes.{self.home}.{key}" if self.home else key

    def clock(self, speed: float | str | None = None, *, watched: bool = False) -> VirtualClock:
        """Return the bench's clock. `speed` overrides the file's; `watched`: a program or a user follows the run live.

        Raises ProfileError if the bench needs real time and another speed is requested.
        """
        chosen = self.profile.speed if speed is None else speed
        if chosen is None:
            chosen = 1.0 if self.profile.real_time or watched else VIRTUAL
        if self.profile.real_time and chosen != 1:
            raise ProfileError(self.path, f"found {chosen}; expected 1: foreign devices or hosts take part", "speed")
        return VirtualClock() if isinstance(chosen, str) else PacedClock(chosen)

    @property
    def on_air(self) -> BenchFile:
        """The same bench with every radio of an emulated device on an Air of its own, in virtual time."""
        nodes = {role: structs.replace(node, radio="air:") for role, node in self.profile.present.items()}
        present = {role: node for role, node in nodes.items() if role in self.profile.emulated}
        profile = structs.replace(self.profile, nodes=Nodes(**present), dongles={}, speed=VIRTUAL, state=None)
        return BenchFile(profile, self.path)

    def can_check(self) -> None:
        """Raise ProfileError if this bench does not support a HAN-connectivity check."""
        if "hub" not in self.profile.emulated:
            raise ProfileError(self.path, "a check needs an emulated hub", self.key("nodes.hub"))
        if "gsme" not in self.profile.present:
            raise ProfileError(self.path, "a check needs a gas meter, emulated or physical", self.key("nodes.gsme"))

    def has_one_home(self) -> None:
        """Raise ProfileError if this is a bench of several homes."""
        if self.profile.homes:
            problem = "expected a bench of one home: only `up`, `check` and `capture` take several"
            raise ProfileError(self.path, problem, "homes")

    def suits(self, cohort: Cohort) -> None:
        """Raise ProfileError if this bench does not support scenarios of this cohort."""
        self.has_one_home()
        if not self.profile.complete:
            missing = min({"hub", "esme", "gsme"} - set(self.profile.emulated))
            problem = "a scenario breaks devices and reads their state: expected hub, esme and gsme to be emulated here"
            raise ProfileError(self.path, problem, f"nodes.{missing}")
        if self.profile.cohort not in (None, cohort):
            raise ProfileError(self.path, f"the scenario is of cohort {cohort}, the bench of another", "cohort")

    def state(self, log: Callable[[str], None]) -> AbstractContextManager[StateFolder | None]:
        """Open the folder that keeps the flash of the devices; None: the bench keeps none. See `state_folder.opened`.

        Open it around everything that the bench does.
        """
        if self.profile.state is None:
            return nullcontext()
        return opened(Path(self.path), self.profile.state, self.profile.id, log)

    def assemble(
        self,
        *,
        clock: VirtualClock,
        start: datetime | None = None,
        seed: str | None = None,
        cohort: Cohort = Cohort.IOC,
        slow_background: bool = False,
        credentials: Credentials | None = None,
        wake_interval_s: float | None = None,
        links: Path | None = None,
        state: StateFolder | None = None,
        addresses: str | None = None,
        place: SharedPlace | None = None,
    ) -> Han:
        """Return the HAN of this bench; no device has power yet. `cohort` applies if the file names none.

        `start`: the date at second 0 of the clock; by default now, and in virtual time `VIRTUAL_START`, so that a seed
        gives the same dates every time. `links`: the folder for symbolic links to the dongles of foreign hosts.
        `wake_interval_s`: seconds from one wake of the gas meter to the next, in place of the file's and the profile's.
        `state`: what the devices kept when the bench last ran, and where they keep it.

        `addresses`: what EUI-64s, install codes and the network follow from; by default the bench's id and the seed, so
        that two benches can stand in range of each other. `place`: of one of several homes on one Air.

        Raises ProfileError, also for a bench of several homes, and OutputError if the state cannot be written.
        """
        bench = self.profile
        self.has_one_home()
        for index, name in enumerate(bench.faults):
            if name not in FAULTS:
                problem = f"there is no {name!r}{suggestion(name, tuple(FAULTS))} (`hanbench faults` lists them)"
                raise ProfileError(self.path, problem, f"faults[{index}]")
            needs = FAULTS[name].needs
            if needs is not None and needs not in bench.emulated:
                problem = f"{name} needs a {needs}: expected [nodes.{needs}]"
                raise ProfileError(self.path, problem, f"faults[{index}]")
        seed = bench.seed if seed is None else seed
        start = start or (datetime.now(UTC) if isinstance(clock, PacedClock) else VIRTUAL_START)
        addresses = addresses or f"{bench.id}/{seed}"
        settings = _settings(
            bench, self.path, addresses, bench.cohort or cohort, slow_background, credentials, wake_interval_s
        )
        han = Han(
            settings if place is None else moved(settings, place.at_m),
            seed=seed,
            start=start if state is None else state.not_before(start),
            clock=clock,
            emulated=bench.emulated,
            physical=bench.physical,
            radios=self._radios(clock, seed, links, place),
            name=self.home,
            starts=0 if state is None else state.starts,
        )
        for name, spare in bench.dongles.items():
            han.radios.add_dongle(name, wiring_of(spare), spare.position_m)
        for link in bench.links:
            one, other = (han.radios.on_air(name) for name in link.between)
            han.air.attenuate(one, other, link.attenuation_db)
        if state is not None:
            state.attach(han)
        return han

    def _radios(self, clock: VirtualClock, seed: str, links: Path | None, place: SharedPlace | None) -> Radios:
        wiring = {role: wiring_of(self.profile.present[role]) for role in self.profile.emulated}
        if place is None:
            return Radios(clock, seed, wiring, links=links, bench=self.path)
        return Radios(
            clock,
            seed,
            wiring,
            links=links,
            bench=self.path,
            home=self.home,
            shared_air=place.air,
            first_dongle=place.first_dongle,
        )

    async def begin(self, han: Han) -> None:
        """Give the devices power, bring them to the starting state of the file, and inject its faults.

        Devices whose flash was kept go on where they were. The radios must be ready. Raises FormationError.
        """
        kept = any(device.storage.network is not None for device in han.devices)
        if self.profile.starts is StartingState.INSTALLED and not kept:
            install(han)
        else:
            await form(han)
        for name in self.profile.faults:
            await FAULTS[name].inject(han)


def wiring_of(node: Node | SpareDongle) -> Wiring:
    """Return the connection to the radio of a device, or of a dongle for a foreign host."""
    if isinstance(node, SpareDongle):
        return Wiring(node.url, node.baud, transmit_queue=node.transmit_queue, firmware=node.firmware)
    return Wiring(node.url, node.baud, node.rtscts, firmware=node.firmware or FirmwareModel.STRICT)


def _settings(
    bench: BenchProfile,
    path: str,
    addresses: str,
    cohort: Cohort,
    slow_background: bool,
    credentials: Credentials | None,
    wake_interval_s: float | None,
) -> HanSettings:
    profiles = {role: beside(path, node.profile) for role, node in bench.present.items() if node.profile is not None}
    home = household_of(cohort, profiles, path) if profiles else household(cohort)
    made = settings_for(home, seed=addresses, slow_background=slow_background, credentials=credentials)
    changed: dict[str, Any] = {"positions": dict(made.positions)}
    for role in ROLES:
        node = bench.present.get(role)
        if node is not None:
            changed[role] = _device(getattr(made, role), node, path, f"nodes.{role}")
            if node.position_m is not None:
                changed["positions"][role] = node.position_m
    settings = replace(made, **changed)
    _refuse_common_addresses(settings, bench, path)
    settings = replace(settings, hub=replace(settings.hub, network=_network(settings, bench, path)))
    gsme = bench.present.get("gsme")
    wakes = wake_interval_s or (None if gsme is None else gsme.wake_interval_s)
    return settings if wakes is None else with_wake_interval(settings, wakes)


def _refuse_common_addresses(made: HanSettings, bench: BenchProfile, path: str) -> None:
    owners: dict[int, str] = {}
    for role in bench.present:
        ieee = made.of(role).ieee
        if (owner := owners.setdefault(ieee, role)) != role:
            raise ProfileError(path, f"found {ieee:016x}, that of the {owner}; expected another", f"nodes.{role}.ieee")


def _network(made: HanSettings, bench: BenchProfile, path: str) -> NetworkPlan:
    """Return the network that the seed gives the hub, with the channel and the PAN ID of the file."""
    plan = made.hub.network
    if bench.channel is not None:
        for role in bench.emulated:
            if bench.channel not in (channels := made.of(role).node.channels):
                known = ", ".join(map(str, channels))
                raise ProfileError(
                    path, f"found {bench.channel}; expected one that the {role} uses: {known}", "channel"
                )
        plan = replace(plan, channels=(bench.channel,))
    return plan if bench.pan_id is None else replace(plan, pan_id=bench.pan_id, keeps_pan_id=True)


def _device(settings: DeviceSettings, node: Node, path: str, key: str) -> DeviceSettings:
    changed: dict[str, Any] = {}
    if node.ieee is not None:
        settings = _with_address(settings, node, path, key)
    if node.install_code == WELL_KNOWN:
        changed["install_code"] = b""
    elif node.install_code is not None:
        try:
            changed["install_code"] = InstallCode.from_text(node.install_code).octets
        except ValueError as error:
            raise ProfileError(path, str(error), f"{key}.install_code") from None
    if node.wake_interval_s is not None and not isinstance(settings, GsmeSettings):
        raise ProfileError(path, "only a gsme sleeps: expected no wake interval", f"{key}.wake_interval_s")
    return replace(settings, **changed) if changed else settings


def _with_address(settings: DeviceSettings, node: Node, path: str, key: str) -> DeviceSettings:
    """Return the settings with the EUI-64 of the file; an emulated device gets a certificate for it."""
    assert node.ieee is not None
    ieee = int(node.ieee, 16)
    if node.url.kind is RadioKind.PHYSICAL:
        return replace(settings, ieee=ieee)
    try:
        return with_address(settings, ieee)
    except LocalProtocolError as error:
        raise ProfileError(path, f"found {node.ieee}, but {error}", f"{key}.ieee") from None
