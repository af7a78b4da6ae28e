"""`hanbench serve`: benches that stay up, finished runs and campaigns, with the live page, until Ctrl-C."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.cleanup import cleaner
from hanbench.harness.cli.broker import broker_options, published
from hanbench.harness.cli.campaign_stores import is_store, watched
from hanbench.harness.cli.commands.serve import MOST_BENCHES
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.kept import Kept, Wanted, kept
from hanbench.harness.cli.mqtt_options import MqttChoice
from hanbench.harness.cli.options import SMALLEST_SIZE
from hanbench.harness.cli.output import log
from hanbench.harness.cli.replays import is_folder, replays
from hanbench.harness.cli.serve_output import print_serve
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.journal import KEPT_FRAMES
from hanbench.harness.control.recorded import RecordedBench
from hanbench.harness.control.signals import SignalledError
from hanbench.harness.serve.access import Access, access_for

if TYPE_CHECKING:
    from hanbench.harness.campaigns.watching import WatchedStore
    from hanbench.harness.serve.service import Publish

KEPT_BY_ALL = 30_000
"""Frames that the journals of all benches keep together, some 3 kB each."""
FEWEST_FRAMES = 200
FILES_OF_A_BENCH = 10
"""Open files of a bench: its loop, sockets, capture and locks; and some room."""
OTHER_FILES = 512
"""Open files of the service: connections, mostly."""
WAITING = 128
"""Connections that wait to be accepted."""


def serve(
    bench_names: tuple[str, ...],
    count: int,
    seed: str | None,
    speed: float | str | None,
    seconds: float | None,
    out: Path | None,
    capture_size: int,
    embed_keys: bool,
    name: str | None,
    host: str,
    port: int,
    token_file: Path | None,
    allowed_hosts: tuple[str, ...],
    mqtt: MqttChoice,
    as_json: bool,
) -> None:
    """Bring benches up and keep them, with the live page, HTTP and MQTT, until Ctrl-C or SIGTERM."""
    _need_extra()
    folders = [Path(each) for each in bench_names if is_folder(each)]
    files = [BenchFile.find(each) for each in bench_names if not is_folder(each) for _ in range(count)]
    publish = partial(published, options=broker_options(mqtt, files))
    stores = watched([each for each in folders if is_store(each)])
    runs = replays([each for each in folders if not is_store(each)])
    if (wanted := len(files) + len(runs) + len(stores)) > MOST_BENCHES:
        raise BadInput(None, "BENCH", f"{wanted} benches; expected at most {MOST_BENCHES}")
    _allow_open_files(len(files) * FILES_OF_A_BENCH)
    access, token_in = access_for(host, token_file, allowed_hosts)
    with ExitStack() as stack:
        stack.callback(gc.freeze)  # the process ends: Python need not look through all benches for what is unused
        listener = stack.enter_context(_listening(host, port))
        add = stack.enter_context(cleaner())
        named = _wanted(files, name, out, seed, speed, embed_keys, capture_size)
        ready = [stack.enter_context(kept(each, add)) for each in named]
        threads = stack.enter_context(_started(ready, seconds))
        started = partial(print_serve, listener, token_in, ready, runs, tuple(stores), as_json=as_json)
        _serve(threads, ready, runs, stores, listener, access, publish, started)
    failures = [thread.failure for thread in threads if thread.failure is not None]
    if failures:
        raise failures[0]


def _need_extra() -> None:
    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        raise BadInput(None, None, f"`serve` needs {' and '.join(missing)}: pip install 'hanbench[serve]'")


def _allow_open_files(number: int) -> None:
    """Let this process have so many open files more than usual, if the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = number + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _wanted(
    files: Sequence[BenchFile],
    name: str | None,
    out: Path | None,
    seed: str | None,
    speed: float | str | None,
    embed_keys: bool,
    capture_size: int,
) -> Iterator[Wanted]:
    """Name the benches; those of the same name get numbers, and each a seed of its own."""
    bases = [name or file.profile.id for file in files]
    several, seen = Counter(bases), Counter[str]()
    frames = max(FEWEST_FRAMES, min(KEPT_FRAMES, KEPT_BY_ALL // max(1, len(files))))
    each_capture = max(SMALLEST_SIZE, capture_size // max(1, len(files)))
    for file, base in zip(files, bases, strict=True):
        seen[base] += 1
        own, chosen = base, seed
        if several[base] > 1:
            own, chosen = f"{base}-{seen[base]}", f"{file.profile.seed if seed is None else seed}/{seen[base]}"
        alone = len(files) == 1
        folder = out or Path(f"hanbench-up-{own}") if alone else (out or Path("hanbench-serve")) / own
        yield Wanted(file, own, folder, chosen, speed, embed_keys, frames, each_capture)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Listen for HTTP. Raises BadInput."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise BadInput(None, "--host", f"{host}: {error.strerror or error}") from None
    try:
        listener = socket.create_server(address[:2], family=family, backlog=WAITING)
    except OSError as error:
        why, another = os.strerror(error.errno or 0).lower(), "`--port N` takes another, `--port 0` any free one"
        raise BadInput(None, "--port", f"{host}:{port}: {why}; {another}") from None
    with listener:
        yield listener


@contextmanager
def _started(ready: Sequence[Kept], seconds: float | None) -> Iterator[list[BenchThread]]:
    """Start the threads of benches; all have ended at the end. Raises what prevents one from starting."""
    threads: list[BenchThread] = []
    try:
        for each in ready:
            each.live.on_log = log if len(ready) == 1 else partial(_log_of, each.live.name)
            thread = BenchThread(each.live, seconds)
            thread.start()
            threads.append(thread)
            thread.when_ended(partial(_tell_end, thread))
        yield threads
    finally:
        for thread in threads:
            thread.stop_soon()
        for thread in threads:
            thread.stop()


def _log_of(name: str, text: str) -> None:
    log(f"{name}: {text}")


def _tell_end(thread: BenchThread) -> None:
    if thread.failure is not None:
        log(f"hanbench serve: the bench {thread.name} died: {thread.bench.end}")


def _serve(
    threads: Sequence[BenchThread],
    ready: Sequence[Kept],
    runs: Sequence[RecordedBench],
    stores: Mapping[str, WatchedStore],
    listener: socket.socket,
    access: Access,
    publish: Publish,
    started: partial[None],
) -> None:
    from hanbench.harness.serve.campaigns import Campaigns
    from hanbench.harness.serve.service import Controlled, Service

    controlled = [Controlled(thread, each.control) for thread, each in zip(threads, ready, strict=True)]
    controlled += [Controlled(run) for run in runs]
    service = Service(controlled, Campaigns(stores), listener, access, publish)
    try:
        asyncio.run(service.run(started))
    except SignalledError as signalled:
        raise signalled.outcome from None
