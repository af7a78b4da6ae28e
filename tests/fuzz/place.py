"""A file of the fuzzer's own, for functions that read files: one folder a process, in memory where that can be."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

_MEMORY = Path("/dev/shm")


@cache
def folder() -> Path:
    """Return the folder of this process; it is removed at its end."""
    made = Path(tempfile.mkdtemp(prefix="hanbench-fuzz-", dir=_MEMORY if _MEMORY.is_dir() else None))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def file(octets: bytes, name: str) -> Path:
    """Return a file with this content."""
    path = folder() / name
    path.write_bytes(octets)
    return path
