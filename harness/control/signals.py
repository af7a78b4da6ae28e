"""Signals that end a service: they let its event loop end in order, instead of interrupting it anywhere."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class SignalledError(Exception):
    """A signal ended the service; raise `outcome` when it has ended."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def outcome(self) -> BaseException:
        """What the signal does to a program that does not handle it: KeyboardInterrupt, or SystemExit."""
        return KeyboardInterrupt() if self.number == signal.SIGINT else SystemExit(128 + self.number)


@contextmanager
def ending_on_signals(end: Callable[[], object]) -> Iterator[None]:
    """Call `end` in the running event loop at the first signal that ends programs; a second one has its usual effect.

    A signal that the parent process ignores, as nohup does, stays ignored. Raises SignalledError at the end of the
    context if there was a signal. Use it in the main thread.
    """
    loop = asyncio.get_running_loop()
    handlers = {number: signal.getsignal(number) for number in ENDING}
    handled = [number for number, handler in handlers.items() if handler is not signal.SIG_IGN]
    received: list[int] = []

    def restore() -> None:
        while handled:
            number = handled.pop()
            loop.remove_signal_handler(number)
            signal.signal(number, handlers[number])

    def first(number: int) -> None:
        received.append(number)
        restore()
        end()

    for number in tuple(handled):
        loop.add_signal_handler(number, first, number)
    try:
        yield
    finally:
        restore()
    if received:
        raise SignalledError(received[0])
