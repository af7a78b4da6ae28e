"""What is wrong with a data file, in one line. Imports nothing, so that everything may catch it."""

from __future__ import annotations

from os import PathLike, fspath


class ProfileError(ValueError):
    """A data file is not what it should be. The text is one line: file, key, what was expected, what was found."""

    def __init__(self, path: str | PathLike[str], problem: str, key: str = "") -> None:
        super().__init__(": ".join(part for part in (fspath(path), key, " ".join(problem.split())) if part))
        self.path = fspath(path)
        self.key = key
        """Dotted path of the key inside the file; empty where the whole file is meant."""
        self.problem = problem
