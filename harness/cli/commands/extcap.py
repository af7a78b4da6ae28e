"""`hanbench extcap`: benches as capture interfaces of Wireshark, and a Wireshark profile for them."""

from __future__ import annotations

import click

from hanbench.harness.cli.declared import Group
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.values import PATH, PathValue


@click.group(cls=Group)
def extcap() -> None:
    """Give Wireshark the benches as capture interfaces, a profile with colours and columns, and keys."""


@extcap.command()
@click.option(
    "--benches",
    multiple=True,
    type=PathValue("folder", exists=True),
    help="Another folder with your bench files, beside hanbench/benches in your configuration; can be repeated.",
)
@runs("extcap")
def install() -> None:
    """Add a launcher and a profile to your Wireshark.

    The launcher goes into the personal extcap folder, the profile hanbench into the personal configuration.

    Installing again restores the profile, but keeps the keys in it.
    """


@extcap.command()
@runs("extcap")
def remove() -> None:
    """Remove the files that `install` wrote. Keys and your own files in the profile stay."""


@extcap.command()
@click.argument("captures", nargs=-1, required=True, metavar="CAPTURE...", type=PATH)
@runs("extcap")
def keys() -> None:
    """Add the keys of captures to the profile, which decrypts them.

    CAPTURE: the capture, or its .keys file.
    """
