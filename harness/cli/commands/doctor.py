"""`hanbench doctor`: the dongles of this machine, their firmware, and their possible roles."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.output import json_option


@click.command(cls=Command)
@click.argument("port", required=False)
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.IntRange(0, 3600),
    default=0,
    show_default=True,
    help="Time in which a port may still appear.",
)
@json_option
@runs("doctor")
def doctor() -> None:
    """Find dongles, identify and try out each, and list the roles that it can fill; or probe one PORT.

    PORT is a device, serial:/dev/... or socket://HOST:PORT. The doctor restarts the device there, and sends some
    twenty short frames on channel 26. Exit status: 0 some dongle can fill a role, or none was found without --wait;
    2 no dongle can fill a role; 3 PORT cannot be opened, or no dongle came within --wait.
    """
