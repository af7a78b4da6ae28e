"""Which finished runs are in a folder: of a bench that was kept, of `hanbench run`, or of cases that failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hanbench.harness.control.recorded_events import event_files, read_bench
from hanbench.harness.control.recorded_trace import read_case
from hanbench.harness.control.recording import Recording
from hanbench.profiles.errors import ProfileError

TRACE = "trace.jsonl"
"""Of `hanbench run`, which has one case in a folder."""
SUFFIX = ".trace.jsonl"
"""Of `hanbench verify` and the pytest plugin: one file for each case that failed."""
MOST_CASES = 200
READ = (".jsonl", ".pcapng", ".keys")
"""Suffixes of the files of runs."""


def read_folder(folder: Path) -> list[Recording]:
    """Read every run in a folder. Raises ProfileError, in one line, for one that cannot be read."""
    try:
        _must_be_files(folder)
        if event_files(folder):
            return [read_bench(folder, path_name(folder.resolve().name))]
        cases = list(_cases(folder))
    except OSError as error:
        raise ProfileError(folder, f"cannot be read: {error.strerror or error}") from None
    if not cases:
        runs = f"events.jsonl of a bench, {TRACE} of `hanbench run`, or CASE{SUFFIX} of `verify`"
        expected = f"expected a run: {runs}; or the store of a campaign: campaign.sqlite"
        raise ProfileError(folder, expected)
    if len(cases) > MOST_CASES:
        raise ProfileError(folder, f"{len(cases)} cases; expected at most {MOST_CASES}")
    return [read_case(trace, capture, path_name(capture.stem)) for trace, capture in cases]


def _must_be_files(folder: Path) -> None:
    """Raise ProfileError for what is read and is no file: a pipe would be waited for."""
    for path in folder.iterdir():
        if path.suffix in READ and path.exists() and not path.is_file():
            raise ProfileError(path, "expected a regular file")


def _cases(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Give the traces in a folder, each with the path of its capture."""
    if (trace := folder / TRACE).exists():
        captures = sorted(folder.glob("*.pcapng"))
        yield trace, captures[0] if len(captures) == 1 else folder / f"{folder.resolve().name}.pcapng"
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        yield path, path.with_name(f"{path.name.removesuffix(SUFFIX)}.pcapng")


def path_name(text: str) -> str:
    """Return a name for paths and links."""
    return re.sub(r"[^a-z0-9.-]+", "-", text.lower()).strip("-.")[:60] or "run"
