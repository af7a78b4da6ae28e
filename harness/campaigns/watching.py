"""A campaign that is looked at, and never written: another process may play it, remove its store, or begin it anew.

The store is opened for each look. So a store that was put in the place of another one is seen at the next look, and no
connection of this process keeps the log of the one that plays from being cleaned.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import thread_time
from typing import NamedTuple, TypeAlias

import msgspec

from hanbench.harness.campaigns.report import CampaignReport, cleaned_report, headline
from hanbench.harness.campaigns.status import CampaignStatus, status_of
from hanbench.harness.campaigns.store import Store
from hanbench.harness.campaigns.tables import FILE
from hanbench.harness.files import OutputError, holder_of
from hanbench.harness.foreign_text import cleaned_throughout

Mark: TypeAlias = "tuple[tuple[int, int, int] | None, ...]"
"""Inode, length and time of the last change of a store's files; None: there is no such file."""


class MadeReport(NamedTuple):
    """A report that was made."""

    report: CampaignReport
    headline: str
    began: float
    """When the campaign was begun that it is about, seconds since 1970."""
    processor_s: float
    """Processor time that it took, without the plan of the campaign, which is made once."""


class WatchedStore:
    """The store in a folder. Looks are for threads: they wait for the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: set[Store] = set()
        self._closed = False

    @property
    def mark(self) -> Mark:
        """What differs after anything was written; costs a look at two names, and opens nothing."""
        return tuple(_state_of(self.folder / name) for name in (FILE, f"{FILE}-wal"))

    @property
    def is_held(self) -> bool:
        """Whether a process plays it."""
        return holder_of(self.folder) is not None

    def status(self) -> CampaignStatus:
        """Return how far it has come; takes milliseconds, whatever the size. Raises OutputError."""
        with self._opened() as store, store.one_moment():
            return cleaned_throughout(status_of(store, self.folder))

    def report(self) -> MadeReport:
        """Return the report, as far as it has come; reads every row. Raises OutputError.

        The first one of a process takes seconds more, because it makes the plan of the campaign.
        """
        # What knows all cases of the suite is imported only if a report is made.
        from hanbench.harness.campaigns.plan import plan_of
        from hanbench.harness.campaigns.summary import summary_of
        from hanbench.profiles.errors import ProfileError

        with self._opened() as store:
            try:
                plan = plan_of(store.spec)
            except ProfileError as error:
                raise OutputError(self.folder, f"was begun by a hanbench with other cases: {error}") from None
            started = thread_time()
            with store.one_moment():
                found, began = summary_of(store, plan, self.folder), store.about.began
        cleaned = cleaned_report(found)
        return MadeReport(cleaned, headline(cleaned), round(began, 3), thread_time() - started)

    def close(self) -> None:
        """Break off the looks of other threads, and let none begin."""
        self._closed = True
        for store in tuple(self._open):
            store.interrupt()

    @contextmanager
    def _opened(self) -> Iterator[Store]:
        if self._closed:
            raise OutputError(self.folder, "is looked at no more")
        with Store.open(self.folder, to_read=True) as store:
            self._open.add(store)
            try:
                yield store
            except (LookupError, ValueError, TypeError, msgspec.DecodeError) as error:
                raise OutputError(store.path, f"the store is damaged ({error})") from None
            finally:
                self._open.discard(store)


def _state_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
