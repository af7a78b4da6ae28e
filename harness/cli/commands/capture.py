"""`hanbench capture`: the air of a bench as a live stream for Wireshark."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import BENCH, SEED, SPEED
from hanbench.harness.cli.values import FILE, SECONDS


@click.command(cls=Command)
@click.argument("bench_name", metavar="BENCH", type=BENCH)
@click.option("--to", type=FILE, help="A file or a named pipe; default: stdout.")
@click.option("--keys", type=FILE, help="Write the keys to this file.")
@click.option("--seed", type=SEED, help="Seed of all random numbers; default: the bench's own.")
@click.option("--speed", type=SPEED, help="Virtual seconds per real second; default: the bench's own, or 1.")
@click.option("--for", "seconds", type=SECONDS, help="Seconds of the bench's clock until the end.")
@runs("capture")
def capture() -> None:
    """Bring BENCH up and write a live capture (pcapng), until Ctrl-C or until the reader closes the stream.

    For Wireshark:

    \b
    hanbench capture virtual --keys v.keys | wireshark -ki -
    """
