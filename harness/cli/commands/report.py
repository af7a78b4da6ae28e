"""`hanbench report`: what can be done with the reports of runs that are over."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Group
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import against_options
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import FOLDER, PATH


@click.group(cls=Group)
def report() -> None:
    """Work with the reports of runs that are over."""


@report.command()
@click.argument("folders", nargs=-1, required=True, type=PATH)
@click.option(
    "--out",
    required=True,
    type=FOLDER,
    help="Folder for the joined reports, captures and keys.",
)
@against_options
@json_option
@runs("report")
def merge() -> None:
    """Join the reports in FOLDERS into one.

    They are those of the shards of one `verify`, with the same seed and controller, and no case in common.

    Exit status: 0 each case went as expected, or fails in a way that is tolerated; 1 one does not;
    2 none fails, but a shard is missing.
    """
