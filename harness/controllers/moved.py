"""Hints for controllers that still import modules and names of hanbench 0.1.

`moved_names.csv` lists what is elsewhere or called otherwise since 0.2, as CHANGELOG.md does; all other modules only
have `hanbench.` in front.
"""

from __future__ import annotations

import ast
import csv
import linecache
import re
import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_TOPS = ("emulator", "hardware", "harness", "profiles")
_NO_MODULE = re.compile(r"No module named '(?:hanbench\.)?(?:emulator|hardware|harness|profiles)\b")
_NO_NAME = re.compile(r"cannot import name '(\w+)' from '(hanbench[\w.]*)'")
_STATEMENT = re.compile(r"^\s*((?:from|import)\s.*)$", re.MULTILINE)


@cache
def moved(kind: str) -> dict[str, str]:
    """Return the new dotted names by the old ones. `kind`: `module`, or `name` of something in a module."""
    with (Path(__file__).parent / "moved_names.csv").open(encoding="utf-8", newline="") as file:
        return {row["old"]: row["new"] for row in csv.DictReader(file) if row["kind"] == kind}


def hint_for(error: BaseException) -> str | None:
    """Return a sentence with the new places of a failed import; None: the error is not about a moved name."""
    if not isinstance(error, ImportError):
        return None
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return _hint(str(error), "")
    last = frames[-1]
    lines = range(last.lineno or 0, (last.end_lineno or last.lineno or 0) + 1)
    return _hint(str(error), "".join(linecache.getline(last.filename, number) for number in lines))


def hint_in(text: str) -> str | None:
    """Return the same for the text of a traceback."""
    statements = _STATEMENT.findall(text)
    return _hint(text, statements[-1] if statements else "")


def _hint(message: str, statement: str) -> str | None:
    missing = _NO_NAME.search(message)
    if missing is not None:
        news = list(_new_names(missing[1], missing[2]))
        return f"{missing[1]} is {' or '.join(news)} since hanbench 0.2" if news else None
    if _NO_MODULE.search(message) is None:
        return None
    places = dict(_places(statement))
    return f"{'; '.join(f'{old} is {new}' for old, new in places.items())} since hanbench 0.2" if places else None


def _places(statement: str) -> Iterator[tuple[str, str]]:
    """Yield the old and the new dotted name of each thing that an import statement asks for."""
    for node in ast.walk(_parsed(statement)):
        if isinstance(node, ast.Import):
            yield from ((each.name, _new(each.name)) for each in node.names if each.name.split(".")[0] in _TOPS)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.module.split(".")[0] in _TOPS:
            module = node.module
            known = {**moved("module"), **moved("name")}
            named = {f"{module}.{each.name}": known.get(f"{module}.{each.name}") for each in node.names}
            yield from ((old, new) for old, new in named.items() if new is not None)
            if None in named.values():
                yield module, _new(module)


def _parsed(statement: str) -> ast.Module:
    """Parse one import statement, of which a traceback may show no more than the first line."""
    text = statement.strip()
    for attempt in (text, re.sub(r"import\s*\(.*", "import _", text)):
        try:
            return ast.parse(attempt)
        except SyntaxError:
            continue
    return ast.Module([], [])


def _new(old: str) -> str:
    """Return the new name of a module, by its own row or by that of the package that it is in."""
    modules = moved("module")
    package, _, name = old.rpartition(".")
    return modules.get(old) or (f"{modules[package]}.{name}" if package == "harness.migration" else f"hanbench.{old}")


def _new_names(name: str, module: str) -> Iterator[str]:
    """Yield the new names of what was called `name`: those of the old module that became `module`, else all."""
    named = [(old, new) for old, new in moved("name").items() if old.rpartition(".")[2] == name]
    rows = [(old, new) for old, new in named if new != f"{module}.{name}"]
    here = [new for old, new in rows if _new(old.rpartition(".")[0]) == module]
    yield from dict.fromkeys(here or (new for _, new in rows))
