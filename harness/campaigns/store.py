"""The store of a campaign: one SQLite file that outlives every kill, and has one writer."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from hanbench.harness.campaigns.disk import refuse_network
from hanbench.harness.campaigns.rows import CaseName, Failing, Row
from hanbench.harness.campaigns.spec_words import spec_words
from hanbench.harness.campaigns.tables import FILE, make, opened, output_error
from hanbench.harness.files import make_folder
from hanbench.harness.foreign_json import NOT_JSON
from hanbench.harness.sqlite_file import SQLITE_ERRORS, DamagedError

if TYPE_CHECKING:
    from hanbench.harness.campaigns.identity import Identity
    from hanbench.harness.campaigns.playing import BatchResult
    from hanbench.harness.campaigns.reach import Tallies
    from hanbench.harness.campaigns.spec import CampaignSpec

KEPT_OF_CLUSTER = 20
"""Failures of a cluster that are named; the others are counted, and have their rows."""
MOST_KNOWN = 100
"""Failures that a fresh campaign plays first."""
_KEYS = {
    "verdicts": ("controller", 2),
    "summary": ("summary", 5),
    "situations": ("situation", 4),
    "evaluated": ("evaluated", 1),
    "interesting": ("interesting", 1),
    "violated": ("violated", 1),
    "pairs": ("pair", 3),
    "hours": ("hour", 1),
}
"""For each of `Tallies`: its table, and how many columns its key has."""


class BatchState(IntEnum):
    """What became of a batch. The numbers stand in stores."""

    TO_DO = 0
    DONE = 1


class About(NamedTuple):
    """The campaign of a store."""

    name: str
    spec: bytes
    spec_hash: str
    size: int
    identity: bytes
    began: float
    """Seconds since 1970."""


class Counts(NamedTuple):
    """How far a campaign has come."""

    size: int
    played: int
    verdicts: dict[int, int]
    """Cases by `CaseVerdict`."""
    sessions: int
    deaths: int
    """Worker processes that died."""
    alarms: int
    wall_us: int
    """Real time that workers spent, of all."""


class Store:
    """The store in a folder. Every method raises OutputError if the file cannot be read or written."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self.path = path
        self._db = db
        self._session = 0

    @classmethod
    def begin(cls, folder: Path, about: About, batches: Sequence[tuple[int, int, bool]]) -> Store:
        """Make a store in a folder, in place of one that is there; the new file gets its name when it is whole.

        `batches`: low, high, and whether a case in it is known to fail.
        """
        make_folder(folder)
        refuse_network(folder)
        path, fresh = folder / FILE, folder / f".{FILE}.new"
        _remove(fresh)
        db = make(fresh)
        try:
            with db:
                db.execute("INSERT INTO campaign VALUES (?, ?, ?, ?, ?, ?)", about)
                rows = ((low, high, BatchState.TO_DO, known) for low, high, known in batches)
                db.executemany("INSERT INTO batch VALUES (?, ?, ?, ?, 0, 0)", rows)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.close()
            _remove_beside(path)
            fresh.replace(path)  # in one step: whoever is killed leaves the former store, or this one
        except SQLITE_ERRORS as error:
            raise output_error(path, error) from None
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path, *, to_read: bool = False) -> Store:
        """Open the store in a folder; `to_read`: beside the process that writes."""
        if not to_read:
            refuse_network(folder)
        return cls(folder / FILE, opened(folder / FILE, to_read=to_read))

    def close(self) -> None:
        """Close the file."""
        with suppress(*SQLITE_ERRORS):
            self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _blamed(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._db
        except SQLITE_ERRORS as error:
            raise output_error(self.path, error) from None

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        """Return what a query finds."""
        with self._blamed() as db:
            return db.execute(statement, values).fetchall()

    def cases(self, rest: str, values: Sequence[object] = ()) -> list[Row]:
        """Return what is stored of cases. `rest`: the query behind its table."""
        size = self.about.size
        rows = [Row(*row) for row in self.rows(f"SELECT {', '.join(Row._fields)} FROM verdict {rest}", values)]  # noqa: S608
        if not all(row.is_sound(size) for row in rows):
            raise output_error(self.path, DamagedError("a row is of no case of its campaign"))
        return rows

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Let the queries of a context see the store as the first one does, whatever is written meanwhile."""
        with self._blamed() as db:
            db.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                db.rollback()

    def interrupt(self) -> None:
        """Break off the query of another thread, if there is one; it raises OutputError there."""
        with suppress(sqlite3.Error):
            self._db.interrupt()

    # --- the campaign and its sessions --------------------------------------------------------------------------------

    @property
    def about(self) -> About:
        """What the store is about."""
        (row,) = self.rows("SELECT name, spec, spec_hash, size, identity, began FROM campaign")
        return About(*row)

    @property
    def identity(self) -> Identity:
        """The program that plays it."""
        from hanbench.harness.campaigns.identity import Identity

        try:
            return msgspec.json.decode(self.about.identity, type=Identity)
        except NOT_JSON as error:
            raise output_error(self.path, DamagedError(f"the program that plays it: {error}")) from None

    @property
    def plays(self) -> dict[str, str]:
        """Which controllers the campaign plays, and on what, in words by the keys of the spec."""
        try:
            return spec_words(self.about.spec)
        except NOT_JSON as error:
            raise output_error(self.path, DamagedError(f"its spec: {error}")) from None

    @property
    def spec(self) -> CampaignSpec:
        """The spec of the campaign."""
        from hanbench.harness.campaigns.spec import decode

        try:
            return decode(self.about.spec)
        except NOT_JSON as error:
            raise output_error(self.path, DamagedError(f"its spec: {error}")) from None

    def begin_session(self, workers: str) -> None:
        """Note that a process begins to play. `workers`: in words."""
        with self._blamed() as db, db:
            now = time.time()
            values = (now, now, workers)
            self._session = (
                db.execute(
                    "INSERT INTO session (began, seen, ended, workers, cases, deaths) VALUES (?, ?, '', ?, 0, 0)",
                    values,
                ).lastrowid
                or 0
            )

    def end_session(self, how: str) -> None:
        """Note how the playing ended, in a word."""
        self._note("seen = ?, ended = ?", time.time(), how)

    def note_death(self) -> None:
        """Count a worker process that died."""
        self._note("deaths = deaths + 1")

    def _note(self, what: str, *values: object) -> None:
        with self._blamed() as db, db:
            db.execute(f"UPDATE session SET {what} WHERE number = ?", (*values, self._session))  # noqa: S608 - our words

    @property
    def counts(self) -> Counts:
        """How far it has come; a few small tables are read, whatever the size."""
        verdicts = dict(self.rows("SELECT verdict, sum(cases) FROM controller GROUP BY verdict"))
        ((sessions, deaths),) = self.rows("SELECT count(*), coalesce(sum(deaths), 0) FROM session")
        ((alarms,),) = self.rows("SELECT count(*) FROM alarm")
        ((wall,),) = self.rows("SELECT coalesce(sum(wall_us), 0) FROM batch")
        return Counts(self.about.size, sum(verdicts.values()), verdicts, sessions, deaths, alarms, wall)

    # --- batches ------------------------------------------------------------------------------------------------------

    def to_do(self, most: int, besides: Sequence[int]) -> list[tuple[int, int]]:
        """Return up to `most` batches that are to be played, known failures first; none that begins at `besides`."""
        marks = ", ".join("?" * len(besides))
        return self.rows(
            f"SELECT low, high FROM batch WHERE state = 0 AND low NOT IN ({marks}) "  # noqa: S608 - question marks
            "ORDER BY known DESC, low LIMIT ?",
            (*besides, most),
        )

    def split(self, low: int, middle: int) -> None:
        """Divide a batch that is to be played, at which workers died."""
        with self._blamed() as db, db:
            self._cut(low, middle)
            db.execute("UPDATE batch SET splits = splits + 1 WHERE low IN (?, ?)", (low, middle))

    def _cut(self, low: int, middle: int) -> None:
        query = "SELECT high, known, splits FROM batch WHERE low = ?"
        ((high, known, splits),) = self._db.execute(query, (low,)).fetchall()
        self._db.execute("UPDATE batch SET high = ? WHERE low = ?", (middle, low))
        self._db.execute("INSERT INTO batch VALUES (?, ?, 0, ?, ?, 0)", (middle, high, known, splits))

    def commit(self, result: BatchResult) -> None:
        """Store what a batch came to, all or nothing; of one that was broken off, what was played.

        A batch that is stored already is compared: a case that came to something else is an alarm.
        """
        low, high = result.batch
        with self._blamed() as db, db:
            found = db.execute("SELECT high, state FROM batch WHERE low = ?", (low,)).fetchone()
            if found is None or found[1] == BatchState.DONE:
                self._compare(result.rows)
                return
            if high < found[0]:
                self._cut(low, high)
            db.executemany("INSERT INTO verdict VALUES (?, ?, ?, ?, ?, ?)", result.rows)
            db.execute("UPDATE batch SET state = 1, wall_us = ? WHERE low = ?", (result.wall_us, low))
            self._add(result.tallies)
            for each in result.failing:
                self._fail(each)
            db.execute(
                "UPDATE session SET cases = cases + ?, seen = ? WHERE number = ?",
                (len(result.rows), time.time(), self._session),
            )

    def _compare(self, rows: Sequence[Row]) -> None:
        query = "SELECT number, verdict, decision, virtual_s, wall_us, trace_hash FROM verdict WHERE number = ?"
        for row in rows:
            stored = self._db.execute(query, (row.number,)).fetchone()
            if stored is not None and Row(*stored).outcome != row.outcome:
                words = (each.words for each in (Row(*stored), row))
                self._db.execute("INSERT INTO alarm VALUES (?, ?, ?, ?)", (row.number, *words, time.time()))

    def _add(self, tallies: Tallies) -> None:
        for name, counter in zip(tallies._fields, tallies, strict=True):
            table, width = _KEYS[name]
            marks = ", ".join("?" * (width + 1))
            rows = ((*(key if isinstance(key, tuple) else (key,)), count) for key, count in counter.items())  # type: ignore[attr-defined]
            self._db.executemany(
                f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT DO UPDATE SET cases = cases + excluded.cases",  # noqa: S608 - our names
                rows,
            )

    def _fail(self, failing: Failing) -> None:
        ((cluster, cases),) = self._db.execute(
            "INSERT INTO cluster (controller, property, rule, fault, outcome, cases) VALUES (?, ?, ?, ?, ?, 1) "
            "ON CONFLICT DO UPDATE SET cases = cases + 1 RETURNING id, cases",
            failing.cluster,
        ).fetchall()
        name = failing.name
        values = (failing.number, cluster, name.case, name.seed, failing.text)
        self._db.execute("INSERT INTO failure VALUES (?, ?, ?, ?, ?)", values)
        if cases > KEPT_OF_CLUSTER:  # those with the lowest numbers stay, in whatever order they come
            self._db.execute(
                "DELETE FROM failure WHERE number = (SELECT max(number) FROM failure WHERE cluster = ?)", (cluster,)
            )

    # --- failures -----------------------------------------------------------------------------------------------------

    def known_failures(self) -> list[CaseName]:
        """Return the failures that a fresh campaign plays first: the first of each cluster, then the second, ..."""
        rows = self.rows(
            "SELECT case_id, seed, controller FROM (SELECT case_id, seed, controller, failure.number AS number, "
            "row_number() OVER (PARTITION BY cluster ORDER BY failure.number) AS place "
            "FROM failure JOIN cluster ON cluster.id = failure.cluster) ORDER BY place, number LIMIT ?",
            (MOST_KNOWN,),
        )
        return [CaseName(*row) for row in rows]

    def keep_shrunk(self, cluster: int, number: int, steady: bool, scenario: str, seed: str) -> None:
        """Keep the smallest failing scenario of a cluster, as the text of its file."""
        with self._blamed() as db, db:
            db.execute(
                "INSERT OR REPLACE INTO shrunk VALUES (?, ?, ?, ?, ?)", (cluster, number, steady, scenario, seed)
            )


def _remove(path: Path) -> None:
    """Remove a store, and the files that SQLite keeps beside it."""
    path.unlink(missing_ok=True)
    _remove_beside(path)


def _remove_beside(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
