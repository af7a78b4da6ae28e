"""Several faults at a time on one HAN.

Faults of one gas meter interfere: a meter with a dead battery cannot be paired, and a restart clears a fault of
firmware. Whenever a fault of a meter with several comes or goes, all are therefore healed and the meter is
recommissioned; then the remaining faults are injected again, from the application layer down. The result does not
depend on the order of the faults.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext, suppress

from hanbench.emulator.devices import Esme, Gsme
from hanbench.harness.case.check import Subject
from hanbench.harness.faults import FAULTS, site_visit
from hanbench.harness.faults.fault import Fault
from hanbench.harness.faults.ground_truth import obstacles, reachable
from hanbench.harness.han.formation import FormationError
from hanbench.harness.han.han import Han

LOOK_EVERY = 10
"""Interval between tests whether a healed meter is reachable again, seconds."""
RECOVERY = 6 * 3600
"""Time in which a healed meter must be reachable again, seconds."""
HUB_POWER = "hub power"
"""Layer of a fault that restarts the hub: what other faults did to its memory goes with it, as after a site visit."""
_FROM_THE_TOP = (
    "application",
    "APS security",
    "Trust Centre",
    "NWK security",
    "NWK",
    "NWK child table",
    "air",
    "radio",
    "power",
    "installation",
    HUB_POWER,
)
"""Layers in the order of injection; faults are healed in the reverse order."""
_LISTED = tuple(FAULTS)
VISIT = 3600
"""Time-out for healing a fault, seconds."""


class BenchError(RuntimeError):
    """A fault had no effect, or another one: an error of the bench, not of the controller."""


class ActiveFaults:
    """The faults that are active on a HAN."""

    def __init__(self, han: Han) -> None:
        self._han = han
        self._active: list[Fault] = []
        self._turn = asyncio.Lock()

    @property
    def active(self) -> tuple[Fault, ...]:
        """The active faults, in the order of their injection."""
        return tuple(self._active)

    def adopt(self, fault: Fault) -> None:
        """Note a fault that something else injected, so that it can be healed here."""
        if fault not in self._active:
            self._active.append(fault)

    def composes(self, fault: Fault) -> bool:
        """Return whether a fault that comes or goes makes others of the gas meter be healed and injected anew."""
        return bool(self._beside(fault))

    async def settled(self) -> None:
        """Wait until the injections and recoveries in progress have ended."""
        async with self._turn:
            pass

    async def add(self, fault: Fault) -> None:
        """Inject a fault. Raises BenchError if the gas meter's reachability then contradicts the fault."""
        async with self._turn:
            if fault in self._active:
                return
            others = self._beside(fault)
            await self._set_right(others)
            self._active.append(fault)
            await self._bring_about([*others, fault])

    async def remove(self, fault: Fault, *, anew: bool = False) -> None:
        """Heal a fault, and wait until its meter is reachable again unless another fault prevents that.

        `anew`: recommission the meter even if it had no other fault. Raises FormationError if that fails, BenchError if
        the meter's reachability then contradicts the remaining faults.
        """
        async with self._turn:
            others = self._beside(fault)
            await self._set_right([*others, fault], anew=anew)
            if fault in self._active:
                self._active.remove(fault)
            await self._bring_about(others)

    def _beside(self, fault: Fault) -> list[Fault]:
        """Return the other faults that concern the gas meter, if this one does."""
        if not _concerns_gsme(fault):
            return []
        return [each for each in self._active if _concerns_gsme(each) and each is not fault]

    async def _bring_about(self, faults: Sequence[Fault]) -> None:
        for fault in sorted(faults, key=_depth):
            await fault.inject(self._han)
        of_gsme = [fault for fault in faults if _concerns_gsme(fault)]
        unreachable = any(fault.breaks_reachability and not fault.depends_on_layout for fault in of_gsme)
        either = not unreachable and any(fault.depends_on_layout for fault in of_gsme)
        if of_gsme and not either and reachable(self._han, self._han.gsme) is unreachable:
            reasons = ", ".join(obstacles(self._han, self._han.gsme)) or "it is reachable"
            raise BenchError(f"{_names(of_gsme)} injected, but the state of the gas meter is: {reasons}")

    async def _set_right(self, faults: Sequence[Fault], *, anew: bool = False) -> None:
        several = len(faults) > 1 or anew
        for fault in sorted(faults, key=_depth, reverse=True):
            # Another fault may keep this one from being healed; recommissioning the meter then heals it.
            with suppress(FormationError, TimeoutError) if several else nullcontext():
                async with asyncio.timeout(VISIT):
                    await fault.heal(self._han)
        if several:
            await site_visit.recommission(self._han)
        for meter in {id(meter): meter for fault in faults if (meter := self._meter(fault)) is not None}.values():
            await self._back(meter, faults)

    def _meter(self, fault: Fault) -> Esme | Gsme | None:
        match fault.subject:
            case Subject.GSME:
                return self._han.gsme
            case Subject.ESME:
                return self._han.esme
            case _:
                return None

    async def _back(self, meter: Esme | Gsme, healed: Sequence[Fault]) -> None:
        for _ in range(RECOVERY // LOOK_EVERY):
            if reachable(self._han, meter) or not self._han.hub.powered:
                return
            await asyncio.sleep(LOOK_EVERY)
        reasons = ", ".join(obstacles(self._han, meter))
        raise BenchError(f"{_names(healed)} healed, but {meter.name} is not reachable: {reasons}")


def _concerns_gsme(fault: Fault) -> bool:
    """Return whether a fault and those of the gas meter must be applied together."""
    return fault.subject is Subject.GSME or fault.layer == HUB_POWER


def _depth(fault: Fault) -> tuple[int, int]:
    layer = _FROM_THE_TOP.index(fault.layer) if _concerns_gsme(fault) else 0
    # In the order of the catalogue: a fault that spoils a key comes before one that loses it.
    return layer, _LISTED.index(fault.name)


def _names(faults: Sequence[Fault]) -> str:
    return ", ".join(fault.name for fault in faults)
