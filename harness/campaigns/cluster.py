"""Batches on a cluster of dask.distributed. This module alone imports it, when `--cluster` is given.

One task is one batch: a scheduler takes a millisecond for each task. At most four batches a worker are with the
scheduler at a time, so that neither its memory nor ours grows with the campaign. A worker's program must be this one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Mapping
from ssl import SSLError
from threading import Lock
from typing import NamedTuple

from hanbench.harness.campaign.interruption import end_if_asked
from hanbench.harness.campaign.unanswered import SilentControllerError
from hanbench.harness.campaigns.executing import Died, ExecutorError, Feed
from hanbench.harness.campaigns.identity import Identity, identity
from hanbench.harness.campaigns.playing import Batch, BatchResult, run_batch
from hanbench.harness.campaigns.spec import CampaignSpec
from hanbench.harness.campaigns.starting import first_unstartable
from hanbench.harness.words import counted

try:
    from distributed import Client, Future, KilledWorker, get_worker, wait
except ImportError:
    raise ExecutorError("--cluster needs dask.distributed: pip install 'hanbench[cluster]'") from None

WINDOW = 4
"""Batches a worker that are with the scheduler at a time."""
RETRIES = 2
"""How often the scheduler plays a batch again that raised an exception."""
_CONNECTING_S = 15
_GLANCE_S = 0.5
"""Seconds after which it is looked whether Ctrl-C was pressed."""
_ALONE_S = 60
"""Seconds without a worker after which that is told once more."""
_one_at_a_time = Lock()
"""A worker with several threads plays one batch at a time: what a process remembers is no matter of threads."""


class Unfit(NamedTuple):
    """A worker that cannot play a campaign."""

    worker: str
    """Its address."""
    problem: str


_fit: set[tuple[CampaignSpec, Identity]] = set()
"""Campaigns that this process, a worker, can play: it has tried their controllers."""


def problem_here(spec: CampaignSpec, coordinator: Identity) -> str:
    """Return why this process cannot play a campaign: another program, a controller that does not start. Empty: it can.

    `coordinator`: the program that the others run.
    """
    if difference := coordinator.difference(identity()):
        return f"runs another program: {difference}"
    if (found := first_unstartable(spec.controllers)) is not None:
        return f"cannot play {found.key}: {found.problem}"
    _fit.add((spec, coordinator))
    return ""


def play_batch(spec: CampaignSpec, batch: Batch, coordinator: Identity) -> BatchResult | Unfit:
    """Play a batch on a worker. `coordinator`: its program. Raises what `run_batch` raises."""
    with _one_at_a_time:
        if (spec, coordinator) not in _fit and (problem := problem_here(spec, coordinator)):
            return Unfit(get_worker().address, problem)
        return run_batch(spec, batch)


class Cluster:
    """The workers of a scheduler. A context manager."""

    def __init__(self, address: str, spec: CampaignSpec, tell: Callable[[str], object]) -> None:
        """Connect to a scheduler, and wait until it has a worker.

        Raises ExecutorError, also if a worker runs another program or cannot start a controller, and KeyboardInterrupt.
        """
        self._spec = spec
        self._address = address
        self._tell = tell
        self._known = frozenset[str]()
        """The workers at the latest look."""
        self._told_alone: float | None = None
        """When it was last told that there is no worker; None: there is one."""
        logging.getLogger("distributed").setLevel(logging.ERROR)
        try:
            self._client = Client(address, timeout=_CONNECTING_S)
        except (FileNotFoundError, SSLError, RuntimeError, TypeError) as error:
            # What distributed raises for tls:// without certificates, and for tcp:// where encryption is required.
            hint = "docs/campaigns.md has the settings of tls://"
            raise ExecutorError(f"no connection to {address}: {error}; {hint}") from None
        except (OSError, TimeoutError, ValueError) as error:
            raise ExecutorError(f"no scheduler answers at {address}: {str(error) or type(error).__name__}") from None
        try:
            self._await_a_worker()
            self._refuse_unfit_workers()
            self._known = self._workers()
        except BaseException:
            self.close()
            raise

    def _await_a_worker(self) -> None:
        while not self._workers():
            self._tell_if_alone()
            end_if_asked()
            self._raise_if_gone()
            time.sleep(_GLANCE_S)

    def _refuse_unfit_workers(self) -> None:
        try:
            found: Mapping[str, str] = self._client.run(problem_here, self._spec, identity())
        except Exception as error:  # noqa: BLE001 - a worker without hanbench cannot even load the question
            said = f"{type(error).__name__}: {error}"
            raise ExecutorError(f"a worker cannot run hanbench {identity().hanbench} ({said})") from None
        for worker, problem in sorted(found.items()):
            if problem:
                raise ExecutorError(f"the worker {worker} {problem}")

    @property
    def words(self) -> str:
        """See `Executor`."""
        return f"{counted(len(self._workers()), 'worker')} at {self._address}"

    def _workers(self) -> frozenset[str]:
        """Return the addresses of the workers; if the scheduler does not answer, those that were there.

        It is asked itself: `Client.scheduler_info` now and then returns what the client keeps, which names no worker.
        """
        try:
            found = self._client.sync(self._client.scheduler.identity, n_workers=-1)
        except OSError:
            return self._known
        return frozenset(found["workers"])

    def results(self, feed: Feed, on_death: Callable[[str], object]) -> Generator[BatchResult | Died, None, None]:
        """See `Executor`."""
        pending: dict[Future, Batch] = {}
        try:
            while True:
                self._look_at_workers(on_death)
                self._submit(feed, pending)
                if not pending:
                    return
                for future in self._finished(pending):
                    yield self._result(future, pending.pop(future))
        finally:
            self._client.cancel(list(pending), force=True)

    def _look_at_workers(self, on_death: Callable[[str], object]) -> None:
        """Tell and count the workers that are gone since the last look, whether they died or were ended."""
        now = self._workers()
        for each in sorted(self._known - now):
            on_death(f"is gone ({each}), {len(now):,} left")
        self._known = now
        self._tell_if_alone()

    def _submit(self, feed: Feed, pending: dict[Future, Batch]) -> None:
        room = WINDOW * max(1, len(self._known)) - len(pending)
        for batch in feed(room) if room > 0 else ():
            future = self._client.submit(
                play_batch,
                self._spec,
                batch,
                identity(),
                key=f"hanbench-{time.monotonic_ns()}-{batch.low}",
                pure=False,
                retries=RETRIES,
            )
            pending[future] = batch

    def _finished(self, pending: Mapping[Future, Batch]) -> list[Future]:
        """Wait for results, for a short time. Raises KeyboardInterrupt, and ExecutorError if the scheduler is gone."""
        end_if_asked()
        self._raise_if_gone()
        try:
            return list(wait(list(pending), timeout=_GLANCE_S, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            return []

    def _raise_if_gone(self) -> None:
        if self._client.status not in ("running", "connecting"):
            raise ExecutorError(f"the scheduler at {self._address} is gone; `hanbench campaign resume` goes on later")

    def _tell_if_alone(self) -> None:
        """Say that there is no worker: at once, and now and then."""
        now = time.monotonic()
        if self._workers():
            self._told_alone = None
        elif self._told_alone is None or now - self._told_alone > _ALONE_S:
            self._told_alone = now
            hint = f"waiting for one: dask worker {self._address}"
            self._tell(f"  the scheduler at {self._address} has no workers; {hint}")

    def _result(self, future: Future, batch: Batch) -> BatchResult | Died:
        """Return the result of a batch. Raises SilentControllerError, and ExecutorError for an unfit worker."""
        try:
            result: BatchResult | Unfit = future.result(timeout=_CONNECTING_S)
        except (SilentControllerError, KeyboardInterrupt):
            raise
        except KilledWorker as error:
            return Died(batch, f"workers died at it {error.allowed_failures + 1} times")
        except Exception as error:  # noqa: BLE001 - of the batch or of the cluster: the batch is divided, and played again
            return Died(batch, f"{type(error).__name__}: {error}")
        if isinstance(result, Unfit):
            raise ExecutorError(f"the worker {result.worker}, which joined, {result.problem}")
        return result

    def close(self) -> None:
        """Leave the scheduler; its workers stay."""
        self._client.close(timeout=_CONNECTING_S)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
