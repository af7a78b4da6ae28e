"""`hanbench extcap`: benches as capture interfaces of Wireshark, and a profile to look at them with."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from hanbench.harness.capture import CaptureError, CaptureKey, keyfile
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.output import log
from hanbench.harness.wireshark import folders, launcher, profile
from hanbench.harness.wireshark.interfaces import offered, user_folder
from hanbench.harness.wireshark.keys import labelled

_PATIENCE = 60
"""Seconds for the launcher to list its interfaces."""


def install(benches: tuple[Path, ...]) -> None:
    """Put a launcher into Wireshark's personal extcap folder, and the profile hanbench into its configuration.

    Once more, and what was changed in the profile is as it was; keys in it stay.
    """
    where = folders.find()
    found, wrong = offered(benches)
    for error in wrong:
        log(f"left out: {error}")
    with _told():
        fresh = profile.write(where.profile, found)
        launcher.write(where.launcher, where.profile, benches)
    _try(where.launcher)
    click.echo(f"launcher: {where.launcher}")
    click.echo(f"profile:  {where.profile} ({fresh} new keys)")
    for interface in found:
        click.echo(f"  {interface.name}: {interface.bench.title}")
    log(f"bench files are looked for in {user_folder()} too; start: wireshark -C {folders.PROFILE}")


def remove() -> None:
    """Take away what `install` wrote. Keys and files of your own in the profile stay."""
    where = folders.find()
    with _told():
        gone = launcher.remove(where.launcher)
        there = profile.made_by_hanbench(where.profile)
        left = profile.remove(where.profile)
    click.echo(f"launcher: {'removed' if gone else 'not there'}")
    click.echo(f"profile:  {'removed' if there else 'not there'}")
    for path in left:
        log(f"not ours, left: {path}")


def keys(captures: tuple[Path, ...]) -> None:
    """Add the keys of captures to the profile, so that it opens them. CAPTURE: the capture, or its .keys file."""
    where = folders.find()
    if not profile.made_by_hanbench(where.profile):
        raise BadInput(where.profile, None, "the profile is not there: expected `hanbench extcap install` before")
    read: list[CaptureKey] = []
    for capture in captures:
        path = keyfile.beside(capture)
        try:
            read += labelled(path.stem.replace('"', "'"), keyfile.read(path))
        except FileNotFoundError:
            raise BadInput(path, None, "no such file: expected the keys of the capture in it") from None
        except CaptureError as error:
            raise BadInput(path, error.place, error.problem) from None
    with _told():
        fresh = profile.add_keys(where.profile, read)
    click.echo(f"{len(read)} keys, {fresh} of them new in the profile")
    log("Wireshark reads keys when it loads a profile: start it, or change to another profile and back")


@contextmanager
def _told() -> Iterator[None]:
    """Say in one line why something in Wireshark's folders cannot be written."""
    try:
        yield
    except profile.ForeignError as error:
        raise BadInput(None, None, str(error)) from None
    except OSError as error:
        raise BadInput(error.filename, None, f"cannot be written: {error.strerror}") from None


def _try(path: Path) -> None:
    """See whether the launcher starts, from another folder than this one."""
    try:
        answer = subprocess.run(  # noqa: S603  the script that was just written
            [path, "--extcap-interfaces"], capture_output=True, text=True, timeout=_PATIENCE, cwd=path.anchor
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise BadInput(path, None, f"does not start: {error}") from None
    if answer.returncode != 0:
        last = answer.stderr.strip().rpartition("\n")[2]
        raise BadInput(path, None, f"does not start (is hanbench installed for this Python?): {last}")
