"""`hanbench judge`: recorded cases, without a HAN."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import hold_to_option
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import PATH


@click.command(cls=Command)
@click.argument("traces", metavar="TRACE...", nargs=-1, required=True, type=PATH)
@hold_to_option
@json_option
@runs("judge")
def judge() -> None:
    """Judge recorded cases: each TRACE is a file of JSON lines, of hanbench, of production or of a lab.

    A trace needs no HAN and no ground truth: header, checks, statements, actions and their results are enough. Exit
    status: 0 no rule was violated; 1 a rule was violated; 3 a file is no trace.
    """
