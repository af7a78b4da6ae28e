"""A gas meter that sleeps through what happens to its network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hanbench.harness.han.han import Han


@contextmanager
def asleep(han: Han) -> Iterator[None]:
    """Keep the gas meter from hearing and sending anything meanwhile, also if it happens to be awake."""
    radio = han.radio_of("gsme")
    radio.muted, before = True, radio.muted
    try:
        yield
    finally:
        radio.muted = before
