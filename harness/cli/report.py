"""`hanbench report`: reports of runs that are over."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from hanbench.harness.cli.against import against_earlier
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.failures import print_failures
from hanbench.harness.cli.output import log, print_json, print_line, unbroken
from hanbench.harness.cli.verdict_sentences import verdict_sentences
from hanbench.harness.files import locked_folder
from hanbench.harness.report.against import comparison_lines
from hanbench.harness.report.merge import merge as join
from hanbench.harness.report.merge import missing, read_shards
from hanbench.harness.report.model import Summary
from hanbench.harness.report.tally import Tally
from hanbench.harness.words import counted


def merge(
    folders: tuple[Path, ...], out: Path, against: Path | None, tolerate_until: datetime | None, as_json: bool
) -> int:
    """Join the reports in FOLDERS into one.

    They are those of the shards of one `verify`, with the same seed and controller, and no case in common.

    Exit status: 0 each case went as expected, or fails in a way that is tolerated; 1 one does not;
    2 none fails, but a shard is missing.
    """
    earlier = against_earlier(against, tolerate_until)
    if os.path.realpath(out) in map(os.path.realpath, folders):
        raise BadInput(None, "--out", f"expected a folder of its own; {out} is one of those to join")
    shards = read_shards(folders)
    lost = missing(shards)
    with locked_folder(out):
        log(f"hanbench report merge: {counted(len(shards), 'report')}")
        tally, summary = join(shards, out, earlier)
    comparison = None if earlier is None else earlier.comparison
    if as_json:
        print_json({"summary": summary, "against": comparison, "missing": () if lost is None else lost.numbers})
    else:
        _print_result(tally, summary, out)
        for line in () if comparison is None else comparison_lines(comparison):
            print_line(line)
        if lost is not None:
            print_line(lost.sentence)
    failed = tally.failures > 0 if comparison is None else comparison.fails
    if failed:
        return ExitStatus.VIOLATION
    return ExitStatus.EXPECTED if lost is None else ExitStatus.UNKNOWN


def _print_result(tally: Tally, summary: Summary, out: Path) -> None:
    print_failures(tally)
    cases = counted(summary.scenarios, "scenario")
    tolerated = f"; {tally.tolerated:,} of them tolerated" if tally.tolerated else ""
    violations = counted(tally.violations, "violation")
    print_line(f"{cases}, {tally.failures:,} not as expected ({violations}){tolerated}.")
    if tally.told:
        print_line(verdict_sentences(tally)[-1])
    page, *data = (unbroken(out / name) for name in ("report.html", "report.json", "junit.xml"))
    print_line(f"To read: {page}; for programs: {', '.join(data)}")
