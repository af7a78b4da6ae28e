"""A checkpoint: puts all objects that are reached from a root back as they were, in place.

To build an installed home takes longer than most inputs last, and homes cannot be copied: their devices call each other
through functions. Here each container, attribute, variable of a function and random source gets its old content back.
An object whose state cannot be seen, as that of a generator, is refused when the checkpoint is made.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine, Generator, Iterator
from enum import Enum
from functools import partial
from random import Random
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import Any

from msgspec import Struct

_PLAIN = (int, float, complex, str, bytes, type(None), Enum, type, ModuleType)
_UNSEEN = (Generator, Coroutine, asyncio.Future, asyncio.AbstractEventLoop, itertools.count, itertools.cycle)
_EMPTY = object()

Restore = Callable[[], object]


class Checkpoint:
    """The content of everything that is reached from `root`."""

    def __init__(self, root: object) -> None:
        """Raises TypeError for an object whose state cannot be kept."""
        self._dicts: list[tuple[dict[Any, Any], dict[Any, Any]]] = []
        """Each with its content: nearly all that there is, so they have a way of their own."""
        self._restores: list[Restore] = []
        seen: dict[int, object] = {}
        waiting = [root]
        while waiting:
            value = waiting.pop()
            if isinstance(value, _PLAIN) or id(value) in seen:
                continue
            if isinstance(value, _UNSEEN):
                raise TypeError(f"the state of {value!r} cannot be kept")
            seen[id(value)] = value
            waiting += self._keep(value)

    def restore(self) -> None:
        """Put everything back."""
        for value, content in self._dicts:
            value.clear()
            value.update(content)
        for restore in self._restores:
            restore()

    def _keep(self, value: Any) -> Iterator[object]:
        """Note how one object is restored; yield what it holds."""
        match value:
            case FunctionType():
                yield from (value.__closure__, value.__defaults__, value.__kwdefaults__)
            case MethodType():
                yield from (value.__self__, value.__func__)
            case BuiltinFunctionType():
                yield value.__self__
            case partial():
                yield from (value.func, value.args, value.keywords)
            case CellType():
                yield from self._keep_cell(value)
            case Random():
                self._restores.append(partial(value.setstate, value.getstate()))
            case list() | deque() | set() | dict():
                yield from self._keep_container(value)
            case tuple() | frozenset():
                yield from value
        yield from self._keep_attributes(value)

    def _keep_cell(self, cell: CellType) -> Iterator[object]:
        try:
            content = cell.cell_contents
        except ValueError:  # a variable that has no value yet
            return
        self._restores.append(partial(setattr, cell, "cell_contents", content))
        yield content

    def _keep_container(self, value: Any) -> Iterator[object]:
        """Subclasses may do more when an item is set, which they must not here: their base class does it."""
        content = _base(value)(value)
        if type(value) is dict:
            self._dicts.append((value, content))
        else:
            self._restores.append(partial(_refill, _base(value), value, content))
        yield from content
        if isinstance(value, dict):
            yield from content.values()

    def _keep_attributes(self, value: Any) -> Iterator[object]:
        own = getattr(value, "__dict__", None)
        if isinstance(own, dict):
            yield own
        names = _slots(type(value))
        if names:
            content = [(name, getattr(value, name, _EMPTY)) for name in names]
            if not _is_frozen(value):
                self._restores.append(partial(_set_slots, value, content))
            yield from (each for _, each in content)


def _base(value: object) -> Any:
    return next(base for base in (OrderedDict, dict, list, set, deque) if isinstance(value, base))


def _refill(base: Any, value: Any, content: Any) -> None:
    base.clear(value)
    if base is deque or base is list:
        base.extend(value, content)
    else:
        base.update(value, content)


_SLOTS: dict[type, tuple[str, ...]] = {}


def _slots(kind: type) -> tuple[str, ...]:
    """Return the names of the slots of a class and its bases, as its instances have them."""
    if kind not in _SLOTS:
        found: list[str] = []
        for each in kind.__mro__:
            slots = each.__dict__.get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else slots:
                mangled = f"_{each.__name__.lstrip('_')}{name}" if name[:2] == "__" != name[-2:] else name
                if mangled not in ("__dict__", "__weakref__"):
                    found.append(mangled)
        if issubclass(kind, Struct):
            found += kind.__struct_fields__
        _SLOTS[kind] = tuple(dict.fromkeys(found))
    return _SLOTS[kind]


def _is_frozen(value: object) -> bool:
    if isinstance(value, Struct):
        return value.__struct_config__.frozen
    parameters = getattr(value, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)


def _set_slots(value: object, content: list[tuple[str, object]]) -> None:
    for name, each in content:
        if each is not _EMPTY:
            object.__setattr__(value, name, each)
        elif hasattr(value, name):
            object.__delattr__(value, name)
