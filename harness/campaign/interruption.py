"""Ctrl-C during a long run: it takes effect between two cases, so that what was played is reported and nothing is torn.

A second Ctrl-C takes effect at once, as one outside `deferred` does. The same holds for other signals that end a run,
where it asks for that.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ASK = signal.SIGUSR1
"""Asks a worker to hand over what it has, and to end. Ctrl-C itself reaches controllers as well, and ends them."""

_asked = threading.Event()
_breakable = threading.Event()
"""Set during a play that `ASK` may break off."""


@contextmanager
def deferred(*others: signal.Signals) -> Iterator[list[int]]:
    """Have the first Ctrl-C, or the first of `others`, take effect at the next `end_if_asked`; yield what came.

    Outside the main thread nothing changes; nor for a signal that is ignored.
    """
    usual = {each: signal.getsignal(each) for each in (signal.SIGINT, *others)}
    mine = [each for each, handler in usual.items() if handler is not signal.SIG_IGN]
    came = list[int]()
    if threading.current_thread() is not threading.main_thread():
        mine.clear()

    def ask(number: int, frame: FrameType | None) -> None:
        signal.signal(number, usual[signal.Signals(number)])
        came.append(number)
        _asked.set()

    for each in mine:
        signal.signal(each, ask)
    try:
        yield came
    finally:
        for each in mine:
            signal.signal(each, usual[each])
        _asked.clear()


def end_if_asked() -> None:
    """Raise KeyboardInterrupt if Ctrl-C was pressed."""
    if _asked.is_set():
        raise KeyboardInterrupt


def end_when_asked() -> None:
    """Have `ASK` take effect in this worker: at once within `breakable`, elsewhere at the next `end_if_asked`."""

    def ask(number: int, frame: FrameType | None) -> None:
        _asked.set()
        if _breakable.is_set():
            raise KeyboardInterrupt

    signal.signal(ASK, ask)


@contextmanager
def breakable() -> Iterator[None]:
    """Let `ASK` break off what is done here. Raises KeyboardInterrupt, also if the run was ended before."""
    _breakable.set()
    try:
        end_if_asked()
        yield
    finally:
        _breakable.clear()
