"""`hanbench up`: a bench that stays up until Ctrl-C."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.cli.broker import broker_options, published
from hanbench.harness.cli.kept import Wanted, kept
from hanbench.harness.cli.mqtt_options import MqttChoice
from hanbench.harness.cli.output import log
from hanbench.harness.cli.up_output import print_up
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.runtime import socket_path
from hanbench.harness.control.signals import SignalledError, ending_on_signals
from hanbench.harness.control.socket_server import ControlSocket
from hanbench.harness.mqtt.options import BrokerOptions


def up(
    bench_name: str,
    seed: str | None,
    speed: float | str | None,
    seconds: float | None,
    out: Path | None,
    capture_size: int,
    embed_keys: bool,
    name: str | None,
    mqtt: MqttChoice,
    as_json: bool,
) -> None:
    """Bring BENCH up, a file or the id of a shipped bench, and keep it up until Ctrl-C."""
    bench = BenchFile.find(bench_name)
    broker = broker_options(mqtt, [bench])
    name = name or bench.profile.id
    folder = Path(f"hanbench-up-{name}") if out is None else out
    with kept(Wanted(bench, name, folder, seed, speed, embed_keys, capture_size=capture_size)) as ready:
        started = partial(print_up, ready.live, socket_path(name), as_json=as_json)
        _keep(ready.live, ready.control, broker, seconds, started)


def _keep(
    live: LiveBench,
    listener: socket.socket,
    broker: BrokerOptions | None,
    seconds: float | None,
    started: Callable[[], None],
) -> None:
    """Keep a bench, and serve its control socket, and a broker. `started` is called when the ports are open."""
    live.on_log = log
    thread = BenchThread(live, seconds)
    with asyncio.Runner() as runner:  # before it says that it is up: a signal then would find a loop half made
        thread.start()
        try:
            started()
            runner.run(_served(thread, listener, broker))
        except SignalledError as signalled:
            raise signalled.outcome from None
        finally:
            thread.stop()
    if thread.failure is not None:
        raise thread.failure


async def _served(bench: BenchThread, listener: socket.socket, broker: BrokerOptions | None) -> None:
    """Serve the control socket, and a broker, until the bench ends, by itself or at a signal."""
    ended = asyncio.Event()
    bench.when_ended(partial(asyncio.get_running_loop().call_soon_threadsafe, ended.set))
    with ending_on_signals(bench.stop_soon):
        async with published(bench, broker):
            await ControlSocket(bench, listener).serve(ended)
