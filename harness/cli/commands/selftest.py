"""`hanbench selftest`: the test of the oracle."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import JOBS


@click.command(cls=Command)
@click.option("--jobs", type=JOBS, default=None, help="Worker processes; default: one per processor.")
@click.option("--list", "listed", is_flag=True, help="Also list the scenario and the property that caught each.")
@click.option("--learn", is_flag=True, help="First search, for some minutes, the case that convicts each controller.")
@json_option
@runs("selftest")
def selftest() -> None:
    """Run wrong controllers, written by hand or made by changing one value or one step of the reference, and judge
    stored traces with an oracle that is changed in one place.

    A property must convict each controller, in a case that the reference passes; each change of the oracle must change
    the verdict on some trace. Exit status: 0 nothing goes unnoticed; 1 a wrong controller or a changed oracle survives;
    4 the reference or the check is wrong.
    """
