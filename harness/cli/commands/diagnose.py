"""`hanbench diagnose`: what a capture proves about a gas meter."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Command
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.options import field_key_options
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import FOLDER, PATH


@click.command(cls=Command)
@click.argument("capture", metavar="CAPTURE", type=PATH)
@field_key_options
@click.option("--out", type=FOLDER, help="Folder for diagnosis.json and diagnosis.html.")
@json_option
@runs("diagnose")
def diagnose() -> None:
    """Say what CAPTURE proves about a gas meter: a pcap or pcapng file that anybody made.

    Keys come from --keys, --key, --install-code, the key file beside the capture, and the capture itself. Exit status:
    0 the hub hears the meter well; 1 the capture supports a HAN failure; 2 it proves nothing; 3 it cannot be read.
    """
