"""The program in Wireshark's extcap folder: a shell script that starts this installation of hanbench."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from hanbench.harness.files import make_folder, write_whole
from hanbench.harness.wireshark.profile import ForeignError

ENTRY = "hanbench.harness.cli.extcap_program"
_MARK = "# Made by `hanbench extcap install`; `hanbench extcap remove` takes it away."
_PROGRAM = 0o755
"""Mode of the launcher."""


def text(profile: Path, benches: Iterable[Path]) -> str:
    """Return the script. `profile`: the profile that gets the keys; `benches`: more folders with bench files."""
    # -P: imports must not depend on the folder in which Wireshark was started.
    parts = [sys.executable, "-P", "-m", ENTRY, "--profile", str(profile.resolve())]
    for folder in benches:
        parts += ["--benches", str(folder.resolve())]
    return f'#!/bin/sh\n{_MARK}\nexec {shlex.join(parts)} "$@"\n'


def write(path: Path, profile: Path, benches: Iterable[Path]) -> None:
    """Write the launcher. Raises ForeignError if another program has its name, and OutputError."""
    if path.exists() and not made_by_hanbench(path):
        raise ForeignError(f"{path}: another program has this name, and was not made by hanbench")
    make_folder(path.parent)
    write_whole(path, text(profile, benches), _PROGRAM)


def made_by_hanbench(path: Path) -> bool:
    """Return whether a file is hanbench's launcher."""
    return path.is_file() and _MARK in path.read_text(encoding="utf-8", errors="replace").splitlines()


def remove(path: Path) -> bool:
    """Remove the launcher; return whether it existed. Another program of this name stays."""
    if not made_by_hanbench(path):
        return False
    path.unlink()
    return True
