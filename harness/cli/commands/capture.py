"""`hanbench capture`: the air of a bench as a live stream for Wireshark."""

from __future__ import annotations

from pathlib import Path

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import BENCH, SEED, SPEED


@click.command(cls=Command)
@click.argument("bench_name", metavar="BENCH", type=BENCH)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="A file or a named pipe; default: stdout.")
@click.option("--keys", type=click.Path(dir_okay=False, path_type=Path), help="Write the keys to this file.")
@click.option("--seed", type=SEED, help="Seed of all random numbers; default: the bench's own.")
@click.option("--speed", type=SPEED, help="Virtual seconds per real second; default: the bench's own, or 1.")
@click.option("--for", "seconds", type=click.FloatRange(min=0), help="Seconds of the bench's clock until the end.")
@runs("capture")
def capture() -> None:
    """Bring BENCH up and write a live capture (pcapng), until Ctrl-C or until the reader closes the stream.

    For Wireshark:

    \b
    hanbench capture virtual --keys v.keys | wireshark -ki -
    """
