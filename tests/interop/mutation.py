"""Breaking octets, the same way for the same seed."""

from __future__ import annotations

from collections.abc import Sequence

from hanbench.emulator.randomness import split
from hanbench.harness.conform.fuzz import mutation


class Mutator(mutation.Mutator):
    """Draws inputs from `seeds` and breaks each in one to four places."""

    def __init__(self, seed: str, seeds: Sequence[bytes]) -> None:
        super().__init__(split(seed, "fuzz"), seeds)
