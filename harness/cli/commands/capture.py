"""`hanbench capture`: a bench's air as a stream that Wireshark reads while it happens."""

from __future__ import annotations

from pathlib import Path

import click

from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import BENCH, SPEED


@click.command()
@click.argument("bench_name", metavar="BENCH", type=BENCH)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="A file or a named pipe; stdout if absent.")
@click.option("--keys", type=click.Path(dir_okay=False, path_type=Path), help="Keep the keys in this file.")
@click.option("--seed", help="Everything random follows from it; the bench's own where absent.")
@click.option("--speed", type=SPEED, help="Virtual seconds in a real one; 1 where nothing else is said.")
@click.option("--for", "seconds", type=click.FloatRange(min=0), help="End after so many seconds of the bench's clock.")
@runs("capture")
def capture() -> None:
    """Bring BENCH up and write a live capture (pcapng), until Ctrl-C or until nobody reads it any more.

    For Wireshark: hanbench capture virtual --keys virtual.keys | wireshark -k -i -
    """
