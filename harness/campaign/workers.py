"""Work on several processes: groups of items, results in order, and a worker that dies costs one item at most.

The shape is that of `concurrent.futures`, with two differences. Results of one group come one after the other, so that
those before the death of a worker are kept. And a worker that dies harms nobody but itself: what it had not returned is
done once more, each item by itself, and an item at which a worker dies twice comes back as `Lost`.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

from hanbench.harness.campaign.interruption import end_if_asked

T = TypeVar("T")
R = TypeVar("R")


class Note(NamedTuple):
    """A line to tell at once, whatever results are still to come before its own."""

    text: str


Work = Callable[[Sequence[T]], Iterator[R | Note]]
"""Does a group of items and yields a result for each, in their order; and notes, at any time."""
Tell = Callable[[str], None]

_GRACE = 2.0
"""Seconds in which a worker must end after SIGTERM."""
_LOOK = 0.2
"""Seconds after which it is looked whether Ctrl-C was pressed."""


@dataclass(frozen=True)
class Lost:
    """There is no result: hanbench itself failed at this item."""

    reason: str


class _Message(NamedTuple):
    """What a worker sends: a result of its group, an error in the place of one, a note, or that the group is done."""

    result: Any = None
    error: BaseException | None = None
    done: bool = False
    note: str | None = None


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
    pool = _Pool(work, groups, min(jobs, len(groups)), fatal, tell)
    try:
        yield from pool.results()
    finally:
        pool.close()


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
            yield items[done - 1], Lost(_said(error))


def _pass_on(note: str, tell: Tell | None) -> None:
    if tell is not None:
        tell(note)


@dataclass
class _Results(Generic[R]):
    """The results of one whole group so far, by the places of their items."""

    size: int
    found: dict[int, R | Lost] = field(default_factory=dict)


class _Pool(Generic[T, R]):
    def __init__(
        self,
        work: Work[T, R],
        groups: Sequence[Sequence[T]],
        jobs: int,
        fatal: tuple[type[BaseException], ...],
        tell: Tell | None,
    ) -> None:
        self._tell = tell
        self._work = work
        self._groups = groups
        self._fatal = fatal
        self._jobs = jobs
        self._todo = deque(_Group(number, items) for number, items in enumerate(groups))
        self._found = [_Results[R](len(items)) for items in groups]
        self._workers: list[_Worker[T]] = []
        self._context = multiprocessing.get_context("fork")

    def results(self) -> Iterator[tuple[T, R | Lost]]:
        """Yield the results in order; after Ctrl-C or a fatal error, those that there are, before that is raised."""
        try:
            for number, items in enumerate(self._groups):
                for place, item in enumerate(items):
                    while place not in self._found[number].found:
                        self._go_on()
                    yield item, self._found[number].found.pop(place)
        except BaseException as error:
            if not isinstance(error, (KeyboardInterrupt, *self._fatal)):
                raise
            for items, results in zip(self._groups, self._found, strict=True):
                for place, result in sorted(results.found.items(), key=itemgetter(0)):
                    yield items[place], result
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

    def _go_on(self) -> None:
        """Give work to whoever has none, and wait for what comes next."""
        end_if_asked()
        while self._todo and len(self._workers) < self._jobs:
            self._workers.append(self._start())
        for worker in self._workers:
            if worker.group is None and self._todo:
                self._give(worker, self._todo.popleft())
        busy = {worker.connection: worker for worker in self._workers if worker.group is not None}
        ends = {worker.process.sentinel: worker for worker in self._workers if worker.group is not None}
        for ready in wait([*busy, *ends], _LOOK):
            worker = busy.get(ready) or ends[ready]  # type: ignore[call-overload,index]
            if worker in self._workers:
                self._hear(worker)

    def _start(self) -> _Worker[T]:
        ours, theirs = self._context.Pipe()
        others = [worker.connection for worker in self._workers]
        process = self._context.Process(target=_serve, args=(theirs, [ours, *others], self._work), daemon=False)
        process.start()
        theirs.close()
        return _Worker(process, ours)

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

    def _take(self, worker: _Worker[T], group: _Group[T], message: _Message) -> None:
        if message.done:
            worker.group = None
            return
        if message.note is not None:
            _pass_on(message.note, self._tell)
            return
        if message.error is not None and isinstance(message.error, self._fatal):
            raise message.error
        result: R | Lost = message.result if message.error is None else Lost(_said(message.error))
        self._found[group.number].found[group.first + worker.returned] = result
        worker.returned += 1

    def _died(self, worker: _Worker[T]) -> None:
        """Have done once more, item by item, what a dead worker did not return."""
        self._workers.remove(worker)
        worker.process.join(_GRACE)
        worker.connection.close()
        group = worker.group
        if group is None:
            return
        rest = group.items[worker.returned :]
        if group.again and rest:
            how = _ended(worker.process.exitcode)
            self._found[group.number].found[group.first + worker.returned] = Lost(f"its worker process {how}, twice")
            return
        first = group.first + worker.returned
        self._todo.extendleft(
            _Group(group.number, (item,), first + place, again=True) for place, item in reversed(list(enumerate(rest)))
        )


def _ended(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _said(error: BaseException) -> str:
    """Return an error in one line, and where it was raised if HANBENCH_DEBUG is 1."""
    if os.environ.get("HANBENCH_DEBUG") == "1":
        return "".join(traceback.format_exception(error))
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _serve(connection: Connection, foreign: Sequence[Connection], work: Work[T, R]) -> None:
    """Do group after group, until the parent closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the parent ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    for other in foreign:
        other.close()
    gc.freeze()  # what the parent had is in use as long as this process lives: no collection need look at it
    while True:
        try:
            items: Sequence[T] = connection.recv()
        except (EOFError, OSError):
            return
        _do(connection, items, work)
        connection.send(_Message(done=True))


def _do(connection: Connection, items: Sequence[T], work: Work[T, R]) -> None:
    done = 0
    while done < len(items):
        try:
            for result in work(items[done:]):
                if isinstance(result, Note):
                    connection.send(_Message(note=result.text))
                    continue
                connection.send(_Message(result))
                done += 1
        except Exception as error:  # noqa: BLE001 - the parent decides what it means
            connection.send(_Message(error=_sendable(error)))
            done += 1


def _sendable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own octets
    except Exception:  # noqa: BLE001 - an error that cannot travel goes as its text
        return RuntimeError(_said(error))
    return error
