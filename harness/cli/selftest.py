"""`hanbench selftest`: the test of the oracle."""

from __future__ import annotations

import os
from collections import Counter

from msgspec import Struct

from hanbench.harness.campaign.judge_test.conviction import BenchAccusedError
from hanbench.harness.campaign.judge_test.oracle_mutants import Noticed
from hanbench.harness.campaign.judge_test.suspects import suspects
from hanbench.harness.campaign.selftest import MutantResult, judge_test, learn, must_be_noticed
from hanbench.harness.campaign.selftest import selftest as run_selftest
from hanbench.harness.cli.errors import ExitStatus
from hanbench.harness.cli.output import log, print_json, print_line, verdict
from hanbench.harness.cli.progress import with_progress
from hanbench.harness.cli.tables import table
from hanbench.harness.words import counted


class SelftestReport(Struct, frozen=True):
    """The output of `--json`."""

    controllers: int
    survivors: tuple[str, ...]
    caught: tuple[MutantResult, ...]
    oracle_mutants: int
    """Number of changed oracles that judged the stored traces."""
    oracle_survivors: tuple[str, ...]
    """Those that judge every stored trace as the oracle does, as FILE:LINE:OPERATOR."""


def selftest(jobs: int | None, listed: bool, learn: bool, as_json: bool) -> int:
    """Run wrong controllers, and judge stored traces with changed oracles.

    Exit status: 0 nothing goes unnoticed; 1 a wrong controller or a changed oracle survives; 4 hanbench is wrong.
    """
    try:
        return _selftest(jobs or os.cpu_count() or 1, listed, learn, as_json)
    except BenchAccusedError as error:
        log(f"{verdict('fail:')} {error}")
        return ExitStatus.INTERNAL


def _selftest(jobs: int, listed: bool, anew: bool, as_json: bool) -> int:
    if anew:
        for line in learn():
            log(line)
    controllers, mutants = len(suspects()), len(must_be_noticed())
    log(f"hanbench selftest: {controllers} wrong controllers, {mutants} changes of the oracle")
    found = sorted(with_progress(run_selftest(jobs), controllers, "trying"))
    noticed = sorted(with_progress(judge_test(jobs), mutants, "judging"))
    survivors = tuple(each.name for each in found if each.scenario is None)
    unnoticed = tuple(each.id for each in noticed if each.trace is None)
    if as_json:
        print_json(SelftestReport(len(found), survivors, tuple(found), len(noticed), unnoticed))
    else:
        _print_result(found, survivors, listed)
        _print_oracles(noticed, unnoticed)
    return ExitStatus.VIOLATION if survivors or unnoticed else ExitStatus.EXPECTED


def _print_result(found: list[MutantResult], survivors: tuple[str, ...], listed: bool) -> None:
    if listed:
        rows = [(each.name, each.scenario or "-", ", ".join(each.properties) or "-") for each in found]
        table(("wrong controller", "caught in", "by"), rows)
        print_line()
    by = Counter(name for each in found for name in each.properties[:1])
    print_line("first caught by: " + ", ".join(f"{name} {count}" for name, count in by.most_common()))
    for name in survivors:
        print_line(f"{verdict('SURVIVES:')} {name}")
    print_line(
        f"{len(found)} wrong controllers, {sum(each.tried for each in found)} cases played: "
        + (counted(len(survivors), "survives.", "survive.") if survivors else "none survives.")
    )


def _print_oracles(noticed: list[Noticed], unnoticed: tuple[str, ...]) -> None:
    for id in unnoticed:
        print_line(f"{verdict('UNNOTICED:')} {id}")
    print_line(
        f"{len(noticed)} changes of the oracle, {sum(each.judged for each in noticed)} judgements of stored traces: "
        + (f"{len(unnoticed)} unnoticed." if unnoticed else "none unnoticed.")
    )
