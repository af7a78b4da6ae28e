"""The case model: an area is a file, a case is a function in it, and its steps stand beside their sentences.

AREA = Area("POLL", "Polling", gate="HAN.POLL")

@AREA.case(1, "It asks its parent for a frame in each wake period", SILABS("polling"), wakes=2)
def asks_in_each_period(t: Tester) -> None:
    t.step("Leave the device alone for two wake periods")
    t.expect("data-request", within=t.wake_limit)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from hanbench.harness.conform.gate import Gate
from hanbench.harness.conform.requirement import Requirement
from hanbench.profiles.conform.pixit import Pixit

Play = Callable[[Any], None]
"""Gets a `Tester`; in the areas of hubs, a `HubTester`."""


class Begin(Enum):
    """The state in which a case begins."""

    FACTORY = "as it left the factory, without power; the bench's network is closed, and meters have no power"
    JOINED = "joined, with a link key, a gas meter with its mirror; a hub: formed, and both meters have joined so"


class Ability(Enum):
    """What a bench can do to a device beside the air."""

    POWER = "cut its power and give it back"
    RESET = "reset it to its factory state"
    COMMISSION = "start its commissioning"
    HEAD_END = "have its head end admit, remove and change keys"
    IMAGES = "have its head end give it a firmware image for a meter"
    AIR = "change the air between it and the bench, which only an emulated air allows"


@dataclass(frozen=True, slots=True)
class Case:
    """One case."""

    id: str
    area: str
    title: str
    requirements: tuple[Requirement, ...]
    gate: Gate
    play: Play
    begins: Begin
    needs: frozenset[Ability]
    values: tuple[str, ...]
    """Names of PIXIT values that it needs, beside those that have a default."""
    seconds: float
    """How long it takes at most, beside wake periods and the times of the PIXIT."""
    wakes: float
    """Wake periods that it takes beside."""
    times: tuple[str, ...]
    """Names of the times of the PIXIT that it takes beside: `join_s`, `secure_s`, ..."""

    def lasts(self, pixit: Pixit) -> float:
        """Return the seconds that it takes at most."""
        stated: float = sum(getattr(pixit, name) for name in self.times)
        return self.seconds + self.wakes * pixit.wake_period_s + stated


@dataclass(slots=True)
class Area:
    """The cases of one area, and what they declare where they say nothing else."""

    code: str
    title: str
    gate: str = field(default="", kw_only=True)
    begins: Begin = field(default=Begin.JOINED, kw_only=True)
    seconds: float = field(default=300.0, kw_only=True)
    wakes: float = field(default=0.0, kw_only=True)
    times: tuple[str, ...] = field(default=(), kw_only=True)
    cases: list[Case] = field(default_factory=list, init=False)

    def case(
        self,
        number: int,
        title: str,
        *requirements: Requirement,
        gate: str | None = None,
        begins: Begin | None = None,
        needs: tuple[Ability, ...] = (),
        values: tuple[str, ...] = (),
        seconds: float | None = None,
        wakes: float | None = None,
        times: tuple[str, ...] | None = None,
    ) -> Callable[[Play], Play]:
        """Make a function a case. Raises ValueError for a number that is taken, and for a wrong gate."""
        id = f"HB-{self.code}-{number:02d}"
        if any(case.id == id for case in self.cases):
            raise ValueError(f"{id} is there already")
        if not requirements:
            raise ValueError(f"{id}: expected a requirement")
        gated = Gate.parse(self.gate if gate is None else gate)

        def add(play: Play) -> Play:
            self.cases.append(
                Case(
                    id,
                    self.code,
                    title,
                    requirements,
                    gated,
                    play,
                    self.begins if begins is None else begins,
                    frozenset((*needs, Ability.COMMISSION)),
                    values,
                    self.seconds if seconds is None else seconds,
                    self.wakes if wakes is None else wakes,
                    self.times if times is None else times,
                )
            )
            return play

        return add
