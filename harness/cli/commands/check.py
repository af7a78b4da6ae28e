"""`hanbench check`: one HAN-connectivity check on a bench."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import BENCH, SEED, SPEED, embed_keys_option
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import FOLDER


@click.command(cls=Command)
@click.argument("bench_name", metavar="BENCH", type=BENCH)
@click.option("--home", metavar="NAME", help="Check this home alone, of a bench of several; all come up.")
@click.option("--seed", type=SEED, help="Seed of all random numbers; default: the bench's own.")
@click.option("--speed", type=SPEED, help="virtual (the default where possible), or virtual seconds per real second.")
@click.option("--out", type=FOLDER, help="Folder for capture, keys and result.")
@embed_keys_option
@json_option
@runs("check")
def check() -> None:
    """Bring BENCH up, a file or the id of a shipped bench, and check its gas meter's HAN connectivity.

    Of a bench of several homes, all are checked at the same time. Exit status: 0 pass; 1 fail, of any home; 2
    inconclusive.
    """
