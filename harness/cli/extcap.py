"""`hanbench extcap`: benches as capture interfaces of Wireshark, and a Wireshark profile for them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hanbench.harness.capture import CaptureError, CaptureKey, keyfile
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.output import log, print_line, unbroken
from hanbench.harness.wireshark import folders, launcher, profile
from hanbench.harness.wireshark.interfaces import offered, user_folder
from hanbench.harness.wireshark.keys import labelled

_LAUNCHER_TIMEOUT = 60
"""Seconds in which the launcher must list its interfaces."""


def install(benches: tuple[Path, ...]) -> None:
    """Add a launcher and a profile to your Wireshark.

    The launcher goes into the personal extcap folder, the profile hanbench into the personal configuration.

    Installing again restores the profile, but keeps the keys in it.
    """
    where = folders.find()
    found, wrong = offered(benches)
    for error in wrong:
        log(f"skipped: {error}")
    with _write_errors_as_bad_input():
        fresh = profile.write(where.profile, found)
        launcher.write(where.launcher, where.profile, benches)
    _try(where.launcher)
    print_line(f"launcher: {unbroken(where.launcher)}")
    print_line(f"profile:  {unbroken(where.profile)} ({fresh} new keys)")
    for interface in found:
        print_line(f"  {interface.name}: {interface.bench.title}")
    log(f"bench files in {user_folder()} are offered too; start: wireshark -C {folders.PROFILE}")


def remove() -> None:
    """Remove the files that `install` wrote. Keys and your own files in the profile stay."""
    where = folders.find()
    with _write_errors_as_bad_input():
        gone = launcher.remove(where.launcher)
        there = profile.made_by_hanbench(where.profile)
        left = profile.remove(where.profile)
    print_line(f"launcher: {'removed' if gone else 'not found'}")
    print_line(f"profile:  {'removed' if there else 'not found'}")
    for path in left:
        log(f"not written by hanbench, kept: {path}")


def keys(captures: tuple[Path, ...]) -> None:
    """Add the keys of captures to the profile, which decrypts them.

    CAPTURE: the capture, or its .keys file.
    """
    where = folders.find()
    if not profile.made_by_hanbench(where.profile):
        raise BadInput(where.profile, None, "no profile: run `hanbench extcap install` first")
    read: list[CaptureKey] = []
    for capture in captures:
        path = keyfile.beside(capture)
        try:
            read += labelled(path.stem.replace('"', "'"), keyfile.read(path))
        except CaptureError as error:
            raise BadInput(path, error.place, error.problem) from None
    fresh = profile.add_keys(where.profile, read)
    print_line(f"{len(read)} keys, {fresh} of them new")
    log("Wireshark reads keys when it loads a profile: restart it, or switch to another profile and back")


@contextmanager
def _write_errors_as_bad_input() -> Iterator[None]:
    """Turn errors about files in Wireshark's folders into BadInput, one line each."""
    try:
        yield
    except profile.ForeignError as error:
        raise BadInput(None, None, str(error)) from None
    except OSError as error:
        raise BadInput(error.filename, None, f"cannot be written: {error.strerror}") from None


def _try(path: Path) -> None:
    """Test that the launcher starts from another folder."""
    try:
        answer = subprocess.run(  # noqa: S603  the launcher itself
            [path, "--extcap-interfaces"], capture_output=True, text=True, timeout=_LAUNCHER_TIMEOUT, cwd=path.anchor
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise BadInput(path, None, f"does not start: {error}") from None
    if answer.returncode != 0:
        last = answer.stderr.strip().rpartition("\n")[2]
        raise BadInput(path, None, f"does not start (is hanbench installed for this Python?): {last}")
