"""`hanbench selftest`: the test of the oracle."""

from __future__ import annotations

import os
from collections import Counter

from msgspec import Struct

from hanbench.harness.campaign.selftest import MutantResult, all_mutants
from hanbench.harness.campaign.selftest import selftest as run_selftest
from hanbench.harness.cli.errors import ExitStatus
from hanbench.harness.cli.output import log, print_json, print_line, verdict
from hanbench.harness.cli.progress import with_progress
from hanbench.harness.cli.tables import table
from hanbench.harness.cli.words import counted


class SelftestReport(Struct, frozen=True):
    """The output of `--json`."""

    controllers: int
    survivors: tuple[str, ...]
    caught: tuple[MutantResult, ...]


def selftest(jobs: int | None, listed: bool, as_json: bool) -> int:
    """Run wrong controllers, written by hand or made by changing one value or one step of the reference.

    The oracle must catch each of them in some scenario. Exit status: 0 it catches all; 1 a wrong controller survives.
    """
    total = len(all_mutants())
    log(f"hanbench selftest: {total} wrong controllers")
    found = sorted(with_progress(run_selftest(jobs or os.cpu_count() or 1), total, "trying"))
    survivors = tuple(each.name for each in found if each.scenario is None)
    if as_json:
        print_json(SelftestReport(len(found), survivors, tuple(found)))
    else:
        _print_result(found, survivors, listed)
    return ExitStatus.VIOLATION if survivors else ExitStatus.EXPECTED


def _print_result(found: list[MutantResult], survivors: tuple[str, ...], listed: bool) -> None:
    if listed:
        rows = [(each.name, each.scenario or "-", ", ".join(each.properties) or "the outcome") for each in found]
        table(("wrong controller", "caught in", "by"), rows)
        print_line()
    by = Counter(name for each in found for name in each.properties[:1])
    print_line("first caught by: " + ", ".join(f"{name} {count}" for name, count in by.most_common()))
    for name in survivors:
        print_line(f"{verdict('SURVIVES:')} {name}")
    print_line(
        f"{len(found)} wrong controllers, {sum(each.tried for each in found)} scenarios run: "
        + (counted(len(survivors), "survives.", "survive.") if survivors else "none survives.")
    )
