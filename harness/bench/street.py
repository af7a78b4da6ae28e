"""The homes of a bench, one or several, on one clock; several share one Air."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import TracebackType

from hanbench.emulator.clock import PacedClock, VirtualClock
from hanbench.emulator.radio import Air, AirRadio
from hanbench.emulator.radio.medium import Medium
from hanbench.emulator.randomness import split
from hanbench.harness.bench.bench_file import VIRTUAL_START, BenchFile, SharedPlace, wiring_of
from hanbench.harness.bench.state_folder import StateFolder
from hanbench.harness.capture.keyfile import CaptureKey
from hanbench.harness.case.calendar import Calendar
from hanbench.harness.han.han import Han
from hanbench.harness.han.radios import Radios
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import suggestion

DONGLES_OF_A_HOME = 16
INTERVAL = 3
"""Seconds from the beginning of one home to that of the next: a hub hears the networks that are there."""


@dataclass(frozen=True, slots=True, eq=False)
class StreetHome:
    """One home."""

    bench: BenchFile
    han: Han

    @property
    def name(self) -> str:
        """Its name in the bench file; empty: the bench has this home alone."""
        return self.bench.home

    def say(self, text: str) -> str:
        """Return what a home tells, with its name."""
        return f"{self.name}: {text}" if self.name else text

    def node(self, role: str) -> str:
        """Return the name of a node: its role, behind the name of its home where that has one."""
        return f"{self.name}.{role}" if self.name else role


class Keys:
    """The keys of all homes, for their common capture."""

    def __init__(self, homes: tuple[StreetHome, ...]) -> None:
        self._rings = [home.han.keys for home in homes]

    def __iter__(self) -> Iterator[CaptureKey]:
        for ring in self._rings:
            yield from ring

    def __len__(self) -> int:
        return sum(map(len, self._rings))


class Street:
    """All homes of a bench. An asynchronous context manager: their radios are in use meanwhile."""

    def __init__(self, homes: tuple[StreetHome, ...], outlets: Radios, seed: str) -> None:
        """`outlets`: the radios of the dongles for foreign hosts."""
        self.homes = homes
        self.outlets = outlets
        self.seed = seed
        self.clock = homes[0].han.clock
        self.start: datetime = homes[0].han.start
        self.calendar: Calendar = homes[0].han.calendar
        self.medium: Medium = homes[0].han.medium
        self.keys = Keys(homes)
        self._exits = AsyncExitStack()

    def on_event(self, told: Callable[[str], None], *, progress: bool) -> None:
        """Have `told` called with what happens in each home; `progress`: also with each step of coming up."""
        for home in self.homes:
            home.han.on_event = lambda text, home=home: told(home.say(text))  # type: ignore[misc]
            home.han.radios.on_event = lambda name, text, home=home: told(home.say(f"dongle {name}: {text}"))  # type: ignore[misc]
            if progress:
                home.han.on_progress = home.han.on_event
        self.outlets.on_event = lambda name, text: told(f"dongle {name}: {text}")

    @property
    def published(self) -> list[Path]:
        """The symbolic links to ptys of this bench."""
        every = {id(radios): radios for radios in self._every()}
        return [link for radios in every.values() for link in radios.published]

    def _every(self) -> Iterator[Radios]:
        yield from (home.han.radios for home in self.homes)
        if self.outlets is not self.homes[0].han.radios:
            yield self.outlets

    async def __aenter__(self) -> Street:
        """Plug in every virtual dongle, and open every port. Raises RadioError."""
        async with AsyncExitStack() as stack:
            for radios in self._every():
                await stack.enter_async_context(radios)
            self._exits = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self._exits.aclose()

    async def begin(self, home: StreetHome) -> None:
        """Bring one home up, in its turn. Raises FormationError."""
        await asyncio.sleep(INTERVAL * self.homes.index(home))
        await home.bench.begin(home.han)


def assemble_street(
    bench: BenchFile,
    clock: VirtualClock,
    *,
    seed: str | None = None,
    links: Path | None = None,
    state: StateFolder | None = None,
) -> Street:
    """Return the homes of a bench; no device has power yet. See `BenchFile.assemble`, which has what is raised."""
    if not bench.profile.homes:
        han = bench.assemble(clock=clock, seed=seed, links=links, state=state)
        return Street((StreetHome(bench, han),), han.radios, str(han.seed))
    chosen = bench.profile.seed if seed is None else seed
    air = Air(clock, split(chosen, "air"))
    start = datetime.now(UTC) if isinstance(clock, PacedClock) else VIRTUAL_START
    homes = tuple(
        _home(bench, name, f"{chosen}/{name}", start, clock, SharedPlace(air, bench.profile.place_of(name), first))
        for name, first in zip(bench.profile.homes, count(step=DONGLES_OF_A_HOME), strict=False)
    )
    first = DONGLES_OF_A_HOME * len(homes)
    outlets = Radios(clock, chosen, links=links, bench=bench.path, shared_air=air, first_dongle=first)
    for name, spare in bench.profile.dongles.items():
        outlets.add_dongle(name, wiring_of(spare), spare.position_m)
    _refuse_common_addresses(bench, homes)
    air.sniffer = homes[0].han.settings.positions["hub"]
    street = Street(homes, outlets, chosen)
    _attenuate(bench, street, air)
    return street


def _home(
    bench: BenchFile, name: str, seed: str, start: datetime, clock: VirtualClock, place: SharedPlace
) -> StreetHome:
    """Return one home; `seed` is used unless the file gives the home its own."""
    apart = BenchFile(bench.profile.home(name), bench.path, name)
    own = bench.profile.homes[name].seed or seed
    addresses = f"{bench.profile.id}/{name}/{own}"
    try:
        han = apart.assemble(clock=clock, start=start, seed=own, addresses=addresses, place=place)
    except ProfileError as error:
        raise ProfileError(bench.path, error.problem, f"homes.{name}.{error.key}") from None
    return StreetHome(apart, han)


def _refuse_common_addresses(bench: BenchFile, homes: tuple[StreetHome, ...]) -> None:
    owners: dict[int, str] = {}
    for home in homes:
        for role in home.bench.profile.present:
            key, ieee = f"homes.{home.name}.nodes.{role}", home.han.settings.of(role).ieee
            if (owner := owners.setdefault(ieee, key)) != key:
                problem = f"found {ieee:016x}, that of {owner}; expected another"
                raise ProfileError(bench.path, problem, f"{key}.ieee")


def _attenuate(bench: BenchFile, street: Street, air: Air) -> None:
    for index, link in enumerate(bench.profile.links):
        one, other = (_station(bench, street, name, f"links[{index}].between") for name in link.between)
        air.attenuate(one, other, link.attenuation_db)


def _station(bench: BenchFile, street: Street, name: str, key: str) -> AirRadio:
    """Return the radio of a dongle, or of a device as HOME.ROLE."""
    if name in street.outlets.slots:
        return street.outlets.on_air(name)
    home, _, role = name.partition(".")
    for each in street.homes:
        if each.name == home and each.han.emulates(role):
            return each.han.radio(role)
    raise ProfileError(bench.path, f"the bench emulates no {name}", key)


def chosen_homes(bench: BenchFile, street: Street, wanted: str | None) -> tuple[StreetHome, ...]:
    """Return the home of this name, or all homes for None. Raises ProfileError if there is no such home."""
    if wanted is None:
        return street.homes
    names = [home.name for home in street.homes if home.name]
    if wanted not in names:
        known = f"one of {', '.join(names)}" if names else "no --home: the bench has one home"
        raise ProfileError(
            bench.path, f"found {wanted!r}; expected {known}{suggestion(wanted, names, alone=True)}", "homes"
        )
    return tuple(home for home in street.homes if home.name == wanted)
