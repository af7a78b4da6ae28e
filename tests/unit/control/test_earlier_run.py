"""A bench that is brought up again keeps the run before: `make serve` twice lost the first one (found by a user)."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanbench.harness.control.earlier_run import set_aside
from hanbench.harness.files import OutputError

RUN = ("events.jsonl", "events-00002.jsonl", "virtual.pcapng", "virtual.keys", "virtual.2-00003.pcapng")


def write(folder: Path, text: str) -> None:
    for name in (*RUN, "outbox.sqlite", "notes.txt"):
        (folder / name).write_text(text, encoding="utf-8")


def test_a_run_is_kept_until_the_next_but_one(tmp_path: Path) -> None:
    for text in ("first", "second"):
        write(tmp_path, text)
        earlier = set_aside(tmp_path, "virtual")
        assert earlier == tmp_path / "earlier"
        assert {path.name: path.read_text("utf-8") for path in earlier.iterdir()} == dict.fromkeys(RUN, text)
    assert {path.name for path in tmp_path.iterdir()} == {"earlier", "outbox.sqlite", "notes.txt"}


def test_a_folder_without_a_run_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "virtual.pcapng").write_text("of somebody", encoding="utf-8")
    assert set_aside(tmp_path, "virtual") is None
    assert [path.name for path in tmp_path.iterdir()] == ["virtual.pcapng"]


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "other").mkdir()
    write(tmp_path / "run", "first")
    write(tmp_path / "other", "mine")
    (tmp_path / "run" / "earlier").symlink_to(tmp_path / "other")
    with pytest.raises(OutputError, match="found a link"):
        set_aside(tmp_path / "run", "virtual")
    assert (tmp_path / "other" / "events.jsonl").read_text("utf-8") == "mine"
