"""`hanbench check`: one HAN-connectivity check on a bench."""

from __future__ import annotations

from pathlib import Path

import click

from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import BENCH, SPEED
from hanbench.harness.cli.output import json_option


@click.command()
@click.argument("bench_name", metavar="BENCH", type=BENCH)
@click.option("--seed", help="Everything random follows from it; the bench's own where absent.")
@click.option("--speed", type=SPEED, help="virtual (the default where it can be), or virtual seconds in a real one.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where capture, keys and result go.")
@json_option
@runs("check")
def check() -> None:
    """Bring BENCH up, a file or the id of one that comes with hanbench, and check its gas meter's HAN connectivity.

    Exit status: 0 pass; 1 fail; 2 inconclusive.
    """
