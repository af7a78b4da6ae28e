"""Progress of a campaign, on stderr: cases, rate and time left. A bar on a terminal, elsewhere a line now and then."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from hanbench.harness.campaigns.coordinator import Advance
from hanbench.harness.cli.output import log
from hanbench.harness.words import duration, pace

_EVERY_S = 10.0
"""Seconds between two lines."""


class CampaignProgress:
    """Counts the cases of a session, beside those of earlier ones."""

    def __init__(self, size: int, before: int, failing: int = 0) -> None:
        """`before`: cases that earlier sessions played; `failing`: how many of them failed."""
        self._size = size
        self._before = before
        self._done = 0
        self._failing = failing
        self._began = self._told = monotonic()

    def add(self, advance: Advance) -> None:
        """Count a step."""
        self._done += advance.cases
        self._failing += advance.failing

    @property
    def total(self) -> int:
        """Cases that are on the disk."""
        return self._before + self._done

    @property
    def words(self) -> str:
        """How far it has come, at which rate, and how long the rest takes at that rate."""
        rate = self._done / max(monotonic() - self._began, 1e-6)
        left = f", {duration((self._size - self.total) / rate)} left" if self._done else ""
        failed = f"; {self._failing:,} failed" if self._failing else ""
        share = 100 * self.total // self._size
        return f"{self.total:,} of {self._size:,} ({share} %), {pace(rate)} a second{left}{failed}"

    @property
    def is_due(self) -> bool:
        """Whether it is time for another line."""
        now = monotonic()
        if now - self._told < _EVERY_S:
            return False
        self._told = now
        return True


def with_campaign_progress(steps: Iterator[Advance], progress: CampaignProgress, size: int) -> Iterator[Advance]:
    """Yield the steps as they come, and show the progress."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        for step in steps:
            progress.add(step)
            if progress.is_due:
                log(f"  {progress.words}")
            yield step
        return
    with Progress(BarColumn(), TextColumn("{task.description}"), console=console) as bar:
        task = bar.add_task(progress.words, total=size, completed=progress.total)
        for step in steps:
            progress.add(step)
            bar.update(task, completed=progress.total, description=progress.words)
            yield step
