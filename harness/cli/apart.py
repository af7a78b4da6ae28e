"""No file of a command is written over another one that it reads or writes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from hanbench.harness.cli.errors import BadInput


def must_be_apart(output: str, path: Path | None, others: Iterable[tuple[str, Path | int | None]]) -> None:
    """Raise BadInput if the file of an output is that of another option or argument, whatever its name.

    `others`: options and arguments with their paths or file descriptors; None: not given.
    """
    if path is None:
        return
    for name, other in others:
        if other is not None and _is_same(path, other):
            raise BadInput(path, output, f"expected another file than that of {name}")


def _is_same(path: Path, other: Path | int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(other) if isinstance(other, int) else other.stat())
    except OSError:  # one of them is not there yet
        return isinstance(other, Path) and os.path.realpath(path) == os.path.realpath(other)
