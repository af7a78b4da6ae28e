"""`hanbench up`: a bench that stays up until Ctrl-C."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.mqtt_options import mqtt_options
from hanbench.harness.cli.options import BENCH, BENCH_NAME, SEED, SPEED, capture_size_option, embed_keys_option
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import FOLDER, SECONDS


@click.command(cls=Command)
@click.argument("bench_name", metavar="BENCH", type=BENCH)
@click.option("--seed", type=SEED, help="Seed of all random numbers; default: the bench's own.")
@click.option("--speed", type=SPEED, help="Virtual seconds per real second; default: the bench's own, or 1.")
@click.option("--for", "seconds", type=SECONDS, help="Seconds of the bench's clock until the end.")
@click.option(
    "--out",
    type=FOLDER,
    help="Folder for the capture and its keys; default: hanbench-up-ID.",
)
@capture_size_option
@embed_keys_option
@click.option("--id", "name", type=BENCH_NAME, help="Name of this bench for `hanbench ctl`; default: its own id.")
@mqtt_options
@json_option
@runs("up")
def up() -> None:
    """Bring BENCH up, a file or the id of a shipped bench, and keep it up until Ctrl-C or SIGTERM."""
