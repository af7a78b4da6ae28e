"""The options of the mark `hanbench_conform`, each checked before any case runs."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanbench.harness.conform.bench import Setting

MARK = "hanbench_conform"
FILES = ("pics", "pixit", "bench")
"""Options that name files, relative to the file of the test."""
LISTS = ("only", "cases")
TEXTS = ("dut", "device", "cohort")
OPTIONS = (*TEXTS, *FILES, "longest", *LISTS)


def mark_options(node: Any) -> dict[str, Any]:
    """Return the options of all marks of a test; a nearer mark overrides. Raises ValueError."""
    from hanbench.profiles.explain import suggestion

    options: dict[str, Any] = {}
    for mark in reversed(list(node.iter_markers(MARK))):
        if mark.args:
            raise ValueError(f"expected options by name, such as dut='gsme', got {mark.args[0]!r}")
        for name, value in mark.kwargs.items():
            if name not in OPTIONS:
                near = suggestion(name, OPTIONS)
                raise ValueError(f"{name}: no such option; expected one of {', '.join(OPTIONS)}{near}")
            options[name] = _checked(name, value)
    return options


def _checked(name: str, value: Any) -> Any:
    """Return an option of the right type. Raises ValueError."""
    if name == "longest":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not value >= 1:
            raise ValueError(f"longest: expected seconds, a number from 1, got {value!r}")
        return value
    if name in LISTS:
        found = (value,) if isinstance(value, str) else value
        if not isinstance(found, list | tuple | set | frozenset) or not all(isinstance(each, str) for each in found):
            raise ValueError(f"{name}: expected a text in quotes, or a list of them, got {value!r}")
        return tuple(found)
    if name in FILES and isinstance(value, os.PathLike):
        return os.fspath(value)
    if not isinstance(value, str):
        raise ValueError(f"{name}: expected text in quotes, got {value!r}")
    return value


def setting_of_mark(node: Any, options: Mapping[str, Any], seed: str) -> Setting:
    """Return the setting of a test. Raises ValueError and ProfileError."""
    from hanbench.harness.conform.request import Request, setting_of
    from hanbench.profiles.loader import Misfit, convert

    given = {name: options[name] for name in (*TEXTS, *FILES) if name in options}
    for name in FILES:
        if name in given:
            given[name] = str(Path(node.path).parent / given[name])
    files = {name: Path(given.pop(name)) for name in ("pics", "pixit") if name in given}
    try:
        request = convert({**given, "seed": seed}, Request)
    except Misfit as misfit:
        raise ValueError(f"{misfit.explanation.key}: {misfit.explanation.problem}") from None
    from msgspec import structs

    return setting_of(structs.replace(request, **files))
