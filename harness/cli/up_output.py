"""What `hanbench up` prints when the ports of a bench are open: where they are, the capture, and how to control it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.street import Street
from hanbench.harness.cli.output import log, print_verbatim, unbroken
from hanbench.harness.cli.tables import table
from hanbench.harness.control.live_bench import LiveBench


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
    control: str
    """The control socket."""


def print_up(live: LiveBench, control: Path, *, as_json: bool) -> None:
    """Print what is up. `control`: the control socket of the bench."""
    bench, street, capture = live.file, live.street, live.captures.path
    ports = tuple(ports_of(bench, street))
    if as_json:
        said = UpOutput(live.name, street.seed, os.getpid(), ports, str(capture), str(control))
        print_verbatim(msgspec.json.encode(said).decode())
        return
    log(f"hanbench up: {bench.profile.title}, seed {street.seed}; Ctrl-C ends it")
    rows = [(port.name, port.role, port.radio, port.port or "-", port.device or "-") for port in ports]
    table(("name", "role", "radio", "port", "device"), rows)
    log(f"capture: {unbroken(capture)}")
    log(f"control: `hanbench ctl --bench {live.name} state`")


def ports_of(bench: BenchFile, street: Street) -> Iterator[PortOutput]:
    """Give the radios of a bench."""
    for home in street.homes:
        slots = home.han.radios.slots
        for role, node in home.bench.profile.present.items():
            slot = slots.get(role)
            kind = "emulated" if slot is not None else "not ours"
            where = slot.where if slot is not None and slot.dongle is not None else None
            known = slot is not None or node.ieee is not None
            ieee = f"{home.han.settings.of(role).ieee:016x}" if known else None
            yield PortOutput(home.node(role), kind, str(node.url), None, where, ieee)
    for name, spare in bench.profile.dongles.items():
        slot = street.outlets.slots[name]
        assert slot.dongle is not None
        yield PortOutput(name, "dongle for your host", str(spare.url), slot.dongle.port.url, slot.where)
