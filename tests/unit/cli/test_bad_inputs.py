"""A table of bad inputs: each gets one line and exit status 3, and leaves its folder as it was."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from tests.support.bad_inputs import ROWS, WELCOME, Row

LONGEST = 420
"""Characters of a line that can be read at a glance, and the paths in it."""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder in which the command runs, on a machine without benches that are up."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name in [each for each in os.environ if each.startswith(("HANBENCH_MQTT", "HANBENCH_TOKEN"))]:
        monkeypatch.delenv(name)
    return folder


def lay(row: Row, folder: Path) -> None:
    for name, content in row.files.items():
        if content is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(each): each.read_bytes() if each.is_file() else None for each in folder.rglob("*")}


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_a_bad_input_gets_one_line_and_leaves_everything_as_it_was(hanbench, place, row):
    lay(row, place)
    before = contents(place)
    outcome = hanbench(*shlex.split(row.command))
    assert (outcome.status, outcome.out) == (3, ""), outcome
    assert row.says in outcome.err
    assert outcome.err.count("\n") == 1
    assert len(outcome.err) < LONGEST
    assert outcome.err.rstrip("\n").isprintable()
    assert contents(place) == before


@pytest.mark.parametrize("row", WELCOME, ids=[row.name for row in WELCOME])
def test_an_odd_input_that_is_sound_is_taken(hanbench, place, row):
    lay(row, place)
    outcome = hanbench(*shlex.split(row.command))
    assert outcome.status == 0, outcome.err
    assert row.says in outcome.out


def test_the_table_is_as_long_as_it_must_be():
    """250 rows; and none is there twice."""
    assert len(ROWS) >= 250
    said = [(row.command, tuple(row.files.items())) for row in ROWS]
    assert len({repr(each) for each in said}) == len(said)
