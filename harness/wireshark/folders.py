"""Wireshark's folders of the user, as tshark lists them or, without tshark, as Wireshark's manual states them."""

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
_TSHARK_TIMEOUT = 60
"""Time-out for `tshark -G folders`, seconds."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Wireshark's folders of one user."""

    personal: Path
    """Personal configuration: preferences, profiles."""
    extcap: Path
    """Programs through which Wireshark captures."""

    @property
    def profile(self) -> Path:
        """The folder of hanbench's profile."""
        return self.personal / "profiles" / PROFILE

    @property
    def launcher(self) -> Path:
        """The program that Wireshark starts."""
        return self.extcap / LAUNCHER


def find() -> Folders:
    """Return the folders that tshark lists, or the defaults."""
    said = _asked()
    if "Personal configuration" not in said:
        personal = by_default(os.environ, Path.home())
        return Folders(personal, Path.home() / ".local" / "lib" / "wireshark" / "extcap")
    personal = Path(said["Personal configuration"])
    # Versions before 4.2 did not list it; it was in the personal configuration.
    return Folders(personal, Path(said.get("Personal Extcap path", personal / "extcap")))


def by_default(environment: Mapping[str, str], home: Path) -> Path:
    """Return the default folder of the personal configuration (wireshark(1), FILES)."""
    given = environment.get("WIRESHARK_CONFIG_DIR") or environment.get("WIRESHARK_APPDATA")
    if given:
        return Path(given)
    base = environment.get("XDG_CONFIG_HOME")
    current = (Path(base) if base else home / ".config") / "wireshark"
    former = home / ".wireshark"
    return former if former.is_dir() and not current.is_dir() else current


def _asked() -> dict[str, str]:
    """Return the folders that `tshark -G folders` lists; empty if tshark is not available."""
    program = shutil.which("tshark") or shutil.which(_ELSEWHERE)
    if program is None:
        return {}
    try:
        answer = subprocess.run(  # noqa: S603  a program of the user's own PATH, and no argument from outside
            [program, "-G", "folders"], capture_output=True, text=True, timeout=_TSHARK_TIMEOUT, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    rows = (line.partition(":") for line in answer.stdout.splitlines())
    return {name.strip(): where.strip() for name, colon, where in rows if colon}
