"""`hanbench selftest`: can the verdict be trusted?"""

from __future__ import annotations

import click

from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.output import json_option


@click.command()
@click.option("--jobs", type=click.IntRange(1, 64), default=None, help="Worker processes; default: one a processor.")
@click.option("--list", "listed", is_flag=True, help="Also say what caught each of them.")
@json_option
@runs("selftest")
def selftest() -> None:
    """Try controllers that are wrong on purpose: by hand, and by changing every value and every step of the reference.

    Each must be caught in some scenario. Exit status: 0 none survives; 1 one does: the judge has a blind spot.
    """
