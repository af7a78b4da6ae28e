"""The changelog: its versions are those of the code, and each new name that it promises can be imported."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

import hanbench
from hanbench.harness.case import trace, vocabulary
from hanbench.harness.report import model

PAGE = (Path(__file__).parent.parent.parent / "CHANGELOG.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"^## (\d+\.\d+\.\d+)\n(.*?)(?=^## \d|\Z)", PAGE, re.MULTILINE | re.DOTALL))
MOVED = re.findall(r"^\| `([\w.]+)` \| `([\w.]+)` \|$", ENTRIES["0.2.0"], re.MULTILINE)
"""Old and new names in the entry of 0.2.0, of which the hints to controllers are made: they say where a name is now."""


def found(path: str) -> bool:
    """Whether a dotted path is a module, a name in one, or an attribute or field of a class in one."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        try:
            place = import_module(".".join(parts[:length]))
        except ModuleNotFoundError as error:
            if not error.name or not path.startswith(error.name):
                raise
            continue
        return has(place, parts[length:])
    return False


def has(place: object, names: list[str]) -> bool:
    if not names:
        return True
    first, *rest = names
    fields = {name for each in getattr(place, "__mro__", ()) for name in getattr(each, "__annotations__", ())}
    if not rest and first in fields | set(vars(place).get("__slots__", ())):
        return True
    return hasattr(place, first) and has(getattr(place, first), rest)


def test_the_newest_entry_is_of_this_version() -> None:
    assert next(iter(ENTRIES)) == hanbench.__version__


@pytest.mark.parametrize(
    ("contract", "version"),
    [
        ("controller vocabulary", vocabulary.VERSION),
        ("trace", trace.VERSION),
        ("`report.json`", model.VERSION),
    ],
)
def test_the_versions_of_contracts_are_those_of_the_code(contract: str, version: int) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {contract}"))
    assert row.split("|")[2].strip() == str(version)


def test_a_good_number_of_names_moved() -> None:
    assert len(MOVED) > 200


def test_old_names_were_at_the_top_and_new_ones_are_there() -> None:
    assert {old.partition(".")[0] for old, _ in MOVED} == {"emulator", "hardware", "harness", "profiles"}
    assert [new for _, new in MOVED if not (new.startswith("hanbench.") and found(new))] == []
