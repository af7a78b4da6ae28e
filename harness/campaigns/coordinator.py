"""The coordinator: hands out the batches of a store, and commits what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import pairwise
from typing import NamedTuple

import msgspec

from hanbench.harness.campaign.unanswered import SilentControllerError
from hanbench.harness.campaigns.executing import Died, Executor
from hanbench.harness.campaigns.identity import identity
from hanbench.harness.campaigns.plan import Plan
from hanbench.harness.campaigns.playing import Batch, BatchResult, lost
from hanbench.harness.campaigns.rows import CaseName
from hanbench.harness.campaigns.spec import CampaignSpec, encode, spec_hash
from hanbench.harness.campaigns.store import About, Store


class Advance(NamedTuple):
    """A step of a campaign."""

    cases: int
    failing: int


def begun(spec: CampaignSpec) -> About:
    """Return what a new store is about."""
    return About(spec.name, encode(spec), spec_hash(spec), spec.size, msgspec.json.encode(identity()), time.time())


def batches_of(plan: Plan, known: list[CaseName]) -> Iterator[tuple[int, int, bool]]:
    """Yield the batches of a new campaign: low, high, known. A case that is known to fail is a batch by itself."""
    spec = plan.spec
    alone = sorted({number for name in known if (number := plan.find(name)) is not None})
    edges = sorted({*range(0, spec.size, spec.batch_size), spec.size, *alone, *(each + 1 for each in alone)})
    marked = set(alone)
    for low, high in pairwise(edges):
        yield low, high, low in marked


class Coordinator:
    """Plays what is left of a store's campaign. It alone writes there."""

    def __init__(self, store: Store, spec: CampaignSpec, tell: Callable[[str], object]) -> None:
        self._store = store
        self._spec = spec
        self._tell = tell
        self._under_way: set[int] = set()
        self.stopped = ""
        """Why not all was played, if it was not interrupted."""

    def died(self, how: str) -> None:
        """Count a worker that died, and tell it."""
        self._store.note_death()
        self._tell(f"  a worker {how}; what it had is played again")

    def run(self, executor: Executor) -> Generator[Advance, None, None]:
        """Play until nothing is left; yield each step when it is on the disk.

        Raises KeyboardInterrupt and OutputError; the store can be resumed then, as after any kill.
        """
        self._store.begin_session(executor.words)
        how = "interrupted"
        try:
            with closing(executor.results(self._feed, self.died)) as results:
                for result in results:
                    if isinstance(result, Died):
                        yield from self._split(result)
                    else:
                        yield self._commit(result)
            how = "finished"
        except SilentControllerError as error:
            how = self.stopped = str(error)
        finally:
            self._store.end_session(how)

    def _feed(self, most: int) -> list[Batch]:
        found = [Batch(*each) for each in self._store.to_do(most, sorted(self._under_way))]
        self._under_way.update(each.low for each in found)
        return found

    def _commit(self, result: BatchResult) -> Advance:
        self._store.commit(result)
        self._under_way.discard(result.batch.low)
        return Advance(len(result.rows), len(result.failing))

    def _split(self, died: Died) -> Iterator[Advance]:
        """Divide a batch at which workers died; a single case is the cause, and recorded as crashed."""
        low, high = died.batch
        self._under_way.discard(low)
        if high - low > 1:
            self._tell(f"  cases {low} to {high - 1}: {died.reason}; divided, to find the one that does it")
            self._store.split(low, died.batch.halves[0].high)
            return
        self._tell(f"  case {low}: {died.reason}; recorded as crashed")
        yield self._commit(lost(self._spec, low, died.reason))
