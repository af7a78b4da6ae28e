"""SQLite files that a disk or another program may have damaged: what says so, and what their tables must hold.

SQLite looks at the octets of a file when it needs them, and takes a value of any type in any column. So a file with
other octets in places can be opened, and answers with text where a number stood.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from functools import cache

SQLITE_ERRORS = (sqlite3.Error, UnicodeDecodeError, OverflowError)
"""What reading or writing a file raises; the second and third: about a damaged schema, or a number beyond 64 bits."""
_KINDS = {"TEXT": "text", "INTEGER": "integer", "REAL": "real", "BLOB": "blob"}
"""By declared type: what `typeof` says of a value (sqlite.org, Datatypes In SQLite, 3)."""


class DamagedError(sqlite3.DatabaseError):
    """A file does not hold what its tables declare."""


def check_content(
    db: sqlite3.Connection,
    tables: str,
    bounds: Mapping[str, tuple[int, int]] | None = None,
    unread: Collection[str] = (),
) -> None:
    """Raise one of `SQLITE_ERRORS` unless each value has the type that `tables` declares for its column.

    :param tables: The SQL that made the tables.
    :param bounds: By name of a column, in whichever table: the lowest and the highest value.
    :param unread: Tables that are left out, because they are long.
    """
    for table, columns in _declared(tables).items():
        wrong = [f"typeof({name}) <> '{kind}'" for name, kind in columns.items()]
        wrong += [
            f"{name} NOT BETWEEN {low} AND {high}" for name, (low, high) in (bounds or {}).items() if name in columns
        ]
        if wrong and table not in unread:
            query = f"SELECT 1 FROM {table} WHERE {' OR '.join(wrong)} LIMIT 1"  # noqa: S608 - our own names
            if db.execute(query).fetchone() is not None:
                raise DamagedError(f"the table {table} has a value that hanbench never writes")


@cache
def _declared(tables: str) -> dict[str, dict[str, str]]:
    """Return what `typeof` says of each column that has a declared type, by table."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(tables)
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: {row[1]: _KINDS[row[2]] for row in db.execute(f"PRAGMA table_info({table})") if row[2] in _KINDS}
            for table in names
            if not table.startswith("sqlite_")
        }
