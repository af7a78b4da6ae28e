"""Folders of finished runs on the command line of `hanbench serve`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hanbench.harness.control.recorded import RecordedBench
from hanbench.harness.control.recorded_folder import read_folder
from hanbench.profiles.benches import ids


def is_folder(name: str) -> bool:
    """Whether this names a folder, and no shipped bench."""
    return name not in ids() and Path(name).is_dir()


def replays(folders: Sequence[Path]) -> list[RecordedBench]:
    """Read the runs in folders; those of the same name get numbers. Raises ProfileError."""
    seen = Counter[str]()
    runs: list[RecordedBench] = []
    for run in (run for folder in folders for run in read_folder(folder)):
        seen[run.name] += 1
        number = seen[run.name]
        runs.append(RecordedBench(run if number == 1 else run.renamed(f"{run.name}-{number}")))
    return runs
