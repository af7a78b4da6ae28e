"""The outbox on disk: decisions outlive the process, numbers never repeat, and a bad disk is said in one line."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanbench.harness.case.vocabulary import Close, Outcome
from hanbench.harness.control.events import DecisionMade
from hanbench.harness.files import OutputError
from hanbench.harness.mqtt.outbox import Outbox

NOON = datetime(2022, 4, 1, 12, tzinfo=UTC)


def decision(number: int) -> DecisionMade:
    return DecisionMade(
        seq=number, clock=1.0, date=NOON, case="c", number=number, action=Close(Outcome.HOLD), text=f"decision {number}"
    )


def fill(outbox: Outbox, *numbers: int) -> None:
    for number in numbers:
        outbox.store(decision(number))


def numbers(outbox: Outbox) -> list[tuple[int, str]]:
    return [(row.seq, json.loads(row.payload)["text"]) for row in outbox.after(0, 1000)]


def test_numbers_go_on_after_a_restart_even_if_all_was_acknowledged(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o")
    fill(outbox, 1, 2, 3)
    outbox.acknowledge(3)
    outbox.close()
    again = Outbox(tmp_path / "o")
    fill(again, 1)
    assert numbers(again) == [(4, "decision 1")]
    assert (again.id, again.state.acked, again.state.first, again.state.last) == (outbox.id, 3, 4, 4)


def test_a_new_file_has_another_id_so_that_its_numbers_are_not_taken_for_old_ones(tmp_path: Path) -> None:
    assert Outbox(tmp_path / "a").id != Outbox(tmp_path / "b").id


def test_what_the_store_took_outlives_kill_9(tmp_path: Path) -> None:
    # The process kills itself inside the journal's stores, right behind the outbox's.
    program = """
        import os, signal, sys
        from pathlib import Path
        from tests.unit.mqtt.test_outbox import decision
        from hanbench.harness.mqtt.outbox import Outbox
        outbox = Outbox(Path(sys.argv[1]))
        for number in range(1, 8):
            outbox.store(decision(number))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program), str(tmp_path / "o")], check=False)
    assert done.returncode == -signal.SIGKILL
    assert [seq for seq, _ in numbers(Outbox(tmp_path / "o"))] == [1, 2, 3, 4, 5, 6, 7]


def test_a_full_outbox_drops_the_oldest_and_counts_it(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o", kept=3)
    fill(outbox, 1, 2, 3, 4, 5)
    assert [seq for seq, _ in numbers(outbox)] == [3, 4, 5]
    assert (outbox.state.dropped, outbox.state.first, outbox.state.last) == (2, 3, 5)
    outbox.close()
    assert Outbox(tmp_path / "o").state.dropped == 2


def test_a_full_disk_refuses_the_decision_in_one_line(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o")
    fill(outbox, 1)
    pages = outbox._db.execute("PRAGMA page_count").fetchone()[0]
    outbox._db.execute(f"PRAGMA max_page_count={pages}")  # SQLite's own way to a full disk: SQLITE_FULL
    told: list[object] = []
    outbox.on_change = lambda: told.append(outbox.failure)
    with pytest.raises(OutputError) as caught:
        fill(outbox, *range(2, 100))
    assert str(caught.value) == f"{tmp_path}/o: the outbox of decisions cannot be written: database or disk is full"
    assert told[-1] is caught.value
    kept = [seq for seq, _ in numbers(outbox)]
    assert kept == list(range(1, len(kept) + 1))


@pytest.mark.parametrize("content", [b"no database " * 400, b"SQLite format 3\0" + 4080 * b"\xff"])
def test_a_damaged_file_is_said_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "o").write_bytes(content)
    with pytest.raises(OutputError) as caught:
        Outbox(tmp_path / "o")
    assert "is damaged" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert (tmp_path / "o").read_bytes() == content


def test_a_page_that_was_overwritten_is_noticed_at_the_start(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o")
    fill(outbox, *range(1, 200))
    outbox.close()
    octets = bytearray((tmp_path / "o").read_bytes())
    octets[8192:12288] = os.urandom(4096)
    (tmp_path / "o").write_bytes(octets)
    with pytest.raises(OutputError, match="damaged"):
        Outbox(tmp_path / "o")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE fact SET value = 'x' WHERE name = 'acked'",
        "DELETE FROM fact WHERE name = 'dropped'",
        "UPDATE decision SET payload = 'a text'",
        "UPDATE sqlite_sequence SET seq = 'x'",
    ],
)
def test_a_value_that_hanbench_never_writes_is_damage(tmp_path: Path, change: str) -> None:
    outbox = Outbox(tmp_path / "o")
    fill(outbox, 1, 2)
    outbox._db.execute(change)
    outbox._db.commit()
    outbox.close()
    with pytest.raises(OutputError, match="damaged"):
        Outbox(tmp_path / "o")


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "o") as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(OutputError, match="another program"):
        Outbox(tmp_path / "o")


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        Outbox(tmp_path / "missing" / "o")
