"""The outbox: decisions on disk until a consumer has acknowledged them.

A decision is committed by a store of the journal, before anybody has it and before the controller gets its next event:
what a controller has decided outlives `kill -9` of bench and broker, and a power cut. The numbers (`seq`) go on when
the bench comes up again.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from hanbench.harness.control.events import BenchEvent, CheckProgress, DecisionMade, ScenarioProgress
from hanbench.harness.control.published import DECISION, OutboxState, PublishedDecision, encode
from hanbench.harness.files import OutputError
from hanbench.harness.sqlite_file import SQLITE_ERRORS, DamagedError, check_content

FILE = "outbox.sqlite"
KEPT = 10_000
"""Decisions that are kept at most; one beyond them drops the oldest, which is counted and told."""
_APPLICATION = 0x68616E62
"""SQLite's application id: "hanb"."""
_FORMAT = 1
_BUSY_S = 5.0
_TABLES = """
CREATE TABLE decision (seq INTEGER PRIMARY KEY AUTOINCREMENT, payload BLOB NOT NULL);
CREATE TABLE fact (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""


class Kept(NamedTuple):
    """A decision in the outbox."""

    seq: int
    payload: bytes


class Outbox:
    """The decisions of one bench. It may be used from several threads."""

    def __init__(self, path: Path, kept: int = KEPT) -> None:
        """Open the outbox, or make it. Raises OutputError if it cannot be written, or is damaged."""
        self.path = path
        self.failure: OutputError | None = None
        """Why the latest decision could not be stored."""
        self.on_failure: Callable[[OutputError], object] = lambda error: None
        """Called, in the thread that decides, when a decision could not be stored."""
        self.on_change: Callable[[], object] = lambda: None
        """Called when a decision was stored, or could not be, in the thread that made it."""
        self._kept = kept
        self._frames: tuple[int, ...] = ()
        self._lock = Lock()
        self._db: sqlite3.Connection
        try:
            self._db = _opened(path)
            self.id = str(self._fact("id"))
        except SQLITE_ERRORS as error:
            raise _output_error(path, error) from None

    def close(self) -> None:
        """Close the file."""
        with self._lock, suppress(*SQLITE_ERRORS):
            self._db.close()

    # --- in the thread that decides -----------------------------------------------------------------------------------

    def store(self, event: BenchEvent) -> None:
        """Store a decision: a store of the journal. Raises OutputError: what cannot be stored has not been decided."""
        match event:
            case CheckProgress(check=check) if check is not None:
                self._frames = check.frames
            case ScenarioProgress():
                self._frames = ()
            case DecisionMade():
                self._store(event)

    def _store(self, made: DecisionMade) -> None:
        try:
            with self._lock, self._db as db:
                seq = self._last() + 1
                decision = PublishedDecision.of(made, self.id, seq, self._frames)
                db.execute("INSERT INTO decision VALUES (?, ?)", (seq, encode(DECISION, decision)))
                gone = db.execute("DELETE FROM decision WHERE seq <= ?", (seq - self._kept,)).rowcount
                if gone > 0:
                    db.execute("UPDATE fact SET value = value + ? WHERE name = 'dropped'", (gone,))
        except SQLITE_ERRORS as error:
            self.failure = _output_error(self.path, error)
            self.on_failure(self.failure)
            raise self.failure from None
        finally:
            self.on_change()

    # --- in the thread that publishes ---------------------------------------------------------------------------------

    def after(self, seq: int, most: int) -> list[Kept]:
        """Return up to `most` decisions after the number `seq`, in order. Raises OutputError."""
        rows = self._asked("SELECT seq, payload FROM decision WHERE seq > ? ORDER BY seq LIMIT ?", (seq, most))
        return [Kept(*row) for row in rows]

    def acknowledge(self, seq: int) -> None:
        """Drop the decisions up to the number `seq`, which a consumer has. Raises OutputError."""
        try:
            with self._lock, self._db as db:
                db.execute("DELETE FROM decision WHERE seq <= ?", (seq,))
                db.execute("UPDATE fact SET value = max(value, ?) WHERE name = 'acked'", (seq,))
        except SQLITE_ERRORS as error:
            raise _output_error(self.path, error) from None

    @property
    def state(self) -> OutboxState:
        """What is kept. Raises OutputError."""
        try:
            with self._lock:
                last = self._last()
                first = self._db.execute("SELECT min(seq) FROM decision").fetchone()[0]
                acked, dropped = int(self._fact("acked")), int(self._fact("dropped"))
        except SQLITE_ERRORS as error:
            raise _output_error(self.path, error) from None
        return OutboxState(self.id, last + 1 if first is None else first, last, acked, dropped)

    def _asked(self, statement: str, values: tuple[int, ...]) -> list[tuple[int, bytes]]:
        try:
            with self._lock:
                return self._db.execute(statement, values).fetchall()
        except SQLITE_ERRORS as error:
            raise _output_error(self.path, error) from None

    def _last(self) -> int:
        found = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'decision'").fetchone()
        return 0 if found is None else int(found[0])

    def _fact(self, name: str) -> str | int:
        value: str | int = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()[0]
        return value


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file. `synchronous=FULL`: a commit is on the disk, and outlives a power cut."""
    db = sqlite3.connect(path, timeout=_BUSY_S, isolation_level="IMMEDIATE", check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("its pages contradict each other")
        made = db.execute("PRAGMA application_id").fetchone()[0], db.execute("PRAGMA user_version").fetchone()[0]
        if made == (0, 0) and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            _make(db)
        elif made != (_APPLICATION, _FORMAT):
            raise sqlite3.DatabaseError("it is of another program or version")
        else:
            _check(db)
    except BaseException:
        db.close()
        raise
    return db


def _check(db: sqlite3.Connection) -> None:
    """Raise one of `SQLITE_ERRORS` for a file that holds what no outbox does."""
    check_content(db, _TABLES)
    facts = dict(db.execute("SELECT name, value FROM fact").fetchall())
    known = {"id": str, "acked": int, "dropped": int}
    numbers = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'decision'").fetchall()
    sound = all(isinstance(facts.get(name), kind) for name, kind in known.items())
    if not sound or len(numbers) > 1 or not all(isinstance(seq, int) for (seq,) in numbers):
        raise DamagedError("its facts are none that hanbench writes")


def _make(db: sqlite3.Connection) -> None:
    facts = [("id", secrets.token_hex(8)), ("acked", 0), ("dropped", 0)]
    db.executescript(f"BEGIN IMMEDIATE;{_TABLES}")
    db.executemany("INSERT INTO fact VALUES (?, ?)", facts)
    db.execute(f"PRAGMA application_id={_APPLICATION}")
    db.execute(f"PRAGMA user_version={_FORMAT}")
    db.commit()


def _output_error(path: Path, error: Exception) -> OutputError:
    """Return what to do about an error of SQLite: about the disk, or about the file."""
    if isinstance(error, sqlite3.OperationalError):
        return OutputError(path, f"the outbox of decisions cannot be written: {error}")
    return OutputError(path, f"the outbox of decisions is damaged ({error}); move it away to begin a new one")
