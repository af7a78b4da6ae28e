"""Frames under keys that nobody gave: which keys a better diagnosis needs."""

from __future__ import annotations

from dataclasses import dataclass

from hanbench.harness.field.home import Home

MOST_NUMBERS = 8


@dataclass
class UnknownKey:
    """One key that is missing."""

    key: str
    """What key it is, in words."""
    frames: tuple[int, ...]
    """Numbers of the first frames under it."""
    count: int


def unknown_keys(home: Home) -> list[UnknownKey]:
    """Return the missing keys, those of most frames first."""
    found: dict[str, UnknownKey] = {}
    for frame in home.frames:
        if frame.opened:
            continue
        if frame.aps is None:
            key = f"network key {frame.key_sequence}"
        else:
            ends = sorted((home.name(frame.origin), home.name(frame.target)))
            key = f"link key of {ends[0]} and {ends[1]}"
        each = found.setdefault(key, UnknownKey(key, (), 0))
        each.count += 1
        if len(each.frames) < MOST_NUMBERS:
            each.frames = (*each.frames, frame.number)
    return sorted(found.values(), key=lambda each: -each.count)
