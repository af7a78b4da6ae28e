"""`hanbench run`: one scenario, step by step."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import (
    BENCH,
    CERTIFICATES,
    CONTROLLER,
    CONTROLLERS,
    SCENARIO,
    SEED,
    SPEED,
    embed_keys_option,
    hold_to_option,
)
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import FOLDER, Choice
from hanbench.profiles.benches import StartingState


@click.command(cls=Command)
@click.argument("scenario", type=SCENARIO)
@click.option("--seed", type=SEED, default="1", show_default=True, help="Seed of all random numbers.")
@click.option("--speed", type=SPEED, help="virtual (the default where possible), or virtual seconds per real second.")
@click.option("--controller", type=CONTROLLER, default="reference", show_default=True, help=CONTROLLERS)
@click.option("--out", type=FOLDER, help="Folder for capture, keys, trace and report.")
@click.option(
    "--bench", "bench_name", metavar="BENCH", type=BENCH, help="A bench file or id, which says where the radios are."
)
@click.option(
    "--begins",
    type=Choice([each.value for each in StartingState]),
    help="Whether the HAN exists at the start, or forms on the air; default: as the scenario says.",
)
@click.option("--certificates", type=CERTIFICATES, help="Certificates for the devices: a file, or published-test.")
@click.option(
    "--slow-background/--full-background",
    default=False,
    show_default=True,
    help="Slow: the frames of `verify`, `explore` and pytest, which have little traffic between checks.",
)
@hold_to_option
@embed_keys_option
@json_option
@runs("run")
def run() -> None:
    """Run SCENARIO: a file, or the id of a shipped scenario or of one in the suite of `verify`.

    The same seed brings the same frames back, octet for octet, with the same background. With --slow-background, they
    have the numbers that reports of `verify` and pytest name; a report names the seed of each scenario.
    """
