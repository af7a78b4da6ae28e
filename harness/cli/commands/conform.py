"""`hanbench conform`: vendor firmware as device under test."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import SEED, against_options
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import FILE, FOLDER, JOBS, LONGEST_S, Choice, Number, WholeNumber
from hanbench.profiles.rulesets import Cohort


@click.command(cls=Command)
@click.option("--dut", type=Choice(["gsme", "esme", "hub", "ihd"]), default="gsme", show_default=True, help="Its kind.")
@click.option(
    "--device",
    metavar="HOW",
    default="emulated",
    show_default=True,
    help="How it is reached: emulated, firmware:NAME, python:MODULE:CLASS, exec:COMMAND or lockstep:COMMAND.",
)
@click.option(
    "--cohort",
    type=Choice([cohort.value for cohort in Cohort]),
    default=Cohort.IOC.value,
    show_default=True,
    help="Whose hub or meters are around it, and whose device it is if it is emulated.",
)
@click.option("--pics", type=FILE, help="What the vendor claims: TOML, or lines CODE=1.")
@click.option("--pixit", type=FILE, help="Values that the test needs: TOML.")
@click.option("--only", "areas", multiple=True, metavar="AREA", help="Run only this area; give several if you like.")
@click.option("--case", "cases", multiple=True, metavar="ID", help="Run only this case; give several if you like.")
@click.option("--seed", type=SEED, default="1", show_default=True, help="Seed of all random numbers.")
@click.option("--bench", metavar="BENCH", help="Bench file in which the device is physical.")
@click.option("--unattended", is_flag=True, help="Leave out the cases that need a person.")
@click.option(
    "--longest",
    type=Number(1, LONGEST_S),
    default=600,
    show_default=True,
    help="In real time, leave out cases that may take more seconds.",
)
@click.option("--tolerate", type=FILE, help="Failures that are known, each with a reason and a date: TOML.")
@click.option(
    "--out", type=FOLDER, default="hanbench-conform", show_default=True, help="Folder for reports, captures and keys."
)
@click.option("--resume", is_flag=True, help="Go on with the run that was interrupted in --out.")
@click.option("--probe", is_flag=True, help="Draft the PICS of the device as pics.toml in --out, and run no case.")
@click.option("--list", "listed", is_flag=True, help="List the cases, and run none.")
@click.option("--selftest", is_flag=True, help="Run the cases on wrong firmwares: each must fail in its area.")
@click.option(
    "--seeds",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Run the cases of --selftest on healthy devices on N seeds.",
)
@click.option("--jobs", type=JOBS, help="Worker processes of --selftest; default: one per processor.")
@click.option(
    "--fuzz",
    type=Number(1, LONGEST_S),
    metavar="SECONDS",
    help="Run no case: send malformed frames for so long, and look whether the device lives.",
)
@click.option("--fuzz-frames", type=WholeNumber(1, 1_000_000_000), metavar="N", help="End --fuzz after so many frames.")
@click.option("--fuzz-replay", type=FILE, help="Send the frames again that --fuzz found to kill.")
@against_options
@json_option
@runs("conform")
def conform() -> None:
    """Test the firmware of a gas meter, an electricity meter, a hub or a display, on frames alone.

    Each case is gated by PICS codes, refers to a clause, and ends in pass, fail, inconclusive or not applicable. This
    is no certificate, and no step to one. Exit status: 0 nothing that applies fails; 1 a case fails; 2 a case is
    inconclusive.
    """
