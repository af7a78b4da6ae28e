"""`hanbench verify`: a controller on the whole matrix of scenarios."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import CONTROLLER, CONTROLLERS, FOLDER, PATTERN, SEED
from hanbench.harness.cli.output import json_option
from hanbench.profiles.benches import StartingState


@click.command(cls=Command)
@click.option("--seed", type=SEED, default="1", show_default=True, help="Seed of all random numbers.")
@click.option("--jobs", type=click.IntRange(1, 64), default=None, help="Worker processes; default: one per processor.")
@click.option("--only", default="*", show_default=True, type=PATTERN, help="Run only scenarios whose id matches.")
@click.option("--controller", type=CONTROLLER, default="reference", show_default=True, help=CONTROLLERS)
@click.option(
    "--begins",
    type=click.Choice([each.value for each in StartingState]),
    default=StartingState.INSTALLED.value,
    show_default=True,
    help="Whether the HAN exists at the start, or forms on the air.",
)
@click.option(
    "--out",
    type=FOLDER,
    default="hanbench-report",
    show_default=True,
    help="Folder for reports, captures and keys.",
)
@click.option("--capture", type=PATTERN, help="Keep captures of these scenarios too, not only of those that fail.")
@json_option
@runs("verify")
def verify() -> None:
    """Judge a migration controller on every cohort, installation type, rule set, fault and consent.

    Each scenario sets up a HAN of emulated meters, checks it over real ZigBee frames in virtual time, injects faults,
    and compares the controller's actions with the rules of the TMAD.
    """
