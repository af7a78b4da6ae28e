"""The attacks by name. A function is one attack, which begins before a check and is broken off after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tests.redteam.attacker import Attacker

Attack = Callable[[Attacker], Awaitable[None]]
A = TypeVar("A", bound=Attack)

ATTACKS: dict[str, Attack] = {}
JAMMING = {"answers-kept-from-the-hub"}
"""Attacks that need a check of the living meter of which the hub hears no answer."""
RECORDING = {"answers-sealed-again", *JAMMING}
"""Attacks that need the frames of a check that went before."""

FLOOD = 300
"""Frames of a flood: more than any table has entries that it fills."""


def attack(play: A) -> A:
    """Enter an attack under the name of its function, with dashes."""
    name = play.__name__.replace("_", "-")
    assert name not in ATTACKS
    ATTACKS[name] = play
    return play
