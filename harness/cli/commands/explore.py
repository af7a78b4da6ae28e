"""`hanbench explore`: random scenarios, and the smallest one that fails."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import CONTROLLER, CONTROLLERS, SEED, hold_to_option, stored_option
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import FOLDER, JOBS, WholeNumber


@click.command(cls=Command)
@click.option("--seeds", type=WholeNumber(1, 1_000_000), default=200, show_default=True, help="Number of scenarios.")
@click.option("--seed", type=SEED, default="1", show_default=True, help="All scenarios are drawn from it.")
@click.option("--controller", type=CONTROLLER, default="reference", show_default=True, help=CONTROLLERS)
@click.option("--jobs", type=JOBS, default=None, help="Worker processes; default: one per processor.")
@click.option(
    "--out",
    type=FOLDER,
    default="hanbench-explore",
    show_default=True,
    help="Folder for the scenario files of failures.",
)
@hold_to_option
@stored_option
@json_option
@runs("explore")
def explore() -> None:
    """Draw installations, faults and consents at random, run them, and shrink what fails to short scenario files.

    Of up to three kinds of failures, the first is shrunk: they are of a kind if the first property that they violate
    is the same. The others are named with story, seed and properties.

    Exit status: 0 no scenario failed; 1 a scenario failed; 4 hanbench itself failed at one.
    """
