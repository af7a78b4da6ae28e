"""Batches on processes of this machine. A batch whose worker dies is played once more; the second death is told."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from hanbench.harness.campaign.unanswered import SilentControllerError
from hanbench.harness.campaign.workers import Lost, stream_groups
from hanbench.harness.campaigns.executing import Died, Feed
from hanbench.harness.campaigns.playing import Batch, BatchResult, play
from hanbench.harness.campaigns.spec import CampaignSpec
from hanbench.harness.words import counted


@dataclass(frozen=True)
class LocalProcesses:
    """Worker processes, each with one batch at a time."""

    spec: CampaignSpec
    jobs: int

    @property
    def words(self) -> str:
        """See `Executor`."""
        return counted(self.jobs, "process", "processes")

    def results(self, feed: Feed, on_death: Callable[[str], object]) -> Generator[BatchResult | Died, None, None]:
        """See `Executor`."""

        def next_group() -> Sequence[Batch] | None:
            return feed(1) or None

        work = partial(_work, self.spec)
        placed = stream_groups(work, next_group, self.jobs, fatal=(SilentControllerError,), on_death=on_death)
        with closing(placed):
            for each in placed:
                yield Died(each.item, each.result.reason) if isinstance(each.result, Lost) else each.result


def _work(spec: CampaignSpec, batches: Sequence[Batch]) -> Iterator[BatchResult]:
    for batch in batches:
        yield from play(spec, batch)
