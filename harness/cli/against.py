"""The options `--against` and `--tolerate-until`, which `verify` and `report merge` share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.output import log
from hanbench.harness.report.against import Against
from hanbench.harness.report.json_file import read_report


def against_earlier(file: Path | None, tolerate_until: datetime | None) -> Against | None:
    """Return what compares reports with those in `file`; None: no file. Raises BadInput and ProfileError."""
    if file is None:
        if tolerate_until is not None:
            raise BadInput(None, "--tolerate-until", "expected --against too: the report that has the known failures")
        return None
    until = None if tolerate_until is None else tolerate_until.date()
    earlier = read_report(file)
    if earlier.missing is not None:
        log(f"{file}: {earlier.missing.sentence}; their failures count as new")
    return Against(earlier.scenarios, until=until, today=datetime.now(UTC).date())
