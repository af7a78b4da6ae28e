"""The program in Wireshark's extcap folder: a shell script that starts this installation of hanbench."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from hanbench.harness.wireshark.profile import ForeignError

ENTRY = "hanbench.harness.cli.extcap_program"
_MARK = "# Made by `hanbench extcap install`; `hanbench extcap remove` takes it away."


def text(profile: Path, benches: Iterable[Path]) -> str:
    """The script. `profile`: where keys go; `benches`: more folders with bench files."""
    # -P: what is imported must not depend on the folder that Wireshark was started in.
    parts = [sys.executable, "-P", "-m", ENTRY, "--profile", str(profile.resolve())]
    for folder in benches:
        parts += ["--benches", str(folder.resolve())]
    return f'#!/bin/sh\n{_MARK}\nexec {shlex.join(parts)} "$@"\n'


def write(path: Path, profile: Path, benches: Iterable[Path]) -> None:
    """Put it there. Raises ForeignError where another program has the name, and OSError."""
    if path.exists() and not made_by_hanbench(path):
        raise ForeignError(f"{path}: another program of this name is there, and was not made by hanbench")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(profile, benches), encoding="utf-8")
    path.chmod(0o755)


def made_by_hanbench(path: Path) -> bool:
    """Whether a file is our launcher."""
    return path.is_file() and _MARK in path.read_text(encoding="utf-8", errors="replace").splitlines()


def remove(path: Path) -> bool:
    """Take it away; return whether it was there. Another program of this name is left."""
    if not made_by_hanbench(path):
        return False
    path.unlink()
    return True
