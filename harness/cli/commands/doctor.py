"""`hanbench doctor`: what is plugged in, what answers, and what it is fit for."""

from __future__ import annotations

import click

from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.output import json_option


@click.command()
@click.argument("port", required=False)
@json_option
@runs("doctor")
def doctor() -> None:
    """Find dongles, ask each what it is, and say what it is fit for; or ask one PORT.

    PORT is a device, serial:/dev/... or socket://HOST:PORT. Whatever is there is restarted. Exit status: 0 something is
    fit for something, or no dongle is there; 2 what is there will not do; 3 PORT cannot be opened.
    """
