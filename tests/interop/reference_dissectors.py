"""What readers of frames have in common, ours and others'."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

Reading = dict[str, object]
"""Fields by name, such as `mac.dst`. EUI-64s are strings of 16 hexadecimal digits, payloads of as many as they need."""


class Reader(NamedTuple):
    """Somebody else's reader."""

    name: str
    read: Callable[[Iterable[bytes], Iterable[bytes]], list[Reading]]
    """PSDUs and keys to what is in each frame."""
    blind_to: tuple[str, ...]
    """Beginnings of the names of fields that it does not give."""
