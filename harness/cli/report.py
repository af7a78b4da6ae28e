"""`hanbench report`: reports of runs that are over."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hanbench.harness.cli.against import against_earlier
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.failures import print_failures
from hanbench.harness.cli.output import log, print_json, print_line, unbroken
from hanbench.harness.cli.verdict_sentences import verdict_sentences
from hanbench.harness.cli.words import counted
from hanbench.harness.files import locked_folder
from hanbench.harness.report.against import Against, Comparison, comparison_lines
from hanbench.harness.report.merge import Shard, missing, read_shards
from hanbench.harness.report.merge import merge as join
from hanbench.harness.report.model import Summary
from hanbench.harness.report.tally import Tally

MOST_NAMED = 20
"""How many missing parts are named."""


def merge(
    folders: tuple[Path, ...], out: Path, against: Path | None, tolerate_until: datetime | None, as_json: bool
) -> int:
    """Join the reports in FOLDERS into one.

    They are those of the shards of one `verify`, with the same seed and controller, and no case in common.

    Exit status: 0 each case went as expected, or fails in a way that is tolerated; 1 one does not;
    2 none fails, but a shard is missing.
    """
    earlier = against_earlier(against, tolerate_until)
    if out.resolve() in {folder.resolve() for folder in folders}:
        raise BadInput(None, "--out", f"expected a folder of its own; {out} is one of those to join")
    shards = read_shards(folders)
    lost = missing(shards)
    comparison = None if earlier is None else _compared(shards, earlier)
    with locked_folder(out):
        log(f"hanbench report merge: {counted(len(shards), 'report')}")
        tally, summary = join(shards, out)
    if as_json:
        print_json({"summary": summary, "against": comparison, "missing": lost})
    else:
        _print_result(tally, summary, out)
        for line in () if comparison is None else comparison_lines(comparison):
            print_line(line)
        if lost:
            numbers = ", ".join(map(str, lost[:MOST_NAMED])) + (", ..." if len(lost) > MOST_NAMED else "")
            parts = counted(len(lost), "part is", "parts are")
            print_line(f"{parts} missing of a run in {len(shards) + len(lost)}: --shard {numbers}")
    failed = tally.failures > 0 if comparison is None else comparison.fails
    if failed:
        return ExitStatus.VIOLATION
    return ExitStatus.UNKNOWN if lost else ExitStatus.EXPECTED


def _compared(shards: list[Shard], against: Against) -> Comparison:
    for shard in shards:
        for report in shard.report.scenarios:
            against.add(report)
    return against.comparison


def _print_result(tally: Tally, summary: Summary, out: Path) -> None:
    print_failures(tally)
    cases = counted(summary.scenarios, "scenario")
    print_line(f"{cases}, {tally.failures:,} not as expected ({counted(tally.violations, 'violation')}).")
    if tally.told:
        print_line(verdict_sentences(tally)[-1])
    page, *data = (unbroken(out / name) for name in ("report.html", "report.json", "junit.xml"))
    print_line(f"To read: {page}; for programs: {', '.join(data)}")
