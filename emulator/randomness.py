"""One seeded random source, split by name, so that each node draws from a stream of its own.

Adding a node or a draw to one stream leaves every other stream as it was: two runs that differ in one
node stay comparable in the rest.
"""

from __future__ import annotations

from random import Random as RandomSource

__all__ = ["RandomSource", "split"]


def split(seed: int | str, *path: str) -> RandomSource:
    """Return the random source of the stream `path` under `seed`; equal arguments give equal streams.

    Seeding with text goes through SHA-512, which does not depend on PYTHONHASHSEED or on the process.
    """
    return RandomSource("/".join((str(seed), *path)))
