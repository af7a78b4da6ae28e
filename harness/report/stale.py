"""Evidence that an earlier run left in the folder of a new one: files that no report names any more."""

from __future__ import annotations

from pathlib import Path

import msgspec

from hanbench.harness.foreign_json import NOT_JSON, decode
from hanbench.harness.report.model import ScenarioReport

_SUFFIXES = (".pcapng", ".keys", ".trace.jsonl")


class _Case(msgspec.Struct):
    """What a report says of the files of a case."""

    id: str
    capture: str | None = None
    keys: str | None = None
    trace: str | None = None


class _Report(msgspec.Struct):
    scenarios: list[_Case]


class StaleEvidence:
    """The files that the report of an earlier run in a folder names, less those that the new report names."""

    def __init__(self, folder: Path) -> None:
        """Read `report.json` there, before it is written anew; one that cannot be read names nothing."""
        self._folder = folder
        try:
            cases = decode((folder / "report.json").read_bytes(), _Report).scenarios
        except (OSError, *NOT_JSON):
            cases = []
        self._names = {name for case in cases for name in _named(case) if _is_of(case.id, name)}

    def spare(self, report: ScenarioReport) -> None:
        """Keep the files of a case of the new report."""
        self._names.difference_update(_named(report))

    def remove(self) -> None:
        """Remove the files, as far as they are there and can be removed."""
        for name in self._names:
            try:
                (self._folder / name).unlink(missing_ok=True)
            except OSError:  # somebody else's by now, or a folder: the new report does not name it
                continue


def _named(case: _Case | ScenarioReport) -> tuple[str, ...]:
    return tuple(name for name in (case.capture, case.keys, case.trace) if name is not None)


def _is_of(case: str, name: str) -> bool:
    """Return whether a name is one that hanbench gives to evidence of a case, and leads nowhere else."""
    return Path(name).name == name and name.startswith(case) and name.endswith(_SUFFIXES)
