"""The journal of a run: each result as soon as it is there, so that an interrupted run can go on."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType

import msgspec
from msgspec import Struct

from hanbench import __version__
from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.result import CaseResult
from hanbench.harness.files import PiecewiseFile, write_whole
from hanbench.harness.foreign_json import NOT_JSON, decode
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.reading import read_octets

LARGEST = 100_000_000
"""Maximum octets of a file to read."""
NAME = "progress.jsonl"


class _Head(Struct, frozen=True):
    """The first line: of which run the results are."""

    run: str


def run_of(setting: Setting, case_set: str) -> str:
    """Return a text that two runs share only if their results can be joined."""
    said = (
        __version__,
        case_set,
        setting.kind,
        setting.choice.text,
        setting.cohort.value,
        setting.seed,
        setting.pics.flat,
        msgspec.json.encode(setting.pixit).decode(),
    )
    return sha256("\n".join(said).encode()).hexdigest()


def read_journal(folder: Path, run: str) -> dict[str, CaseResult]:
    """Return the results of an interrupted run; none: there is no journal. Raises ProfileError for another run's."""
    path = folder / NAME
    if not path.exists():
        return {}
    first, *lines = read_octets(path, LARGEST).split(b"\n")
    try:
        head = decode(first, _Head)
    except NOT_JSON:
        raise ProfileError(path, "expected the journal of a run of `hanbench conform`", "line 1") from None
    if head.run != run:
        problem = "expected a run with the same device, PICS, PIXIT and seed; leave --resume out to begin again"
        raise ProfileError(path, problem, "line 1")
    results: dict[str, CaseResult] = {}
    for line in lines:
        with suppress(*NOT_JSON):  # the last line of a run that was killed
            result = decode(line, CaseResult)
            results[result.id] = result
    return results


class Journal:
    """Writes the journal. A run whose reports are written needs none: see `remove_journal`. Raises OutputError."""

    def __init__(self, folder: Path, run: str, known: dict[str, CaseResult]) -> None:
        """`known`: the results of the run so far."""
        self._path = folder / NAME
        # In one step, so that a run that is killed here leaves what was known before.
        write_whole(self._path, b"".join(map(_line, (_Head(run), *known.values()))))
        self._stream = PiecewiseFile(self._path, waiting=0, adding=True)

    def add(self, result: CaseResult) -> None:
        """Add one result."""
        self._stream.write(_line(result))

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def remove_journal(folder: Path) -> None:
    """Remove the journal of a run that has come to its end."""
    (folder / NAME).unlink(missing_ok=True)


def _line(said: Struct) -> bytes:
    return msgspec.json.encode(said) + b"\n"
