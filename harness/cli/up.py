"""`hanbench up`: a bench that stays up until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

import msgspec
from msgspec import Struct

from hanbench.emulator.clock import PacedClock, run
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.captured import capturing
from hanbench.harness.bench.cleanup import cleaned_up
from hanbench.harness.bench.state_folder import StateFolder
from hanbench.harness.bench.street import Street, StreetHome, assemble_street
from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.checks.mirror_age import mirror_age
from hanbench.harness.cli.embed_keys import embed_keys_of
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.output import log, print_verbatim, unbroken
from hanbench.harness.cli.tables import table
from hanbench.harness.files import locked_folder, make_folder
from hanbench.harness.han.formation import FormationError
from hanbench.harness.han.han import Han

LOOK_EVERY = 60
"""Seconds of the bench's clock between two looks at the gas meter's mirror."""


class PortOutput(Struct, frozen=True):
    """One radio of the bench."""

    name: str
    role: str
    radio: str
    port: str | None
    """The port that a host opens; None: the radio has no port for other programs."""
    device: str | None
    ieee: str | None = None
    """EUI-64 of the device, 16 hexadecimal digits; None: it is not known, or this is a dongle for another host."""


class UpOutput(Struct, frozen=True):
    """The output of `--json`, in one line, printed when the ports are open."""

    bench: str
    seed: str
    process: int
    ports: tuple[PortOutput, ...]
    capture: str


def up(
    bench_name: str,
    seed: str | None,
    speed: float | str | None,
    seconds: float | None,
    out: Path | None,
    embed_keys: bool,
    as_json: bool,
) -> None:
    """Bring BENCH up, a file or the id of a shipped bench, and keep it up until Ctrl-C."""
    bench = BenchFile.find(bench_name)
    clock = bench.clock(speed, watched=True)
    if not isinstance(clock, PacedClock):
        raise BadInput(None, "--speed", "`up` serves other programs and needs paced time: expected a number above 0")
    with bench.state(log) as state:
        _keep_up(bench, clock, seed, seconds, out, embed_keys, as_json, state)


def _keep_up(
    bench: BenchFile,
    clock: PacedClock,
    seed: str | None,
    seconds: float | None,
    out: Path | None,
    embed_keys: bool,
    as_json: bool,
    state: StateFolder | None,
) -> None:
    links = runtime_folder() / bench.profile.id
    street = assemble_street(bench, clock, seed=seed, links=links, state=state)
    folder = Path(f"hanbench-up-{bench.profile.id}") if out is None else out
    street.on_event(lambda text: log(f"{street.calendar.shown(clock.now)}  {text}"), progress=True)

    async def kept() -> None:
        async with street:
            _print_result(bench, street, path, as_json)
            loop = asyncio.get_running_loop()
            tasks = [loop.create_task(capture.keep_flushed(clock.speed))]
            tasks += [loop.create_task(come_up(street, home)) for home in street.homes]
            tasks += [loop.create_task(_watch_mirror(home.han)) for home in street.homes]
            try:
                if seconds is None:
                    await asyncio.Event().wait()
                else:
                    await asyncio.sleep(seconds)
            finally:
                for task in tasks:
                    task.cancel()

    path = folder / f"{bench.profile.id}.pcapng"
    with locked_folder(folder):
        try:
            with cleaned_up(street.published), capturing(street, path) as capture:
                run(clock, kept())
        finally:
            if embed_keys and path.exists():
                embed_keys_of(path)


async def come_up(street: Street, home: StreetHome) -> None:
    """Bring one home up, and log the result."""
    try:
        await street.begin(home)
    except FormationError as error:
        home.han.on_event(f"the HAN did not come up: {error}; the ports stay open")
    else:
        home.han.on_event("the HAN is up")


async def _watch_mirror(han: Han) -> None:
    """Log when the gas meter's mirror becomes stale, and when the meter is heard again."""
    check, was_stale = HanConnectivityCheck(), False
    while True:
        await asyncio.sleep(LOOK_EVERY)
        age = mirror_age(han, check.sleep_allowance(han) + check.margin)
        if age is not None and age.stale is not was_stale:
            was_stale = age.stale
            han.on_event(age.words)


def runtime_folder() -> Path:
    """Return the folder for links to ptys, which belongs to this user alone."""
    given = os.environ.get("XDG_RUNTIME_DIR")
    if given and Path(given).is_dir():
        return Path(given) / "hanbench"
    folder = Path(tempfile.gettempdir()) / f"hanbench-{os.getuid()}"
    make_folder(folder, 0o700)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise BadInput(folder, None, "belongs to another user; expected your own folder, or XDG_RUNTIME_DIR to be set")
    return folder


def _print_result(bench: BenchFile, street: Street, capture: Path, as_json: bool) -> None:
    ports = tuple(_ports(bench, street))
    if as_json:
        said = UpOutput(bench.profile.id, street.seed, os.getpid(), ports, str(capture))
        print_verbatim(msgspec.json.encode(said).decode())
        return
    log(f"hanbench up: {bench.profile.title}, seed {street.seed}; Ctrl-C ends it")
    rows = [(port.name, port.role, port.radio, port.port or "-", port.device or "-") for port in ports]
    table(("name", "role", "radio", "port", "device"), rows)
    log(f"capture: {unbroken(capture)}")


def _ports(bench: BenchFile, street: Street) -> list[PortOutput]:
    ports = []
    for home in street.homes:
        slots = home.han.radios.slots
        for role, node in home.bench.profile.present.items():
            slot = slots.get(role)
            kind = "emulated" if slot is not None else "not ours"
            where = slot.where if slot is not None and slot.dongle is not None else None
            name = f"{home.name}.{role}" if home.name else role
            known = slot is not None or node.ieee is not None
            ieee = f"{home.han.settings.of(role).ieee:016x}" if known else None
            ports.append(PortOutput(name, kind, str(node.url), None, where, ieee))
    for name, spare in bench.profile.dongles.items():
        slot = street.outlets.slots[name]
        assert slot.dongle is not None
        ports.append(PortOutput(name, "dongle for your host", str(spare.url), slot.dongle.port.url, slot.where))
    return ports
