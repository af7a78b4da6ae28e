"""What plays batches: the interface of local processes and of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple, Protocol

from hanbench.harness.campaigns.playing import Batch, BatchResult

Feed = Callable[[int], list[Batch]]
"""Returns up to so many batches that are to be played and not under way yet."""


class Died(NamedTuple):
    """A batch at which workers died, twice, or which raised what no case raises."""

    batch: Batch
    reason: str


class Executor(Protocol):
    """Plays batches, a bounded number at a time."""

    @property
    def words(self) -> str:
        """What it is, for people: how many workers, and where."""

    def results(self, feed: Feed, on_death: Callable[[str], object]) -> Generator[BatchResult | Died, None, None]:
        """Yield results as they come, until `feed` has no batch and none is under way.

        `on_death` is told of each worker that died, and how.
        Raises SilentControllerError and KeyboardInterrupt, after the results of what was played. Closing it ends what
        is under way.
        """


class ExecutorError(Exception):
    """Batches cannot be played here; the text says why and what to do."""
