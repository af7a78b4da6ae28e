"""Breaking octets, the same way for the same random source."""

from __future__ import annotations

from collections.abc import Sequence

from hanbench.emulator.randomness import RandomSource

_TELLING = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)
"""Octets at which lengths, counts and signs change their meaning."""
_LONGEST_TAIL = 40
_MOST_PLACES = 4


class Mutator:
    """Draws inputs from `seeds` and breaks each in one to four places."""

    def __init__(self, random: RandomSource, seeds: Sequence[bytes]) -> None:
        self._random = random
        self._seeds = seeds
        self._ways = (self._truncate, self._extend, self._flip, self._overwrite, self._cut, self._repeat, self._splice)

    def next(self) -> bytes:
        """Return a broken input."""
        return self.broken(self._random.choice(self._seeds))

    def broken(self, octets: bytes) -> bytes:
        """Return these octets, broken."""
        for _ in range(self._random.randint(1, _MOST_PLACES)):
            octets = self._random.choice(self._ways)(octets)
        return octets

    def _place(self, octets: bytes) -> int:
        return self._random.randrange(len(octets) + 1)

    def _span(self, octets: bytes) -> tuple[int, int]:
        first, second = sorted((self._place(octets), self._place(octets)))
        return first, second

    def _truncate(self, octets: bytes) -> bytes:
        return octets[: self._place(octets)]

    def _extend(self, octets: bytes) -> bytes:
        return octets + self._random.randbytes(self._random.randint(1, _LONGEST_TAIL))

    def _flip(self, octets: bytes) -> bytes:
        if not octets:
            return octets
        at, bit = self._random.randrange(len(octets)), self._random.randrange(8)
        return octets[:at] + bytes((octets[at] ^ 1 << bit,)) + octets[at + 1 :]

    def _overwrite(self, octets: bytes) -> bytes:
        at = self._place(octets)
        return octets[:at] + bytes((self._random.choice(_TELLING),)) + octets[at + 1 :]

    def _cut(self, octets: bytes) -> bytes:
        first, second = self._span(octets)
        return octets[:first] + octets[second:]

    def _repeat(self, octets: bytes) -> bytes:
        first, second = self._span(octets)
        return octets[:second] + octets[first:]

    def _splice(self, octets: bytes) -> bytes:
        other = self._random.choice(self._seeds)
        return octets[: self._place(octets)] + other[self._place(other) :]
