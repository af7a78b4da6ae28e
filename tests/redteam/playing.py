"""One attack on a healthy or a dead gas meter: the HAN, the attack, the check, and what is left of the tables."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from hanbench.emulator.errors import DropReason
from hanbench.harness.case.check import Verdict
from hanbench.harness.han.han import Han
from tests.redteam import (  # noqa: F401 - they enter their attacks
    on_routers,
    on_routers_without_keys,
    on_routes,
    with_link_keys,
    with_the_network_key,
    without_keys,
)
from tests.redteam.attacker import Attacker, Knowledge
from tests.redteam.attacks import ATTACKS, JAMMING, RECORDING
from tests.redteam.kept_answers import kept_from_the_hub
from tests.redteam.rows import Home
from tests.redteam.tables import Table, tables
from tests.support.han import check_connectivity, run_on_han

HEAD_START = 12.0
"""Seconds of an attack before the check begins: a flood is over by then."""
LOOK_EVERY = 0.2
SEED = "red team"


@dataclass(frozen=True)
class Played:
    """How an attack went."""

    verdict: Verdict
    detail: str
    frames: int
    """Frames of the attacker that were on the air."""
    largest: dict[str, int]
    """The largest size that each table had."""
    crowded: tuple[str, ...]
    """Tables that were above their bound at some time."""
    drops: Counter[DropReason]
    """Frames that the devices that route turned away."""


@functools.cache
def play_once(name: str, knowledge: Knowledge, *, dead: bool, seed: str = SEED, home: Home = Home.STAR) -> Played:
    """Play an attack with all defences; what was played is remembered."""
    return play(name, knowledge, dead=dead, seed=seed, home=home)


def play(
    name: str | None,
    knowledge: Knowledge,
    *,
    dead: bool,
    seed: str = SEED,
    home: Home = Home.STAR,
    undefended: Callable[[Han], object] = lambda han: None,
) -> Played:
    """Play an attack; None: nobody attacks. `undefended` takes a defence away before it begins."""

    async def scenario(han: Han) -> Played:
        undefended(han)
        attacker = Attacker(han, knowledge)
        watch = _Watch(han)
        if name in RECORDING:
            with kept_from_the_hub(han) if name in JAMMING else contextlib.nullcontext():
                await check_connectivity(han)
        if dead:
            han.gsme.power_off()
        attack = asyncio.ensure_future(_quiet() if name is None else ATTACKS[name](attacker))
        for _ in range(int(HEAD_START / LOOK_EVERY)):
            await asyncio.sleep(LOOK_EVERY)
            watch.look()
        if dead and name not in JAMMING:
            # The hub believes that it is awake, and asks at once: there is no wake at which it could learn better.
            entry = han.hub.device_table.get(han.gsme.storage.ieee)
            if entry is not None:
                han.hub.device_table[entry.ieee] = replace(entry, sleeps=False)
        check = asyncio.ensure_future(check_connectivity(han))
        while not check.done():
            await asyncio.wait((check,), timeout=30)
            watch.look()
        if attack.done():
            attack.result()
        attack.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await attack
        attacker.stop()
        found = check.result()
        routers = [each for each in han.devices if each is not han.gsme]
        drops: Counter[DropReason] = sum((each.stack.counters for each in routers), Counter())
        return Played(found.verdict, found.detail, attacker.on_air, watch.largest, tuple(watch.crowded), drops)

    return run_on_han(scenario, seed=seed, repeater=home is Home.REPEATER)


async def _quiet() -> None:
    await asyncio.sleep(0)


class _Watch:
    """Looks at the tables of the hub and the meters from time to time."""

    def __init__(self, han: Han) -> None:
        self._han = han
        self.largest: dict[str, int] = {}
        self.crowded: set[str] = set()

    def look(self) -> None:
        for table in tables(self._han):
            self._note(table)

    def _note(self, table: Table) -> None:
        name = f"{table.device}: {table.name}"
        self.largest[name] = max(self.largest.get(name, 0), table.size)
        if table.size > table.bound:
            self.crowded.add(f"{name} has {table.size} of {table.bound}")
