"""The mark `hanbench` of a test: which bench, seed and starting state its fixtures have."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

import pytest


@dataclass(frozen=True)
class MarkOptions:
    """The options of the mark `hanbench` of one test; None: the default."""

    bench: str | None = None
    seed: str | None = None
    begins: str | None = None
    firmware: str | None = None
    attach: str | None = None
    """Name of a bench that is up, which `hanbench_bench` uses; the other options are of benches that it makes."""


def mark_options(node: pytest.Item) -> MarkOptions:
    """Return the options of all marks of a test; a nearer mark overrides. Raises ValueError and ProfileError."""
    given: dict[str, str] = {}
    for mark in reversed(list(node.iter_markers("hanbench"))):
        if mark.args:
            raise ValueError(f"expected options by name, such as bench='ptys', got {mark.args[0]!r}")
        for name, value in mark.kwargs.items():
            given[name] = _mark_option(name, value)
    if "attach" in given and len(given) > 1:
        others = ", ".join(name for name in given if name != "attach")
        raise ValueError(f"expected attach alone, or {others}: a bench that is up has its own")
    options = MarkOptions(**given)
    if options.firmware is not None:
        _check_dongles(options.bench or "virtual", options.firmware)
    return options


def _check_dongles(bench: str, firmware: str) -> None:
    from hanbench.harness.bench.bench_file import BenchFile

    BenchFile.find(bench).with_firmware(firmware)


def _mark_option(name: str, value: object) -> str:
    from hanbench.profiles.benches import StartingState, find_bench
    from hanbench.profiles.explain import suggestion
    from hanbench.profiles.firmware_models import check_firmware

    known = tuple(field.name for field in fields(MarkOptions))
    if name not in known:
        raise ValueError(f"{name}: no such option; expected one of {', '.join(known)}{suggestion(name, known)}")
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(text, str):
        raise ValueError(f"{name}: expected text in quotes, got {value!r}")
    if name == "bench":
        find_bench(text)
    if name == "firmware":
        check_firmware(text)
    states = [each.value for each in StartingState]
    if name == "begins" and text not in states:
        raise ValueError(f"begins: found {text!r}; expected one of {', '.join(states)}{suggestion(text, states)}")
    return text
