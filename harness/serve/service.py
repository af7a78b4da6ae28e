"""A service: benches with their control sockets, campaigns, and HTTP, from the start to a clean end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import NamedTuple

from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.recorded import RecordedBench
from hanbench.harness.control.signals import ending_on_signals
from hanbench.harness.control.socket_server import ControlSocket
from hanbench.harness.files import OutputError
from hanbench.harness.serve.access import Access
from hanbench.harness.serve.app import application
from hanbench.harness.serve.benches import Benches
from hanbench.harness.serve.campaigns import Campaigns
from hanbench.harness.serve.http_server import HttpServer
from hanbench.harness.serve.problems import Refusals
from hanbench.harness.serve.sse import Streams

Publish = Callable[[BenchThread], AbstractAsyncContextManager[None]]
"""Publishes a bench at a broker until it ends; raises OutputError if its decisions could be lost."""

LAST_EVENTS = 0.3
"""Time for the last events of benches to reach the streams, real seconds."""


class Controlled(NamedTuple):
    """A bench that has been started, and the socket on which it is controlled; or a finished run."""

    thread: BenchThread | RecordedBench
    control: socket.socket | None = None
    """None: a finished run, which has none."""


class Service:
    """Serves benches until all have ended, by themselves or at a signal; campaigns and replays end at a signal."""

    def __init__(
        self,
        benches: Sequence[Controlled],
        campaigns: Campaigns,
        listener: socket.socket,
        access: Access,
        publish: Publish,
    ) -> None:
        """`listener`: the socket that listens for HTTP."""
        self._benches = benches
        self._campaigns = campaigns
        self._listener = listener
        self._access = access
        self._publish = publish

    async def run(self, started: Callable[[], object]) -> None:
        """Serve. `started` is called when requests are answered. Raises SignalledError after a signal."""
        streams, refusals = Streams(), Refusals()
        benches = Benches(each.thread for each in self._benches)
        server = HttpServer(application(benches, self._campaigns, self._access, streams, refusals), refusals)
        with ending_on_signals(self._stop_soon):
            async with asyncio.TaskGroup() as group:
                group.create_task(server.serve_on(self._listener))
                ends = [group.create_task(self._controlled_until_end(each)) for each in self._benches]
                if len(self._campaigns):
                    ends.append(group.create_task(self._campaigns.until_end()))
                started()
                await asyncio.gather(*ends)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LAST_EVENTS):
                        await streams.all_closed()
                streams.closing.set()
                server.end()

    def _stop_soon(self) -> None:
        self._campaigns.end()
        for each in self._benches:
            each.thread.stop_soon()

    async def _controlled_until_end(self, bench: Controlled) -> None:
        """Serve the control socket of a bench, and publish it, until the bench has ended."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        bench.thread.when_ended(lambda: loop.call_soon_threadsafe(ended.set))
        if bench.control is None or isinstance(bench.thread, RecordedBench):
            await ended.wait()
            return
        try:
            async with self._publish(bench.thread):
                await ControlSocket(bench.thread, bench.control).serve(ended)
        except OutputError as error:  # it ends this bench; the others go on
            bench.thread.fail_soon(error)
            await ended.wait()
