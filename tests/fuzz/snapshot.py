"""A snapshot of a device: all that its stack and its application hold, as text to compare.

What is left out is no state of the device: clocks, radios, random sources, callbacks, and the tables of the standards.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Mapping, Set
from enum import Enum
from random import Random
from typing import Any

from hanbench.emulator.clock import CancelScope, Timer, VirtualClock
from hanbench.emulator.devices.settings import DeviceSettings
from hanbench.emulator.radio import Air, AirRadio
from hanbench.emulator.zcl.cluster import Attribute, Cluster, Command

_PLAIN = (int, float, str, bytes, bool, type(None), Enum)
_OUTSIDE = (CancelScope, VirtualClock, Random, Air, AirRadio, Counter, type)
_TABLES = (Attribute, Cluster, Command, DeviceSettings)


def snapshot(root: object, without: Collection[tuple[str, str]] = ()) -> dict[str, str]:
    """Return the state that is reached from `root`, as path and text.

    `without`: class and attribute of what may change. A timer counts as running or not.
    """
    found: dict[str, str] = {}
    _visit(root, "", found, set(), frozenset(without))
    return found


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return what differs, in words."""
    return [
        f"{path}: {before.get(path, 'nothing')} -> {after.get(path, 'nothing')}"
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    ]


def _visit(
    value: object, path: str, found: dict[str, str], seen: set[int], without: Collection[tuple[str, str]]
) -> None:
    """Tell what a value holds."""
    kind = type(value)
    seen.add(id(value))
    for name, inner in _parts(value, _SHAPES.get(kind) or _shape_of(kind)):
        shape = _SHAPES.get(type(inner)) or _shape_of(type(inner))
        if shape is _Shape.OUTSIDE or (kind.__name__, name) in without:
            continue
        if shape is _Shape.TEXT:
            found[f"{path}/{name}"] = repr(inner)
        elif shape is _Shape.TIMER:
            found[f"{path}/{name}"] = f"timer, {'active' if inner.active else 'over'}"
        elif id(inner) not in seen:
            _visit(inner, f"{path}/{name}", found, seen, without)


class _Shape(Enum):
    """How the values of a type are told."""

    TEXT, TIMER, OUTSIDE, MAPPING, SEQUENCE, SET, OBJECT = range(1, 8)


_SHAPES: dict[type, _Shape] = {}
"""By type: what is asked thousands of times a snapshot is found out once."""
_SLOTS: dict[type, tuple[str, ...]] = {}


def _shape_of(kind: type) -> _Shape:
    shapes = (
        (_PLAIN, _Shape.TEXT),
        ((Timer,), _Shape.TIMER),
        (_OUTSIDE + _TABLES, _Shape.OUTSIDE),
        ((Mapping,), _Shape.MAPPING),
        ((list, tuple, deque), _Shape.SEQUENCE),
        ((Set,), _Shape.SET),
    )
    found = next((shape for kinds, shape in shapes if issubclass(kind, kinds)), _Shape.OBJECT)
    if found not in (_Shape.TEXT, _Shape.TIMER) and any("__call__" in each.__dict__ for each in kind.__mro__):
        found = _Shape.OUTSIDE
    _SHAPES[kind] = found
    _SLOTS[kind] = tuple(sorted({name for each in kind.__mro__ for name in getattr(each, "__slots__", ())}))
    return found


def _parts(value: Any, shape: _Shape) -> list[tuple[str, Any]]:
    """Return the parts of a value, with their names."""
    parts: list[tuple[str, Any]] = []
    if shape is _Shape.MAPPING:
        parts += [(f"[{key!r}]", each) for key, each in value.items()]
    elif shape is _Shape.SEQUENCE:
        parts += [(f"[{number}]", each) for number, each in enumerate(value)]
    elif shape is _Shape.SET:
        parts += [("members", repr(sorted(map(repr, value))))]
    own = getattr(value, "__dict__", None)
    if own:
        parts += own.items()
    return parts + [(name, getattr(value, name)) for name in _SLOTS[type(value)] if hasattr(value, name)]
