"""`hanbench up`: a bench that stays up until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import socket
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from hanbench.emulator.clock import PacedClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.cleanup import cleaned_up
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.output import log, print_verbatim, unbroken
from hanbench.harness.cli.tables import table
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.runtime import claimed, runtime_folder, socket_path
from hanbench.harness.control.signals import SignalledError, ending_on_signals
from hanbench.harness.control.socket_server import ControlSocket
from hanbench.harness.files import locked_folder
from hanbench.harness.han.formation import FormationError
from hanbench.harness.han.han import Han


class PortOutput(Struct, frozen=True):
    """One radio of the bench."""

    name: str
    role: str
    radio: str
    port: str | None
    """The port that a host opens; None: the radio has no port for other programs."""
    device: str | None


class UpOutput(Struct, frozen=True):
    """The output of `--json`, in one line, printed when the ports are open."""

    bench: str
    seed: str
    process: int
    ports: tuple[PortOutput, ...]
    capture: str
    control: str
    """The control socket."""


def up(
    bench_name: str,
    seed: str | None,
    speed: float | str | None,
    seconds: float | None,
    out: Path | None,
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
    with claimed(name) as listener, locked_folder(folder):
        han = bench.assemble(clock=clock, seed=seed, links=runtime_folder() / name)
        live = LiveBench(bench, han, folder, name)
        live.on_log = log
        with cleaned_up(han.radios.published):
            kept = BenchThread(live, seconds)
            kept.start()
            try:
                _print_result(live, as_json)
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


async def come_up(bench: BenchFile, han: Han) -> None:
    """Bring the HAN up, and log the result."""
    try:
        await bench.begin(han)
    except FormationError as error:
        _log_event(han, f"the HAN did not come up: {error}; the ports stay open")
    else:
        _log_event(han, "the HAN is up")


def _log_event(han: Han, text: str) -> None:
    log(f"{han.calendar.shown(han.clock.now)}  {text}")


def _print_result(live: LiveBench, as_json: bool) -> None:
    bench, han, capture = live.file, live.han, live.captures.path
    ports = tuple(_ports(bench, han))
    if as_json:
        said = UpOutput(live.name, str(han.seed), os.getpid(), ports, str(capture), str(socket_path(live.name)))
        print_verbatim(msgspec.json.encode(said).decode())
        return
    log(f"hanbench up: {bench.profile.title}, seed {han.seed}; Ctrl-C ends it")
    rows = [(port.name, port.role, port.radio, port.port or "-", port.device or "-") for port in ports]
    table(("name", "role", "radio", "port", "device"), rows)
    log(f"capture: {unbroken(capture)}")
    log(f"control: `hanbench ctl --bench {live.name} state`")


def _ports(bench: BenchFile, han: Han) -> list[PortOutput]:
    ports = []
    for role, node in bench.profile.present.items():
        slot = han.radios.slots.get(role)
        kind = "emulated" if slot is not None else "not ours"
        taken = slot is not None and slot.dongle is not None
        ports.append(PortOutput(role, kind, str(node.url), None, slot.where if taken and slot else None))
    for name, spare in bench.profile.dongles.items():
        slot = han.radios.slots[name]
        assert slot.dongle is not None
        ports.append(PortOutput(name, "dongle for your host", str(spare.url), slot.dongle.port.url, slot.where))
    return ports
