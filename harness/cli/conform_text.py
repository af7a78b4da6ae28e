"""The text of `hanbench conform`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hanbench.harness.cli.output import print_command, print_json, print_line, unbroken, verdict
from hanbench.harness.cli.tables import table
from hanbench.harness.conform.case import Case
from hanbench.harness.conform.declaration import declared
from hanbench.harness.conform.report import ConformReport
from hanbench.harness.conform.result import CaseResult
from hanbench.harness.conform.selftest import SelftestResult


def print_cases(cases: Sequence[Case], *, as_json: bool) -> None:
    """Print the cases: ids and titles, or as data all that they declare."""
    if as_json:
        print_json([declared(case) for case in cases])
    else:
        table(("case", "title"), [(case.id, case.title) for case in cases])


def print_result(result: CaseResult) -> None:
    """Print one result, with what is wrong."""
    tolerated = f" (tolerated until {result.tolerated_until})" if result.tolerated_until else ""
    if result.tolerance_ended and not result.tolerated_until:
        tolerated = f" (was tolerated until {result.tolerance_ended})"
    why = f": {result.reason}" if result.reason else ""
    print_line(f"{verdict(result.verdict.value)} {result.id} {result.title}{why}{tolerated}")
    if result.failure is not None and not result.tolerated_until:
        print_line(f"    expected: {result.failure.expected}")
        print_line(f"    seen: {result.failure.seen}")
        for frame in result.evidence[-3:]:
            print_line(f"    #{frame.number} at {frame.time_s:.3f} s {frame.sender} to {frame.receiver}: {frame.line}")
        print_command("    again: ", result.replay)


def print_report(report: ConformReport, folder: Path, files: Sequence[str]) -> None:
    """Print the end of a run: mismatches, the comparison, the totals, and where the reports are."""
    for row in report.pics:
        if row.mismatch:
            claim = "claimed and not observed" if row.claimed else "observed and not claimed"
            print_line(f"{verdict('mismatch')} {row.code}: {claim} ({row.title})")
    if report.against is not None:
        print_line(
            f"against the earlier run: {len(report.against.new)} new failures, {len(report.against.fixed)} fixed"
        )
    print_line(report.badge)
    print_line(report.notice)
    print_line("reports: " + ", ".join(unbroken(folder / name) for name in files))


def print_selftest(found: SelftestResult) -> None:
    """Print the table of wrong firmwares, what survives, and the cases that find nothing."""
    rows = [
        (each.kind, each.area, each.id, ", ".join(each.killers[:2]) or "-", str(each.happened), each.source)
        for each in found.firmwares
    ]
    table(("device", "area", "wrong firmware", "found by", "seen", "source"), rows, keys=3)
    print_line()
    for each in found.survivors:
        why = "no case of its area fails" if each.happened else "what is wrong with it never happened"
        print_line(f"{verdict('SURVIVES:')} {each.id}: {each.does} ({why})")
    for each in found.firmwares:
        if each.crashed:
            print_line(f"hanbench failed at {each.id}: {each.crashed}")
    for failure in found.healthy_failures:
        print_line(
            f"{verdict('fail')} healthy {failure.kind} of {failure.cohort}, seed {failure.seed}, {failure.case}: "
            f"{failure.reason}"
        )
    if found.dead_weight:
        print_line(f"dead weight, cases that find no wrong firmware: {', '.join(found.dead_weight)}")
    hubs = sum(each.kind == "hub" for each in found.firmwares)
    sourced = sum(not each.source.startswith("no public report") for each in found.firmwares)
    print_line(
        f"{len(found.firmwares)} wrong firmwares, {hubs} of them hubs, {sourced} from public reports: "
        f"{len(found.survivors)} survive, {len(found.dead_weight)} cases find none; "
        f"{found.healthy_runs} cases on healthy devices: {len(found.healthy_failures)} not passed."
    )
