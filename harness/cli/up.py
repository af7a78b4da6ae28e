"""`hanbench up`: a bench that stays up until Ctrl-C."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from hanbench.emulator.clock import PacedClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.cleanup import cleaned_up
from hanbench.harness.bench.street import assemble_street
from hanbench.harness.cli.embed_keys import embed_keys_of
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.output import log
from hanbench.harness.cli.up_homes import keep_homes
from hanbench.harness.cli.up_output import print_up
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.runtime import claimed, runtime_folder, socket_path
from hanbench.harness.control.signals import SignalledError, ending_on_signals
from hanbench.harness.control.socket_server import ControlSocket
from hanbench.harness.files import locked_folder


def up(
    bench_name: str,
    seed: str | None,
    speed: float | str | None,
    seconds: float | None,
    out: Path | None,
    embed_keys: bool,
    name: str | None,
    as_json: bool,
) -> None:
    """Bring BENCH up, a file or the id of a shipped bench, and keep it up until Ctrl-C."""
    bench = BenchFile.find(bench_name)
    clock = bench.clock(speed, watched=True)
    if not isinstance(clock, PacedClock):
        raise BadInput(None, "--speed", "`up` serves other programs and needs paced time: expected a number above 0")
    name = name or bench.profile.id
    folder = Path(f"hanbench-up-{name}") if out is None else out
    with ExitStack() as stack:
        listener = None if bench.profile.homes else stack.enter_context(claimed(name))
        state = stack.enter_context(bench.state(log))
        stack.enter_context(locked_folder(folder))
        street = assemble_street(bench, clock, seed=seed, links=runtime_folder() / name, state=state)
        stack.enter_context(cleaned_up(street.published))
        path = folder / f"{bench.profile.id}.pcapng"
        if listener is None:
            stack.callback(_embed_keys, embed_keys, lambda: (path,))
            started = partial(print_up, bench, street, name, path, None, as_json=as_json)
            keep_homes(street, clock, path, seconds, started)
        else:
            live = LiveBench(bench, street.homes[0].han, folder, name)
            stack.callback(_embed_keys, embed_keys, lambda: live.captures.files)
            started = partial(print_up, bench, street, name, path, socket_path(name), as_json=as_json)
            _keep(live, listener, seconds, started)


def _embed_keys(wanted: bool, captures: Callable[[], Iterable[Path]]) -> None:
    if wanted:
        for capture in captures():
            if capture.exists():
                embed_keys_of(capture)


def _keep(live: LiveBench, listener: socket.socket, seconds: float | None, started: Callable[[], None]) -> None:
    """Keep a bench of one home, and serve its control socket. `started` is called when the ports are open."""
    live.on_log = log
    kept = BenchThread(live, seconds)
    kept.start()
    try:
        started()
        asyncio.run(_served(kept, listener))
    except SignalledError as signalled:
        raise signalled.outcome from None
    finally:
        kept.stop()
    if kept.failure is not None:
        raise kept.failure


async def _served(bench: BenchThread, listener: socket.socket) -> None:
    """Serve the control socket until the bench ends, by itself or at a signal."""
    ended = asyncio.Event()
    bench.when_ended(partial(asyncio.get_running_loop().call_soon_threadsafe, ended.set))
    with ending_on_signals(bench.stop_soon):
        await ControlSocket(bench, listener).serve(ended)
