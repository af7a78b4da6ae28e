"""`hanbench selftest`: the test of the oracle."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.output import json_option


@click.command(cls=Command)
@click.option("--jobs", type=click.IntRange(1, 64), default=None, help="Worker processes; default: one per processor.")
@click.option("--list", "listed", is_flag=True, help="Also list the scenario and the property that caught each.")
@json_option
@runs("selftest")
def selftest() -> None:
    """Run wrong controllers, written by hand or made by changing one value or one step of the reference.

    The oracle must catch each of them in some scenario. Exit status: 0 it catches all; 1 a wrong controller survives.
    """
