"""The error about a data file, in one line. Imports nothing of hanbench, so that every module can use it."""

from __future__ import annotations

from os import PathLike, fspath


class ProfileError(ValueError):
    """A data file is invalid. The text is one line: file, key, what was expected, what was found."""

    def __init__(self, path: str | PathLike[str], problem: str, key: str = "") -> None:
        super().__init__(": ".join(part for part in (fspath(path), key, " ".join(problem.split())) if part))
        self.path = fspath(path)
        self.key = key
        """Dotted path of the key inside the file; empty for the whole file."""
        self.problem = problem
