"""Where Wireshark looks for what belongs to one user. It is asked; what its manual says holds where it cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROFILE = "hanbench"
LAUNCHER = "hanbench"
_ELSEWHERE = "/Applications/Wireshark.app/Contents/MacOS/tshark"
_PATIENCE = 60
"""Seconds for `tshark -G folders`."""


@dataclass(frozen=True, slots=True)
class Folders:
    """One user's folders."""

    personal: Path
    """Personal configuration: preferences, profiles."""
    extcap: Path
    """Programs that Wireshark captures through."""

    @property
    def profile(self) -> Path:
        """hanbench's profile."""
        return self.personal / "profiles" / PROFILE

    @property
    def launcher(self) -> Path:
        """What Wireshark starts."""
        return self.extcap / LAUNCHER


def find() -> Folders:
    """The folders as tshark names them, or as they are where nothing else is said."""
    said = _asked()
    if "Personal configuration" not in said:
        personal = by_default(os.environ, Path.home())
        return Folders(personal, Path.home() / ".local" / "lib" / "wireshark" / "extcap")
    personal = Path(said["Personal configuration"])
    # Before 4.2 it was in the personal configuration, and was not named.
    return Folders(personal, Path(said.get("Personal Extcap path", personal / "extcap")))


def by_default(environment: Mapping[str, str], home: Path) -> Path:
    """The personal configuration where nobody can be asked (wireshark(1), FILES)."""
    given = environment.get("WIRESHARK_CONFIG_DIR") or environment.get("WIRESHARK_APPDATA")
    if given:
        return Path(given)
    base = environment.get("XDG_CONFIG_HOME")
    current = (Path(base) if base else home / ".config") / "wireshark"
    former = home / ".wireshark"
    return former if former.is_dir() and not current.is_dir() else current


def _asked() -> dict[str, str]:
    """What `tshark -G folders` says; nothing where there is none."""
    program = shutil.which("tshark") or shutil.which(_ELSEWHERE)
    if program is None:
        return {}
    try:
        answer = subprocess.run(  # noqa: S603  a program of the user's own PATH, and no argument from outside
            [program, "-G", "folders"], capture_output=True, text=True, timeout=_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    rows = (line.partition(":") for line in answer.stdout.splitlines())
    return {name.strip(): where.strip() for name, colon, where in rows if colon}
