"""`hanbench campaign replay`: one case of a campaign again, with capture and trace."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from hanbench.harness.campaigns.plan import plan_of
from hanbench.harness.campaigns.replaying import replayed
from hanbench.harness.campaigns.rows import CaseVerdict
from hanbench.harness.campaigns.store import Store
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.output import print_json, print_line, unbroken, verdict
from hanbench.harness.controllers.lookup import named
from hanbench.harness.files import locked_folder


class ReplayReport(Struct, frozen=True):
    """What a case came to when it was played again, as `--json` prints it."""

    number: int
    case: str
    seed: str
    by: str
    verdict: str
    decision: str
    """What it came to, in words."""
    problems: tuple[str, ...]
    as_stored: bool | None
    """Whether verdict, decision, times and trace are those of the store; None: the case was not played yet."""
    virtual_s: int
    """Seconds of the HAN's clock."""
    trace_hash: str
    files: tuple[str, ...]
    played: str
    """Verdict, decision, time and hash of this play, in words."""
    stored: str | None
    """The same as the store has it; None: the case was not played yet."""


def replay(number: int, store: Path, out: Path, as_json: bool) -> int:
    """Play a case of a campaign again, and compare it with the store."""
    with Store.open(store, to_read=True) as opened:
        plan = plan_of(opened.spec)
        stored = opened.cases("WHERE number = ?", (number,))
    if number >= plan.spec.size:
        raise BadInput(None, "ID", f"expected a number below {plan.spec.size:,}, got {number}")
    with locked_folder(out):
        found = replayed(plan, number, out)
    name, row = plan.case(number).name, found.row
    report = ReplayReport(
        number,
        name.case,
        name.seed,
        named(name.by),
        CaseVerdict(row.verdict).words,
        found.decision,
        found.problems,
        stored[0].outcome == row.outcome if stored else None,
        row.virtual_s,
        f"{row.trace_hash & (1 << 64) - 1:016x}",
        found.files,
        row.words,
        stored[0].words if stored else None,
    )
    if as_json:
        print_json(report)
    else:
        _print(report, out)
    if report.as_stored is False:
        return ExitStatus.INTERNAL
    if row.verdict == CaseVerdict.INCONCLUSIVE:
        return ExitStatus.UNKNOWN
    return ExitStatus.VIOLATION if row.verdict == CaseVerdict.VIOLATION else ExitStatus.EXPECTED


def _print(report: ReplayReport, out: Path) -> None:
    print_line(f"case {report.number}: {report.case}, seed {report.seed}, {report.by}")
    print_line(f"  {verdict(report.verdict)}: {report.decision}")
    for problem in report.problems:
        print_line(f"  {problem}")
    says = {True: "as stored", False: "OTHER THAN STORED", None: "not played in the campaign yet"}
    print_line(f"  trace {report.trace_hash}: {says[report.as_stored]}")
    if report.as_stored is False:
        print_line(f"  the store has: {report.stored}")
        print_line(f"  this play has: {report.played}")
    for name in report.files:
        print_line(f"  {unbroken(out / name)}")
