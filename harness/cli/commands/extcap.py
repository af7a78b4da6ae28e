"""`hanbench extcap`: benches as capture interfaces of Wireshark, and a profile to look at them with."""

from __future__ import annotations

from pathlib import Path

import click

from hanbench.harness.cli.deferred import runs


@click.group()
def extcap() -> None:
    """Give Wireshark the benches as capture interfaces, a profile to look at them with, and keys."""


@extcap.command()
@click.option(
    "--benches",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with bench files of your own, beside hanbench/benches in your configuration; can be repeated.",
)
@runs("extcap")
def install() -> None:
    """Put a launcher into Wireshark's personal extcap folder, and the profile hanbench into its configuration.

    Once more, and what was changed in the profile is as it was; keys in it stay.
    """


@extcap.command()
@runs("extcap")
def remove() -> None:
    """Take away what `install` wrote. Keys and files of your own in the profile stay."""


@extcap.command()
@click.argument("captures", nargs=-1, required=True, metavar="CAPTURE...", type=click.Path(path_type=Path))
@runs("extcap")
def keys() -> None:
    """Add the keys of captures to the profile, so that it opens them. CAPTURE: the capture, or its .keys file."""
