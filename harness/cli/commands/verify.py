"""`hanbench verify`: a controller on the whole suite of scenarios."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import (
    CONTROLLER,
    CONTROLLERS,
    PATTERN,
    SEED,
    SHARD,
    against_options,
    hold_to_option,
    stored_option,
)
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import FOLDER, JOBS, Choice, PathValue, WholeNumber
from hanbench.profiles.benches import StartingState


@click.command(cls=Command)
@click.option("--seed", type=SEED, default="1", show_default=True, help="Seed of all random numbers.")
@click.option("--seeds", type=WholeNumber(1, 1000), default=1, show_default=True, help="Run it all on N seeds.")
@click.option("--jobs", type=JOBS, default=None, help="Worker processes; default: one per processor.")
@click.option(
    "--suite",
    type=Choice(["full", "quick"]),
    default="full",
    show_default=True,
    help="Quick: the few cases that convict every known wrong controller, for controllers that are slow.",
)
@click.option("--only", default="*", show_default=True, type=PATTERN, help="Run only scenarios whose id matches.")
@click.option(
    "--scenarios",
    type=PathValue("folder", exists=True),
    help="Folder of scenario files of your own, to run with the suite.",
)
@click.option("--case", "cases", multiple=True, metavar="ID", help="Run only this scenario; give several if you like.")
@click.option("--shard", type=SHARD, help="Run only part K of N, for one machine of several, such as 3/8.")
@click.option("--controller", type=CONTROLLER, default="reference", show_default=True, help=CONTROLLERS)
@click.option(
    "--begins",
    type=Choice([each.value for each in StartingState]),
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
@click.option("--capture", type=PATTERN, help="Keep captures and traces of these scenarios too.")
@click.option(
    "--evidence",
    type=WholeNumber(0, 100_000),
    default=20,
    show_default=True,
    help="Keep capture, keys and trace of the first N failures.",
)
@click.option(
    "--memory/--no-memory",
    "remembers",
    default=True,
    show_default=True,
    help="Simulate a HAN once for all scenarios that share it, or for each.",
)
@click.option("--fail-fast", is_flag=True, help="Stop at the first scenario that fails.")
@against_options
@hold_to_option
@stored_option
@json_option
@runs("verify")
def verify() -> None:
    """Judge a migration controller on every cohort, installation type, rule set, fault and consent.

    Each scenario sets up a HAN of emulated meters, checks it over real ZigBee frames in virtual time, injects faults,
    and compares the controller's actions with the rules of the TMAD.
    """
