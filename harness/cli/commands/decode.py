"""`hanbench decode`: what the octets of a frame say."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import Choice

_LAYERS = ("auto", "mac", "nwk", "aps", "zdp", "zcl")


@click.command(cls=Command)
@click.argument("octets", metavar="[HEX...|@FILE|-]", nargs=-1)
@click.option(
    "--layer",
    type=Choice(_LAYERS),
    default="auto",
    show_default=True,
    help="The layer at which the octets begin. Auto tries each, and says why it chose.",
)
@click.option(
    "--key",
    "keys",
    metavar="HEX|@FILE",
    multiple=True,
    help="A network or link key, or a file with one a line. Repeatable.",
)
@click.option("--cluster", metavar="ID|NAME", help="The cluster of a ZCL or ZDP message: 0x0702, or metering.")
@click.option(
    "--direction",
    type=Choice(("to-server", "to-client")),
    help="The direction of a ZCL command, if the one in its header is wrong.",
)
@click.option(
    "--fcs",
    type=Choice(("auto", "yes", "no")),
    default="auto",
    show_default=True,
    help="Whether a MAC frame ends with its FCS. Auto: if its last two octets are the right one.",
)
@click.option("--sender", metavar="EUI64", help="The sender of an APS frame under a link key, without its NWK header.")
@json_option
@runs("decode")
def decode() -> None:
    """Decode frames from their octets: MAC, NWK, APS, ZDP or ZCL, each field with its offset.

    The arguments are one frame. A file, or stdin without arguments, has one a line, or hex dumps with offsets. Exit
    status: 0 all was decoded; 2 something was not: it is encrypted, unknown or wrong; 3 these are no octets.
    """
