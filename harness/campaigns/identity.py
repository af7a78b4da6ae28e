"""What plays a campaign: versions of hanbench and Python, and a hash of the source. Where they differ, verdicts may."""

from __future__ import annotations

import sys
from functools import cache
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

import hanbench

_ROOMS = ("emulator", "hardware", "harness", "profiles")
_SUFFIXES = (".py", ".toml", ".jsonl", ".csv")
"""Files that verdicts follow from."""


class Identity(Struct, frozen=True):
    """The program of a process."""

    hanbench: str
    python: str
    """Major and minor version."""
    source: str
    """Hash of hanbench's own files, hexadecimal."""

    def difference(self, other: Identity) -> str:
        """Return in which respect another program differs, in words; empty: in none."""
        pairs = ((name, getattr(self, name), getattr(other, name)) for name in self.__struct_fields__)
        return ", ".join(f"{name} {its} instead of {mine}" for name, mine, its in pairs if mine != its)


@cache
def identity() -> Identity:
    """Return the identity of this process, worked out once."""
    python = ".".join(map(str, sys.version_info[:2]))
    return Identity(hanbench.__version__, python, _source_hash(Path(hanbench.__file__).parent))


def _source_hash(folder: Path) -> str:
    found = blake2b(digest_size=8)
    for room in _ROOMS:
        top = (folder / room).resolve()  # in an editable install the rooms are links
        for path in sorted(each for each in top.rglob("*") if each.suffix in _SUFFIXES):
            found.update(f"{room}/{path.relative_to(top)}\0".encode())
            found.update(path.read_bytes())
    return found.hexdigest()
