"""House rules that an import contract cannot see file by file: where time, chance and the outside world come in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanbench import emulator

ROOT = Path(emulator.__file__).parent

ONLY_IN = {
    "time": ("clock.py",),
    "asyncio": ("clock.py", "dongle/"),
    "random": ("randomness.py",),
    "socket": ("dongle/",),
}
"""Standard module -> the files and folders of the emulator that alone may import it."""

NOWHERE = ("datetime", "secrets", "threading", "uuid")
"""Other ways to time and chance."""


def imports(source: str) -> Iterator[str]:
    """The top-level modules that a piece of source imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def importers(module: str) -> set[str]:
    """The files of the emulator that import `module`, relative to its folder."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if module in imports(path.read_text(encoding="utf-8"))
    }


def test_an_import_is_found_in_every_form_and_place():
    source = """
import time as wall
import random, asyncio.events
def f():
    from socket import socket
    from . import layout
"""
    assert set(imports(source)) == {"time", "random", "asyncio", "socket"}


@pytest.mark.parametrize("module", ONLY_IN)
def test_time_chance_and_sockets_come_in_at_one_place(module):
    assert {path for path in importers(module) if not path.startswith(ONLY_IN[module])} == set()


@pytest.mark.parametrize("module", ONLY_IN)
def test_the_places_that_may_import_it_do(module):
    assert all(any(path.startswith(place) for path in importers(module)) for place in ONLY_IN[module])


@pytest.mark.parametrize("module", NOWHERE)
def test_nothing_goes_round_the_clock_and_the_random_source(module):
    assert importers(module) == set()
