"""The mark `hanbench` of a test: which bench, seed and starting state its fixtures have."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

import pytest

LONGEST = 4_000
"""Characters of an option: it may be a path."""


@dataclass(frozen=True)
class MarkOptions:
    """The options of the mark `hanbench` of one test; None: the default."""

    bench: str | None = None
    seed: str | None = None
    begins: str | None = None
    firmware: str | None = None
    attach: str | None = None
    """Name of a bench that is up, or the address of a service, which `hanbench_bench` uses.

    With it, `bench` is the name of the bench at the service; the other options are of benches that are made.
    """
    home: str | None = None
    """With `attach`: one of several homes."""


def mark_options(node: pytest.Item) -> MarkOptions:
    """Return the options of all marks of a test; a nearer mark overrides. Raises ValueError and ProfileError."""
    given: dict[str, str] = {}
    for mark in reversed(list(node.iter_markers("hanbench"))):
        if mark.args:
            raise ValueError(f"expected options by name, such as bench='ptys', got {mark.args[0]!r}")
        for name, value in mark.kwargs.items():
            given[name] = _mark_option(name, value)
    options = MarkOptions(**given)
    _check_together(options)
    if options.bench is not None and options.attach is None:
        from hanbench.profiles.benches import find_bench

        find_bench(options.bench)
    if options.firmware is not None:
        _check_dongles(options.bench or "virtual", options.firmware)
    return options


def _check_together(options: MarkOptions) -> None:
    """Raise ValueError if options do not go together."""
    if options.attach is None:
        if options.home is not None:
            raise ValueError("home: expected attach beside it: only a bench that is up can have several homes")
        return
    beside = ("attach", "home", *(("bench",) if "://" in options.attach else ()))
    others = [each.name for each in fields(options) if each.name not in beside and getattr(options, each.name)]
    if others:
        raise ValueError(f"expected attach alone, or {', '.join(others)}: a bench that is up has its own")


def _check_dongles(bench: str, firmware: str) -> None:
    from hanbench.harness.bench.bench_file import BenchFile

    BenchFile.find(bench).with_firmware(firmware)


def _mark_option(name: str, value: object) -> str:
    from hanbench.profiles.benches import StartingState
    from hanbench.profiles.explain import suggestion
    from hanbench.profiles.firmware_models import check_firmware

    known = tuple(field.name for field in fields(MarkOptions))
    if name not in known:
        raise ValueError(f"{name}: no such option; expected one of {', '.join(known)}{suggestion(name, known)}")
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(text, str):
        raise ValueError(f"{name}: expected text in quotes, got {value!r}")
    if not text or len(text) > LONGEST or not text.isprintable():
        raise ValueError(f"{name}: expected one line of 1 to {LONGEST} characters, got {text[:40]!r}")
    if name == "firmware":
        check_firmware(text)
    states = [each.value for each in StartingState]
    if name == "begins" and text not in states:
        raise ValueError(f"begins: found {text!r}; expected one of {', '.join(states)}{suggestion(text, states)}")
    return text
