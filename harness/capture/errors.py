"""The error about capture and key files."""

from __future__ import annotations

from os import PathLike, fspath


class CaptureError(Exception):
    """A capture or key file is invalid. The text is one line: file, place, what was expected."""

    def __init__(self, path: str | PathLike[str], place: str, problem: str) -> None:
        super().__init__(f"{fspath(path)}: {place}: {problem}")
        self.path = fspath(path)
        self.place = place
        """`octet N` in a capture, `line N` in a key file."""
        self.problem = problem
