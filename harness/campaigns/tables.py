"""The tables of a store, and how the file is opened."""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from pathlib import Path

from hanbench.harness.campaigns.rows import DECISIONS, CaseVerdict
from hanbench.harness.files import OutputError
from hanbench.harness.sqlite_file import SQLITE_ERRORS, DamagedError, check_content

FILE = "campaign.sqlite"
_APPLICATION = 0x68616E63
"""SQLite's application id: "hanc"."""
FORMAT = 1
"""Increased when a program of the version before could misread a store."""
_BUSY_S = 60.0
"""Seconds to wait for a reader that recovers or cleans the log; a busy disk makes that long."""
_NO_ROOM = frozenset((sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC))
"""The disk is full, or a quota is used up, which SQLite takes for an error of writing (sqlite.org/rescode.html)."""
_LONG = "verdict"
"""The table with a row for each case: its rows are looked at when they are read."""
_HIGHEST = (1 << 63) - 1
_BOUNDS = {"verdict": (0, max(CaseVerdict)), "decision": (0, len(DECISIONS) - 1), "cases": (0, _HIGHEST)}
_TABLES = """
CREATE TABLE campaign (
    name TEXT NOT NULL, spec BLOB NOT NULL, spec_hash TEXT NOT NULL, size INTEGER NOT NULL, identity BLOB NOT NULL,
    began REAL NOT NULL);
CREATE TABLE session (
    number INTEGER PRIMARY KEY, began REAL NOT NULL, seen REAL NOT NULL, ended TEXT NOT NULL, workers TEXT NOT NULL,
    cases INTEGER NOT NULL, deaths INTEGER NOT NULL);
CREATE TABLE batch (
    low INTEGER PRIMARY KEY, high INTEGER NOT NULL, state INTEGER NOT NULL, known INTEGER NOT NULL,
    splits INTEGER NOT NULL, wall_us INTEGER NOT NULL);
CREATE INDEX batch_state ON batch (state, known DESC, low);
CREATE TABLE verdict (
    number INTEGER PRIMARY KEY, verdict INTEGER NOT NULL, decision INTEGER NOT NULL, virtual_s INTEGER NOT NULL,
    wall_us INTEGER NOT NULL, trace_hash INTEGER NOT NULL);
CREATE TABLE cluster (
    id INTEGER PRIMARY KEY, controller TEXT NOT NULL, property TEXT NOT NULL, rule TEXT NOT NULL, fault TEXT NOT NULL,
    outcome TEXT NOT NULL, cases INTEGER NOT NULL, UNIQUE (controller, property, rule, fault, outcome));
CREATE TABLE failure (
    number INTEGER PRIMARY KEY, cluster INTEGER NOT NULL, case_id TEXT NOT NULL, seed TEXT NOT NULL,
    text TEXT NOT NULL);
CREATE INDEX failure_cluster ON failure (cluster, number);
CREATE TABLE shrunk (
    cluster INTEGER PRIMARY KEY, number INTEGER NOT NULL, steady INTEGER NOT NULL, scenario TEXT NOT NULL,
    seed TEXT NOT NULL);
CREATE TABLE alarm (
    number INTEGER NOT NULL, stored TEXT NOT NULL, found TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE controller (
    name TEXT NOT NULL, verdict INTEGER NOT NULL, cases INTEGER NOT NULL, PRIMARY KEY (name, verdict)) WITHOUT ROWID;
CREATE TABLE summary (
    fault TEXT NOT NULL, cohort TEXT NOT NULL, type TEXT NOT NULL, verdict INTEGER NOT NULL, decision INTEGER NOT NULL,
    cases INTEGER NOT NULL, PRIMARY KEY (fault, cohort, type, verdict, decision)) WITHOUT ROWID;
CREATE TABLE situation (
    rules TEXT NOT NULL, type TEXT NOT NULL, said TEXT NOT NULL, decision INTEGER NOT NULL, cases INTEGER NOT NULL,
    PRIMARY KEY (rules, type, said, decision)) WITHOUT ROWID;
CREATE TABLE evaluated (property TEXT PRIMARY KEY, cases INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE interesting (property TEXT PRIMARY KEY, cases INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE violated (property TEXT PRIMARY KEY, cases INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE pair (
    first TEXT NOT NULL, second TEXT NOT NULL, verdict INTEGER NOT NULL, cases INTEGER NOT NULL,
    PRIMARY KEY (first, second, verdict)) WITHOUT ROWID;
CREATE TABLE hour (hour INTEGER PRIMARY KEY, cases INTEGER NOT NULL);
"""


def make(path: Path) -> sqlite3.Connection:
    """Make a store in a new file. Raises OutputError."""
    try:
        db = _connected(path, "rwc")
        db.executescript(f"BEGIN IMMEDIATE;{_TABLES}")
        db.execute(f"PRAGMA application_id={_APPLICATION}")
        db.execute(f"PRAGMA user_version={FORMAT}")
        db.commit()
    except SQLITE_ERRORS as error:
        raise output_error(path, error) from None
    return db


def opened(path: Path, *, to_read: bool = False) -> sqlite3.Connection:
    """Open the store in a file. Raises OutputError if there is none, or if it is damaged or of another version."""
    if not path.exists():
        raise OutputError(path.parent, "has no campaign; `hanbench campaign run SPEC.toml` begins one")
    try:
        db = _connected(path, "rw")
        made = db.execute("PRAGMA application_id").fetchone()[0], db.execute("PRAGMA user_version").fetchone()[0]
    except SQLITE_ERRORS as error:
        raise output_error(path, error) from None
    if made[0] != _APPLICATION:
        raise OutputError(path, "is no store of a campaign")
    if made[1] != FORMAT:
        problem = f"is a store of version {made[1]}, and this hanbench has version {FORMAT}"
        raise OutputError(path, f"{problem}; use the hanbench that began it, or begin anew with --fresh")
    try:
        _check(db)
    except SQLITE_ERRORS as error:
        raise output_error(path, error) from None
    if to_read:
        db.execute("PRAGMA query_only=1")
    return db


def _check(db: sqlite3.Connection) -> None:
    """Raise one of `SQLITE_ERRORS` for a file that holds what no store does, but for the rows of its long table."""
    check_content(db, _TABLES, _BOUNDS, (_LONG,))
    about = db.execute("SELECT spec, spec_hash, size FROM campaign").fetchall()
    if len(about) != 1 or blake2b(about[0][0], digest_size=8).hexdigest() != about[0][1]:
        raise DamagedError("its spec is not the one with which it began")
    query = "SELECT 1 FROM batch WHERE NOT (0 <= low AND low < high AND high <= ?) LIMIT 1"
    if db.execute(query, (about[0][2],)).fetchone() is not None:
        raise DamagedError("a batch is none of its campaign")


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    """Open the file. `synchronous=FULL`: a commit is on the disk, and outlives a power cut.

    The write-ahead log is a property of the file, set when it is made: to set it again does not wait for the readers
    that look at a store after a kill, and fails.
    """
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    db = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level="IMMEDIATE")
    if mode == "rwc":
        db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    return db


def output_error(path: Path, error: Exception) -> OutputError:
    """Return what to do about an error of SQLite: about the disk, or about the file."""
    if getattr(error, "sqlite_errorcode", None) in _NO_ROOM:
        safe = "what was played is safe, and `hanbench campaign resume` goes on when there is room"
        return OutputError(path, f"the store cannot be written: {error}; {safe}")
    if isinstance(error, sqlite3.OperationalError):
        return OutputError(path, f"the store cannot be written or read: {error}")
    return OutputError(path, f"the store is damaged ({error}); begin anew with --fresh")
