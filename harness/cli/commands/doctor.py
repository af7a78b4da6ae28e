"""`hanbench doctor`: the dongles of this machine, their firmware and possible roles; or what works at a broker."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import WholeNumber


@click.command(cls=Command)
@click.argument("port", required=False)
@click.option(
    "--wait",
    metavar="SECONDS",
    type=WholeNumber(0, 3600),
    default=0,
    show_default=True,
    help="Time in which a port may still appear.",
)
@click.option(
    "--mqtt", metavar="URL", help="Try out this broker instead: mqtt://[USER@]HOST[:PORT][/PREFIX], or mqtts://."
)
@json_option
@runs("doctor")
def doctor() -> None:
    """Find dongles, identify and try out each, and list the roles that it can fill; or probe one PORT.

    PORT is a device, serial:/dev/... or socket://HOST:PORT. The doctor restarts the device there, and sends some
    twenty short frames on channel 26. Exit status: 0 some dongle can fill a role, or none was found without --wait;
    2 no dongle can fill a role; 3 PORT cannot be opened, or no dongle came within --wait.

    With --mqtt: what works at a broker for a bench and for a controller, and what does not. Password and certificates
    come from HANBENCH_MQTT_PASSWORD (or _PASSWORD_FILE), _CA, _CERTIFICATE and _KEY. Exit status: 0 all works; 2
    something does not; 3 there is no connection.
    """
