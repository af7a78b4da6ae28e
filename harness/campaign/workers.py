"""Work on several processes: groups of items, and a worker that dies costs one item at most.

The shape is that of `concurrent.futures`, with two differences. Results of one group come one after the other, so that
those before the death of a worker are kept. And a worker that dies harms nobody but itself: what it had not returned is
done once more, each item by itself, and an item at which a worker dies twice comes back as `Lost`.

`map_groups` yields the results of a list of groups in their order. `stream_groups` yields them as they come, and asks
for one group after the other when a worker is free: no more groups are under way than there are workers.

On Ctrl-C, and on an error that ends the whole work, the workers hand over what they have: work that holds results back
catches KeyboardInterrupt, yields them, and raises it again.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

from hanbench.harness.campaign.interruption import ASK, end_if_asked
from hanbench.harness.campaign.worker_process import Message, Note, Work, in_one_line, serve

T = TypeVar("T")
R = TypeVar("R")


Tell = Callable[[str], None]

_GRACE = 2.0
"""Seconds in which a worker must end after SIGTERM."""
_HAND_OVER = 10.0
"""Seconds in which the workers must hand over what they have when the work ends early: time to judge a few cases."""
_LOOK = 0.2
"""Seconds after which it is looked whether Ctrl-C was pressed."""


@dataclass(frozen=True)
class Lost:
    """There is no result: hanbench itself failed at this item."""

    reason: str


@dataclass
class _Group(Generic[T]):
    number: int
    items: Sequence[T]
    first: int = 0
    """The place of the first item in the whole group, of which this may be the rest."""
    again: bool = False
    """Whether a worker died at these items before."""


@dataclass
class _Worker(Generic[T]):
    process: ForkProcess
    connection: Connection
    group: _Group[T] | None = None
    returned: int = 0
    """Results of its group so far."""


def map_groups(
    work: Work[T, R],
    groups: Sequence[Sequence[T]],
    jobs: int,
    *,
    fatal: tuple[type[BaseException], ...] = (),
    tell: Tell | None = None,
) -> Generator[tuple[T, R | Lost], None, None]:
    """Yield each item with its result, in the order of the groups, whatever the number of processes.

    An error of `work` that is one of `fatal` is raised here, after the results that there are; any other makes a `Lost`
    of the item that it happened at. With `jobs` of 1 all is done in this process. `tell` gets the notes of `work`.
    """
    if jobs <= 1 or len(groups) <= 1:
        for items in groups:
            yield from _here(work, items, fatal, tell)
        return
    feed = partial(next, iter(groups), None)
    results = stream_groups(work, feed, min(jobs, len(groups)), fatal=fatal, tell=tell)
    with closing(results):
        yield from _in_order(groups, results, fatal)


class Placed(NamedTuple, Generic[T, R]):
    """A result, with the place of its item."""

    group: int
    """The number of the group, from 0, as they were asked for."""
    place: int
    item: T
    result: R | Lost


def stream_groups(
    work: Work[T, R],
    feed: Callable[[], Sequence[T] | None],
    jobs: int,
    *,
    fatal: tuple[type[BaseException], ...] = (),
    tell: Tell | None = None,
    on_death: Callable[[str], object] = lambda how: None,
) -> Generator[Placed[T, R], None, None]:
    """Yield each item with its result as soon as there is one; `work`, `fatal` and `tell` are those of `map_groups`.

    `feed` returns the next group when a worker is free, or None: there is none now. It is asked again after each
    result, and the work is over when there is none and all workers are idle. All is done in worker processes, of which
    there are at most `jobs`. `on_death` is told how a worker died.
    """
    pool = _Pool(work, feed, jobs, fatal, tell, on_death)
    try:
        yield from pool.results()
    finally:
        pool.close()


def _in_order(
    groups: Sequence[Sequence[T]], results: Iterator[Placed[T, R]], fatal: tuple[type[BaseException], ...]
) -> Iterator[tuple[T, R | Lost]]:
    """Yield the results in the order of the groups; if the work ends early, those that there are, and then raise."""
    held: dict[tuple[int, int], tuple[T, R | Lost]] = {}
    due = ((number, place) for number, items in enumerate(groups) for place in range(len(items)))
    awaited = next(due, None)
    try:
        for each in results:
            held[each.group, each.place] = each.item, each.result
            while awaited in held:
                yield held.pop(awaited)
                awaited = next(due, None)
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, *fatal)):
            for place in sorted(held):
                yield held[place]
        raise


def _here(
    work: Work[T, R], items: Sequence[T], fatal: tuple[type[BaseException], ...], tell: Tell | None
) -> Iterator[tuple[T, R | Lost]]:
    done = 0
    while done < len(items):
        try:
            for result in work(items[done:]):
                if isinstance(result, Note):
                    _pass_on(result.text, tell)
                    continue
                done += 1
                yield items[done - 1], result
        except fatal:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the other items have nothing to do with it
            done += 1
            yield items[done - 1], Lost(in_one_line(error))


def _pass_on(note: str, tell: Tell | None) -> None:
    if tell is not None:
        tell(note)


class _Pool(Generic[T, R]):
    def __init__(
        self,
        work: Work[T, R],
        feed: Callable[[], Sequence[T] | None],
        jobs: int,
        fatal: tuple[type[BaseException], ...],
        tell: Tell | None,
        on_death: Callable[[str], object],
    ) -> None:
        self._tell = tell
        self._on_death = on_death
        self._work = work
        self._feed = feed
        self._fatal = fatal
        self._jobs = jobs
        self._given = 0
        """How many groups `feed` gave so far."""
        self._again: deque[_Group[T]] = deque()
        """What dead workers did not return."""
        self._found: deque[Placed[T, R]] = deque()
        self._workers: list[_Worker[T]] = []
        self._context = multiprocessing.get_context("fork")

    def results(self) -> Iterator[Placed[T, R]]:
        """Yield the results; after Ctrl-C or a fatal error, those that the workers hand over, before that is raised.

        A second Ctrl-C does not wait for what the workers still have.
        """
        try:
            while self._found or self._go_on():
                while self._found:
                    yield self._found.popleft()
        except BaseException as error:
            if not isinstance(error, (KeyboardInterrupt, *self._fatal)):
                raise
            with suppress(KeyboardInterrupt):
                self._hand_over()
            while self._found:
                yield self._found.popleft()
            raise

    def close(self) -> None:
        """End the workers, whatever they do."""
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(_GRACE)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.connection.close()
        self._workers.clear()

    def _go_on(self) -> bool:
        """Give work to the workers that have none, and wait for what comes next; return whether there is any work."""
        end_if_asked()
        while (idle := self._idle()) and (group := self._next()) is not None:
            self._give(idle if isinstance(idle, _Worker) else self._start(), group)
        busy = {worker.connection: worker for worker in self._workers if worker.group is not None}
        ends = {worker.process.sentinel: worker for worker in self._workers if worker.group is not None}
        for ready in wait([*busy, *ends], _LOOK) if busy else ():
            worker = busy.get(ready) or ends[ready]  # type: ignore[call-overload,index]
            if worker in self._workers:
                self._hear(worker)
        return bool(busy or self._again or self._found)

    def _idle(self) -> _Worker[T] | bool:
        """Return a worker without work, or whether one more may be started."""
        waiting = (worker for worker in self._workers if worker.group is None)
        return next(waiting, None) or len(self._workers) < self._jobs

    def _next(self) -> _Group[T] | None:
        """Return the group to do next; None: there is none now."""
        if self._again:
            return self._again.popleft()
        items = self._feed()
        if items is None:
            return None
        self._given += 1
        return _Group(self._given - 1, items)

    def _hand_over(self) -> None:
        """Ask the workers for what they have, and take it until each has ended, for a time."""
        busy = {worker.connection: worker for worker in self._workers if worker.group is not None}
        for worker in busy.values():
            if worker.process.is_alive() and worker.process.pid is not None:
                os.kill(worker.process.pid, ASK)
        deadline = monotonic() + _HAND_OVER
        while busy and (left := deadline - monotonic()) > 0:
            for connection in wait(list(busy), left):
                if not self._takes_last(busy[connection]):  # type: ignore[index]
                    del busy[connection]  # type: ignore[arg-type]

    def _takes_last(self, worker: _Worker[T]) -> bool:
        """Take a message of a worker that is to end; return whether more may come. Another fatal error says no more."""
        try:
            message = worker.connection.recv()
            if worker.group is not None:
                self._take(worker, worker.group, message)
        except (EOFError, OSError, pickle.UnpicklingError):
            return False
        except self._fatal:
            return False
        return worker.group is not None

    def _start(self) -> _Worker[T]:
        ours, theirs = self._context.Pipe()
        others = [worker.connection for worker in self._workers]
        process = self._context.Process(target=serve, args=(theirs, [ours, *others], self._work), daemon=False)
        process.start()
        theirs.close()
        worker = _Worker[T](process, ours)
        self._workers.append(worker)
        return worker

    def _give(self, worker: _Worker[T], group: _Group[T]) -> None:
        worker.group, worker.returned = group, 0
        try:
            worker.connection.send(group.items)
        except OSError:
            self._died(worker)

    def _hear(self, worker: _Worker[T]) -> None:
        """Take what a worker has sent, or note that it has died."""
        try:
            while worker.group is not None and worker.connection.poll():
                self._take(worker, worker.group, worker.connection.recv())
        except (EOFError, OSError, pickle.UnpicklingError):
            self._died(worker)
            return
        if not worker.process.is_alive() and worker.group is not None and not worker.connection.poll():
            self._died(worker)

    def _take(self, worker: _Worker[T], group: _Group[T], message: Message) -> None:
        if message.done:
            worker.group = None
            return
        if message.note is not None:
            _pass_on(message.note, self._tell)
            return
        if message.error is not None and isinstance(message.error, self._fatal):
            worker.group = None  # what it does from now on is no part of the work
            raise message.error
        result: R | Lost = message.result if message.error is None else Lost(in_one_line(message.error))
        self._returned(worker, group, result)

    def _returned(self, worker: _Worker[T], group: _Group[T], result: R | Lost) -> None:
        """Note the result of the first item of a worker that has none yet."""
        place = worker.returned
        self._found.append(Placed(group.number, group.first + place, group.items[place], result))
        worker.returned += 1

    def _died(self, worker: _Worker[T]) -> None:
        """Have done once more, item by item, what a dead worker did not return."""
        self._workers.remove(worker)
        worker.process.join(_GRACE)
        worker.connection.close()
        group, how = worker.group, _ended(worker.process.exitcode)
        if group is None:
            return
        self._on_death(how)
        rest = group.items[worker.returned :]
        if group.again and rest:
            self._returned(worker, group, Lost(f"its worker process {how}, twice"))
            return
        first = group.first + worker.returned
        self._again.extendleft(
            _Group(group.number, (item,), first + place, again=True) for place, item in reversed(list(enumerate(rest)))
        )


def _ended(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended with status {status}"
