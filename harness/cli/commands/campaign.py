"""`hanbench campaign`: millions of cases, on this machine or on a cluster."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Group
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import Function
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import FILE, FOLDER, JOBS, WholeNumber


def _store_option(command: Function) -> Function:
    return click.option(
        "--store",
        type=FOLDER,
        default="hanbench-campaign",
        show_default=True,
        help="Folder of the campaign's store, on a disk of this machine.",
    )(command)


def _playing_options(command: Function) -> Function:
    for option in (
        click.option(
            "--cluster", metavar="URL", help="Play on the workers of a Dask scheduler, such as tcp://127.0.0.1:8786."
        ),
        click.option("--jobs", type=JOBS, default=None, help="Worker processes; default: one per processor."),
    ):
        command = option(command)
    return command


@click.group(cls=Group)
def campaign() -> None:
    """Play up to ten million cases, and go on after an end of any kind.

    A spec, a TOML file, says which cases. What they come to is kept in a store, a folder.
    """


@campaign.command()
@click.argument("spec", type=FILE)
@_store_option
@_playing_options
@click.option("--fresh", is_flag=True, help="Begin anew in a store that has a campaign; its failures are played first.")
@json_option
@runs("campaign")
def run() -> None:
    """Begin the campaign of SPEC, and play it.

    Exit status: 0 each case went as expected; 1 one did not; 4 hanbench failed at a case, or two plays of one differed;
    129 SIGHUP, 130 Ctrl-C, 143 SIGTERM, each with a summary, after which `resume` goes on.
    """


@campaign.command()
@_store_option
@_playing_options
@json_option
@runs("campaign")
def resume() -> None:
    """Go on with a campaign that was interrupted or killed. The exit status is that of `run`.

    Of a finished campaign it says so, and writes nothing.
    """


@campaign.command()
@_store_option
@json_option
@runs("campaign_status")
def status() -> None:
    """Tell how far a campaign has come, also while it is played."""


@campaign.command()
@_store_option
@click.option("--out", type=FOLDER, help="Folder for campaign.html and campaign.json; default: the store.")
@click.option(
    "--shrink",
    type=click.FloatRange(min=0, max=3600),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="Time for making the example of a cluster of failures short; 0: not at all.",
)
@json_option
@runs("campaign_report")
def report() -> None:
    """Write the report of a campaign, as far as it has come: one page, and the same as data.

    Exit status: 0 each case went as expected; 1 one did not; 4 hanbench failed at a case, or two plays of one differed.
    """


@campaign.command()
@click.argument("number", metavar="ID", type=WholeNumber(0, 9_999_999))
@_store_option
@click.option("--out", type=FOLDER, default="hanbench-campaign-replay", show_default=True, help="Folder for the files.")
@json_option
@runs("campaign_replay")
def replay() -> None:
    """Play case ID of a campaign again, with capture and trace, and compare it with the store.

    Exit status: 0 as expected; 1 a violation; 4 it came to something else than the store has.
    """


@campaign.command()
@_store_option
@click.option("--out", required=True, type=FILE, help="File: NAME.csv or NAME.parquet.")
@runs("campaign_export")
def export() -> None:
    """Write a row for each case that was played: CSV, or Parquet where pyarrow is installed."""
