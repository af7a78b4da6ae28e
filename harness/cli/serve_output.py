"""What `hanbench serve` prints when its benches are up: the address of the page, and what each bench has."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from hanbench.harness.cli.kept import Kept
from hanbench.harness.cli.output import log, print_verbatim, unbroken
from hanbench.harness.cli.tables import table
from hanbench.harness.cli.up_output import PortOutput, ports_of
from hanbench.harness.control.recorded import RecordedBench
from hanbench.harness.control.runtime import socket_path
from hanbench.harness.serve.access import is_loopback

MOST_LISTED = 10


class ServedOutput(Struct, frozen=True):
    """One bench."""

    bench: str
    seed: str
    ports: tuple[PortOutput, ...]
    capture: str
    control: str


class ServeOutput(Struct, frozen=True):
    """The output of `--json`, in one line, printed when requests are answered."""

    address: str
    """Of the page."""
    process: int
    token_file: str | None
    """The file with the token that every request must carry; None: none is needed."""
    benches: tuple[ServedOutput, ...]
    replays: tuple[str, ...] = ()
    """Names of the finished runs."""
    campaigns: tuple[str, ...] = ()
    """Names of the campaigns."""


def print_serve(
    listener: socket.socket,
    token_in: Path | None,
    ready: Sequence[Kept],
    runs: Sequence[RecordedBench],
    campaigns: Sequence[str],
    *,
    as_json: bool,
) -> None:
    """Print what is served, and where."""
    address = address_of(listener)
    if as_json:
        benches = tuple(_served(each) for each in ready)
        replayed = tuple(run.name for run in runs)
        token_file = None if token_in is None else str(token_in)
        said = ServeOutput(address, os.getpid(), token_file, benches, replayed, tuple(campaigns))
        print_verbatim(msgspec.json.encode(said).decode())
        return
    names = [each.live.name for each in ready] + [f"{run.name} (replay)" for run in runs]
    names += [f"{name} (campaign)" for name in campaigns]
    shown = ", ".join(names) if len(names) <= MOST_LISTED else f"{names[0]} to {names[-1]}"
    log(f"hanbench serve: {shown}; Ctrl-C ends it")
    for each in ready:
        if any(port.port or port.device for port in ports_of(each.live.file, each.live.street)):
            _print_ports(each)
    for run in runs:
        if run.run.state.replay and run.run.state.replay.detail:
            log(f"{run.name}: {run.run.state.replay.detail}")
    if ready:
        log(f"control: `hanbench ctl --bench {names[0]} state`")
    for name in campaigns[:MOST_LISTED]:
        log(f"campaign: {address}campaigns/{name}")
    if token_in is None:
        log(f"page: {address}")
        return
    others = "" if is_loopback(listener.getsockname()[0]) else "; other machines can reach this port"
    log(f"page: {address} (every request needs the token in {unbroken(token_in)}{others})")
    log("open it once with its token:")
    log(unbroken(f'  "{address}?token=$(cat {token_in})"'))


def address_of(listener: socket.socket) -> str:
    """Return the address of the page: of this machine, if the socket listens on every address."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not listened on
        host = socket.gethostname()
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _served(each: Kept) -> ServedOutput:
    ports = tuple(ports_of(each.live.file, each.live.street))
    control = str(socket_path(each.live.name))
    return ServedOutput(each.live.name, each.live.street.seed, ports, str(each.live.captures.path), control)


def _print_ports(each: Kept) -> None:
    rows = [
        (each.live.name, port.name, port.role, port.radio, port.port or "-", port.device or "-")
        for port in ports_of(each.live.file, each.live.street)
    ]
    table(("bench", "name", "role", "radio", "port", "device"), rows)
