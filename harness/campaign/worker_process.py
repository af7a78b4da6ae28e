"""A worker's side: it does group after group, and sends results, notes and errors to its parent."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, NamedTuple, TypeVar

from hanbench.harness.campaign.interruption import end_if_asked, end_when_asked

T = TypeVar("T")
R = TypeVar("R")

_PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that a process gets when its parent dies."""


class Note(NamedTuple):
    """A line to tell at once, whatever results are still to come before its own."""

    text: str


Work = Callable[[Sequence[T]], Iterator[R | Note]]
"""Does a group of items and yields a result for each, in their order; and notes, at any time."""


class Message(NamedTuple):
    """What a worker sends: a result of its group, an error in the place of one, a note, or that the group is done."""

    result: Any = None
    error: BaseException | None = None
    done: bool = False
    note: str | None = None


def serve(connection: Connection, foreign: Sequence[Connection], work: Work[T, R]) -> None:
    """Do group after group, until the parent closes the connection."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the parent ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, _leave_to_parent)
    end_when_asked()
    for other in foreign:
        other.close()
    gc.freeze()  # what the parent had is in use as long as this process lives: no collection need look at it
    while True:
        try:
            items: Sequence[T] = connection.recv()
        except (EOFError, OSError):
            return
        try:
            _do(connection, items, work)
            end_if_asked()
        except KeyboardInterrupt:  # asked to end: what there was is sent
            return
        connection.send(Message(done=True))


def _leave_to_parent(number: int, frame: FrameType | None) -> None:
    """A terminal that hangs up tells the whole process group; the parent ends its workers, as after Ctrl-C.

    The signal is not ignored, because programs that a worker starts would ignore it too.
    """


def die_with_parent() -> None:
    """Have Linux kill this process as soon as its parent has died, however that was. Elsewhere nothing changes."""
    parent = multiprocessing.parent_process()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent.pid:  # it died before that took effect
        os._exit(1)


def _do(connection: Connection, items: Sequence[T], work: Work[T, R]) -> None:
    done = 0
    while done < len(items):
        try:
            for result in work(items[done:]):
                if isinstance(result, Note):
                    connection.send(Message(note=result.text))
                    continue
                connection.send(Message(result))
                done += 1
        except Exception as error:  # noqa: BLE001 - the parent decides what it means
            connection.send(Message(error=_sendable(error)))
            done += 1


def _sendable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own octets
    except Exception:  # noqa: BLE001 - an error that cannot travel goes as its text
        return RuntimeError(in_one_line(error))
    return error


def in_one_line(error: BaseException) -> str:
    """Return an error in one line, and where it was raised if HANBENCH_DEBUG is 1."""
    if os.environ.get("HANBENCH_DEBUG") == "1":
        return "".join(traceback.format_exception(error))
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
