"""The corpus in the repository: a folder a target, files named by the SHA-1 of their content.

A file that was a finding once is named `finding-...`, and stays whatever else makes it superfluous.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha1
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
FINDING = "finding-"


def files_of(target: str) -> list[Path]:
    """Return the inputs of a target, in the order of their names."""
    return sorted(each for each in (FOLDER / target).glob("*") if each.is_file())


def name_of(octets: bytes) -> str:
    """Return the name of a file with this content."""
    return sha1(octets, usedforsecurity=False).hexdigest()


def add(folder: Path, inputs: Iterable[bytes]) -> int:
    """Write inputs into a folder; return how many are new."""
    folder.mkdir(parents=True, exist_ok=True)
    new = 0
    for octets in inputs:
        path = folder / name_of(octets)
        new += not path.exists()
        path.write_bytes(octets)
    return new


def replace(target: str, chosen: Path) -> int:
    """Put the files of a folder in the place of a target's, but for its findings; return how many it has then."""
    own = FOLDER / target
    own.mkdir(parents=True, exist_ok=True)
    findings = {path.read_bytes() for path in files_of(target) if path.name.startswith(FINDING)}
    for path in files_of(target):
        if not path.name.startswith(FINDING):
            path.unlink()
    add(own, {path.read_bytes() for path in chosen.iterdir()} - findings)
    return len(files_of(target))
