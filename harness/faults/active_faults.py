"""Several faults at once on one HAN.

Faults of one gas meter get into each other's way: a meter with a dead battery cannot be paired, and one that restarts
forgets what its firmware did wrong. So whenever several are at work and one comes or goes, the meter is first set right
altogether and installed anew, and then broken again in all the ways that remain, from the application down. It then
suffers from exactly these, however they came about.
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
"""Seconds between two looks whether a healed meter has found its way back."""
RECOVERY = 6 * 3600
"""Seconds in which it must have."""
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
)
"""Layers in the order in which faults are brought about; they are healed the other way round."""
_LISTED = tuple(FAULTS)
VISIT = 3600
"""Seconds after which a healing has failed."""


class BenchError(RuntimeError):
    """A fault did not do what it says: the bench is wrong, not the controller."""


class ActiveFaults:
    """What a HAN's devices suffer from now."""

    def __init__(self, han: Han) -> None:
        self._han = han
        self._active: list[Fault] = []

    async def add(self, fault: Fault) -> None:
        """Break something. Raises BenchError where the gas meter then is not what the fault says."""
        if fault in self._active:
            return
        others = self._beside(fault)
        await self._set_right(others)
        self._active.append(fault)
        await self._bring_about([*others, fault])

    async def remove(self, fault: Fault, *, anew: bool = False) -> None:
        """Mend it, and wait until its meter has found its way back unless something else is in it.

        `anew`: install the meter anew even where nothing else was in it. Raises FormationError where that
        fails, and BenchError where it does not find back, or does in spite of what remains.
        """
        others = self._beside(fault)
        await self._set_right([*others, fault], anew=anew)
        if fault in self._active:
            self._active.remove(fault)
        await self._bring_about(others)

    def _beside(self, fault: Fault) -> list[Fault]:
        """Other faults of the same gas meter."""
        if fault.subject is not Subject.GSME:
            return []
        return [each for each in self._active if each.subject is Subject.GSME and each is not fault]

    async def _bring_about(self, faults: Sequence[Fault]) -> None:
        for fault in sorted(faults, key=_depth):
            await fault.inject(self._han)
        ours = [fault for fault in faults if fault.subject is Subject.GSME]
        unreachable = any(fault.breaks_reachability for fault in ours)
        if ours and reachable(self._han, self._han.gsme) is unreachable:
            reasons = ", ".join(obstacles(self._han, self._han.gsme)) or "nothing is in its way"
            raise BenchError(f"{_names(ours)} brought about, and of the gas meter it is true that {reasons}")

    async def _set_right(self, faults: Sequence[Fault], *, anew: bool = False) -> None:
        several = len(faults) > 1 or anew
        for fault in sorted(faults, key=_depth, reverse=True):
            # What cannot be healed for another's sake is, when the meter is installed anew.
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
            if reachable(self._han, meter):
                return
            await asyncio.sleep(LOOK_EVERY)
        reasons = ", ".join(obstacles(self._han, meter))
        raise BenchError(f"{_names(healed)} healed, and {meter.name} did not come back: {reasons}")


def _depth(fault: Fault) -> tuple[int, int]:
    layer = _FROM_THE_TOP.index(fault.layer) if fault.subject is Subject.GSME else 0
    # Within a layer as they are listed: what spoils a key comes before what loses it.
    return layer, _LISTED.index(fault.name)


def _names(faults: Sequence[Fault]) -> str:
    return ", ".join(fault.name for fault in faults)
