"""Progress of long work, on stderr: a bar on a terminal, elsewhere a line for each tenth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from hanbench.harness.cli.output import log

T = TypeVar("T")
FEW = 20
"""Work of fewer parts than this prints no progress lines outside a terminal."""


def with_progress(results: Iterator[T], total: int, verb: str = "running") -> Iterator[T]:
    """Yield the results as they come, and show the progress."""
    with _progress(total, verb) as advance:
        for result in results:
            advance()
            yield result


@contextmanager
def _progress(total: int, verb: str) -> Iterator[Callable[[], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    if console.is_terminal:
        with Progress(verb, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console) as bar:
            task = bar.add_task("", total=total)
            yield lambda: bar.advance(task)
        return
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if total >= FEW and done * 10 // total != (done - 1) * 10 // total:
            log(f"  {done} of {total}")

    yield advance
