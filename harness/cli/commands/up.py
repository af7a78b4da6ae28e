"""`hanbench up`: a bench, kept until it is told to end."""

from __future__ import annotations

from pathlib import Path

import click

from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import BENCH, SPEED
from hanbench.harness.cli.output import json_option


@click.command()
@click.argument("bench_name", metavar="BENCH", type=BENCH)
@click.option("--seed", help="Everything random follows from it; the bench's own where absent.")
@click.option("--speed", type=SPEED, help="Virtual seconds in a real one; 1 where nothing else is said.")
@click.option("--for", "seconds", type=click.FloatRange(min=0), help="End after so many seconds of the bench's clock.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the capture and its keys go; hanbench-up-ID where absent.",
)
@json_option
@runs("up")
def up() -> None:
    """Bring BENCH up, a file or the id of one that comes with hanbench, and keep it until Ctrl-C."""
